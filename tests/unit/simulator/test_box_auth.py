"""The twin's own authentication, against the published test vectors of the Wattpilot protocol (PBKDF2)."""

from dataclasses import dataclass

import pytest

from sunpilot.simulator.auth import derive_key, is_login, is_signed, login_hash


@dataclass(frozen=True, slots=True)
class Vector:
    """One published vector: inputs, and what three independent implementations computed from them."""

    serial: str
    password: str
    tokens: tuple[str, str, str]
    data: str
    key: str
    login: str
    signature: str


A = Vector(
    serial="91234567",
    password="Sonne+2026!",
    tokens=("Zr8kQ2vN5tYw7xAb3cDe6fGh9jKm1pRs", "u4Lq0WmXn8By2Vc6Td1Se5Rf9Ag3Hj7K", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
    data='{"type": "setValue", "requestId": 7, "key": "amp", "value": 10}',
    key="P6Ha1Dv2B1UiV6w48g6RkwgdE8E/bHZo",
    login="489d739ed8c4341e013577763057557fece37f35ce1703409fa2a89534646240",
    signature="4a4188dd517183d9ef5eab983ce52e48df18f3750cd6911dbece929ab0d2abd4",
)
B = Vector(
    serial="31000123",
    password="Pässwört 12€",
    tokens=("A" * 32, "b" * 32, "0123456789abcdef0123456789abcdef"),
    data='{"type": "setValue", "requestId": 1, "key": "frc", "value": 2}',
    key="RCJT1PmKh6+xV4odFFI1v7ANmFGm3fx+",
    login="8992f95075333cefe9c4e355d5ae777a969fcdc82b9477947fc7c46564e1544a",
    signature="5dea5d406bf0bf47f874bd1a72e6e269ae04547fc09108af9d45c4163040255e",
)
vectors = pytest.mark.parametrize("vector", [A, B], ids=["ascii", "umlauts"])


@vectors
def test_the_key_is_the_published_one(vector: Vector) -> None:
    assert derive_key(vector.password, vector.serial) == vector.key


@vectors
def test_the_login_hash_is_the_published_one(vector: Vector) -> None:
    assert login_hash(vector.key, *vector.tokens) == vector.login
    assert is_login(vector.key, *vector.tokens, vector.login)


@vectors
def test_the_signature_is_the_published_one(vector: Vector) -> None:
    assert is_signed(vector.key, vector.data, vector.signature)


def test_white_space_in_the_signed_text_matters() -> None:
    compact = '{"type":"setValue","requestId":7,"key":"amp","value":10}'
    assert is_signed(A.key, compact, "f848fb462205c1c5b4796be212d4d5a832db22d2ba0401340f2849b6de8884c2")
    assert not is_signed(A.key, compact, A.signature)


@pytest.mark.parametrize("claimed", ["", "0" * 64, A.login.upper(), "ä", "\ud800"])
def test_anything_else_is_no_login_and_no_signature(claimed: str) -> None:
    assert not is_login(A.key, *A.tokens, claimed)
    assert not is_signed(A.key, A.data, claimed)


def test_another_connection_makes_another_hash() -> None:
    token1, _, token3 = A.tokens
    assert not is_login(A.key, token1, "x" * 32, token3, A.login)
