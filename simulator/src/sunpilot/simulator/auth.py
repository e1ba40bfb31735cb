"""The Wattpilot's side of authentication: the key, the login and the signature of a write.

Wattpilot protocol, PBKDF2 variant (first and second generation). Written from the protocol alone and shared with no
client, so that a mistake in a client cannot hide behind the same mistake here.
"""

import base64
import hashlib
import hmac

ITERATIONS = 100_000
KEY_BYTES = 24
"""The devices derive 256 bytes and use the first 32 base64 characters; those hang on the first 24 bytes alone."""


def derive_key(password: str, serial: str) -> str:
    """The 32-character key of a box. Takes some tenths of a second: derive once, off the event loop."""
    raw = hashlib.pbkdf2_hmac("sha512", password.encode(), serial.encode(), ITERATIONS, KEY_BYTES)
    return base64.b64encode(raw).decode()


def login_hash(key: str, token1: str, token2: str, token3: str) -> str:
    """What a client that knows the key answers to the box's two tokens with its own third one."""
    inner = hashlib.sha256((token1 + key).encode()).hexdigest()
    return hashlib.sha256(_octets(token3 + token2 + inner)).hexdigest()


def is_login(key: str, token1: str, token2: str, token3: str, claimed: str) -> bool:
    """Whether `claimed` is the login hash, compared in constant time."""
    return hmac.compare_digest(login_hash(key, token1, token2, token3).encode(), _octets(claimed))


def is_signed(key: str, data: str, claimed: str) -> bool:
    """Whether `claimed` is the hexadecimal HMAC-SHA256 of the text `data`, compared in constant time."""
    signature = hmac.new(key.encode(), _octets(data), hashlib.sha256).hexdigest()
    return hmac.compare_digest(signature.encode(), _octets(claimed))


def _octets(text: str) -> bytes:
    """UTF-8 that also takes the lone surrogates JSON can smuggle in."""
    return text.encode("utf-8", "surrogatepass")
