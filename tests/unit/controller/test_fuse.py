"""The main fuse: never exceeded by the sum, shared by priority, and the worst case where nobody knows better."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.contract.house import House
from sunpilot.contract.reading import Reading
from sunpilot.contract.setpoint import Action, Setpoint
from sunpilot.contract.status import LinkState, Status
from sunpilot.controller.fuse import Draw, committed_a, fuse_shares
from sunpilot.controller.sharing import Claim

NOON = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)
HOUSE = House(id=1, name="House", fuse_a=35, unbalance_a=20)


def reading(grid_w: float, grid_a: tuple[float, float, float] | None = None) -> Reading:
    return Reading(source="meter", measured_at=NOON, received_at=NOON, grid_w=grid_w, grid_a=grid_a)


def draw(
    wattpilot_id: int,
    committed: float = 0,
    *,
    seen_a: float = 0,
    phases: int = 3,
    priority: int = 1,
    wants: bool = True,
) -> Draw:
    claim = Claim(wattpilot_id, priority, 6, 6, 16 if committed else 6, committed > 0) if wants else None
    return Draw(wattpilot_id, seen_a * 230 * phases, seen_a, committed, phases != 3, claim)


def offers(house: House, read: Reading | None, *draws: Draw) -> dict[int, int]:
    return {w: share.maximum_a for w, share in fuse_shares(house, read, draws).items()}


def test_without_a_reading_ten_ampere_are_kept_free_for_the_house() -> None:
    assert offers(HOUSE, None, draw(1, 16)) == {1: 16}
    assert offers(HOUSE.model_copy(update={"fuse_a": 22.0}), None, draw(1, 16)) == {1: 12}
    assert offers(HOUSE, None, draw(1, 16), draw(2, 9)) == {1: 12, 2: 9}


def test_without_currents_all_of_the_house_is_taken_to_draw_on_one_phase() -> None:
    assert offers(HOUSE, reading(4600 + 16 * 690), draw(1, 16, seen_a=16)) == {1: 15}
    assert offers(HOUSE, reading(-5000), draw(1, 16)) == {1: 16}


def test_what_the_sun_covers_may_be_on_another_phase_than_the_sun() -> None:
    covered = reading(-3000).model_copy(update={"load_w": 6000.0})
    assert offers(HOUSE, covered, draw(1, 16)) == {1: 8}
    assert offers(HOUSE, covered.model_copy(update={"load_w": 6000 + 8 * 690.0}), draw(1, 8, seen_a=8)) == {1: 8}


def test_with_currents_the_busiest_phase_counts() -> None:
    """4.6 kW on three phases is 10 A on the busiest one here, not 20."""
    assert offers(HOUSE, reading(4600, (10, 5, 5)), draw(1, 16, seen_a=0)) == {1: 16}
    assert offers(HOUSE, reading(4600 + 9 * 690, (31, 14, 14)), draw(1, 9, seen_a=9)) == {1: 13}


def test_currents_without_a_sign_say_nothing_while_the_house_exports() -> None:
    assert offers(HOUSE, reading(-20_700, (30, 30, 30)), draw(1, 16)) == {1: 16}


def test_nobody_is_promised_what_another_may_still_draw() -> None:
    first, second = draw(1, 16, seen_a=16, priority=2), draw(2, 6, priority=1)
    told = offers(HOUSE.model_copy(update={"fuse_a": 25.0}), reading(11_040), first, second)
    assert told[2] <= 25 - 16  # it goes first, but the other has not yet let go
    assert told[1] < 16  # which it is told to


def test_one_phase_loads_share_the_unbalance() -> None:
    house = HOUSE.model_copy(update={"fuse_a": 63.0})
    shares = fuse_shares(house, None, [draw(1, 12, phases=1), draw(2, 6, phases=1)])
    assert {w: share.unbalanced_a for w, share in shares.items()} == {1: 14, 2: 8}


def test_what_a_wattpilot_may_draw_is_what_it_was_told_or_still_offers() -> None:
    charge = Setpoint(action=Action.CHARGE, amps=10, epoch=1, n=1, reason="test")
    stop = Setpoint(action=Action.STOP, epoch=1, n=1, reason="test")
    offering = Status(link=LinkState.ONLINE, allowed=True, offered_a=16)
    assert committed_a(charge, None) == 10  # out of sight, it does what it was told last
    assert committed_a(charge, offering) == 16
    assert committed_a(stop, offering) == 16
    assert committed_a(stop, offering.model_copy(update={"allowed": False})) == 0
    assert committed_a(None, None) == 0


class House3:
    """Three phases with a load each, and cars that hang anywhere and follow late what they are told."""

    def __init__(self, fuse_a: float, load_a: list[float], cars: list[tuple[int, int, int]]) -> None:
        self.house = HOUSE.model_copy(update={"fuse_a": fuse_a})
        self.load_a = load_a
        self.cars = cars  # (phases, first phase, priority)
        self.told = [0 for _ in cars]
        self.drawn = [0 for _ in cars]

    @property
    def most(self) -> list[int]:
        """What each car may draw now: it follows in a while, or has done so already."""
        return [max(pair) for pair in zip(self.told, self.drawn, strict=True)]

    def on_phase(self, phase: int, amps: list[int]) -> float:
        drawn = sum(a for a, (n, first, _) in zip(amps, self.cars, strict=True) if n == 3 or first == phase)
        return self.load_a[phase] + drawn

    def draws(self) -> list[Draw]:
        return [
            draw(number, self.most[number], seen_a=self.drawn[number], phases=n, priority=priority)
            for number, (n, _, priority) in enumerate(self.cars)
        ]

    def step(
        self,
        number: int,
        *,
        with_currents: bool = False,
        blind: bool = False,
        follow: bool = True,
        switch: bool = False,
    ) -> None:
        amps = tuple(self.on_phase(phase, self.drawn) for phase in range(3))
        power_w = 230 * sum(amps)
        read = None if blind else reading(power_w, (amps[0], amps[1], amps[2]) if with_currents else None)
        share = fuse_shares(self.house, read, self.draws())[number]
        phases, first, priority = self.cars[number]
        if switch:  # at once, which is worse than any car can do
            phases = 1 if phases == 3 else 3
        allowed = share.maximum_a if phases == 3 else share.unbalanced_a
        self.told[number] = min(16, allowed) if allowed >= 6 else 0
        if follow:
            self.drawn = list(self.told)
            self.cars[number] = (phases, first, priority)


Steps = st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.booleans()), min_size=4, max_size=24)


@given(
    fuse_a=st.floats(16, 63),
    load_a=st.lists(st.floats(0, 12), min_size=3, max_size=3),
    cars=st.lists(st.tuples(st.sampled_from([1, 3]), st.integers(0, 2), st.integers(1, 2)), min_size=1, max_size=4),
    steps=Steps,
    with_currents=st.booleans(),
)
def test_in_whatever_order_they_decide_no_phase_ever_draws_more_than_the_fuse(
    fuse_a: float,
    load_a: list[float],
    cars: list[tuple[int, int, int]],
    steps: list[tuple[int, bool, bool]],
    with_currents: bool,
) -> None:
    world = House3(fuse_a, load_a, list(cars))
    for number, follow, switch in steps:
        world.step(number % len(cars), with_currents=with_currents, follow=follow, switch=follow and switch)
        assert max(world.on_phase(phase, world.most) for phase in range(3)) <= max(fuse_a, *load_a) + 1e-6
        unbalanced = sum(a for a, (n, _, _) in zip(world.most, world.cars, strict=True) if n != 3)
        assert unbalanced <= HOUSE.unbalance_a


@given(fuse_a=st.floats(16, 63), cars=st.integers(1, 5), steps=Steps)
def test_blind_all_together_stay_ten_ampere_below_the_fuse(
    fuse_a: float, cars: int, steps: list[tuple[int, bool, bool]]
) -> None:
    world = House3(fuse_a, [0, 0, 0], [(3, 0, 1)] * cars)
    for number, follow, switch in steps:
        world.step(number % cars, blind=True, follow=follow, switch=follow and switch)
        assert sum(world.most) <= fuse_a - 10 + 1e-6


@pytest.mark.parametrize("with_currents", [True, False])
def test_two_cars_end_up_sharing_what_there_is(with_currents: bool) -> None:
    world = House3(30, [5, 5, 5] if with_currents else [5, 0, 0], [(3, 0, 1), (3, 0, 1)])
    for number in (0, 1, 0, 1, 0, 1, 0, 1):
        world.step(number, with_currents=with_currents)
    assert world.told == [12, 12]
