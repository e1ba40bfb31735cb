"""SolarEdge V2 as a source, against the simulated cloud: what it asks, its access, and what each fault becomes."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from sunpilot.contract.reading import Quality
from sunpilot.contract.source import Outcome
from sunpilot.contract.source_settings import SolarEdgeV1
from sunpilot.contract.source_settings import SolarEdgeV2 as Settings
from sunpilot.fetcher.http import HttpAnswer, HttpRequest
from sunpilot.fetcher.measurement import Measurement, SourceError
from sunpilot.fetcher.solaredge.v1 import SolarEdge
from sunpilot.fetcher.solaredge.v2 import SolarEdgeV2
from sunpilot.simulator.house import Truth
from sunpilot.simulator.solaredge import Cloud, Subscription
from sunpilot.simulator.solaredge.subscription import Meters, Tier
from tests.support import cloud_wire
from tests.support.virtual_time import run
from tests.unit.fetcher.lines import HeldCredentials, lines

NOON = datetime(2026, 6, 21, 10, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
KEY = "V2APIKEY0123456789ABCDEFGHIJKLMN"
SECRET = "CLIENTSECRET0123456789"
SITE = 900900
BY_KEY = Settings(api="v2", site_id=str(SITE))
BY_OAUTH = Settings(api="v2", site_id=str(SITE), access="oauth", client_id="our-app")


class Scene:
    """The cloud of a house whose powers stand still, and the source that asks for them."""

    def __init__(self, chosen: Settings = BY_KEY, **powers_w: Any) -> None:
        self.at = NOON
        self.powers_w: dict[str, Any] = {"pv_w": 5000.0, "load_w": 900.0, "car_w": 0.0, **powers_w}
        subscription = Subscription(
            SITE, "V1" * 16, BERLIN, api_key=KEY, client_id="our-app", client_secret=SECRET, publish_delay_s=60
        )
        self.cloud = Cloud(lambda: self.at, subscription)
        self.asked: list[HttpRequest] = []
        self.credentials = HeldCredentials(KEY if chosen.access == "key" else SECRET)
        self.settings = chosen
        self.source = self.open()

    def open(self) -> SolarEdgeV2:
        return SolarEdgeV2(self.settings, self.credentials, lines(self.ask))

    async def ask(self, request: HttpRequest) -> HttpAnswer:
        self.asked.append(request)
        return await cloud_wire.ask(self.cloud, request)

    def live(self, minutes: float) -> None:
        """Let the house go on."""
        end = self.at + timedelta(minutes=minutes)
        while self.at < end:
            battery_w = self.powers_w.get("battery_w")
            grid_w = self.powers_w["load_w"] + (battery_w or 0.0) - self.powers_w["pv_w"]
            soc_pct = None if battery_w is None else 50.0
            self.cloud.observe(Truth(self.at, self.at, grid_w=grid_w, soc_pct=soc_pct, **self.powers_w))
            self.at += timedelta(seconds=10)

    async def poll(self) -> Measurement:
        return await self.source.poll(self.at)

    async def failure(self) -> SourceError:
        with pytest.raises(SourceError) as caught:
            await self.poll()
        return caught.value

    def consent(self) -> None:
        """A person allows the app, and the code comes back."""
        self.credentials.code = SecretStr(self.cloud.consent.code())


Story = Callable[[Scene], Awaitable[None]]


def tell(story: Story, scene: Scene | None = None) -> Scene:
    scene = scene or Scene()
    scene.live(32)

    async def play() -> None:
        await story(scene)

    run(play())
    return scene


def test_the_last_closed_quarter_of_an_hour_is_measured_with_one_call() -> None:
    async def story(scene: Scene) -> None:
        result = await scene.poll()
        assert (result.grid_w, result.averaged_s, result.quality) == (-4100.0, 900, Quality.OK)
        assert result.measured_at == NOON + timedelta(minutes=30)
        assert (result.pv_w, result.battery_w) == (None, None)

    scene = tell(story)
    (request,) = scene.asked
    assert request.url == f"https://monitoringapi.solaredge.com/v2/sites/{SITE}/meters/telemetry"
    assert request.headers == {"X-API-Key": KEY}
    assert request.params == {
        "resolution": "QUARTER_HOUR",
        "from": "2026-06-21T09:30:00+00:00",
        "to": "2026-06-21T10:30:00+00:00",
    }


def test_a_window_that_is_not_published_yet_gives_the_one_before() -> None:
    async def story(scene: Scene) -> None:
        scene.at = NOON + timedelta(minutes=30, seconds=30)
        assert (await scene.poll()).measured_at == NOON + timedelta(minutes=15)

    tell(story)


def test_production_and_consumption_come_from_their_meter() -> None:
    async def story(scene: Scene) -> None:
        scene.cloud.options.meters = Meters.PRODUCTION
        result = await scene.poll()
        assert (result.pv_w, result.load_w) == (5000.0, 900.0)

    tell(story)


def test_the_live_power_flow_is_asked_only_where_it_is_configured_and_paid_for() -> None:
    async def story(scene: Scene) -> None:
        error = await scene.failure()
        assert (error.outcome, "power_flow" in error.text.en) == (Outcome.FORBIDDEN, True)
        scene.cloud.options.tier = Tier.PRO
        result = await scene.poll()
        assert (result.grid_w, result.pv_w, result.battery_w, result.soc_pct) == (-2100.0, 5000.0, 2000.0, 50)
        assert result.averaged_s == 0

    scene = tell(story, Scene(BY_KEY.model_copy(update={"power_flow": True}), battery_w=2000.0))
    assert all(request.url.endswith("/power-flow") for request in scene.asked)


# --- the consent --------------------------------------------------------------------------------------------------


def test_without_a_consent_a_person_is_sent_to_it_and_nothing_is_asked() -> None:
    async def story(scene: Scene) -> None:
        error = await scene.failure()
        assert error.outcome is Outcome.AUTH
        assert "open the consent page" in error.text.en

    assert tell(story, Scene(BY_OAUTH)).asked == []


def test_a_code_is_exchanged_stored_and_then_used() -> None:
    async def story(scene: Scene) -> None:
        scene.consent()
        assert (await scene.poll()).grid_w == -4100.0
        assert len(scene.credentials.kept) == 1
        assert scene.credentials.code is None

    scene = tell(story, Scene(BY_OAUTH))
    exchange, question = scene.asked
    assert exchange.json_body is not None
    assert exchange.json_body.keys() == {"grant_type", "code", "client_id", "client_secret"}
    assert question.headers.keys() == {"Authorization"}


def test_access_is_renewed_after_two_hours_and_the_rotated_refresh_token_survives_a_restart() -> None:
    async def story(scene: Scene) -> None:
        scene.consent()
        await scene.poll()
        for _ in range(3):
            scene.live(119)
            scene.source = scene.open()
            assert (await scene.poll()).grid_w == -4100.0
        assert len(scene.credentials.kept) == len(set(scene.credentials.kept)) == 4

    tell(story, Scene(BY_OAUTH))


def test_access_that_is_still_good_is_not_renewed() -> None:
    async def story(scene: Scene) -> None:
        scene.consent()
        await scene.poll()
        scene.live(30)
        scene.source = scene.open()
        await scene.poll()
        assert len(scene.credentials.kept) == 1

    tell(story, Scene(BY_OAUTH))


def test_a_renewal_that_cannot_be_stored_is_not_used_and_not_lost() -> None:
    async def story(scene: Scene) -> None:
        scene.consent()
        await scene.poll()
        scene.live(119)
        kept_at, scene.credentials.store_is_down = len(scene.asked), True
        for _ in range(2):
            error = await scene.failure()
            assert (error.outcome, "see to the store" in error.text.en) == (Outcome.SERVER, True)
            assert error.__context__ is None
        assert len(scene.asked) == kept_at + 1  # the exchange alone: the new access was not used
        scene.credentials.store_is_down = False
        assert (await scene.poll()).grid_w == -4100.0
        assert len(scene.asked) == kept_at + 2

    tell(story, Scene(BY_OAUTH))


def test_a_renewal_whose_answer_is_lost_ends_at_the_consent_page() -> None:
    async def story(scene: Scene) -> None:
        scene.consent()
        await scene.poll()
        scene.live(119)
        scene.cloud.faults.set("refresh_lost", 1)
        assert (await scene.failure()).outcome is Outcome.NETWORK
        error = await scene.failure()
        assert (error.outcome, "consent page again" in error.text.en) == (Outcome.AUTH, True)
        scene.consent()
        assert (await scene.poll()).grid_w == -4100.0

    tell(story, Scene(BY_OAUTH))


def test_a_renewal_is_stored_even_when_its_poll_is_cancelled() -> None:
    async def story(scene: Scene) -> None:
        scene.consent()
        await scene.poll()
        scene.live(119)
        poll = asyncio.ensure_future(scene.poll())
        await asyncio.sleep(0.1)
        poll.cancel()
        await asyncio.wait([poll])
        assert len(scene.credentials.kept) == 1
        await scene.source.close()
        assert len(scene.credentials.kept) == 2
        scene.source = scene.open()
        assert (await scene.poll()).grid_w == -4100.0

    tell(story, Scene(BY_OAUTH))


def test_what_was_renewed_elsewhere_is_used() -> None:
    async def story(scene: Scene) -> None:
        scene.consent()
        await scene.poll()
        other = scene.open()
        scene.live(119)
        await other.poll(scene.at)
        assert (await scene.poll()).grid_w == -4100.0
        assert len(scene.credentials.kept) == 2

    tell(story, Scene(BY_OAUTH))


def test_an_ended_consent_is_said_and_a_new_one_heals_it() -> None:
    async def story(scene: Scene) -> None:
        scene.consent()
        await scene.poll()
        scene.live(119)
        scene.cloud.faults.set("consent_expired")
        error = await scene.failure()
        assert (error.outcome, "has ended" in error.text.en) == (Outcome.AUTH, True)
        scene.cloud.faults.set("consent_expired", 0)
        scene.consent()
        assert (await scene.poll()).grid_w == -4100.0

    tell(story, Scene(BY_OAUTH))


def test_a_code_that_is_too_old_is_tried_once_and_what_was_granted_before_goes_on() -> None:
    async def story(scene: Scene) -> None:
        scene.consent()
        await scene.poll()
        scene.consent()
        scene.live(11)
        error = await scene.failure()
        assert (error.outcome, "holds for a few minutes" in error.text.en) == (Outcome.AUTH, True)
        assert (await scene.poll()).grid_w == -4100.0

    tell(story, Scene(BY_OAUTH))


def test_a_code_is_tried_again_after_a_fault_of_the_network() -> None:
    async def story(scene: Scene) -> None:
        scene.consent()
        scene.cloud.faults.set("status_503", 1)
        assert (await scene.failure()).outcome is Outcome.SERVER
        scene.consent()
        assert (await scene.poll()).grid_w == -4100.0

    tell(story, Scene(BY_OAUTH))


def test_a_wrong_secret_of_the_app_is_said_as_such() -> None:
    async def story(scene: Scene) -> None:
        scene.credentials.token = SecretStr("wrong")
        scene.consent()
        error = await scene.failure()
        assert (error.outcome, "client_id" in error.text.en) == (Outcome.AUTH, True)

    tell(story, Scene(BY_OAUTH))


def test_a_refused_access_is_renewed_once_and_then_given_up() -> None:
    async def story(scene: Scene) -> None:
        scene.consent()
        await scene.poll()
        scene.cloud.faults.set("key_revoked")
        asked = len(scene.asked)
        error = await scene.failure()
        assert (error.outcome, "consent page again" in error.text.en) == (Outcome.AUTH, True)
        assert len(scene.asked) == asked + 3

    tell(story, Scene(BY_OAUTH))


# --- limits and faults --------------------------------------------------------------------------------------------


def test_a_full_minute_is_told_from_a_spent_month() -> None:
    async def story(scene: Scene) -> None:
        for _ in range(10):
            await scene.poll()
        error = await scene.failure()
        assert (error.outcome, "calls a minute" in error.text.en) == (Outcome.RATE_LIMITED, True)
        assert error.retry_after_s is not None
        assert 0 < error.retry_after_s <= 60
        scene.live(1)
        scene.cloud.faults.set("month_spent")
        error = await scene.failure()
        assert (error.outcome, "of this month" in error.text.en) == (Outcome.RATE_LIMITED, True)
        assert error.retry_after_s == 12 * 3600

    tell(story)


FAULTS = {
    "unit_missing": Outcome.BAD_PAYLOAD,
    "unit_unknown": Outcome.BAD_PAYLOAD,
    "power_missing": Outcome.SILENT,
    "power_null": Outcome.SILENT,
    "power_nan": Outcome.SILENT,
    "element_missing": Outcome.UNSUPPORTED,
    "meters_missing": Outcome.UNSUPPORTED,
    "oversized": Outcome.BAD_PAYLOAD,
    "truncated_json": Outcome.BAD_PAYLOAD,
    "empty_body": Outcome.BAD_PAYLOAD,
    "html": Outcome.BAD_PAYLOAD,
    "html_as_json": Outcome.BAD_PAYLOAD,
    "login_page": Outcome.BAD_PAYLOAD,
    "unauthorized": Outcome.AUTH,
    "key_revoked": Outcome.AUTH,
    "access_denied": Outcome.FORBIDDEN,
    "forbidden": Outcome.FORBIDDEN,
    "not_found": Outcome.NOT_FOUND,
    "status_429": Outcome.RATE_LIMITED,
    "status_500": Outcome.SERVER,
    "status_502": Outcome.SERVER,
    "status_503": Outcome.SERVER,
    "broken_off": Outcome.NETWORK,
    "slow_drip": Outcome.NETWORK,
    "month_spent": Outcome.RATE_LIMITED,
}
"""Every fault of V2 that keeps a measurement from being made."""

HARMLESS = ("power_string", "values_reversed", "byte_order_mark", "gzip")


@pytest.mark.parametrize(("fault", "outcome"), FAULTS.items())
def test_each_fault_has_its_outcome_and_tells_no_secret(fault: str, outcome: Outcome) -> None:
    async def story(scene: Scene) -> None:
        scene.cloud.faults.set(fault)
        error = await scene.failure()
        assert error.outcome is outcome
        assert KEY not in f"{error!r} {vars(error)} {error.__context__!r}"

    tell(story)


@pytest.mark.parametrize("fault", HARMLESS)
def test_some_deviations_do_no_harm(fault: str) -> None:
    async def story(scene: Scene) -> None:
        scene.cloud.faults.set(fault)
        assert (await scene.poll()).grid_w == -4100.0

    tell(story)


@pytest.mark.parametrize("fault", ["power_negative", "power_spike"])
def test_impossible_powers_are_suspect(fault: str) -> None:
    async def story(scene: Scene) -> None:
        scene.cloud.faults.set(fault)
        assert (await scene.poll()).quality is Quality.SUSPECT

    tell(story)


def test_a_scope_that_is_missing_is_forbidden_with_its_name() -> None:
    async def story(scene: Scene) -> None:
        scene.consent()
        scene.cloud.faults.set("scope_missing")
        error = await scene.failure()
        assert (error.outcome, "DEVICE_DATA" in error.text.en) == (Outcome.FORBIDDEN, True)

    tell(story, Scene(BY_OAUTH))


def test_a_source_without_any_secret_says_so_at_once() -> None:
    with pytest.raises(SourceError, match="No token is stored") as caught:
        SolarEdgeV2(BY_KEY, HeldCredentials(None), lines(Scene().ask))
    assert caught.value.outcome is Outcome.AUTH


# --- any house, through the twin ----------------------------------------------------------------------------------

POWERS = st.fixed_dictionaries(
    {"pv_w": st.floats(0, 30_000), "load_w": st.floats(0, 25_000)}, optional={"battery_w": st.floats(-9000, 9000)}
)


@given(POWERS)
@settings(max_examples=40)
def test_any_house_comes_out_of_v2_as_it_is(powers_w: dict[str, float]) -> None:
    async def story(scene: Scene) -> None:
        scene.cloud.options.meters = Meters.PRODUCTION
        result = await scene.poll()
        grid_w = powers_w["load_w"] + powers_w.get("battery_w", 0.0) - powers_w["pv_w"]
        assert result.grid_w == pytest.approx(grid_w, abs=0.1)
        assert result.pv_w == pytest.approx(powers_w["pv_w"], abs=0.1)
        assert result.load_w == pytest.approx(powers_w["load_w"], abs=0.1)
        assert result.quality is Quality.OK

    tell(story, Scene(BY_KEY, **powers_w))


@given(POWERS, st.sampled_from([(), ("watts",), ("connections_lower_case",), ("connections_duplicate", "watts")]))
@settings(max_examples=60)
def test_any_house_comes_out_of_v1_as_it_is(powers_w: dict[str, float], faults: tuple[str, ...]) -> None:
    async def story(scene: Scene) -> None:
        for fault in faults:
            scene.cloud.faults.set(fault)
        source = SolarEdge(SolarEdgeV1(site_id=str(SITE)), HeldCredentials("V1" * 16), lines(scene.ask))
        result = await source.poll(scene.at)
        rounding_w = 0.6 if "watts" in faults else 5.1
        battery_w = powers_w.get("battery_w")
        grid_w = powers_w["load_w"] + (battery_w or 0.0) - powers_w["pv_w"]
        assert result.grid_w == pytest.approx(grid_w, abs=rounding_w)
        assert result.pv_w == pytest.approx(powers_w["pv_w"], abs=rounding_w)
        assert result.load_w == pytest.approx(powers_w["load_w"], abs=rounding_w)
        assert result.battery_w == (None if battery_w is None else pytest.approx(battery_w, abs=rounding_w))

    tell(story, Scene(BY_KEY, **powers_w))
