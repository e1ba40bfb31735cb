"""REST says whether history is kept, and where it is shown."""

from typing import Any

import pytest

from sunpilot.api.grafana import Grafana
from sunpilot.api.settings import ApiSettings
from sunpilot.contract.service import Recording, ServiceState
from tests.support.virtual_time import START
from tests.unit.api.conftest import World

TOPIC = "sunpilot/service/recorder/main"
ONLINE = '{"v":1,"online":true,"version":"1","started_at":"2026-06-21T03:00:00Z","uptime_s":1,"waits_for":["InfluxDB"]}'


async def asked(world: World) -> Any:
    return (await world.http.get("/api/v1/history")).json()


async def test_without_a_recorder_there_is_no_history_and_no_link(world: World) -> None:
    nothing = {"recording": False, "is_waiting": False, "recorder": None, "grafana_url": None, "grafana_port": None}
    assert await asked(world) == nothing


async def test_a_recorder_at_work_is_told_with_what_it_waits_for_and_where_the_dashboards_are(world: World) -> None:
    await world.say(TOPIC, ONLINE, retain=True)
    history = await asked(world)
    assert (history["recording"], history["grafana_port"]) == (True, 3000)
    assert history["recorder"]["waits_for"] == ["InfluxDB"]
    assert (history["is_waiting"], history["recorder"]["standing"]) == (True, "waiting")


@pytest.mark.parametrize(("oldest_s", "is_waiting"), [(None, False), (5.0, False), (301.0, True)])
async def test_records_that_are_behind_are_waiting_though_nothing_is_said_to_be_missing(
    world: World, oldest_s: float | None, is_waiting: bool
) -> None:
    state = ServiceState(
        online=True, version="1", started_at=START, uptime_s=1.0, recording=Recording(received=9, oldest_s=oldest_s)
    )
    await world.say(TOPIC, state.encode(), retain=True)
    history = await asked(world)
    assert history["is_waiting"] == is_waiting
    assert history["recorder"]["standing"] == ("waiting" if is_waiting else "ok")


async def test_a_recorder_that_was_lost_keeps_no_history(world: World) -> None:
    await world.say(TOPIC, ONLINE, retain=True)
    await world.say(TOPIC, '{"v":1,"online":false,"version":"1"}', retain=True)
    history = await asked(world)
    assert (history["recording"], history["recorder"]["standing"]) == (False, "offline")
    assert history["grafana_port"] is None


@pytest.mark.parametrize(
    ("environment", "grafana"),
    [
        ({}, Grafana()),
        ({"GRAFANA_URL": "", "GRAFANA_PORT": "3001"}, Grafana(port=3001)),
        ({"GRAFANA_URL": "https://house.example/grafana"}, Grafana(url="https://house.example/grafana")),
    ],
)
def test_where_grafana_is_comes_from_the_environment(
    environment: dict[str, str], grafana: Grafana, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(f"SUNPILOT_{name}", value)
    assert ApiSettings().grafana == grafana


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x", "//x"])
def test_a_link_that_is_no_web_address_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUNPILOT_GRAFANA_URL", url)
    with pytest.raises(ValueError, match="grafana_url"):
        ApiSettings()
