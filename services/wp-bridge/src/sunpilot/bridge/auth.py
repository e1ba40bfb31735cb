"""Logging in at a Wattpilot: the shared key, the answer to its challenge, and the signature under each write.

Source: Wattpilot protocol, authentication (observed on devices, confirmed by firmware developers). The key never
leaves this process: only the hashes computed from it go over the wire.
"""

import base64
import hashlib
import hmac

PBKDF2_ITERATIONS = 100_000
PBKDF2_BYTES = 24
"""The device derives 256 bytes and keeps 32 base64 characters, which are the first 24 bytes."""


class UnsupportedLoginError(Exception):
    """The Wattpilot asks for a way to log in that Sunpilot does not know; the text says which."""


def derive_key(algorithm: str, password: str, serial: str) -> str:
    """The key K of a password, salted with the serial number the device gave in its greeting.

    It takes 0.2 s on a PC and some seconds on a small board: call it in a thread. Raises `UnsupportedLoginError` for
    any algorithm but `pbkdf2`.
    """
    if algorithm != "pbkdf2":
        raise UnsupportedLoginError(
            f"the Wattpilot asks for a login by {algorithm[:20]!r}, which this version of Sunpilot does not know; "
            "Wattpilot Home and Go (V1 and V2) log in by 'pbkdf2'"
        )
    raw = hashlib.pbkdf2_hmac("sha512", password.encode(), serial.encode(), PBKDF2_ITERATIONS, PBKDF2_BYTES)
    return base64.b64encode(raw).decode("ascii")


def login_hash(key: str, token1: str, token2: str, token3: str) -> str:
    """The answer to the challenge (token1, token2), bound to our own random token3."""
    first = hashlib.sha256(f"{token1}{key}".encode()).hexdigest()
    return hashlib.sha256(f"{token3}{token2}{first}".encode()).hexdigest()


def signature(key: str, data: str) -> str:
    """The HMAC-SHA256 of the exact text of an enveloped message."""
    return hmac.new(key.encode(), data.encode(), hashlib.sha256).hexdigest()
