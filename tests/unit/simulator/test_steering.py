"""The HTTP door without sockets: SolarEdge paths and steering."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from starlette.testclient import TestClient

from sunpilot.simulator.appliances import Appliances
from sunpilot.simulator.clouds import Clouds, Sky
from sunpilot.simulator.day_file import RecordedDay
from sunpilot.simulator.door import application
from sunpilot.simulator.house import House, ModelledDay
from sunpilot.simulator.solaredge import Cloud, Subscription
from sunpilot.simulator.sun import Place, Plane, Roof
from sunpilot.simulator.wattpilot.box import Box

START = datetime(2026, 6, 21, 8, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
TOKEN = "0123456789ABCDEF0123456789ABCDEF"
SECRET = "secret-wifi-key"


class Scene:
    """A house behind its door."""

    def __init__(self) -> None:
        self.slept_s: list[float] = []
        self.box = Box(lambda: START)
        self.cloud = Cloud(lambda: START, Subscription(900900, TOKEN, BERLIN))
        roof = Roof((Plane(10, 30, 180),), 10_000)
        day = ModelledDay(Place(48, 12), roof, Clouds(), Appliances(BERLIN))
        self.house = House(lambda: START, self.sleep, day, self.box, watchers=[self.cloud.observe])
        self.client = TestClient(application(self.house, self.cloud, self.box, self.sleep))

    async def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)

    def order(self, name: str, order: object = None, status: int = 200) -> dict[str, Any]:
        answer = (
            self.client.post(f"/_sim/{name}", json=order) if order is not None else self.client.post(f"/_sim/{name}")
        )
        assert answer.status_code == status, answer.text
        content: dict[str, Any] = answer.json()
        return content


@pytest.fixture
def scene() -> Iterator[Scene]:
    made = Scene()
    with made.client:
        yield made


def test_the_power_flow_is_served_with_the_clocks_date(scene: Scene) -> None:
    answer = scene.client.get("/site/900900/currentPowerFlow.json", params={"api_key": TOKEN})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["date"] == "Sun, 21 Jun 2026 08:30:00 GMT"
    assert answer.json()["siteCurrentPowerFlow"]["LOAD"]["currentPower"] > 0


def test_errors_of_the_cloud_keep_status_and_type(scene: Scene) -> None:
    answer = scene.client.get("/site/900900/overview")
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert scene.client.get("/anything").status_code == 404


def test_latency_passes_on_the_injected_clock(scene: Scene) -> None:
    scene.order("cloud-faults", {"latency_s": 12})
    scene.client.get("/site/900900/currentPowerFlow")
    assert scene.slept_s == [12.0]


def test_the_state_tells_the_truth_and_no_secrets(scene: Scene) -> None:
    answer = scene.client.get("/_sim/state")
    state = answer.json()
    assert state["time"] == state["day_time"] == "2026-06-21T08:30:00+00:00"
    assert state["grid_w"] == pytest.approx(state["load_w"] - state["pv_w"], abs=0.2)
    assert (state["car_w"], state["battery_w"]) == (0.0, None)
    assert state["clouds"] == {"mode": "clear", "seed": 1}
    assert state["energies"]["mean_abs_grid_w"] is None
    assert state["box"]["amp"] == 16
    assert (state["cloud_calls"], state["cloud_calls_left"]) == ({}, 300)
    assert SECRET not in answer.text
    assert TOKEN not in answer.text


def test_the_car_is_plugged_in_and_out(scene: Scene) -> None:
    assert scene.order("plug-in")["car"]["plugged_in"] is True
    assert scene.order("unplug")["car"]["plugged_in"] is False


def test_the_sky_changes_and_keeps_what_was_not_named(scene: Scene) -> None:
    scene.order("clouds", {"mode": "broken", "seed": 7})
    assert scene.order("clouds", {"mode": "overcast"})["clouds"] == {"mode": "overcast", "seed": 7}
    day = scene.house.day
    assert isinstance(day, ModelledDay)
    assert day.clouds == Clouds(Sky.OVERCAST, 7)


def test_a_recorded_day_keeps_its_clouds(scene: Scene) -> None:
    scene.house.day = RecordedDay((0.0,) * 1440, (0.0,) * 1440, BERLIN)
    assert "recorded day" in scene.order("clouds", {"mode": "broken"}, status=400)["error"]
    assert scene.client.get("/_sim/state").json()["clouds"] is None


def test_cloud_faults_are_set_counted_and_cleared(scene: Scene) -> None:
    state = scene.order("cloud-faults", {"status_500": 1, "frozen": True})
    assert state["cloud_faults"] == {"status_500": 1, "frozen": True, "latency_s": 0}
    assert scene.client.get("/site/900900/overview", params={"api_key": TOKEN}).status_code == 500
    assert scene.order("cloud-faults", {"frozen": False})["cloud_faults"] == {"latency_s": 0}


def test_cloud_faults_may_last_for_a_time_and_strike_a_share(scene: Scene) -> None:
    state = scene.order("cloud-faults", {"status_500": {"seconds": 60, "share": 1}})
    assert state["cloud_faults"]["status_500"] is True
    answer = scene.client.get("/site/900900/overview", params={"api_key": TOKEN})
    assert answer.status_code == 500


def test_the_clouds_options_change_at_run_time(scene: Scene) -> None:
    before = scene.client.get("/_sim/state").json()["cloud"]
    assert (before["day_policy"], before["tier"], before["consent"]) == ("sliding24h", "free", False)
    order = {"day_policy": "site_midnight", "tier": "pro", "meters": "none", "publish_delay_s": 5}
    assert scene.order("cloud", order)["cloud"] == before | order
    answer = scene.client.get("/site/900900/currentPowerFlow", params={"api_key": TOKEN})
    assert answer.json() == {"siteCurrentPowerFlow": {}}


def test_v2_and_its_consent_are_served_too(scene: Scene) -> None:
    assert scene.client.get("/v2/sites/900900").status_code == 401
    answer = scene.client.get("/v2/sites/900900", headers={"X-API-Key": "SUNPILOTSIMULATORAPIKEY000900900"})
    assert answer.json()["siteId"] == 900900
    assert scene.order("reset-counters")["cloud_credits_left"] == 2000
    page = scene.client.get("/authorize", params={"client_id": "sunpilot-simulator"})
    assert "Allow" in page.text
    back = scene.client.post("/authorize", params={"client_id": "sunpilot-simulator"}, follow_redirects=False)
    code = back.headers["location"].split("code=")[1].split("&")[0]
    client = {"client_id": "sunpilot-simulator", "client_secret": "SUNPILOTSIMULATORCLIENTSECRET"}
    granted = scene.client.post("/v2/oauth2/token", json={"grant_type": "authorization_code", "code": code, **client})
    assert granted.json()["token_type"] == "Bearer"
    assert scene.client.get("/_sim/state").json()["cloud"]["consent"] is True


def test_box_faults_are_the_boxs_own(scene: Scene) -> None:
    assert scene.order("box-faults", {"silence": True})["box_faults"] == {"silence": 1}
    assert scene.order("box-faults", {"silence": False})["box_faults"] == {}


def test_counters_begin_anew(scene: Scene) -> None:
    scene.house.step(1)
    scene.client.get("/site/900900/overview", params={"api_key": TOKEN})
    assert scene.client.get("/_sim/state").json()["cloud_calls"] == {"200": 1}
    state = scene.order("reset-counters")
    assert (state["cloud_calls"], state["cloud_calls_left"], state["energies"]["elapsed_s"]) == ({}, 300, 0)


@pytest.mark.parametrize(
    ("name", "order", "message"),
    [
        ("clouds", {"mode": "foggy"}, "there are: clear, broken, overcast"),
        ("clouds", {"mode": ["broken"]}, "there are: clear, broken, overcast"),
        ("clouds", {"seed": "one"}, "seed is a whole number"),
        ("clouds", {"sky": "clear"}, "there are: mode, seed"),
        ("cloud-faults", {"typo": True}, "there are: unit_missing"),
        ("cloud-faults", {"html": "yes"}, "html: true (until cleared), false, or a number of calls"),
        ("cloud-faults", {"html": -1}, "0 or more"),
        ("cloud-faults", {"latency_s": "slow"}, "latency_s is a number"),
        ("cloud-faults", {"latency_s": 1e9}, "latency_s is a number of seconds in 0..60"),
        ("box-faults", {"typo": True}, "there are: refuse"),
        ("box-faults", {"silence": 2}, "silence: true or false"),
        ("box-faults", {"late_response": 1000}, "0.5 to 600"),
        ("box-faults", {"late_response": "long"}, "true, false or 0.5 to 600"),
        ("box-set", {"amp": "16"}, "value must be uint8_t"),
        ("car", {"phases": 4}, "phases lies in 1..3"),
        ("car", {"stubborn": 1}, "stubborn: true or false"),
        ("car", {"colour": "red"}, "a car has no colour"),
        ("plug-in", {"cable_a": 17}, "13, 16, 20, 32"),
        ("plug-in", [1], "must be a JSON object"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_and_says_what_does(
    scene: Scene, name: str, order: object, message: str
) -> None:
    assert message in scene.order(name, order, status=400)["error"]


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000])
def test_a_body_that_is_not_json_is_refused(scene: Scene, body: bytes) -> None:
    answer = scene.client.post("/_sim/clouds", content=body)
    assert answer.status_code == 400
    assert "not JSON" in answer.json()["error"]


def test_the_faults_of_the_box_are_listed_with_their_amounts_and_what_holds(scene: Scene) -> None:
    scene.order("box-faults", {"late_response": 6, "silence": True})
    faults = scene.client.get("/_sim/box-faults").json()
    assert faults["late_response"] == {
        "effect": "writes are answered late",
        "amount": {"meaning": "s after the write", "default": 8, "low": 0.5, "high": 600},
        "once": False,
        "now": 6,
    }
    assert (faults["silence"]["now"], faults["reset"]["now"], faults["reset"]["once"]) == (1, False, True)


def test_another_client_and_the_car_can_be_played(scene: Scene) -> None:
    assert scene.order("box-set", {"lmo": 4})["box"]["lmo"] == 4
    scene.order("car", {"phases": 1, "min_a": 8, "stubborn": True})
    assert (scene.box.car.phases, scene.box.car.min_a, scene.box.car.stubborn) == (1, 8, True)
    scene.order("plug-in", {"cable_a": 20})
    scene.house.step(2)
    assert scene.box.properties["cbl"] == 20
