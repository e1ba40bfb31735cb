"""The examples of docs/rest.md, sent as they stand."""

import re
import shlex
from pathlib import Path

import pytest

from sunpilot.api.problem import _STATUS
from tests.unit.api.conftest import KEY, World

PAGE = (Path(__file__).parents[3] / "docs" / "rest.md").read_text(encoding="utf-8")
EXPLAINED = " ".join(re.findall(r"^\| ([0-9, ]+) \|", PAGE, re.MULTILINE))
CURLS = re.findall(r"^curl .*$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("line", CURLS)
async def test_every_example_does_what_it_shows(world: World, line: str) -> None:
    made = await world.add(wattpilot_id=1)
    assert made["house_id"] == 2
    tag = (await world.http.get("/api/v1/houses/2")).headers["ETag"]
    world.api.app.state.context.board.feed.close()  # a live stream ends at once
    for name in ("fetcher", "controller", "bridge"):
        await world.say(f"sunpilot/service/{name}/main", '{"v":1,"online":true,"version":"1"}', retain=True)
    line = line.replace("$KEY", KEY).replace("$SUNPILOT", "http://api").replace('"the ETag"', tag)
    words = shlex.split(line)[1:]
    method, headers, body, address = "GET", {}, None, ""
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "-H":
            name, value = words.pop(0).split(": ", 1)
            headers[name] = value
        elif word == "-d":
            body = words.pop(0)
        elif not word.startswith("-"):
            address = word
    answer = await world.stranger.request(method, address, headers=headers, content=body)
    assert answer.status_code in (200, 204), answer.text


def test_every_status_of_a_refusal_is_explained() -> None:
    assert all(str(status) in EXPLAINED for status in _STATUS.values())


async def test_what_is_no_text_is_refused_by_a_status_that_is_explained(world: World) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await world.http.post("/api/v1/keys", content=b'{"name": "\xff"}', headers=headers)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "400" in EXPLAINED
