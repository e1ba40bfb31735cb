"""Whatever happens to a Wattpilot, in whatever order: what must always hold of it."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sunpilot.simulator.car import Car
from sunpilot.simulator.wattpilot.box import Box
from sunpilot.simulator.wattpilot.fault import FAULTS
from sunpilot.simulator.wattpilot.profile import PROFILES

NOON = datetime(2026, 6, 21, 12, tzinfo=UTC)
writes = st.one_of(
    st.tuples(st.just("amp"), st.integers(6, 32)),
    st.tuples(st.just("frc"), st.integers(0, 2)),
    st.tuples(st.just("psm"), st.integers(0, 2)),
    st.tuples(st.just("lmo"), st.integers(3, 5)),
    st.tuples(st.sampled_from(["su", "fup", "fap"]), st.booleans()),
    st.tuples(st.just("acs"), st.integers(0, 1)),
    st.tuples(st.just("rst"), st.just(True)),
)
events = st.one_of(
    st.tuples(st.just("fault"), st.tuples(st.sampled_from(sorted(FAULTS)), st.booleans())),
    st.tuples(st.just("write"), writes),
    st.tuples(st.sampled_from(["plug_in", "unplug"]), st.none()),
    st.tuples(st.just("grid"), st.floats(-11_000, 11_000)),
)
cars = st.builds(
    Car,
    phases=st.sampled_from([1, 2, 3]),
    max_a=st.sampled_from([16.0, 32.0]),
    min_a=st.sampled_from([6.0, 8.0]),
    stored_wh=st.sampled_from([0.0, 25_000.0, 49_990.0]),
    stubborn=st.booleans(),
    stays_charging=st.booleans(),
    wakes_every_s=st.sampled_from([0.0, 30.0]),
)


def happen(box: Box, kind: str, what: Any) -> None:
    """Let one thing happen."""
    match kind:
        case "fault":
            with suppress(ValueError):  # another client may ask for more than the installation allows
                box.set_fault(*what)
        case "write":
            with suppress(ValueError):
                box.write(*what)
        case "plug_in":
            box.plug_in()
        case "unplug":
            box.unplug()
        case "grid":
            box.see_grid(what)


@given(
    profile=st.sampled_from(sorted(PROFILES)),
    car=cars,
    life=st.lists(st.tuples(events, st.integers(1, 60)), max_size=20),
)
def test_no_life_breaks_the_box_and_what_it_says_fits_together(
    profile: str, car: Car, life: list[tuple[tuple[str, Any], int]]
) -> None:
    box = Box(lambda: NOON, profile=profile, car=car, ama=32)
    lifetime_wh = box.properties["eto"]
    for (kind, what), seconds in life:
        happen(box, kind, what)
        box.step(seconds)
        shown = box.properties
        assert shown["alw"] is (shown["acu"] is not None)
        assert shown["acu"] is None or 6 <= shown["acu"] <= 32
        assert len(shown["nrg"]) == 16
        assert max(shown["nrg"][4:7]) <= 32
        assert sum(current > 0 for current in shown["nrg"][4:7]) <= min(car.phases, shown["pnp"])
        assert box.power_w >= 0
        assert shown["eto"] >= lifetime_wh
        assert car.plugged_in or (box.power_w == 0 and shown["frc"] in (0, 1, 2))
        lifetime_wh = shown["eto"]
