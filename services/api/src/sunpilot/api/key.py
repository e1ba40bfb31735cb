"""The first API key, which is also the page's set-up code: made once, in a file that only its owner can read."""

import os
import secrets
import sys
from pathlib import Path

from pydantic import SecretStr

from sunpilot.api.settings import ApiSettings
from sunpilot.runtime.settings import load, read_secret

LEAST_CHARACTERS = 20


def first_key(path: Path) -> SecretStr:
    """The key in the file, made at random where there is none.

    Raises ValueError with a sentence when the file can be neither made nor read, or its key is easy to guess.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    except FileExistsError:
        return _strong(read_secret(path), path)
    except OSError as error:
        raise ValueError(f"the API key's file {path} cannot be made: {type(error).__name__}") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
    return read_secret(path)


def _strong(key: SecretStr, path: Path) -> SecretStr:
    if len(key.get_secret_value()) < LEAST_CHARACTERS:
        raise ValueError(
            f"the API key in {path} has fewer than {LEAST_CHARACTERS} characters: "
            f"delete the file, and the next start makes a random one"
        )
    return key


def show() -> None:
    """The command ``sunpilot-key``: print the key to the one who may read its file."""
    try:
        key = read_secret(load(ApiSettings).api_key_file)
    except ValueError as error:
        raise SystemExit(f"{error}; the api makes it at its first start") from None
    sys.stdout.write(key.get_secret_value() + "\n")
