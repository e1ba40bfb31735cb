"""Mosquitto's password file, written without its tools."""

import base64
import hashlib
from collections.abc import Mapping

ITERATIONS = 101
"""Mosquitto's own default. The passwords are random, so a slower hash would protect nothing more."""

SALT_BYTES = 12


def password_file(passwords: Mapping[str, str]) -> str:
    """One line per account, sorted; the same passwords always give the same text."""
    return "".join(f"{name}:{password_hash(name, password)}\n" for name, password in sorted(passwords.items()))


def password_hash(name: str, password: str) -> str:
    """``$7$<iterations>$<salt>$<hash>``: PBKDF2 with HMAC-SHA512, 64 bytes (Mosquitto, mosquitto_passwd).

    The salt is derived instead of drawn, so that a second set-up changes nothing; it differs for every password.
    """
    salt = hashlib.sha256(f"{name}\0{password}".encode()).digest()[:SALT_BYTES]
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return f"$7${ITERATIONS}${_base64(salt)}${_base64(digest)}"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
