"""What is refused is said to scripts by field, and to people in both languages by what the page calls it."""

import re
from pathlib import Path
from typing import Any

import pytest

from sunpilot.api import clash
from sunpilot.api.refusal import ConflictError
from sunpilot.contract.house import House
from sunpilot.contract.inverter import Inverter
from sunpilot.contract.source_settings import SolarEdgeModbus
from sunpilot.contract.wattpilot import Wattpilot
from sunpilot.runtime.store import CONNECTIONS
from tests.unit.api.conftest import World

WORDS = Path(__file__).parents[3] / "web" / "src" / "words"
FIELDS = re.compile(r"wattpilot_id|house_id|with_house|/api/|role '|\bnull\b")
METER = {"kind": "mqtt-meter", "preset": "evcc"}
LONE = Inverter(id=1, name="Roof", source=SolarEdgeModbus(kind="solaredge-modbus", host="roof"), house_id=2)
BARN = LONE.model_copy(update={"id": 3, "name": "Barn"})
HOME = House(id=2, name="Home")
BOX = Wattpilot(id=1, name="Drive")
CLASHES = [
    clash.same_name(LONE),
    clash.same_source(LONE),
    clash.named_wattpilot(LONE, 1),
    clash.housed_wattpilot(BOX, HOME),
    clash.second_grid(HOME, LONE),
    clash.no_grid(HOME),
    clash.still_measured(LONE, BARN),
    clash.house_goes_too(LONE, HOME),
]


async def refused(world: World, method: str, path: str, body: Any = None, status: int = 409) -> dict[str, Any]:
    answer = await world.http.request(method, f"/api/v1/{path}", json=body)
    assert answer.status_code == status, answer.text
    problem = dict(answer.json())
    assert set(problem["text"]) == {"en", "de"}
    assert not any(FIELDS.search(text) for text in problem["text"].values())
    return problem


async def test_a_wattpilot_that_another_inverter_has_is_refused_with_what_to_choose_on_the_page(world: World) -> None:
    await world.add(wattpilot_id=1)
    problem = await refused(
        world, "POST", "inverters", {"name": "Barn", "source": METER | {"device": "a"}, "wattpilot_id": 1}
    )
    assert problem["detail"].endswith("set that one's wattpilot_id to null first.")
    assert problem["text"] == {
        "en": "“Roof” has this Wattpilot as its “Wattpilot of this house”: choose “none” there first.",
        "de": "„Roof“ hat diesen Wattpilot als „Wattpilot dieses Hauses“: Wähle dort zuerst „keiner“.",
    }


async def test_a_house_whose_connection_is_measured_is_refused_with_the_other_choice(world: World) -> None:
    made = await world.add()
    body = {"name": "Barn", "source": METER | {"device": "a"}, "role": "grid", "house_id": made["house_id"]}
    problem = await refused(world, "POST", "inverters", body)
    assert problem["text"]["de"] == (
        "„Roof“ misst schon den Anschluss des Hauses „Roof“: Wähle unter „Was er misst“ „Erzeugt zusätzlich für Roof“. "
        "Ein vorhandener Wechselrichter wird das nicht mehr gefragt: Entferne ihn, und füge ihn neu hinzu."
    )


async def test_what_somebody_has_removed_meanwhile_is_said_so(world: World) -> None:
    problem = await refused(world, "PATCH", "inverters/99", {"name": "Barn"}, 404)
    assert "list what there is with GET /api/v1/inverters" in problem["detail"]
    assert problem["text"]["de"] == "Das gibt es nicht mehr: Jemand hat es entfernt."


async def test_a_deadline_without_a_house_says_where_the_house_is_chosen(world: World) -> None:
    await world.learn()
    problem = await refused(world, "PUT", "wattpilots/1/deadline", {"at": "07:00"})
    assert problem["text"]["de"].startswith("Dieser Wattpilot gehört zu keinem Haus, darum lädt er nicht:")


async def test_a_store_and_a_broker_that_are_away_are_said_in_both_languages(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await world.add()
    world.bus.disconnect()
    problem = await refused(world, "POST", f"inverters/{made['id']}/fetch", status=503)
    assert problem["text"]["de"].startswith("Der Nachrichten-Broker antwortet nicht")
    world.lose_answers(monkeypatch)
    problem = await refused(world, "PATCH", "houses/2", {"name": "Home"}, 503)
    assert problem["text"]["de"].startswith("Der Speicher der Einstellungen antwortet nicht")


@pytest.mark.parametrize("error", CLASHES, ids=lambda error: str(error)[:20])
def test_a_clash_tells_people_no_field_in_either_language(error: ConflictError) -> None:
    texts = (error.text.en, error.text.de)
    assert error.text.en != error.text.de
    assert not any(FIELDS.search(text) for text in texts)


@pytest.mark.parametrize(("language", "quotes"), [("en", "“([^”]+)”"), ("de", "„([^“]+)“")])
def test_a_clash_calls_things_what_the_page_calls_them(language: str, quotes: str) -> None:
    page = "".join(file.read_text(encoding="utf-8") for file in WORDS.glob(f"*{language}.ts"))
    labels = {label for error in CLASHES for label in re.findall(quotes, getattr(error.text, language))}
    own = {"Roof", "Barn", "Home", "Drive"}
    unknown = {label for label in labels - own if label.removesuffix(" Home") not in re.findall(r'"([^"\n]*)"', page)}
    assert (len(labels - own) > 6, unknown) == (True, set())


async def test_who_waited_too_long_in_a_crowd_is_told_to_come_back_and_nobody_takes_the_store_for_dead(
    world: World,
) -> None:
    for _ in range(CONNECTIONS):
        await world.store._turns.acquire()
    problem = await refused(world, "GET", "wattpilots/900", status=503)
    assert problem["detail"].startswith("Too many ask for this at once")
    assert world.answers[-1].headers["Retry-After"] == "5"
    for _ in range(CONNECTIONS):
        world.store._turns.release()
    await refused(world, "GET", "wattpilots/900", status=404)
