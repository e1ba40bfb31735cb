"""The catalogue of topics is what is really said, and the reference made from it is up to date."""

import asyncio
import re
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import pytest

from sunpilot.contract.catalogue import ANYTHING, TRUE_OR_FALSE, Entry, entries
from sunpilot.contract.message import Part, decode
from sunpilot.contract.reference import markdown
from tests.support.virtual_swarm import ZONE, VirtualSwarm
from tests.support.virtual_time import run

PAGE = Path(__file__).parents[3] / "docs" / "topics.md"


def entry_of(topic: str) -> Entry:
    found = [one for one in entries() if re.fullmatch(re.sub("<[a-z]+>", "[^/]+", one.topic), topic)]
    assert len(found) == 1, topic
    return found[0]


def said() -> tuple[list[tuple[str, bytes]], set[str]]:
    """All that is published in ten minutes of sun, and the topics that the broker retains."""

    async def main() -> tuple[list[tuple[str, bytes]], set[str]]:
        swarm = VirtualSwarm(datetime(2026, 6, 21, 10, 0, tzinfo=ZONE))
        async with swarm.running():
            await asyncio.sleep(600)
        return swarm.broker.log, set(swarm.broker.retained)

    return run(main())


def test_everything_that_is_said_stands_in_the_catalogue_with_its_content_and_is_retained_as_it_says() -> None:
    log, retained = said()
    seen: set[str] = set()
    for topic, payload in log:
        entry = entry_of(topic)
        seen.add(entry.topic)
        assert entry.retained == (topic in retained), topic
        content = entry.content
        if isinstance(content, type) and issubclass(content, Part):
            decode(content, payload)
        elif isinstance(content, type) and issubclass(content, StrEnum):
            content(payload.decode())
        elif content == TRUE_OR_FALSE:
            assert payload in (b"true", b"false")
        else:
            assert content == ANYTHING
    assert len(seen) >= 8


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.topic)
def test_who_may_write_a_topic_is_known_to_the_broker(entry: Entry) -> None:
    rules = (Path(__file__).parents[3] / "mosquitto" / "acl").read_text(encoding="utf-8")
    written = re.findall(r"^topic (?:write|readwrite) (sunpilot\S*)$", rules, re.MULTILINE)
    patterns = {re.sub(r"\\\+|\\#", ".+", re.escape(topic)) for topic in written}
    example = entry.topic.replace("<id>", "1").replace("<name>", "bridge").replace("<instance>", "1")
    assert any(re.fullmatch(pattern, example) for pattern in patterns)


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == markdown(), "the contract has changed: run `make docs`"
