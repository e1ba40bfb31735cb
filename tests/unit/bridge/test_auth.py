"""Authentication against the published vectors A and B of the Wattpilot protocol (checked with three other clients)."""

import asyncio
from dataclasses import dataclass

import pytest

from sunpilot.bridge.auth import UnsupportedLoginError, derive_key, login_hash, signature
from sunpilot.bridge.keys import Keys


@dataclass(frozen=True)
class Vector:
    serial: str
    password: str
    token1: str
    token2: str
    token3: str
    data: str
    key: str
    hash: str
    hmac: str


A = Vector(
    serial="91234567",
    password="Sonne+2026!",
    token1="Zr8kQ2vN5tYw7xAb3cDe6fGh9jKm1pRs",
    token2="u4Lq0WmXn8By2Vc6Td1Se5Rf9Ag3Hj7K",
    token3="0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    data='{"type": "setValue", "requestId": 7, "key": "amp", "value": 10}',
    key="P6Ha1Dv2B1UiV6w48g6RkwgdE8E/bHZo",
    hash="489d739ed8c4341e013577763057557fece37f35ce1703409fa2a89534646240",
    hmac="4a4188dd517183d9ef5eab983ce52e48df18f3750cd6911dbece929ab0d2abd4",
)
B = Vector(
    serial="31000123",
    password="Pässwört 12€",
    token1="A" * 32,
    token2="b" * 32,
    token3="0123456789abcdef0123456789abcdef",
    data='{"type": "setValue", "requestId": 1, "key": "frc", "value": 2}',
    key="RCJT1PmKh6+xV4odFFI1v7ANmFGm3fx+",
    hash="8992f95075333cefe9c4e355d5ae777a969fcdc82b9477947fc7c46564e1544a",
    hmac="5dea5d406bf0bf47f874bd1a72e6e269ae04547fc09108af9d45c4163040255e",
)
vectors = pytest.mark.parametrize("vector", [A, B], ids=["A", "B"])


@vectors
def test_the_key_is_that_of_the_vector(vector: Vector) -> None:
    assert derive_key("pbkdf2", vector.password, vector.serial) == vector.key


@vectors
def test_the_login_hash_is_that_of_the_vector(vector: Vector) -> None:
    assert login_hash(vector.key, vector.token1, vector.token2, vector.token3) == vector.hash


@vectors
def test_the_signature_is_that_of_the_vector(vector: Vector) -> None:
    assert signature(vector.key, vector.data) == vector.hmac


def test_the_signature_covers_the_exact_text() -> None:
    compact = '{"type":"setValue","requestId":7,"key":"amp","value":10}'
    assert signature(A.key, compact) == "f848fb462205c1c5b4796be212d4d5a832db22d2ba0401340f2849b6de8884c2"


def test_an_unknown_algorithm_is_not_guessed() -> None:
    with pytest.raises(UnsupportedLoginError, match="scrypt") as refusal:
        derive_key("scrypt", A.password, A.serial)
    assert A.password not in str(refusal.value)


def test_a_key_is_derived_once_for_each_serial() -> None:
    derived: list[str] = []

    def derive(_algorithm: str, password: str, serial: str) -> str:
        derived.append(serial)
        return f"{password}/{serial}"

    keys = Keys("secret", derive)

    async def ask() -> list[str]:
        return [await keys("pbkdf2", serial) for serial in ("1", "1", "2")]

    assert asyncio.run(ask()) == ["secret/1", "secret/1", "secret/2"]
    assert derived == ["1", "2"]
    assert "secret" not in repr(keys)
