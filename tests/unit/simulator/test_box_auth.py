"""The twin's own authentication, against the published test vectors of the Wattpilot protocol."""

from dataclasses import dataclass, replace

import pytest

from sunpilot.simulator.wattpilot.auth import derive_key, is_login, is_signed, login_hash


@dataclass(frozen=True, slots=True)
class Vector:
    """One published vector: inputs, and what independent implementations computed from them."""

    algorithm: str
    serial: str
    password: str
    tokens: tuple[str, str, str]
    data: str
    key: str
    login: str
    signature: str


A = Vector(
    algorithm="pbkdf2",
    serial="91234567",
    password="Sonne+2026!",
    tokens=("Zr8kQ2vN5tYw7xAb3cDe6fGh9jKm1pRs", "u4Lq0WmXn8By2Vc6Td1Se5Rf9Ag3Hj7K", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
    data='{"type": "setValue", "requestId": 7, "key": "amp", "value": 10}',
    key="P6Ha1Dv2B1UiV6w48g6RkwgdE8E/bHZo",
    login="489d739ed8c4341e013577763057557fece37f35ce1703409fa2a89534646240",
    signature="4a4188dd517183d9ef5eab983ce52e48df18f3750cd6911dbece929ab0d2abd4",
)
A_FLEX = replace(
    A,
    algorithm="bcrypt",
    key="ToFuza2wip2Wq7nmV/u9HkqDgw71lTK",
    login="a8dbcd53ab8f05e10953ebb9624b3f4eaee7d744ef10027fcbae4ec172f8ba12",
    signature="f96c349be58e9afd7867487a87eab291dce352b6398f596bd4f184fd76a5d810",
)
B = Vector(
    algorithm="pbkdf2",
    serial="31000123",
    password="Pässwört 12€",
    tokens=("A" * 32, "b" * 32, "0123456789abcdef0123456789abcdef"),
    data='{"type": "setValue", "requestId": 1, "key": "frc", "value": 2}',
    key="RCJT1PmKh6+xV4odFFI1v7ANmFGm3fx+",
    login="8992f95075333cefe9c4e355d5ae777a969fcdc82b9477947fc7c46564e1544a",
    signature="5dea5d406bf0bf47f874bd1a72e6e269ae04547fc09108af9d45c4163040255e",
)
B_FLEX = replace(
    B,
    algorithm="bcrypt",
    key="m7ymENAYqBEMH8UEZSrjxdi.1Zpze3W",
    login="1e252f24af27b01b12ddffba38b5b08bfa5952a4b9e30dd60dce20f2b4ccc92f",
    signature="fdd1cf07517aab41d13231cb2d49616ab6a2a9c37b162ebab7dab87f5bd0a2eb",
)
vectors = pytest.mark.parametrize(
    "vector", [A, A_FLEX, B, B_FLEX], ids=["ascii", "ascii, Flex", "umlauts", "umlauts, Flex"]
)


@vectors
def test_the_key_is_the_published_one(vector: Vector) -> None:
    assert derive_key(vector.password, vector.serial, vector.algorithm) == vector.key


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


@pytest.mark.parametrize(
    ("serial", "algorithm", "text"),
    [("9123456A", "bcrypt", "digits"), ("1" * 17, "bcrypt", "16 digits"), ("1", "md5", "pbkdf2 or bcrypt")],
)
def test_what_has_no_key_says_so(serial: str, algorithm: str, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        derive_key("Sonne+2026!", serial, algorithm)
