"""Secrets that are long and random: what is stored of them is a digest, which tells nothing. Pure.

A fast digest does: there is nothing to guess in 256 random bits.
"""

import hashlib
import secrets


def new_secret() -> str:
    """256 random bits as text."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What may be stored, and compared."""
    return hashlib.sha256(secret.encode()).hexdigest()
