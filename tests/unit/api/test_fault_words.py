"""What is wrong with a field is said in German too; the English stays as it was, for scripts."""

import re
from pathlib import Path
from typing import Any

import pytest

from sunpilot.api import fault_words
from tests.unit.api.conftest import World


async def refused(world: World, method: str, path: str, body: Any) -> dict[str, Any]:
    answer = await world.http.request(method, f"/api/v1{path}", json=body)
    assert answer.status_code == 422, answer.text
    (fault,) = answer.json()["errors"]
    assert fault["text"]["en"] == fault["detail"]
    return dict(fault)


ANY = dict.fromkeys(("preset", "one", "other"), "…")
V2 = {"kind": "solaredge", "api": "v2", "site_id": "1", "token": "t"}
METER = {"kind": "mqtt-meter"}


@pytest.mark.parametrize(
    ("method", "path", "body", "at", "german"),
    [
        ("PATCH", "/wattpilots/1", {"policy": {"max_a": 40}}, "policy.max_a", "höchstens 32"),
        ("PATCH", "/wattpilots/1", {"policy": {"min_a": 5}}, "policy.min_a", "mindestens 6"),
        ("PATCH", "/wattpilots/1", {"policy": {"min_a": 20, "max_a": 10}}, "policy", "der kleinste Strom darf nicht"),
        ("PATCH", "/wattpilots/1", {"mode": "moon"}, "mode", "eines von: 'sun', 'minimum', 'full', 'off' oder 'fixed'"),
        ("PATCH", "/wattpilots/1", {"house_id": 99}, "house_id", "ein solches Haus gibt es nicht"),
        ("PATCH", "/wattpilots/1", {"moon": 1}, "moon", "gibt es hier nicht"),
        ("PUT", "/wattpilots/1/override", {"kind": "fixed"}, "body", "amps (6 bis 32) gehört zur Art 'fixed'"),
        ("PUT", "/wattpilots/1/deadline", {"at": "soon"}, "at", "schreibe eine Uhrzeit wie '07:00'"),
        ("PATCH", "/houses/2", {"time_zone": "Moon/Sea"}, "time_zone", "diese Zeitzone ist nicht bekannt"),
        ("PATCH", "/houses/2", {"currency": "Euro"}, "currency", "drei Großbuchstaben, etwa EUR"),
        ("PATCH", "/wattpilots/1", {"policy": {"phases": 10**30}}, "policy.phases", "hat zu viele Ziffern"),
        ("POST", "/inverters", {"name": "Barn", "source": {"kind": "moon"}}, "source", "die Art ist 'solaredge' (mit"),
        ("PATCH", "/houses/2", {"name": ""}, "name", "mindestens 1 Zeichen"),
        ("PATCH", "/houses/2", {"import_price": "cheap"}, "import_price", "muss eine Zahl sein"),
        ("PATCH", "/houses/2", [], "body", "sende ein JSON-Objekt"),
        ("POST", "/inverters", {"name": "Barn"}, "source", "fehlt"),
        (
            "POST",
            "/inverters",
            {"name": "Barn", "source": V2 | {"site_id": "x"}},
            "source.site_id",
            "hat nicht die Form",
        ),
        (
            "POST",
            "/inverters",
            {"name": "Barn", "source": V2 | {"access": "oauth"}},
            "source",
            "OAuth braucht die Client-ID",
        ),
        (
            "POST",
            "/inverters",
            {
                "name": "Barn",
                "source": METER | {"preset": "evcc", "device": None, "grid": None, "grid_import": {"topic": "a"}},
            },
            "source",
            "grid_import und grid_export gehören zusammen",
        ),
        (
            "POST",
            "/notifications",
            {"name": "a", "url": "file:///etc/passwd"},
            "url",
            "'file' gehört nicht zu den Diensten",
        ),
    ],
)
async def test_a_fault_is_said_in_german_too(
    world: World, method: str, path: str, body: Any, at: str, german: str
) -> None:
    await world.add(wattpilot_id=1)
    await world.learn()
    fault = await refused(world, method, path, body)
    assert fault["at"] == at
    assert fault["text"]["de"].startswith(german)


@pytest.mark.parametrize(
    ("limit", "german"),
    [
        (6, "6"),
        (1_000_000, "1.000.000"),
        (2**53, "9.007.199.254.740.992"),
        (1e6, "1.000.000"),
        (0.5, "0,5"),
        (-1234.25, "-1.234,25"),
        (0.0001, "0,0001"),
    ],
)
def test_a_limit_is_written_as_german_writes_numbers(limit: float, german: str) -> None:
    assert fault_words.words_of("less_than_equal", "", {"le": limit}).de == f"höchstens {german}"


async def test_half_a_surrogate_is_no_text_in_german_either(world: World) -> None:
    answer = await world.http.post(
        "/api/v1/keys",
        content=r'{"name": "\ud800", "scope": "read"}',
        headers={"Content-Type": "application/json"},
    )
    assert [fault["text"]["de"] for fault in answer.json()["errors"]] == ["muss Unicode-Text sein"]


def test_what_has_no_german_yet_is_said_in_english() -> None:
    text = fault_words.words_of("of_tomorrow", "Input should be tomorrow", {})
    assert text.de == text.en == "Input should be tomorrow"


def test_every_code_of_sunpilots_own_has_its_german() -> None:
    root = Path(__file__).parents[3]
    folders = (root / "core/src/sunpilot/contract", root / "services/api/src/sunpilot/api")
    sources = "".join(file.read_text(encoding="utf-8") for folder in folders for file in folder.rglob("*.py"))
    raised = set(re.findall(r'(?:PydanticCustomError\(|custom_error_type=)\s*"(\w+)"', sources))
    assert len(raised) > 10
    assert [code for code in sorted(raised) if fault_words.words_of(code, "?", ANY).de == "?"] == []
