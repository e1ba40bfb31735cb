"""Secrets in files that only their owner can read."""

import os
import secrets
from pathlib import Path

from pydantic import SecretStr

from sunpilot.runtime.settings import read_secret


def random_password() -> SecretStr:
    """A password of letters and digits, for one run."""
    return SecretStr(secrets.token_hex(16))


def lasting_password(path: Path) -> SecretStr:
    """The password in the file, made at random where there is none. Raises OSError or ValueError with a sentence."""
    if not path.exists():
        write_private(path, random_password().get_secret_value() + "\n")
    return read_secret(path)


def write_private(path: Path, text: str) -> None:
    """Write a file that nobody else could read at any moment; raises OSError."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
