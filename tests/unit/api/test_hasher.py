"""Passwords as Argon2id hashes, made by the library and checked against RFC 9106's own form."""

import asyncio
import re
import threading

import pytest
from argon2.low_level import Type, hash_secret
from pydantic import SecretStr

from sunpilot.api.access.hasher import MEMORY_KIB, PASSES, Argon2

QUICK = Argon2(memory_kib=8, passes=1)
PASSWORD = SecretStr("correct horse")


def test_a_hash_is_argon2id_with_salt_and_at_least_what_owasp_asks_for() -> None:
    hashed = asyncio.run(Argon2().hash(PASSWORD))
    found = re.fullmatch(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$([\w+/]+)\$([\w+/]+)", hashed)
    assert found is not None
    assert (int(found[1]), int(found[2])) == (MEMORY_KIB, PASSES)
    assert (MEMORY_KIB, PASSES) >= (12 * 1024, 3)  # OWASP password storage cheat sheet, with p=1
    assert MEMORY_KIB <= 16 * 1024  # of the container's 128 MiB


def test_the_right_password_matches_and_no_other_does() -> None:
    hashed = asyncio.run(QUICK.hash(PASSWORD))
    assert asyncio.run(QUICK.matches(hashed, PASSWORD))
    assert not asyncio.run(QUICK.matches(hashed, SecretStr("correct horse ")))
    assert asyncio.run(QUICK.hash(PASSWORD)) != hashed


def test_a_hash_that_others_made_is_understood() -> None:
    hashed = hash_secret(b"correct horse", b"somesalt", 1, 8, 1, 32, Type.ID).decode()
    assert asyncio.run(QUICK.matches(hashed, PASSWORD))


@pytest.mark.parametrize(
    "stored", ["", "nonsense", "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ", "$2b$12$abcdefghijklmnopqrstuv"]
)
def test_a_stored_hash_that_is_none_matches_nothing(stored: str) -> None:
    assert not asyncio.run(QUICK.matches(stored, PASSWORD))


def test_an_umlaut_is_the_same_from_every_keyboard() -> None:
    hashed = asyncio.run(QUICK.hash(SecretStr("s\u00fcdfassade")))
    assert asyncio.run(QUICK.matches(hashed, SecretStr("su\u0308dfassade")))


def test_hashing_leaves_the_loop_free() -> None:
    async def ticks_while_hashing() -> int:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0)

        ticking = asyncio.create_task(tick())
        await Argon2().hash(PASSWORD)
        ticking.cancel()
        return ticks

    assert asyncio.run(ticks_while_hashing()) > 10


def test_all_hashes_are_made_in_one_thread_whose_memory_is_all_that_is_ever_kept() -> None:
    threads = set()

    class Watched(Argon2):
        def _hash(self, password: SecretStr) -> str:
            threads.add(threading.get_ident())
            return super()._hash(password)

    async def many() -> None:
        hasher = Watched(memory_kib=8, passes=1)
        await asyncio.gather(*(hasher.hash(PASSWORD) for _ in range(20)))

    asyncio.run(many())
    assert len(threads) == 1
    assert threading.get_ident() not in threads
