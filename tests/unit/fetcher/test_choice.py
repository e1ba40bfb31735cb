"""Which of two sources is used, and when it changes."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sunpilot.contract.reading import Quality, Reading
from sunpilot.contract.source import Outcome
from sunpilot.fetcher.choice import Choice, Condition, condition
from sunpilot.fetcher.memory import Memory

NOON = datetime(2026, 6, 21, 12, tzinfo=UTC)
FRESH, STALE = Condition(fresh=True), Condition(stale=True)


def fresh(number: int) -> Condition:
    return Condition(fresh=True, reading=str(number))


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def reading(age_s: float, grid_w: float | None = 1.0, quality: Quality = Quality.OK) -> Reading:
    at = NOON - seconds(age_s)
    return Reading(source="meter", measured_at=at, received_at=at, grid_w=grid_w, quality=quality)


def stands(memory: Memory, *, needed: bool = False) -> Condition:
    return condition(memory, 900, NOON, needed=needed)


# --- how one source stands ----------------------------------------------------------------------------------------


def test_a_source_with_a_young_reading_is_fresh_even_if_its_last_call_failed() -> None:
    assert stands(Memory(at=NOON, outcome=Outcome.NETWORK, failures=3, reading=reading(100))).fresh


def test_a_source_that_was_never_asked_is_not_stale() -> None:
    assert stands(Memory()) == Condition()


def test_a_source_that_failed_and_has_nothing_young_is_stale() -> None:
    assert stands(Memory(at=NOON, outcome=Outcome.NETWORK, failures=1)).stale
    assert stands(Memory(at=NOON, outcome=Outcome.NETWORK, failures=1, reading=reading(901))).stale


def test_a_source_that_was_not_asked_for_long_is_only_stale_where_it_is_needed() -> None:
    memory = Memory(at=NOON - seconds(1200), outcome=Outcome.OK, reading=reading(1200))
    assert not stands(memory).stale
    assert stands(memory, needed=True).stale


def test_a_source_that_repeats_an_old_reading_is_stale() -> None:
    assert stands(Memory(at=NOON, outcome=Outcome.UNCHANGED, reading=reading(1000))).stale


def test_a_source_whose_reading_cannot_be_used_is_stale() -> None:
    assert stands(Memory(at=NOON, outcome=Outcome.OK, reading=reading(1, grid_w=None))).stale
    assert stands(Memory(at=NOON, outcome=Outcome.OK, reading=reading(1, quality=Quality.SUSPECT))).stale


# --- the choice ---------------------------------------------------------------------------------------------------


def test_the_second_is_wanted_when_the_first_is_stale_and_used_when_it_is_fresh() -> None:
    choice = Choice().seen(STALE, Condition(), NOON)
    assert (choice.wants_fallback, choice.uses_fallback) == (True, False)
    choice = choice.seen(STALE, FRESH, NOON)
    assert (choice.wants_fallback, choice.uses_fallback) == (True, True)


def test_it_takes_three_readings_and_a_minute_to_come_back() -> None:
    used = Choice(uses_fallback=True)
    choice = used
    for second in range(61):
        assert choice.uses_fallback
        choice = choice.seen(fresh(second), FRESH, NOON + seconds(second))
    assert not choice.uses_fallback
    slow = used
    for number, at_s in enumerate((0, 100)):
        slow = slow.seen(fresh(number), FRESH, NOON + seconds(at_s))
        assert slow.uses_fallback
    assert not slow.seen(fresh(2), FRESH, NOON + seconds(200)).uses_fallback


def test_a_relapse_begins_the_minute_anew() -> None:
    choice = Choice(uses_fallback=True)
    for second in range(50):
        choice = choice.seen(fresh(second), FRESH, NOON + seconds(second))
    choice = choice.seen(STALE, FRESH, NOON + seconds(50))
    for second in range(51, 110):
        choice = choice.seen(fresh(second), FRESH, NOON + seconds(second))
    assert choice.uses_fallback


CONDITIONS = st.sampled_from([Condition(), Condition(fresh=True, reading="a"), fresh(1), fresh(2), STALE])


@given(st.lists(st.tuples(CONDITIONS, CONDITIONS, st.floats(0.1, 100)), max_size=60))
def test_a_source_that_is_not_fresh_never_takes_over_from_one_that_is(
    steps: list[tuple[Condition, Condition, float]],
) -> None:
    choice, now = Choice(), NOON
    for first, second, wait_s in steps:
        now += seconds(wait_s)
        before, choice = choice, choice.seen(first, second, now)
        if choice.uses_fallback and not before.uses_fallback:
            assert second.fresh
            assert not first.fresh
        if before.uses_fallback and not choice.uses_fallback:
            assert first.fresh
        assert choice.wants_fallback >= choice.uses_fallback
