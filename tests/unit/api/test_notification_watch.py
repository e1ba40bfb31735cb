"""What is worth telling: each thing once, a day of clouds as one charge, and never a storm."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunpilot.api.notification.facts import Box, Facts, Feed
from sunpilot.api.notification.target import Event
from sunpilot.api.notification.watch import MOST_AN_HOUR, Memory, Notice, look
from sunpilot.contract.decision import Decision, Inputs, Reason, Text
from sunpilot.contract.inverter import Inverter, Role
from sunpilot.contract.reading import Quality, Reading
from sunpilot.contract.session import Session
from sunpilot.contract.setpoint import Action
from sunpilot.contract.source import Outcome, SourceState
from sunpilot.contract.source_settings import SolarEdgeV1
from sunpilot.contract.status import Car, LinkState, Status

NOON = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)
ALL = frozenset(Event)


def decision(reason: Reason, text: str = "Because.") -> Decision:
    words = Text(en=text, de="Darum.")
    return Decision(at=NOON, reason=reason, text=words, action=Action.STOP, mode="sun", stages=(), inputs=Inputs())


def status(car: Car = Car.WAITING, **fields: Any) -> Status:
    return Status(link=LinkState.ONLINE, car=car, **fields)


def feed(outcome: Outcome, reading: Reading | None = None, role: Role = Role.GRID) -> Feed:
    text = Text(en="The cloud does not answer.", de="Die Cloud antwortet nicht.")
    cloud = SolarEdgeV1(site_id="1")
    inverter = Inverter(id=7, name="Roof", source=cloud, role=role, house_id=1)
    return Feed(inverter, SourceState(outcome=outcome, text=text, at=NOON), reading)


def reading(age_s: float = 60, **fields: Any) -> Reading:
    return Reading(
        source="solaredge",
        measured_at=NOON - timedelta(seconds=age_s),
        received_at=NOON,
        **{"grid_w": -3000.0, **fields},
    )


BOX = Box("Carport", ZoneInfo("Europe/Berlin"), online=True, status=status(), decision=decision(Reason.FOLLOWING_SUN))


class Day:
    """Looks every 5 s, or as said; ``told`` is what came of it, with the seconds since noon."""

    def __init__(self, wanted: frozenset[Event] = ALL, every_s: float = 5) -> None:
        self.every_s = every_s
        self.wanted = wanted
        self.memory = Memory()
        self.now = NOON
        self.told: list[tuple[float, Notice]] = []
        self.box = BOX
        self.feeds: dict[int, Feed] = {}
        self.away: frozenset[str] = frozenset()

    def last(self, seconds: float, **changes: Any) -> "Day":
        self.box = replace(self.box, **changes)
        for _ in range(round(seconds / self.every_s)):
            facts = Facts({1: self.box}, self.feeds, self.away)
            self.memory, notices = look(self.memory, facts, self.wanted, self.now)
            self.told += [((self.now - NOON).total_seconds(), notice) for notice in notices]
            self.now += timedelta(seconds=self.every_s)
        return self

    @property
    def events(self) -> list[str]:
        return ["+".join(sorted(notice.events)) for _, notice in self.told]

    @property
    def bodies(self) -> list[str]:
        return [notice.words.body.en for _, notice in self.told]


CHARGING = status(Car.CHARGING, power_w=4230.0)


def test_a_charge_is_told_when_it_has_lasted_a_minute_and_its_end_when_no_cloud_explains_it() -> None:
    day = Day().last(300).last(3600, status=CHARGING)
    assert day.events == ["charging_started"]
    assert day.told[0][0] == 360
    assert day.bodies == ["The car draws 4.2 kW. Because."]
    assert day.told[0][1].words.body.de == "Das Auto zieht 4,2 kW. Darum."
    session = Session(
        id=1, at=NOON, started_at=NOON - timedelta(hours=2), energy_wh=8312.0, sun_wh=7000.0, grid_wh=1000.0
    )
    day.last(800, status=status(), session=session)
    assert day.events == ["charging_started"]
    day.last(200)
    assert day.events == ["charging_started", "charging_stopped"]
    assert day.bodies[1] == "8.3 kWh charged since 12:00, 88 % of it from the sun. Because."  # 10:00 UTC there
    day.last(7200)
    assert len(day.told) == 2


def test_a_charge_over_days_is_told_with_the_day_of_its_begin() -> None:
    session = Session(id=1, at=NOON, started_at=NOON - timedelta(days=2), energy_wh=8312.0)
    day = Day().last(600, status=CHARGING).last(40, status=status(Car.IDLE), session=session)
    assert day.told[1][1].words.body.en.startswith("8.3 kWh charged since 14:00 on 2026-06-19.")
    assert day.told[1][1].words.body.de.startswith("8,3 kWh geladen seit 19.06., 14:00 Uhr.")


def test_a_car_that_leaves_ends_its_charge_at_once() -> None:
    day = Day().last(600, status=CHARGING).last(40, status=status(Car.IDLE))
    assert day.events == ["charging_started", "charging_stopped"]


def test_a_day_of_clouds_is_one_charge() -> None:
    day = Day()
    for minutes in (5, 12, 3, 14, 8, 2):
        day.last(600, status=CHARGING).last(60 * minutes, status=status())
    assert day.events == ["charging_started"]


def test_starts_and_stops_are_told_twice_an_hour_at_most() -> None:
    day = Day()
    for _ in range(24):
        day.last(120, status=CHARGING).last(16 * 60, status=status())
    hours = (day.now - NOON) / timedelta(hours=1)
    assert day.events.count("charging_started") <= 2 * hours
    assert 0 <= day.events.count("charging_started") - day.events.count("charging_stopped") <= 1


def test_a_full_car_says_that_the_charge_is_over_too_and_says_it_once() -> None:
    day = Day().last(600, status=CHARGING)
    day.last(7200, status=status(Car.COMPLETE), decision=decision(Reason.CAR_FULL))
    assert day.events == ["charging_started", "car_full+charging_stopped"]
    day.last(7200, status=status(Car.IDLE), decision=decision(Reason.NO_CAR))
    assert len(day.told) == 2


def test_another_hand_is_told_with_the_sentence_of_the_decision() -> None:
    day = Day().last(120, decision=decision(Reason.MANUAL, "Somebody changed the current."))
    assert (day.events, day.bodies) == (["manual"], ["Somebody changed the current."])
    day.last(20, decision=decision(Reason.NO_CAR)).last(600, decision=decision(Reason.MANUAL))
    assert len(day.told) == 1


def test_a_source_that_fails_for_a_quarter_of_an_hour_is_told_once_and_one_that_flaps_is_not() -> None:
    day = Day()
    for _ in range(20):
        day.feeds = {7: feed(Outcome.NETWORK)}
        day.last(600)
        day.feeds = {7: feed(Outcome.OK)}
        day.last(60)
    assert day.events == []
    day.feeds = {7: feed(Outcome.SERVER)}
    day.last(40_000)
    assert day.events == ["stale"]
    assert day.bodies[0].startswith("For 15 minutes: The cloud does not answer.")
    assert day.told[0][1].words.title.de == "Roof: keine frischen Messwerte"


@pytest.mark.parametrize(
    ("one", "is_told"),
    [
        (feed(Outcome.OK, reading()), False),
        (feed(Outcome.OK, reading(-3600)), False),  # a meter that pushes: its source is fine since it first spoke
        (feed(Outcome.UNCHANGED, reading(600)), False),
        (feed(Outcome.REFUSED, reading(7200)), False),
        (feed(Outcome.UNCHANGED, reading(7200)), True),
        (feed(Outcome.OK, reading(grid_w=None)), True),
        (feed(Outcome.OK, reading(grid_w=None), Role.PV), False),
        (feed(Outcome.OK, reading(quality=Quality.SUSPECT)), True),
    ],
)
def test_readings_that_come_but_start_no_charge_are_told_and_a_night_without_any_is_not(
    one: Feed, is_told: bool
) -> None:
    day = Day()
    day.feeds = {7: one}
    assert day.last(40_000).events == ["stale"] * is_told


def test_faults_are_told_after_ten_minutes() -> None:
    day = Day().last(610, status=status(Car.ERROR, error=7))
    assert day.bodies == [
        "The Wattpilot reports error 7 and does not charge. The Solar.wattpilot app says what it means."
    ]
    day = Day().last(590, online=False).last(30, online=True).last(590, online=False)
    assert day.events == []
    day.last(20)
    assert day.events == ["fault"]
    day = Day()
    day.away = frozenset({"controller"})
    assert day.last(700).events == ["fault"]
    assert "controller" in day.bodies[0]


def test_a_wattpilot_that_was_never_set_up_is_no_fault() -> None:
    assert Day().last(7200, online=False, status=Status(link=LinkState.UNCONFIGURED)).events == []
    assert Day().last(7200, online=False, status=None).events == []


def test_what_nobody_wants_is_not_told_later_either() -> None:
    day = Day(wanted=frozenset({Event.FAULT})).last(600, status=CHARGING)
    day.wanted = ALL
    assert day.last(3600).events == []
    assert day.memory.sent == ()


def test_a_restart_tells_nothing_twice() -> None:
    day = Day().last(600, status=CHARGING)
    day.memory = Memory.model_validate_json(day.memory.model_dump_json())
    day.last(20, online=False, status=None, decision=None)  # nothing is known yet
    day.last(3600, online=True, status=CHARGING)
    assert day.events == ["charging_started"]


def test_above_the_limit_messages_are_left_out_and_the_next_says_how_many() -> None:
    many = {number: feed(Outcome.AUTH) for number in range(MOST_AN_HOUR + 5)}
    day = Day()
    day.feeds = many
    day.last(1800)
    assert len(day.told) == MOST_AN_HOUR
    day.away = frozenset({"fetcher"})
    day.last(3600)
    assert len(day.told) == MOST_AN_HOUR
    day.away = frozenset()
    day.last(1200)
    day.away = frozenset({"fetcher"})
    day.last(7200)
    assert len(day.told) == MOST_AN_HOUR + 1
    assert day.bodies[-1].endswith("(6 messages before this one were left out.)")


@settings(max_examples=20)
@given(st.integers(0, 2**32))
def test_whatever_happens_there_is_never_a_storm(seed: int) -> None:
    rng, day = random.Random(seed), Day(every_s=20)
    for _ in range(60):
        car = rng.choice([*Car])
        day.feeds = {1: feed(rng.choice([*Outcome]))}
        day.last(
            5 * rng.randint(1, 100),
            online=rng.random() < 0.8,
            status=rng.choice([None, status(car, error=rng.choice([None, 0, 3]))]),
            decision=rng.choice([None, decision(rng.choice([*Reason]))]),
        )
    times = [at for at, _ in day.told]
    assert all(sum(begin <= at < begin + 3600 for at in times) <= MOST_AN_HOUR for begin in times)
    charges = False
    for event in day.events:
        if event == "charging_started":
            assert not charges
            charges = True
        elif "charging_stopped" in event:
            assert charges or "car_full" in event
            charges = False
