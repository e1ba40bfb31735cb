"""Authentication against the published vectors A and B of the Wattpilot protocol (checked with three other clients)."""

import asyncio
from dataclasses import dataclass, replace

import bcrypt
import pytest

from sunpilot.bridge.auth import UnsupportedLoginError, derive_key, login_hash, signature
from sunpilot.bridge.keys import Keys


@dataclass(frozen=True)
class Vector:
    algorithm: str
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
    algorithm="pbkdf2",
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
A_FLEX = replace(
    A,
    algorithm="bcrypt",
    key="ToFuza2wip2Wq7nmV/u9HkqDgw71lTK",
    hash="a8dbcd53ab8f05e10953ebb9624b3f4eaee7d744ef10027fcbae4ec172f8ba12",
    hmac="f96c349be58e9afd7867487a87eab291dce352b6398f596bd4f184fd76a5d810",
)
B = Vector(
    algorithm="pbkdf2",
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
B_FLEX = replace(
    B,
    algorithm="bcrypt",
    key="m7ymENAYqBEMH8UEZSrjxdi.1Zpze3W",
    hash="1e252f24af27b01b12ddffba38b5b08bfa5952a4b9e30dd60dce20f2b4ccc92f",
    hmac="fdd1cf07517aab41d13231cb2d49616ab6a2a9c37b162ebab7dab87f5bd0a2eb",
)
vectors = pytest.mark.parametrize("vector", [A, A_FLEX, B, B_FLEX], ids=["A", "A, Flex", "B", "B, Flex"])


@vectors
def test_the_key_is_that_of_the_vector(vector: Vector) -> None:
    assert derive_key(vector.algorithm, vector.password, vector.serial) == vector.key


@vectors
def test_the_login_hash_is_that_of_the_vector(vector: Vector) -> None:
    assert login_hash(vector.key, vector.token1, vector.token2, vector.token3) == vector.hash


@vectors
def test_the_signature_is_that_of_the_vector(vector: Vector) -> None:
    assert signature(vector.key, vector.data) == vector.hmac


@pytest.mark.parametrize(
    ("serial", "salt"),
    [
        ("1", "." * 21 + "O"),
        ("00000000", "." * 22),
        ("10000001", ".........../.........O"),
        ("1234567890123456", ".OGB/.SE/ueH..CA.uOD/e"),
        ("91234567", "...........H.OGB/.SE/u"),
        ("31000123", "...........B.O....CA.u"),
    ],
)
def test_the_salt_of_the_flex_is_made_of_the_serial_s_digits(
    serial: str, salt: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    salts: list[bytes] = []

    def hashpw(_password: bytes, salt: bytes) -> bytes:
        salts.append(salt)
        return b"x" * 60

    monkeypatch.setattr(bcrypt, "hashpw", hashpw)
    derive_key("bcrypt", A.password, serial)
    assert salts == [b"$2a$08$" + salt.encode()]


@pytest.mark.parametrize("serial", ["", "9123456A", "９１２３４５６７", "²", "12345678901234567", "-1"])
def test_a_serial_that_is_no_salt_is_not_guessed_at(serial: str) -> None:
    with pytest.raises(UnsupportedLoginError, match="digits") as refusal:
        derive_key("bcrypt", A.password, serial)
    assert A.password not in str(refusal.value)


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
