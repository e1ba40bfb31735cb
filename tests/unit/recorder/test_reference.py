"""The page about the history is up to date, and tells of every field that is really written."""

import asyncio
import re
from datetime import datetime
from pathlib import Path

from sunpilot.contract.catalogue import entries
from sunpilot.contract.topics import Topics
from sunpilot.recorder.measurement import MEASUREMENTS
from sunpilot.recorder.points import Points
from sunpilot.recorder.reference import described, markdown
from tests.support.virtual_swarm import ZONE, VirtualSwarm
from tests.support.virtual_time import run

PAGE = Path(__file__).parents[3] / "docs" / "history.md"


def test_the_page_is_up_to_date_as_make_docs_writes_it() -> None:
    assert PAGE.read_text(encoding="utf-8") == markdown()


def test_what_the_catalogue_says_goes_to_the_recorder_is_recorded() -> None:
    meant = {one.topic for one in entries() if "recorder" in one.route}
    recorded = {f"sunpilot/{one.branch}/<id>/{one.leaf}" for one in MEASUREMENTS if one.leaf}
    assert meant <= recorded


def test_no_tag_has_the_name_of_a_field() -> None:
    for one in MEASUREMENTS:
        assert not {one.branch, *one.tags} & set(described(one)), one.name


def test_each_field_that_a_swarm_writes_stands_on_the_page_with_its_type() -> None:
    async def main() -> list[tuple[str, bytes]]:
        swarm = VirtualSwarm(datetime(2026, 6, 21, 10, 0, tzinfo=ZONE))
        async with swarm.running():
            await asyncio.sleep(600)
        return swarm.broker.log

    points, told = Points(Topics()), {one.name: described(one) for one in MEASUREMENTS}
    now = datetime(2026, 6, 21, 10, 10, tzinfo=ZONE)
    seen: set[str] = set()
    for topic, payload in run(main()):
        if not any(re.fullmatch(one.replace("+", "[^/]+"), topic) for one in points.filters) or topic.endswith(
            "/online"
        ):
            continue
        point = points.point(topic, payload, now)
        if point is None:
            continue
        seen.add(point.measurement)
        for name, value in point.fields.items():
            known = told[point.measurement]
            patterns = [one for one in known if re.fullmatch(re.sub("<name>", "[A-Za-z0-9_]+", one), name)]
            assert patterns, f"{point.measurement}.{name}"
            assert (known[patterns[0]] == "text") <= isinstance(value, str), name
    assert seen >= {"reading", "source", "status", "setpoint", "ack", "decision", "service"}
