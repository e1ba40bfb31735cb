"""The fetcher's sources of SolarEdge against the simulated cloud, over real sockets."""

import contextlib
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from sunpilot.contract.source import Outcome
from sunpilot.contract.source_settings import SolarEdgeV1, SolarEdgeV2
from sunpilot.fetcher import http
from sunpilot.fetcher.measurement import Measurement, SourceError
from sunpilot.fetcher.solaredge.v1 import SolarEdge
from sunpilot.fetcher.solaredge.v2 import SolarEdgeV2 as V2Source
from sunpilot.simulator.house import Truth
from sunpilot.simulator.solaredge.subscription import API_KEY
from sunpilot.simulator.world import World, WorldSettings
from tests.unit.fetcher.lines import HeldCredentials, lines

SETTINGS = WorldSettings(plugged_in=False)
NOON = datetime(2026, 6, 21, 10, tzinfo=UTC)


@contextlib.asynccontextmanager
async def world() -> AsyncIterator[World]:
    """A world whose clock stands still after an hour in which 4200 W were exported."""

    async def no_sleep(seconds: float) -> None:
        """Nothing moves by itself."""

    made = World.build(lambda: NOON, no_sleep, SETTINGS)
    for second in range(-3600, 1, 10):
        at = datetime.fromtimestamp(NOON.timestamp() + second, UTC)
        made.cloud.observe(Truth(at, at, pv_w=5000.0, load_w=800.0, car_w=0.0, grid_w=-4200.0))
    port = await made.door.start("127.0.0.1", 0)
    made.http_port = port
    try:
        yield made
    finally:
        await made.door.stop()


async def poll(made: World, api: str, token: str | None = None) -> Measurement:
    url, site = f"http://127.0.0.1:{made.http_port}", str(SETTINGS.site_id)
    out = lines(http.ask)
    if api == "v1":
        v1 = SolarEdgeV1(site_id=site, url=url)
        return await SolarEdge(v1, HeldCredentials(token or SETTINGS.token), out).poll(NOON)
    v2 = SolarEdgeV2(api="v2", site_id=site, url=url)
    return await V2Source(v2, HeldCredentials(token or API_KEY), out).poll(NOON)


@pytest.mark.parametrize("api", ["v1", "v2"])
@pytest.mark.parametrize("fault", [None, "gzip", "byte_order_mark"])
async def test_the_house_is_measured_over_http(api: str, fault: str | None) -> None:
    async with world() as made:
        if fault:
            made.cloud.faults.set(fault)
        assert (await poll(made, api)).grid_w == pytest.approx(-4200, abs=5)


@pytest.mark.parametrize("api", ["v1", "v2"])
@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("broken_off", Outcome.NETWORK),
        ("oversized", Outcome.BAD_PAYLOAD),
        ("login_page", Outcome.BAD_PAYLOAD),
        ("status_502", Outcome.SERVER),
        ("key_revoked", Outcome.AUTH),
    ],
)
async def test_faults_of_the_wire_have_their_outcome(
    api: str, fault: str, outcome: Outcome, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    async with world() as made:
        made.cloud.faults.set(fault)
        with pytest.raises(SourceError) as caught:
            await poll(made, api)
    assert caught.value.outcome is outcome
    assert SETTINGS.token not in caplog.text
    assert API_KEY not in caplog.text


async def test_an_answer_that_comes_byte_by_byte_is_put_together() -> None:
    async with world() as made:
        made.cloud.faults.set("slow_drip")
        assert (await poll(made, "v1")).grid_w == pytest.approx(-4200, abs=5)


async def test_a_port_where_nobody_listens_is_a_fault_of_the_network() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    settings = SolarEdgeV2(api="v2", site_id="7", url=f"http://127.0.0.1:{port}")
    with pytest.raises(SourceError) as caught:
        await V2Source(settings, HeldCredentials(API_KEY), lines(http.ask)).poll(NOON)
    assert caught.value.outcome is Outcome.NETWORK
