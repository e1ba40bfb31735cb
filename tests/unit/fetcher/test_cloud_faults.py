"""Every fault of the simulated cloud, and what it becomes at a source of V1: an outcome, or a reading of a quality."""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from sunpilot.contract.reading import Quality
from sunpilot.contract.source import Outcome
from sunpilot.contract.source_settings import SolarEdgeV1
from sunpilot.fetcher.http import HttpAnswer, HttpRequest
from sunpilot.fetcher.measurement import Measurement, SourceError
from sunpilot.fetcher.solaredge.v1 import SolarEdge
from sunpilot.simulator.house import Truth
from sunpilot.simulator.solaredge import Cloud, Subscription
from sunpilot.simulator.solaredge.fault_table import CHANGES
from tests.support import cloud_wire
from tests.support.virtual_time import run
from tests.unit.fetcher.lines import HeldCredentials, lines

NOON = datetime(2026, 6, 21, 10, tzinfo=UTC)
TOKEN = "V1KEYV1KEYV1KEYV1KEYV1KEYV1KEY01"
EXPORT_W = -4200.0

FAILURES: Mapping[str, Outcome] = {
    "unit_missing": Outcome.BAD_PAYLOAD,
    "unit_unknown": Outcome.BAD_PAYLOAD,
    "empty_flow": Outcome.UNSUPPORTED,
    "oversized": Outcome.BAD_PAYLOAD,
    "truncated_json": Outcome.BAD_PAYLOAD,
    "empty_body": Outcome.BAD_PAYLOAD,
    "html": Outcome.BAD_PAYLOAD,
    "html_as_json": Outcome.BAD_PAYLOAD,
    "login_page": Outcome.BAD_PAYLOAD,
    "unauthorized": Outcome.AUTH,
    "access_denied": Outcome.FORBIDDEN,
    "forbidden": Outcome.FORBIDDEN,
    "not_found": Outcome.NOT_FOUND,
    "status_429": Outcome.RATE_LIMITED,
    "status_500": Outcome.SERVER,
    "status_502": Outcome.SERVER,
    "status_503": Outcome.SERVER,
    "broken_off": Outcome.NETWORK,
    "slow_drip": Outcome.NETWORK,
    "retired": Outcome.RETIRED,
    "key_revoked": Outcome.AUTH,
}

READINGS: Mapping[str, tuple[float | None, Quality]] = {
    "power_missing": (None, Quality.OK),
    "power_null": (None, Quality.OK),
    "power_nan": (None, Quality.OK),
    "power_negative": (EXPORT_W, Quality.SUSPECT),
    "power_string": (EXPORT_W, Quality.OK),
    "power_spike": (1000 * EXPORT_W, Quality.SUSPECT),
    "element_missing": (None, Quality.OK),
    "element_extra": (EXPORT_W, Quality.OK),
    "connections_missing": (EXPORT_W, Quality.INFERRED),
    "connections_empty": (EXPORT_W, Quality.INFERRED),
    "connections_duplicate": (EXPORT_W, Quality.OK),
    "connections_contradicting": (EXPORT_W, Quality.INFERRED),
    "connections_reversed": (-EXPORT_W, Quality.SUSPECT),
    "connections_lower_case": (EXPORT_W, Quality.OK),
    "connections_capitalised": (EXPORT_W, Quality.OK),
    "grid_disabled": (0.0, Quality.OK),
    "byte_order_mark": (EXPORT_W, Quality.OK),
    "gzip": (EXPORT_W, Quality.OK),
    "watts": (EXPORT_W, Quality.OK),
    "unit_flips": (EXPORT_W, Quality.OK),
}
"""Grid power in W. On a suspect reading nothing starts, and none that is unknown becomes 0."""

NOT_OF_THIS_ANSWER = {"lifetime_zero", "meters_missing", "values_reversed"}


def poll(fault: str) -> Measurement:
    cloud = Cloud(lambda: NOON, Subscription(7, TOKEN, ZoneInfo("Europe/Berlin")))
    cloud.observe(Truth(NOON, NOON, pv_w=5000.0, load_w=800.0, car_w=0.0, grid_w=EXPORT_W))
    cloud.faults.set(fault)

    async def ask(request: HttpRequest) -> HttpAnswer:
        return await cloud_wire.ask(cloud, request)

    source = SolarEdge(SolarEdgeV1(site_id="7"), HeldCredentials(TOKEN), lines(ask))
    return run(source.poll(NOON))


@pytest.mark.parametrize(("fault", "outcome"), FAILURES.items())
def test_a_fault_has_its_outcome_and_tells_no_secret(fault: str, outcome: Outcome) -> None:
    with pytest.raises(SourceError) as caught:
        poll(fault)
    assert caught.value.outcome is outcome
    assert TOKEN not in f"{caught.value!r} {vars(caught.value)} {caught.value.__context__!r}"


@pytest.mark.parametrize(("fault", "expected"), READINGS.items())
def test_a_deviation_gives_a_reading_that_says_how_good_it_is(
    fault: str, expected: tuple[float | None, Quality]
) -> None:
    result = poll(fault)
    assert (result.grid_w, result.quality) == expected


def test_no_fault_is_left_out() -> None:
    assert CHANGES.keys() <= FAILURES.keys() | READINGS.keys() | NOT_OF_THIS_ANSWER
