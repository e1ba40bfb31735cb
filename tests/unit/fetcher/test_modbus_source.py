"""The source on the simulated inverter, in virtual time."""

import asyncio
import itertools
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.contract.source import Outcome
from sunpilot.contract.source_settings import SolarEdgeModbus as Settings
from sunpilot.fetcher.http import HttpAnswer, HttpRequest
from sunpilot.fetcher.measurement import Measurement, SourceError
from sunpilot.fetcher.modbus.exchange import Exchange
from sunpilot.fetcher.modbus.source import SolarEdgeModbus
from sunpilot.simulator.modbus.inverter import FAULTS, ModbusInverter
from sunpilot.simulator.modbus.registers import Flow
from tests.support.virtual_time import START, run
from tests.unit.fetcher.inverter_line import Network
from tests.unit.fetcher.lines import HeldCredentials, lines

SUNNY = Flow(ac_w=6200.0, dc_w=6330.0, meter_w=4100.0)


async def no_http(request: HttpRequest) -> HttpAnswer:
    raise AssertionError("Modbus needs no HTTP")


class Scene:
    """An inverter, the network to it, and the source that reads it."""

    def __init__(self, flow: Flow = SUNNY, port: int | None = 1502, device: int = 1, **settings: Any) -> None:
        self.inverter = ModbusInverter(unit=device)
        self.inverter.flow = flow
        self.network = Network(self.inverter, port)
        self.lines = replace(lines(no_http), modbus=Exchange(self.network.connect))
        chosen = Settings(kind="solaredge-modbus", host="192.0.2.7", **settings)
        self.source = SolarEdgeModbus(chosen, HeldCredentials(None), self.lines)

    async def poll(self) -> Measurement:
        return await self.source.poll(self.lines.clock.now())

    async def fault(self) -> SourceError:
        with pytest.raises(SourceError) as caught:
            await self.poll()
        return caught.value


def play(scene: Coroutine[Any, Any, None]) -> None:
    run(scene)


def test_a_measurement_holds_powers_currents_and_who_measured() -> None:
    async def scene() -> None:
        measured = await Scene().poll()
        assert (measured.grid_w, measured.pv_w, measured.load_w, measured.battery_w) == (-4100.0, 6200.0, 2100.0, None)
        # The simulated house exports 50, 30 and 20 % on its phases at 230 V.
        assert measured.grid_a == pytest.approx((-8.91, -5.35, -3.57), abs=0.006)
        assert measured.measured_at is not None
        assert (measured.measured_at - START).total_seconds() < 2
        assert measured.source == "solaredge-modbus"
        assert measured.device == (
            "SolarEdge SE10K-RWS48BEN4, 3 phases, firmware 0004.0023.0536, serial number 7E000001"
        )

    play(scene())


def test_after_the_first_look_two_reads_suffice_and_three_with_a_battery() -> None:
    async def scene() -> None:
        for flow, reads in (
            (SUNNY, [(40_083, 25), (40_188, 23)]),
            (Flow(5000.0, 5100.0, 0.0, 900.0, 40.0), [(40_083, 25), (40_188, 23), (57_716, 18)]),
        ):
            world = Scene(flow)
            await world.poll()
            world.inverter.reads.clear()
            await world.poll()
            assert world.inverter.reads == reads
            assert len(world.network.lines) == 1

    play(scene())


def test_a_battery_counts_into_what_the_roof_gives() -> None:
    async def scene() -> None:
        measured = await Scene(Flow(700.0, 720.0, -50.0, battery_w=-620.5, soe_pct=47.25)).poll()
        assert (measured.grid_w, measured.battery_w, measured.soc_pct) == (50.0, -620.5, 47.25)
        assert measured.pv_w == pytest.approx(99.5)
        assert measured.load_w == 750.0

    play(scene())


def test_a_battery_that_is_known_not_to_be_there_is_not_looked_for() -> None:
    async def scene() -> None:
        world = Scene(Flow(700.0, 720.0, -50.0, -620.5, 47.0), battery=False)
        assert (await world.poll()).battery_w is None
        assert not [address for address, _ in world.inverter.reads if address > 50_000]

    play(scene())


@pytest.mark.parametrize(("port", "tried"), [(1502, [1502]), (502, [1502, 502])])
def test_the_port_is_found(port: int, tried: list[int]) -> None:
    async def scene() -> None:
        world = Scene(port=port)
        await world.poll()
        assert world.network.calls == tried

    play(scene())


def test_the_unit_is_found() -> None:
    async def scene() -> None:
        world = Scene(device=2)
        assert (await world.poll()).grid_w == -4100.0

    play(scene())


def test_a_closed_port_says_where_to_open_it() -> None:
    async def scene() -> None:
        world = Scene(port=None)
        error = await world.fault()
        assert error.outcome is Outcome.NETWORK
        assert "SetApp" in error.text.en
        assert "firmware update" in error.text.en
        assert "Firmware-Update" in error.text.de
        assert world.network.calls == [1502, 502]

    play(scene())


def test_an_address_that_does_not_answer_says_so_without_the_address() -> None:
    async def scene() -> None:
        world = Scene()
        world.network.is_down = True
        error = await world.fault()
        assert error.outcome is Outcome.NETWORK
        assert "cannot be reached (nothing answers" in error.text.en
        assert "192.0.2.7" not in error.text.en

    play(scene())


def test_an_occupied_inverter_names_the_other_client() -> None:
    async def scene() -> None:
        world = Scene()
        world.inverter.faults.add("occupied")
        error = await world.fault()
        assert error.outcome is Outcome.NETWORK
        assert "another program holds its only Modbus connection" in error.text.en
        assert not any(line.is_open for line in world.network.lines)
        assert len(world.network.calls) == 1
        world.inverter.faults.clear()
        assert (await world.poll()).grid_w == -4100.0

    play(scene())


def test_a_connection_that_was_cut_is_opened_again_at_once() -> None:
    async def scene() -> None:
        world = Scene()
        await world.poll()
        world.network.lines[0].is_open = False
        assert (await world.poll()).grid_w == -4100.0
        assert len(world.network.lines) == 2

    play(scene())


def test_sources_at_one_address_share_its_only_connection_and_the_last_one_hangs_up() -> None:
    async def scene() -> None:
        world = Scene()
        settings = Settings(kind="solaredge-modbus", host="192.0.2.7", meter=1)
        other = SolarEdgeModbus(settings, HeldCredentials(None), world.lines)
        now = world.lines.clock.now()
        first, second = await asyncio.gather(world.poll(), other.poll(now))
        asked_s = world.network.asked_s
        assert min(after - before for before, after in itertools.pairwise(asked_s)) > 0.09
        assert first.grid_w == second.grid_w == -4100.0
        (line,) = world.network.lines
        await world.source.close()
        assert line.is_open
        assert (await other.poll(now)).grid_w == -4100.0
        await other.close()
        assert not line.is_open

    play(scene())


def test_a_fault_of_a_shared_connection_is_everybodys_and_passes_for_all() -> None:
    async def scene() -> None:
        world = Scene()
        settings = Settings(kind="solaredge-modbus", host="192.0.2.7")
        other = SolarEdgeModbus(settings, HeldCredentials(None), world.lines)
        now = world.lines.clock.now()
        await asyncio.gather(world.poll(), other.poll(now))
        world.inverter.faults.add("silent")
        await world.fault()
        world.inverter.faults.clear()
        assert (await other.poll(now)).grid_w == -4100.0
        assert (await world.poll()).grid_w == -4100.0
        assert [line.is_open for line in world.network.lines] == [False, True]

    play(scene())


def test_a_poll_that_is_given_up_cuts_the_connection_so_that_no_late_answer_is_taken_for_another() -> None:
    async def scene() -> None:
        world = Scene()
        await world.poll()
        world.network.delay_s = 5
        polling = asyncio.create_task(world.poll())
        await asyncio.sleep(2)
        polling.cancel()
        await asyncio.wait([polling])
        assert not world.network.lines[0].is_open
        world.network.delay_s = 0
        assert (await world.poll()).grid_w == -4100.0

    play(scene())


def test_an_inverter_that_is_silent_is_hung_up_on() -> None:
    async def scene() -> None:
        world = Scene()
        await world.poll()
        world.inverter.faults.add("silent")
        assert (await world.fault()).outcome is Outcome.SERVER
        assert not world.network.lines[0].is_open
        world.inverter.faults.clear()
        assert (await world.poll()).grid_w == -4100.0

    play(scene())


def test_a_wrong_unit_says_what_to_set() -> None:
    async def scene() -> None:
        error = await Scene(unit=2).fault()
        assert error.outcome is Outcome.NOT_FOUND
        assert "device id" in error.text.en

    play(scene())


def test_without_meter_the_grid_is_unknown_until_one_comes() -> None:
    async def scene() -> None:
        world = Scene()
        world.inverter.faults.add("meter_absent")
        measured = await world.poll()
        assert (measured.grid_w, measured.grid_a, measured.pv_w, measured.load_w) == (None, None, 6200.0, None)
        world.inverter.faults.clear()
        world.inverter.reads.clear()
        assert (await world.poll()).grid_w is None
        assert len(world.inverter.reads) == 1
        await asyncio.sleep(60)
        assert (await world.poll()).grid_w == -4100.0
        assert len(world.network.lines) == 1

    play(scene())


def test_a_meter_that_disappears_leaves_the_grid_unknown() -> None:
    async def scene() -> None:
        world = Scene()
        await world.poll()
        world.inverter.faults.add("meter_absent")
        for _ in range(2):
            assert (await world.poll()).grid_w is None
        world.inverter.faults.clear()
        await asyncio.sleep(60)
        assert (await world.poll()).grid_w == -4100.0

    play(scene())


def test_the_grids_meter_is_found_behind_one_that_measures_production() -> None:
    async def scene() -> None:
        world = Scene()
        world.inverter.faults.add("meter_production")
        assert (await world.poll()).grid_w == -4100.0

    play(scene())


def test_a_meter_that_is_set_but_measures_production_is_refused_with_the_right_slot() -> None:
    async def scene() -> None:
        world = Scene(meter=1)
        world.inverter.faults.add("meter_production")
        error = await world.fault()
        assert error.outcome is Outcome.UNSUPPORTED
        assert 'slot 1 measures "Production"' in error.text.en
        assert "set meter to 2" in error.text.en

    play(scene())


def test_at_night_a_sleeping_inverter_gives_zero_and_one_that_shows_nothing_gives_unknown() -> None:
    async def scene() -> None:
        world = Scene(Flow(0.0, 0.0, -400.0))
        world.inverter.asleep = True
        assert (await world.poll()).pv_w == 0.0
        world.inverter.faults.add("blank")
        measured = await world.poll()
        assert (measured.pv_w, measured.grid_w, measured.load_w) == (None, None, None)
        assert measured.grid_a == (None, None, None)

    play(scene())


POWERS_W = st.floats(-14_000, 14_000)


@given(
    ac_w=POWERS_W,
    meter_w=POWERS_W,
    battery=st.none() | st.tuples(st.floats(-5_000, 5_000), st.floats(0, 100)),
    faults=st.sets(st.sampled_from(["scale_factors", "meter_production", "synergy_2", "synergy_3"])),
    polls=st.integers(1, 3),
)
def test_whatever_flows_is_read_back_within_rounding(
    ac_w: float, meter_w: float, battery: tuple[float, float] | None, faults: set[str], polls: int
) -> None:
    battery_w, soc_pct = battery or (None, None)
    flow = Flow(ac_w, ac_w, meter_w, battery_w, soc_pct)

    async def scene() -> None:
        world = Scene(flow)
        world.inverter.faults |= faults
        for _ in range(polls):
            measured = await world.poll()
        rounding_w = 5.001 if "scale_factors" in faults else 0.501
        assert measured.grid_w == pytest.approx(-meter_w, abs=rounding_w)
        assert measured.load_w == pytest.approx(ac_w - meter_w, abs=2 * rounding_w)
        assert measured.pv_w == pytest.approx(max(0.0, ac_w + (battery_w or 0.0)), abs=rounding_w + 0.001)
        if battery_w is None:
            assert measured.battery_w is None
        else:
            assert measured.battery_w == pytest.approx(battery_w, abs=0.001)
            assert measured.soc_pct == pytest.approx(soc_pct, abs=0.001)
        assert measured.grid_a is not None
        known = [current for current in measured.grid_a if current is not None]
        assert len(known) == 3
        assert sum(known) == pytest.approx(-meter_w / 230, abs=0.3)

    play(scene())


def test_every_fault_of_the_twin_has_a_test_here() -> None:
    assert set(FAULTS) == {
        "scale_factors",
        "blank",
        "meter_absent",
        "meter_production",
        "synergy_2",
        "synergy_3",
        "silent",
        "occupied",
        "reset",
    }
