"""Mosquitto's password file."""

import base64
import hashlib

from sunpilot.setup.password_file import ITERATIONS, SALT_BYTES, password_file, password_hash

# Written by mosquitto_passwd 2.0.21: mosquitto_passwd -b file alice "correct horse"
PUBLISHED = (
    "$7$101$kfFTw1SD2Mdg5na3$MpOU2YnwMKJsO3OTDGQ00gScwr+sS90bsZpJSWPTAKAZG2T/tWzz4Uqax7x4zKrx3OeIWLzz8o4IR7mCna4dgg=="
)


def verifies(password: str, line: str) -> bool:
    """What Mosquitto does to check a password."""
    _, seven, iterations, salt, digest = line.split("$")
    assert seven == "7"
    derived = hashlib.pbkdf2_hmac("sha512", password.encode(), base64.b64decode(salt), int(iterations))
    return base64.b64decode(digest) == derived


def test_the_check_itself_agrees_with_mosquitto_passwd() -> None:
    assert verifies("correct horse", PUBLISHED)
    assert not verifies("wrong horse", PUBLISHED)


def test_a_hash_has_the_form_that_mosquitto_passwd_writes() -> None:
    line = password_hash("alice", "correct horse")
    assert verifies("correct horse", line)
    assert line.split("$")[2] == str(ITERATIONS) == PUBLISHED.split("$")[2]
    assert len(base64.b64decode(line.split("$")[3])) == SALT_BYTES == len(base64.b64decode(PUBLISHED.split("$")[3]))


def test_no_two_accounts_share_a_salt() -> None:
    assert password_hash("alice", "same").split("$")[3] != password_hash("bob", "same").split("$")[3]


def test_the_file_names_each_account_once_in_order() -> None:
    lines = password_file({"b": "2", "a": "1"}).splitlines()
    assert [line.split(":")[0] for line in lines] == ["a", "b"]
