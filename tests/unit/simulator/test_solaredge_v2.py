"""The SolarEdge V2 twin: windows, nulls, access, limits and the consent."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from sunpilot.simulator.house import Truth
from sunpilot.simulator.solaredge import Cloud, Subscription
from sunpilot.simulator.solaredge.answer import Answer
from sunpilot.simulator.solaredge.call import Call
from sunpilot.simulator.solaredge.subscription import Meters, StateOfEnergy, Tier

START = datetime(2026, 6, 21, 10, tzinfo=UTC)
KEY, SECRET = "V2KEYV2KEYV2KEY", "CLIENTSECRET"
SUBSCRIPTION = Subscription(
    7, "V1KEY" * 6, ZoneInfo("Europe/Berlin"), api_key=KEY, client_id="app", client_secret=SECRET
)
HOUR = {"resolution": "QUARTER_HOUR", "from": "2026-06-21T12:00:00+02:00", "to": "2026-06-21T13:00:00+02:00"}


@dataclass
class Scene:
    """A cloud under a hand-moved clock."""

    at: datetime = START
    cloud: Cloud = field(init=False)

    def __post_init__(self) -> None:
        self.cloud = Cloud(lambda: self.at, SUBSCRIPTION)

    def live(self, minutes: float, pv_w: float = 5000, load_w: float = 800, battery_w: float | None = None) -> None:
        end = self.at + timedelta(minutes=minutes)
        while self.at < end:
            grid_w = load_w + (battery_w or 0.0) - pv_w
            soc_pct = None if battery_w is None else 62.0
            self.cloud.observe(Truth(self.at, self.at, pv_w, load_w, 0.0, grid_w, battery_w, soc_pct))
            self.at += timedelta(seconds=10)

    def get(self, name: str = "", *, headers: Any = None, **query: Any) -> Answer:
        sent = {"x-api-key": KEY} if headers is None else headers
        return self.cloud.answer(Call(f"/v2/sites/7{name}", query, headers=sent))

    def content(self, name: str = "", **query: str) -> Any:
        answer = self.get(name, **query)
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    def post(self, path: str, body: object, content_type: str = "application/json") -> Answer:
        sent = {"content-type": content_type}
        return self.cloud.answer(Call(path, method="POST", headers=sent, body=json.dumps(body).encode()))

    def token(self, **fields: str) -> Answer:
        return self.post("/v2/oauth2/token", {"client_id": "app", "client_secret": SECRET, **fields})

    def grant(self) -> dict[str, str]:
        answer = self.token(grant_type="authorization_code", code=self.cloud.consent.code())
        granted: dict[str, str] = json.loads(answer.body)
        return granted

    def refresh(self, token: str) -> Answer:
        return self.token(grant_type="refresh_token", refresh_token=token)


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


# --- series -------------------------------------------------------------------------------------------------------


def test_buckets_carry_their_start_in_site_time_and_are_null_until_they_are_published() -> None:
    scene = Scene()
    scene.live(30.5)
    answer = scene.content("/meters/telemetry", **HOUR)
    assert answer["period"] == {"from": HOUR["from"], "to": HOUR["to"]}
    (meter,) = answer["meters"].values()
    assert meter["exportPower"] == {
        "unit": "W",
        "values": [
            {"timestamp": "2026-06-21T12:00:00+02:00", "value": 4200.0},
            {"timestamp": "2026-06-21T12:15:00+02:00", "value": None},
            {"timestamp": "2026-06-21T12:30:00+02:00", "value": None},
            {"timestamp": "2026-06-21T12:45:00+02:00", "value": None},
        ],
    }
    assert meter["exportEnergy"]["values"][0]["value"] == 1050.0
    assert meter["importPower"]["values"][0]["value"] == 0.0
    scene.live(1)
    (meter,) = scene.content("/meters/telemetry", **HOUR)["meters"].values()
    assert meter["exportPower"]["values"][1]["value"] == 4200.0


def test_a_bucket_that_was_not_wholly_lived_through_stays_null() -> None:
    scene = Scene(START + timedelta(minutes=5))
    scene.live(20)
    (meter,) = scene.content("/meters/telemetry", **HOUR)["meters"].values()
    assert meter["exportPower"]["values"][0]["value"] is None


def test_import_and_export_of_one_bucket_are_kept_apart() -> None:
    scene = Scene()
    scene.live(7.5, pv_w=2800)
    scene.live(30, pv_w=0)
    (meter,) = scene.content("/meters/telemetry", **HOUR)["meters"].values()
    export_w, import_w = (meter[name]["values"][0]["value"] for name in ("exportPower", "importPower"))
    assert export_w == pytest.approx(1000, abs=30)
    assert import_w == pytest.approx(400, abs=15)


def test_production_and_consumption_need_a_meter_of_their_own() -> None:
    scene = Scene()
    scene.live(20)
    assert "productionPower" not in json.dumps(scene.content("/meters/telemetry", **HOUR))
    scene.cloud.options.meters = Meters.PRODUCTION
    grid, production = scene.content("/meters/telemetry", **HOUR)["meters"].values()
    assert grid.keys() == {"importPower", "importEnergy", "exportPower", "exportEnergy"}
    assert production["productionPower"]["values"][0]["value"] == 5000
    assert production["consumptionPower"]["values"][0]["value"] == 800
    scene.cloud.options.meters = Meters.NONE
    assert scene.content("/meters/telemetry", **HOUR)["meters"] == {}


def test_the_battery_has_a_state_of_energy_in_percent_or_as_a_fraction() -> None:
    scene = Scene()
    scene.live(20, battery_w=-500)
    (battery,) = scene.content("/storage/telemetry", **HOUR)["storage"].values()
    assert battery["dischargePower"]["values"][0]["value"] == 500
    assert battery["stateOfEnergy"]["values"][0]["value"] == 62
    scene.cloud.options.state_of_energy = StateOfEnergy.FRACTION
    (battery,) = scene.content("/storage/telemetry", **HOUR)["storage"].values()
    assert battery["stateOfEnergy"]["values"][0]["value"] == 0.62


def test_a_house_without_battery_has_no_storage() -> None:
    scene = Scene()
    scene.live(20)
    assert scene.content("/storage/telemetry", **HOUR)["storage"] == {}


def test_hours_need_all_of_their_quarters() -> None:
    scene = Scene()
    scene.live(62)
    hour = {"resolution": "HOUR", "from": "2026-06-21T12:00:00", "to": "2026-06-21T14:00:00"}
    values = scene.content("/power", **hour)["values"]
    assert [value["value"] for value in values] == [5000, None]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (HOUR | {"from": "2026-06-21T00:59:59+02:00"}, 400),
        (HOUR | {"from": "2026-06-21T01:00:00+02:00"}, 200),
        (HOUR | {"resolution": "HOUR", "from": "2026-06-20T13:00:00+02:00"}, 200),
        (HOUR | {"resolution": "HOUR", "from": "2026-06-20T12:59:00+02:00"}, 400),
        (HOUR | {"to": HOUR["from"]}, 400),
        (HOUR | {"from": "noon"}, 400),
        (HOUR | {"resolution": "MINUTE"}, 400),
    ],
)
def test_a_window_is_12_hours_of_quarters_or_24_of_hours(query: dict[str, str], status: int) -> None:
    answer = Scene().get("/power", **query)
    assert answer.status == status
    if status == 400:
        assert answer.content_type == "application/problem+json"


def test_the_default_window_fails_after_noon() -> None:
    scene = Scene(START.replace(hour=9, minute=59))
    assert scene.get("/power").status == 200
    scene.at = START.replace(minute=1)
    assert scene.get("/power").status == 400


# --- access and limits --------------------------------------------------------------------------------------------


def test_v1s_key_opens_nothing_here() -> None:
    scene = Scene()
    assert scene.get(headers={"x-api-key": SUBSCRIPTION.token}).status == 401
    assert scene.get(headers={}).status == 401
    assert scene.content()["activationStatus"] == "ACTIVE"


def test_foreign_and_unknown_sites_and_operations_are_told_apart() -> None:
    scene = Scene()
    paths = ("/v2/sites/900901", "/v2/sites/8", "/v2/sites/7/nonsense", "/v2/nonsense")
    answers = [scene.cloud.answer(Call(path, headers={"x-api-key": KEY})) for path in paths]
    assert [answer.status for answer in answers] == [403, 404, 404, 404]


def test_the_list_of_sites_is_for_keys_alone() -> None:
    scene = Scene()
    token = scene.grant()["access_token"]
    assert scene.cloud.answer(Call("/v2/sites", headers={"x-api-key": KEY})).status == 200
    assert scene.cloud.answer(Call("/v2/sites", headers=bearer(token))).status == 403


def test_the_power_flow_is_for_those_who_pay() -> None:
    scene = Scene()
    scene.live(1, battery_w=1000)
    assert scene.get("/power-flow").status == 403
    scene.cloud.options.tier = Tier.PRO
    flow = scene.content("/power-flow")
    assert (flow["grid"]["status"], flow["grid"]["power"], flow["unit"]) == ("EXPORT", 3.2, "KW")
    assert (flow["storage"]["status"], flow["storage"]["chargeLevel"]) == ("CHARGE", 62)


def test_the_eleventh_call_of_a_minute_says_when_to_come_back() -> None:
    scene = Scene()
    left = [scene.get().headers["x-ratelimit-remaining-minute"] for _ in range(10)]
    assert left == [str(number) for number in range(9, -1, -1)]
    refused = scene.get()
    assert (refused.status, refused.headers["x-ratelimit-remaining-minute"]) == (429, "0")
    assert refused.headers["retry-after"] == "60"
    scene.at += timedelta(seconds=60)
    assert scene.get().status == 200


def test_a_spent_month_says_nothing_of_when() -> None:
    scene = Scene()
    for _ in range(2000):
        scene.at += timedelta(seconds=7)
        assert scene.get().status == 200
    assert scene.cloud.credits_left == 0
    refused = scene.get()
    assert refused.status == 429
    assert "retry-after" not in refused.headers
    assert int(refused.headers["x-ratelimit-remaining-minute"]) > 0
    scene.at = datetime(2026, 7, 1, tzinfo=UTC)
    assert scene.get().status == 200


def test_a_retired_v1_leaves_v2_alone() -> None:
    scene = Scene()
    scene.cloud.faults.set("retired")
    assert scene.get().status == 200


# --- the consent --------------------------------------------------------------------------------------------------


def authorize(scene: Scene, method: str, **query: str) -> Answer:
    return scene.cloud.answer(Call("/authorize", {"client_id": "app", **query}, method=method))


def test_the_consent_page_leads_back_with_code_site_and_state() -> None:
    scene = Scene()
    page = authorize(scene, "GET")
    assert (page.status, b"Allow" in page.body) == (200, True)
    back = urlsplit(authorize(scene, "POST", state="s1", redirect_uri="http://nas:7080/x").headers["Location"])
    assert (back.netloc, back.path) == ("nas:7080", "/x")
    query = {name: values[0] for name, values in parse_qs(back.query).items()}
    assert (query["site_id"], query["state"]) == ("7", "s1")
    assert scene.token(grant_type="authorization_code", code=query["code"]).status == 200
    assert scene.token(grant_type="authorization_code", code=query["code"]).status == 400


def test_a_state_may_be_forgotten_and_an_unknown_app_or_place_is_refused() -> None:
    scene = Scene()
    scene.cloud.faults.set("state_dropped")
    assert "state" not in authorize(scene, "POST", state="s1").headers["Location"]
    assert authorize(scene, "GET", client_id="other").status == 400
    assert authorize(scene, "POST", redirect_uri="javascript:alert(1)").status == 400


def test_the_token_endpoint_takes_json_alone() -> None:
    scene = Scene()
    form = scene.post("/v2/oauth2/token", {}, "application/x-www-form-urlencoded")
    assert (form.status, json.loads(form.body)["error"]) == (400, "invalid_request")


def test_access_lasts_two_hours() -> None:
    scene = Scene()
    granted = scene.grant()
    assert str(granted["expires_in"]) == "7200"
    assert scene.get(headers=bearer(granted["access_token"])).status == 200
    scene.at += timedelta(seconds=7200)
    assert scene.get(headers=bearer(granted["access_token"])).status == 401


def test_a_refresh_token_dies_on_its_use_and_its_access_with_it() -> None:
    scene = Scene()
    first = scene.grant()
    second = json.loads(scene.refresh(first["refresh_token"]).body)
    assert scene.get(headers=bearer(second["access_token"])).status == 200
    again = scene.refresh(first["refresh_token"])
    assert (again.status, json.loads(again.body)["error"]) == (400, "invalid_grant")


def test_a_refresh_token_is_good_for_30_days_and_a_code_for_10_minutes() -> None:
    scene = Scene()
    token = scene.grant()["refresh_token"]
    code = scene.cloud.consent.code()
    scene.at += timedelta(minutes=10, seconds=1)
    assert scene.token(grant_type="authorization_code", code=code).status == 400
    scene.at += timedelta(days=30)
    assert scene.refresh(token).status == 400


def test_a_wrong_secret_and_an_unknown_grant_are_refused() -> None:
    scene = Scene()
    assert scene.token(grant_type="refresh_token", refresh_token="x", client_secret="wrong").status == 401
    answer = scene.token(grant_type="client_credentials")
    assert json.loads(answer.body)["error"] == "unsupported_grant_type"


def test_a_revoked_consent_opens_nothing() -> None:
    scene = Scene()
    granted = scene.grant()
    body = {"client_id": "app", "client_secret": SECRET, "token": granted["refresh_token"]}
    assert scene.post("/v2/oauth2/revoke-token", body).status == 200
    assert scene.get(headers=bearer(granted["access_token"])).status == 401
    assert scene.refresh(granted["refresh_token"]).status == 400
    assert not scene.cloud.consent.is_granted


def test_a_lost_refresh_has_rotated_all_the_same() -> None:
    scene = Scene()
    token = scene.grant()["refresh_token"]
    scene.cloud.faults.set("refresh_lost", 1)
    assert scene.refresh(token).cut_after == 0
    assert scene.refresh(token).status == 400


def test_no_repr_shows_a_secret() -> None:
    scene = Scene()
    granted = scene.grant()
    said = (
        f"{scene.cloud!r} {SUBSCRIPTION!r} {Call('/x', {'code': KEY}, headers={'x-api-key': KEY}, body=KEY.encode())!r}"
    )
    assert not any(secret in said for secret in (KEY, SECRET, granted["access_token"], granted["refresh_token"]))
