"""The SolarEdge V1 twin: shapes, staleness, errors, quota and faults."""

import json
import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.simulator.house import Truth
from sunpilot.simulator.solaredge import Cloud, Subscription, fault_table
from sunpilot.simulator.solaredge.answer import Answer
from sunpilot.simulator.solaredge.power_flow import power_flow
from sunpilot.simulator.solaredge.subscription import Averaging

START = datetime(2026, 6, 21, 10, 0, 0, tzinfo=UTC)
TOKEN = "0123456789ABCDEF0123456789ABCDEF"
SUBSCRIPTION = Subscription(900900, TOKEN, ZoneInfo("Europe/Berlin"))
FLOW = "/site/900900/currentPowerFlow"


def truth(
    pv_w: float, load_w: float, at: datetime = START, battery_w: float | None = None, soc_pct: float | None = None
) -> Truth:
    grid_w = load_w + (battery_w or 0.0) - pv_w
    return Truth(at, at, pv_w, load_w, 0.0, grid_w, battery_w, soc_pct)


@dataclass
class Scene:
    """A cloud under a hand-moved clock."""

    subscription: Subscription = SUBSCRIPTION
    at: datetime = START
    cloud: Cloud = field(init=False)

    def __post_init__(self) -> None:
        self.cloud = Cloud(lambda: self.at, self.subscription)
        self.show(5000, 800)

    def show(self, pv_w: float, load_w: float, seconds: int = 0) -> None:
        self.at += timedelta(seconds=seconds)
        self.cloud.observe(truth(pv_w, load_w, self.at))

    def get(self, path: str = FLOW, token: str | None = TOKEN, ip: str = "127.0.0.1") -> Answer:
        return self.cloud.get(path, {} if token is None else {"api_key": token}, ip)

    def flow(self) -> dict[str, Any]:
        content: dict[str, dict[str, Any]] = json.loads(self.get().body)
        return content["siteCurrentPowerFlow"]

    def pv(self) -> float:
        power: float = self.flow()["PV"]["currentPower"]
        return power


def documented(flow: str) -> str:
    """An example as documentation prints it, on several lines."""
    return "".join(line.strip() for line in flow.splitlines())


EXAMPLES = {
    "export": (
        truth(5230, 860),
        "kW",
        """{"updateRefreshRate":3,"unit":"kW","connections":[{"from":"PV","to":"Load"},{"from":"LOAD","to":"Grid"}],
           "GRID":{"status":"Active","currentPower":4.37},"LOAD":{"status":"Active","currentPower":0.86},
           "PV":{"status":"Active","currentPower":5.23}}""",
    ),
    "import with the car at 7 kW": (
        truth(7230, 7550),
        "kW",
        """{"updateRefreshRate":3,"unit":"kW","connections":[{"from":"GRID","to":"Load"},{"from":"PV","to":"Load"}],
           "GRID":{"status":"Active","currentPower":0.32},"LOAD":{"status":"Active","currentPower":7.55},
           "PV":{"status":"Active","currentPower":7.23}}""",
    ),
    "night": (
        truth(0, 410),
        "kW",
        """{"updateRefreshRate":3,"unit":"kW","connections":[{"from":"GRID","to":"Load"}],
           "GRID":{"status":"Active","currentPower":0.41},"LOAD":{"status":"Active","currentPower":0.41},
           "PV":{"status":"Idle","currentPower":0.0}}""",
    ),
    "night in W": (
        truth(0, 387.2),
        "W",
        """{"updateRefreshRate":3,"unit":"W","connections":[{"from":"GRID","to":"Load"}],
           "GRID":{"status":"Active","currentPower":387.0},"LOAD":{"status":"Active","currentPower":387.0},
           "PV":{"status":"Idle","currentPower":0.0}}""",
    ),
    "battery charging and export": (
        truth(5060, 710, battery_w=3300, soc_pct=62),
        "kW",
        """{"updateRefreshRate":3,"unit":"kW","connections":[{"from":"PV","to":"Load"},{"from":"LOAD","to":"Grid"},
           {"from":"PV","to":"Storage"}],"GRID":{"status":"Active","currentPower":1.05},
           "LOAD":{"status":"Active","currentPower":0.71},"PV":{"status":"Active","currentPower":5.06},
           "STORAGE":{"status":"Charging","currentPower":3.3,"chargeLevel":62,"critical":false}}""",
    ),
    "battery discharging at night": (
        truth(0, 640, battery_w=-620, soc_pct=47),
        "kW",
        """{"updateRefreshRate":3,"unit":"kW","connections":[{"from":"STORAGE","to":"Load"},
           {"from":"GRID","to":"Load"}],"GRID":{"status":"Active","currentPower":0.02},
           "LOAD":{"status":"Active","currentPower":0.64},"PV":{"status":"Idle","currentPower":0.0},
           "STORAGE":{"status":"Discharging","currentPower":0.62,"chargeLevel":47,"critical":false}}""",
    ),
    "battery charging from the house": (
        truth(0, 510, battery_w=2300, soc_pct=18),
        "kW",
        """{"updateRefreshRate":3,"unit":"kW","connections":[{"from":"GRID","to":"Load"},
           {"from":"LOAD","to":"Storage"}],"GRID":{"status":"Active","currentPower":2.81},
           "LOAD":{"status":"Active","currentPower":0.51},"PV":{"status":"Idle","currentPower":0.0},
           "STORAGE":{"status":"Charging","currentPower":2.3,"chargeLevel":18,"critical":false}}""",
    ),
    "battery full": (
        truth(940, 940, battery_w=0, soc_pct=100),
        "kW",
        """{"updateRefreshRate":3,"unit":"kW","connections":[{"from":"PV","to":"Load"}],
           "GRID":{"status":"Idle","currentPower":0.0},"LOAD":{"status":"Active","currentPower":0.94},
           "PV":{"status":"Active","currentPower":0.94},
           "STORAGE":{"status":"Idle","currentPower":0.0,"chargeLevel":100,"critical":false}}""",
    ),
    "nothing over the grid": (
        truth(940, 940),
        "kW",
        """{"updateRefreshRate":3,"unit":"kW","connections":[{"from":"PV","to":"Load"}],
           "GRID":{"status":"Idle","currentPower":0.0},"LOAD":{"status":"Active","currentPower":0.94},
           "PV":{"status":"Active","currentPower":0.94}}""",
    ),
}


@pytest.mark.parametrize(("state", "unit", "expected"), EXAMPLES.values(), ids=EXAMPLES)
def test_the_documented_examples_come_out_word_for_word(state: Truth, unit: str, expected: str) -> None:
    assert json.dumps(power_flow(state, unit), separators=(",", ":")) == documented(expected)


@given(pv_w=st.floats(0, 30_000), load_w=st.floats(0, 30_000), unit=st.sampled_from(["kW", "W"]))
def test_direction_and_magnitude_give_back_the_signed_grid_power(pv_w: float, load_w: float, unit: str) -> None:
    flow: Any = power_flow(truth(pv_w, load_w), unit)
    scale_w, step_w = (1000, 10) if unit == "kW" else (1, 1)
    connections = {(one["from"], one["to"]) for one in flow["connections"]}
    sign = {("GRID", "Load"): 1, ("LOAD", "Grid"): -1}
    grid_w = sum(sign.get(one, 0) for one in connections) * flow["GRID"]["currentPower"] * scale_w
    assert grid_w == pytest.approx(load_w - pv_w, abs=step_w / 2 + 1e-6)
    assert min(flow[name]["currentPower"] for name in ("GRID", "LOAD", "PV")) >= 0


@pytest.mark.parametrize("suffix", ["", ".json"])
def test_the_power_flow_is_json_with_and_without_the_suffix(suffix: str) -> None:
    answer = Scene().get(FLOW + suffix)
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert answer.headers["Date"] == "Sun, 21 Jun 2026 10:00:00 GMT"


def test_a_site_without_uploads_shows_an_empty_flow() -> None:
    cloud = Cloud(lambda: START, Subscription(900900, TOKEN, UTC))
    assert cloud.get(FLOW, {"api_key": TOKEN}, "127.0.0.1").body == b'{"siteCurrentPowerFlow":{}}'


def test_the_overview_gives_watts_and_local_time() -> None:
    scene = Scene()
    for _ in range(1800):
        scene.show(5000, 800, seconds=1)
    overview = json.loads(scene.get("/site/900900/overview").body)["overview"]
    assert overview["lastUpdateTime"] == "2026-06-21 12:25:00"  # the upload of 12:30 is published a minute later
    assert overview["currentPower"] == {"power": 5000}
    assert overview["lastDayData"] == overview["lifeTimeData"] == {"energy": 2500}


def test_the_energy_of_the_day_begins_anew_at_local_midnight() -> None:
    scene = Scene(at=datetime(2026, 6, 21, 21, 59, 0, tzinfo=UTC))
    for _ in range(120):
        scene.show(3600, 800, seconds=1)
    overview = json.loads(scene.get("/site/900900/overview").body)["overview"]
    assert overview["lifeTimeData"]["energy"] == 120
    assert overview["lastDayData"]["energy"] == pytest.approx(61, abs=1)


def test_uploads_come_every_interval_and_show_after_the_delay() -> None:
    scene = Scene()
    scene.show(6000, 800, seconds=299)
    scene.show(7000, 800, seconds=1)  # 10:05:00, the next upload
    scene.show(8000, 800, seconds=59)
    assert scene.pv() == 5.0
    scene.show(8000, 800, seconds=1)
    assert scene.pv() == 7.0


def test_a_frozen_cloud_shows_the_same_for_hours() -> None:
    scene = Scene()
    scene.cloud.faults.set("frozen")
    for _ in range(120):
        scene.show(100, 800, seconds=60)
    assert scene.pv() == 5.0
    scene.cloud.faults.set("frozen", 0)
    for _ in range(12):
        scene.show(200, 800, seconds=60)
    assert scene.pv() == 0.2


@pytest.mark.parametrize("token", [None, "", TOKEN[:-1], TOKEN.lower(), "ü" * 32])
def test_a_missing_or_wrong_key_is_a_problem_document(token: str | None) -> None:
    answer = Scene().get(token=token)
    assert (answer.status, answer.content_type) == (401, "application/problem+json")
    problem = json.loads(answer.body)
    assert problem["title"] == "Unauthorized - Authentication Failed"
    assert {"type", "title", "status", "detail", "instance", "properties"} == problem.keys()


def test_no_answer_and_no_repr_shows_the_key() -> None:
    scene = Scene()
    answers = [scene.get(path) for path in (FLOW, "/site/900900/overview", "/site/900901/overview", "/nothing")]
    assert TOKEN not in f"{answers} {scene.subscription!r} {scene.cloud!r}"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/site/900901/currentPowerFlow", 403),
        ("/site/7/currentPowerFlow", 404),
        ("/site/900900/inventory", 404),
        ("/site/x/overview", 404),
        ("/site/٩/overview", 404),
        ("/", 404),
    ],
)
def test_foreign_sites_are_forbidden_and_unknown_ones_not_found(path: str, status: int) -> None:
    assert Scene().get(path).status == status


def test_a_retired_cloud_is_gone_whatever_is_asked() -> None:
    scene = Scene()
    scene.cloud.faults.set("retired")
    assert [scene.get(path, token).status for path in (FLOW, "/nothing") for token in (TOKEN, None)] == [410] * 4


def test_the_301st_call_of_a_day_is_refused_and_a_sliding_day_later_it_is_not() -> None:
    scene = Scene()
    statuses = [scene.get(ip=f"192.0.2.{number % 2}").status for number in range(301)]
    assert statuses == [200] * 300 + [429]
    scene.at += timedelta(hours=24)
    assert scene.get().status == 200


def test_calls_that_cost_nothing_leave_the_quota_alone() -> None:
    scene = Scene()
    scene.get(token=None)
    scene.get("/nothing")
    assert scene.cloud.calls_left == 300
    scene.cloud.faults.set("status_500", 1)
    scene.get()
    assert scene.cloud.calls_left == 299


def test_calls_are_counted_by_status_until_reset() -> None:
    scene = Scene()
    for token in (TOKEN, TOKEN, None):
        scene.get(token=token)
    assert scene.cloud.calls == {200: 2, 401: 1}
    scene.cloud.reset_counters()
    assert not scene.cloud.calls
    assert scene.cloud.calls_left == 300


def test_a_fault_lasts_for_its_number_of_calls() -> None:
    scene = Scene()
    scene.cloud.faults.set("status_503", 2)
    assert [scene.get().status for _ in range(3)] == [503, 503, 200]


def test_a_fault_without_a_number_lasts_until_cleared() -> None:
    scene = Scene()
    scene.cloud.faults.set("status_429")
    assert {scene.get().status for _ in range(5)} == {429}
    scene.cloud.faults.set("status_429", 0)
    assert scene.get().status == 200


def test_an_unknown_fault_is_refused_with_the_known_names() -> None:
    with pytest.raises(ValueError, match=r"no cloud fault 'typo'; there are: unit_missing, .*frozen"):
        Scene().cloud.faults.set("typo")


def body_under(fault: str) -> bytes:
    scene = Scene()
    scene.cloud.faults.set(fault)
    return scene.get().body


def flow_under(fault: str) -> dict[str, Any]:
    content: dict[str, dict[str, Any]] = json.loads(body_under(fault))
    return content["siteCurrentPowerFlow"]


@pytest.mark.parametrize(
    ("fault", "status", "content_type"),
    [
        ("status_429", 429, "text/plain"),
        ("status_500", 500, "text/html; charset=UTF-8"),
        ("status_503", 503, "application/json"),
        ("html", 200, "text/html; charset=UTF-8"),
        ("access_denied", 403, "text/plain"),
        ("empty_body", 200, "application/json"),
        ("truncated_json", 200, "application/json"),
    ],
)
def test_faults_that_replace_the_answer(fault: str, status: int, content_type: str) -> None:
    scene = Scene()
    scene.cloud.faults.set(fault)
    answer = scene.get()
    assert (answer.status, answer.content_type) == (status, content_type)
    if fault != "status_503":
        with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
            json.loads(answer.body)


def test_faults_of_the_unit() -> None:
    assert "unit" not in flow_under("unit_missing")
    assert flow_under("unit_unknown")["unit"] not in {"W", "kW", "MW"}
    assert (flow_under("watts")["unit"], flow_under("watts")["PV"]["currentPower"]) == ("W", 5000.0)


POWER_FAULTS = ("power_missing", "power_null", "power_nan", "power_negative", "power_string")


def test_faults_of_the_powers() -> None:
    powers = {fault: flow_under(fault)["GRID"].get("currentPower", "missing") for fault in POWER_FAULTS}
    assert math.isnan(powers.pop("power_nan"))
    assert powers == {"power_missing": "missing", "power_null": None, "power_negative": -4.2, "power_string": "4.20"}


def test_faults_of_the_connections() -> None:
    assert "connections" not in flow_under("connections_missing")
    assert flow_under("connections_empty")["connections"] == []
    both = flow_under("connections_contradicting")["connections"]
    assert {"from": "GRID", "to": "Load"} in both
    assert {"from": "LOAD", "to": "Grid"} in both


def test_a_site_that_lost_its_meter_has_an_empty_flow() -> None:
    assert body_under("empty_flow") == b'{"siteCurrentPowerFlow":{}}'


@given(st.lists(st.sampled_from(fault_table.NAMES), unique=True))
def test_any_faults_at_once_give_some_answer(faults: list[str]) -> None:
    scene = Scene()
    for name in faults:
        scene.cloud.faults.set(name)
    assert scene.get().status in {200, 302, 401, 403, 404, 410, 429, 500, 502, 503}
    assert scene.get("/site/900900/overview").status in {200, 302, 401, 403, 404, 410, 429, 500, 502, 503}


def test_latency_is_asked_for_and_not_slept() -> None:
    scene = Scene()
    scene.cloud.faults.latency_s = 12.5
    assert scene.get().latency_s == 12.5


# --- the rest of V1 -----------------------------------------------------------------------------------------------


def hours(scene: Scene, count: float, pv_w: float = 5000, load_w: float = 800) -> None:
    for _ in range(int(count * 360)):
        scene.show(pv_w, load_w, seconds=10)


def content(scene: Scene, path: str, **query: str) -> Any:
    answer = scene.cloud.get(path, {"api_key": TOKEN, **query}, "127.0.0.1")
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


MORNING = {"startTime": "2026-06-21 12:00:00", "endTime": "2026-06-21 13:00:00"}


def test_power_details_have_a_value_per_closed_quarter_and_meter() -> None:
    scene = Scene()
    hours(scene, 0.6)
    details = content(scene, "/site/900900/powerDetails", **MORNING)["powerDetails"]
    assert (details["unit"], details["timeUnit"]) == ("W", "QUARTER_OF_AN_HOUR")
    meters = {meter["type"]: meter["values"] for meter in details["meters"]}
    assert meters.keys() == {"Production", "Consumption", "SelfConsumption", "FeedIn", "Purchased"}
    assert meters["FeedIn"][:2] == [
        {"date": "2026-06-21 12:00:00", "value": 4200.0},
        {"date": "2026-06-21 12:15:00", "value": 4200.0},
    ]
    assert meters["FeedIn"][2:] == [{"date": "2026-06-21 12:30:00"}, {"date": "2026-06-21 12:45:00"}]
    assert meters["SelfConsumption"][0]["value"] == 800
    chosen = content(scene, "/site/900900/powerDetails", meters="PRODUCTION,FeedIn", **MORNING)
    assert [meter["type"] for meter in chosen["powerDetails"]["meters"]] == ["Production", "FeedIn"]


def test_energy_details_add_up() -> None:
    scene = Scene()
    hours(scene, 1.2)
    quarters = content(scene, "/site/900900/energyDetails", timeUnit="QUARTER_OF_AN_HOUR", **MORNING)
    (purchased,) = [one for one in quarters["energyDetails"]["meters"] if one["type"] == "FeedIn"]
    assert [value["value"] for value in purchased["values"]] == [1050.0] * 4
    day = content(scene, "/site/900900/energy", startDate="2026-06-21", endDate="2026-06-22")["energy"]
    assert day["values"][0]["value"] == pytest.approx(5000)


def test_a_time_beyond_a_month_is_refused_and_one_that_cannot_be_read_too() -> None:
    scene = Scene()
    path = "/site/900900/powerDetails"
    long = {"startTime": "2026-01-01 00:00:00", "endTime": "2026-03-01 00:00:00", "api_key": TOKEN}
    assert scene.cloud.get(path, long, "127.0.0.1").status == 403
    assert scene.cloud.get(path, {"api_key": TOKEN, "startTime": "noon"}, "127.0.0.1").status == 400


def test_the_site_and_the_list_of_sites_are_described() -> None:
    scene = Scene()
    assert content(scene, "/site/900900/details")["details"]["location"]["timeZone"] == "Europe/Berlin"
    assert content(scene, "/sites/list")["sites"]["site"][0]["id"] == 900900


@pytest.mark.parametrize(
    ("name", "outer", "inner"),
    [
        ("overview", "sitesOverviews", "siteOverview"),
        ("power", "powerDateValuesList", "powerDataValueSeries"),
        ("energy", "sitesEnergy", "energyValues"),
    ],
)
def test_a_bulk_call_costs_one_of_each_sites_quota(name: str, outer: str, inner: str) -> None:
    scene = Scene()
    bulk = content(scene, f"/sites/900900/{name}", **MORNING)[outer]
    assert bulk["count"] == 1
    assert inner in bulk["siteEnergyList"][0]
    assert scene.cloud.calls_left == 299


def test_one_site_of_others_in_a_bulk_call_forbids_all() -> None:
    scene = Scene()
    assert scene.get("/sites/900900,900901/overview").status == 403
    assert scene.get("/sites/900900/currentPowerFlow").status == 404


def test_a_fourth_call_at_the_same_time_is_one_too_many() -> None:
    scene = Scene()
    scene.cloud.faults.latency_s = 10
    assert [scene.get().status for _ in range(4)] == [200, 200, 200, 429]
    assert scene.get(ip="192.0.2.9").status == 200
    scene.at += timedelta(seconds=10)
    assert scene.get().status == 200


def test_a_car_ahead_of_the_meter_is_not_seen() -> None:
    scene = Scene()
    scene.cloud.faults.set("car_ahead_of_meter")
    scene.at += timedelta(minutes=10)
    scene.cloud.observe(Truth(scene.at, scene.at, pv_w=5000, load_w=8000, car_w=7000, grid_w=3000))
    scene.at += timedelta(minutes=1)
    scene.cloud.observe(Truth(scene.at, scene.at, pv_w=5000, load_w=8000, car_w=7000, grid_w=3000))
    assert scene.flow()["LOAD"]["currentPower"] == 1.0


def test_time_travel_shows_what_was_before() -> None:
    scene = Scene()
    scene.show(7000, 800, seconds=300)
    scene.show(7000, 800, seconds=60)
    assert scene.pv() == 7.0
    scene.cloud.faults.set("time_travel")
    assert scene.pv() == 5.0


def test_units_flip_from_call_to_call() -> None:
    scene = Scene()
    scene.cloud.faults.set("unit_flips")
    assert {scene.flow()["unit"] for _ in range(2)} == {"kW", "W"}


def test_an_averaged_upload_holds_the_mean_since_the_last() -> None:
    scene = Scene()
    scene.cloud.options.averaging = Averaging.INTERVAL
    for pv_w in (0, 6000):
        for _ in range(15):
            scene.show(pv_w, 800, seconds=10)
    scene.show(6000, 800, seconds=60)
    assert scene.pv() == pytest.approx(3.0)  # as many steps of 0 W as of 6000 W


# --- how long faults last -----------------------------------------------------------------------------------------


def test_a_fault_ends_by_itself_after_its_time() -> None:
    scene = Scene()
    scene.cloud.faults.set("status_503", until=scene.at + timedelta(seconds=60))
    assert scene.get().status == 503
    scene.at += timedelta(seconds=60)
    assert scene.get().status == 200


def test_a_fault_may_strike_a_share_of_the_calls_and_always_the_same_ones() -> None:
    struck = []
    for _ in range(2):
        scene = Scene()
        scene.cloud.faults.set("status_503", share=0.3)
        struck.append([scene.get().status for _ in range(100)])
    assert struck[0] == struck[1]
    assert 15 <= struck[0].count(503) <= 45


@pytest.mark.parametrize("fault", ["retry_after", "retry_after_date"])
def test_a_429_may_say_when_to_come_back(fault: str) -> None:
    scene = Scene()
    scene.cloud.faults.set("status_429")
    assert "Retry-After" not in scene.get().headers
    scene.cloud.faults.set(fault)
    assert scene.get().headers["Retry-After"] in ("960", "Sun, 21 Jun 2026 10:16:00 GMT")
