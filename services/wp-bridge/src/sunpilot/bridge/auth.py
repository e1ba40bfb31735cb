"""Logging in at a Wattpilot: the shared key, the answer to its challenge, and the signature under each write.

Source: Wattpilot protocol, authentication (observed on devices, confirmed by firmware developers). The key never
leaves this process: only the hashes computed from it go over the wire.
"""

import base64
import hashlib
import hmac
import string
from enum import StrEnum

PBKDF2_ITERATIONS = 100_000
PBKDF2_BYTES = 24
"""The device derives 256 bytes and keeps 32 base64 characters, which are the first 24 bytes."""

BCRYPT_COST = "08"
BCRYPT_SALT_BYTES = 16

_TO_BCRYPT = str.maketrans(
    f"{string.ascii_uppercase}{string.ascii_lowercase}{string.digits}+/",
    f"./{string.ascii_uppercase}{string.ascii_lowercase}{string.digits}",
)


class Algorithm(StrEnum):
    """How the key comes from the password: Home and Go, and the Flex."""

    PBKDF2 = "pbkdf2"
    BCRYPT = "bcrypt"


class UnsupportedLoginError(Exception):
    """The Wattpilot asks for a login that Sunpilot does not answer; the text says why."""


def derive_key(algorithm: str, password: str, serial: str) -> str:
    """The key K of a password, salted with the serial number the device gave in its greeting.

    ``pbkdf2`` (Home and Go) takes 0.2 s on a PC and some seconds on a small board, ``bcrypt`` (Flex) a tenth of that:
    call it in a thread. Raises `UnsupportedLoginError` for any other algorithm, and for a serial number that is no
    salt.
    """
    match algorithm:
        case Algorithm.PBKDF2:
            raw = hashlib.pbkdf2_hmac("sha512", password.encode(), serial.encode(), PBKDF2_ITERATIONS, PBKDF2_BYTES)
            return base64.b64encode(raw).decode("ascii")
        case Algorithm.BCRYPT:
            return _bcrypt_key(password, serial)
        case _:
            raise UnsupportedLoginError(
                f"the Wattpilot asks for a login by {algorithm[:20]!r}, which this version of Sunpilot does not know; "
                "it knows 'pbkdf2' (Home and Go) and 'bcrypt' (Flex)"
            )


def _bcrypt_key(password: str, serial: str) -> str:
    """The last 31 characters of the bcrypt hash: the salt is made of the serial's digits, so it must be of digits."""
    if not (serial.isascii() and serial.isdigit() and len(serial) <= BCRYPT_SALT_BYTES):
        raise UnsupportedLoginError(
            f"the Wattpilot asks for a login by 'bcrypt', but its serial number {serial[:20]!r} is not made of at most "
            f"{BCRYPT_SALT_BYTES} digits; please report this with its model and firmware"
        )
    import bcrypt  # noqa: PLC0415  (only the Flex needs it)

    digits = bytes(int(digit) for digit in serial)
    salt = base64.b64encode(digits.rjust(BCRYPT_SALT_BYTES, b"\0")).decode("ascii").rstrip("=").translate(_TO_BCRYPT)
    hashed = bcrypt.hashpw(_sha256(password).encode(), f"$2a${BCRYPT_COST}${salt}".encode())
    return hashed.decode("ascii")[29:]


def login_hash(key: str, token1: str, token2: str, token3: str) -> str:
    """The answer to the challenge (token1, token2), bound to our own random token3."""
    return _sha256(f"{token3}{token2}{_sha256(f'{token1}{key}')}")


def signature(key: str, data: str) -> str:
    """The HMAC-SHA256 of the exact text of an enveloped message."""
    return hmac.new(key.encode(), data.encode(), hashlib.sha256).hexdigest()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
