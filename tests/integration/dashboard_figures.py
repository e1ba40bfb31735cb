"""What each panel of each dashboard must show: worked out from what flowed and from the messages as they were said.

Nothing here asks the database or calls what makes points; the rules of each picture are written again, from what its
description says. A figure is a number (None: unknown); a picture is a column's values by their times, or its one value;
where a query groups by tags, their values stand behind the column's name.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from operator import attrgetter
from statistics import fmean
from typing import Any

import numpy as np

from sunpilot.contract.history import DayTotal
from tests.integration.recorded_house import (
    BATTERY_DAY,
    DAY,
    DAY_S,
    EARLIER_SESSIONS,
    METER,
    NOON,
    QUARTER,
    REPORTS_DAY,
    SECONDS,
    SILENT_S,
    RecordedDay,
    RecordedQuarter,
)
from tests.support.grafana_viewer import Value
from tests.support.recorded import Json, Said

Course = dict[datetime, Value]
Picture = Mapping[str, Course | Value]
Expected = Picture | float | None
Panel = tuple[str, str]
"""A dashboard's name and a panel's title."""

Span = tuple[datetime, datetime]
TODAY = DAY.midnight, DAY.midnight + timedelta(days=1) - timedelta(milliseconds=1)
AFTERNOON = DAY.at(SILENT_S.start), TODAY[1]
MONTH = DAY.midnight - timedelta(days=29), TODAY[1]
MIDDAY = NOON, NOON + QUARTER
BATTERY = BATTERY_DAY, BATTERY_DAY + timedelta(days=1)
REPORTS = REPORTS_DAY, REPORTS_DAY + timedelta(minutes=3)
TEN_S, MINUTE, FIVE_MIN = timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


# --- how pictures are made of messages -------------------------------------------------------------------------------


def own_time(heard_at: datetime, message: Json) -> datetime:
    """When it was measured, decided or said: what a message tells of that, otherwise when it was heard."""
    if "age_s" in message:  # a reading
        if message["measured_at"] is not None:
            return datetime.fromisoformat(message["measured_at"])
        return datetime.fromisoformat(message["received_at"]) - timedelta(seconds=sum(message["age_s"]) / 2)
    if message.get("uptime_s") is not None:
        return datetime.fromisoformat(message["started_at"]) + timedelta(seconds=message["uptime_s"])
    said_at = message.get("started_at") or message.get("began_at") or message.get("at")
    return heard_at if said_at is None else datetime.fromisoformat(said_at)


TAGS = {
    "reading": ("source",),
    "source": ("source",),
    "decision": ("reason",),
    "setpoint": ("n",),
    "ack": ("result", "key", "of"),
}
"""What tells apart what was said at the same time; otherwise the last word counts."""


def messages(said: Said, topic: str, span: Span) -> list[tuple[datetime, Json]]:
    """What was said on a topic within a time, by its time."""
    found: dict[object, tuple[datetime, Json]] = {}
    for heard_at, on, message in said.on(topic):
        content = message if isinstance(message, dict) else {"value": message}
        at = own_time(heard_at, content)
        if span[0] <= at <= span[1]:
            found[at, on, *(str(content[name]) for name in TAGS.get(on.rpartition("/")[2], ()))] = at, content
    return sorted(found.values(), key=lambda one: one[0])


def known(said: Said, topic: str, span: Span, *path: str | int) -> list[tuple[datetime, Any]]:
    """One value of each message, where it is known."""
    points = []
    for at, message in messages(said, topic, span):
        value: Any = message
        for step in path:
            value = None if value is None else value[step]
        if value is not None:
            points.append((at, value))
    return points


def steps(points: Iterable[tuple[datetime, Any]], every: timedelta, how: Callable[[list[Any]], Value]) -> Course:
    """One value for each step that has any; steps are counted from 1970."""
    found: dict[datetime, list[Any]] = {}
    for at, value in points:
        found.setdefault(at - (at - EPOCH) % every, []).append(value)
    return {at: how(values) for at, values in found.items()}


def last(values: list[Any]) -> Value:
    """What was known last."""
    value: Value = values[-1]
    return value


def total(days: Sequence[DayTotal], value: Callable[[DayTotal], float | None]) -> float:
    """The sum over the days of which it is known."""
    return sum(one for day in days if (one := value(day)) is not None)


def share(days: Sequence[DayTotal], part: str, whole: str) -> float:
    """A part of a whole in percent, of the days that have any of the whole."""
    have = [day for day in days if getattr(day, whole) and getattr(day, part) is not None]
    return 100 * total(have, attrgetter(part)) / total(have, attrgetter(whole))


def by_day(days: Sequence[DayTotal], value: Callable[[DayTotal], float | None]) -> Course:
    return {day.began_at: one for day in days if day.began_at is not None and (one := value(day)) is not None}


def cost(day: DayTotal) -> float | None:
    """What was bought, less what was sold; unknown without prices."""
    if day.import_price is None or day.feed_in_price is None:
        return None
    return (day.import_wh * day.import_price - day.export_wh * day.feed_in_price) / 1000


def saved(day: DayTotal) -> float | None:
    if day.car_sun_wh is None or day.import_price is None or day.feed_in_price is None:
        return None
    return day.car_sun_wh * (day.import_price - day.feed_in_price) / 1000


def known_kwh(part: float | None, less: float | None = 0.0) -> float | None:
    return None if part is None or less is None else (part - less) / 1000


def known_percent(measured_s: float | None) -> float | None:
    """How much of a day."""
    return None if measured_s is None else measured_s / 864


# --- what was there --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class World:
    """All that was recorded."""

    day: RecordedDay
    quarter: RecordedQuarter
    battery: Said
    reports: Said

    @property
    def total(self) -> DayTotal:
        return self.day.total

    @property
    def totals(self) -> Sequence[DayTotal]:
        return self.day.totals

    @property
    def charging(self) -> Sequence[DayTotal]:
        """The days on which a car drew."""
        return [day for day in self.totals if day.charging_s]

    def sessions(self) -> list[tuple[datetime, Json]]:
        return messages(self.day.said, "sunpilot/wattpilot/1/session", MONTH)

    def starts(self) -> int:
        """How often the car began to draw; a switch of phases pauses for less than a minute, a stop for longer."""
        draws = self.day.truth.car_w > 0
        begins, ends = (np.flatnonzero(edge) for edge in (draws[1:] & ~draws[:-1], ~draws[1:] & draws[:-1]))
        return 1 + int((begins[1:] - ends[: len(begins) - 1] > 60).sum())

    def readings(self) -> list[int]:
        """The seconds of the day for which readings came."""
        return [true_s for _, true_s in METER.arrivals(SECONDS, seed=1) if true_s < DAY_S]

    def power(self) -> Picture:
        """What a meter with means of a minute tells, at the end of each."""
        metered = self.day.truth.metered()
        columns = {"sun": metered.pv_w, "grid": metered.grid_w, "house": metered.load_w}
        points = {
            name: [(DAY.at(true_s), float(power_w[true_s - 1])) for true_s in self.readings()]
            for name, power_w in columns.items()
        }
        points["car"] = self.of_day("status", "power_w")
        return {name: steps(drawn, FIVE_MIN, fmean) for name, drawn in points.items()}

    def of_day(self, leaf: str, *path: str | int) -> list[tuple[datetime, Any]]:
        return known(self.day.said, f"sunpilot/wattpilot/1/{leaf}", TODAY, *path)

    def of_box(self, leaf: str, *path: str | int) -> list[tuple[datetime, Any]]:
        return known(self.quarter.said, f"sunpilot/wattpilot/1/{leaf}", MIDDAY, *path)

    def of_source(self, *path: str | int) -> list[tuple[datetime, Any]]:
        return known(self.quarter.said, "sunpilot/inverter/1/source", MIDDAY, *path)

    def of_services(self, column: str, name: str, how: Callable[[list[Any]], Value]) -> Picture:
        """A value of each service that speaks."""
        topics = {topic for _, topic, _ in self.quarter.said.on("sunpilot/service/+/+")}
        pictures: dict[str, Course] = {}
        for topic in topics:
            service, instance = topic.split("/")[2:]
            points = [(at, float(value)) for at, value in known(self.quarter.said, topic, MIDDAY, name)]
            pictures[f"{column} {instance} {service}"] = steps(points, MINUTE, how)
        return pictures

    def of_reports(self, name: str, span: Span = REPORTS) -> Course:
        """The most of a count that recorders told in each minute."""
        topic = "sunpilot/service/recorder/+"
        return steps(known(self.reports, topic, span, "recording", name), MINUTE, max)

    def rate(self, name: str) -> Course:
        """How fast a count rose from each minute to the next, per second; also from the one before the picture."""
        counts = list(self.of_reports(name, (REPORTS[0] - MINUTE, REPORTS[1])).items())
        return {
            at: (float(after) - float(before)) / (at - since).total_seconds()  # type: ignore[arg-type]
            for (since, before), (at, after) in pairwise(counts)
        }

    def why(self) -> Picture:
        """The reason that held at first, and each that came after another."""
        said = messages(self.day.said, "sunpilot/wattpilot/1/decision", (EPOCH, AFTERNOON[1]))
        reasons = [(at, message["reason"]) for at, message in said]
        changes = {
            at: (reason, float(reason != before)) for (_, before), (at, reason) in pairwise([(EPOCH, None), *reasons])
        }
        (held_at, held) = [(at, one) for at, one in changes.items() if at <= AFTERNOON[0]][-1]
        shown = {held_at: held, **{at: one for at, one in changes.items() if at >= AFTERNOON[0] and one[1]}}
        return {
            "reason": {at: reason for at, (reason, _) in shown.items()},
            "changed": {at: changed for at, (_, changed) in shown.items()},
        }

    def losses(self) -> list[tuple[datetime, int]]:
        """When the connection was there, and then was not."""
        said = self.of_box("online", "value")
        return [(at, 1) for (_, before), (at, after) in pairwise(said) if before and not after]

    def months(self) -> Picture:
        picture: dict[str, Value] = {}
        for month in {day.day[:7] for day in self.totals}:
            days = [day for day in self.totals if day.day.startswith(month)]
            for column, name in (("pv", "pv_wh"), ("load", "load_wh"), ("bought", "import_wh"), ("sold", "export_wh")):
                picture[f"{column} {month}"] = total(days, attrgetter(name)) / 1000
            picture[f"car {month}"] = total(days, attrgetter("car_wh")) / 1000
            picture[f"cost {month}"] = total(days, cost)
            picture[f"self_consumption {month}"] = 100 - share(days, "pv_export_wh", "pv_wh")
            picture[f"self_sufficiency {month}"] = 100 - share(days, "load_import_wh", "load_wh")
            picture[f"car_sun {month}"] = share(days, "car_sun_wh", "car_wh")
        return picture

    def session_rows(self) -> Picture:
        names = ("plugged_s", "charging_s", "cost", "saved", "currency", "peak_w", "starts", "phase_switches")
        rows: dict[str, Course] = {name: {at: one[name] for at, one in self.sessions()} for name in names}
        for column in ("energy", "sun", "grid"):
            rows[column] = {at: one[f"{column}_wh"] / 1000 for at, one in self.sessions()}
        return rows

    def reasons(self) -> Picture:
        spent: Counter[str] = Counter()
        for _, session in self.sessions():
            spent.update(session["reasons_s"])
        return {f"sum_reason_{reason}_s": seconds for reason, seconds in spent.items()}

    def answers_by_result(self) -> Picture:
        counts = Counter(ack["result"] for _, ack in self._acks() if ack["of"] is not None)
        return {f"count {result}": count for result, count in counts.items()}

    def latency(self) -> Picture:
        """The time from a setpoint to what is said of it while it is the newest."""
        orders = messages(self.quarter.said, "sunpilot/wattpilot/1/setpoint", MIDDAY)
        by_result: dict[str, list[tuple[datetime, float]]] = {}
        for at, ack in self._acks():
            before = [(ordered_at, order) for ordered_at, order in orders if ordered_at <= at]
            if ack["of"] is not None and before and before[-1][1]["n"] == ack["of"]["n"]:
                by_result.setdefault(ack["result"], []).append((at, (at - before[-1][0]).total_seconds()))
        return {f"after {result}": steps(points, MINUTE, max) for result, points in by_result.items()}

    def _acks(self) -> list[tuple[datetime, Json]]:
        return messages(self.quarter.said, "sunpilot/wattpilot/1/ack", MIDDAY)


def lines(points: Callable[[str | int], list[tuple[datetime, Any]]], every: timedelta, how: Any) -> Picture:
    """One column for each of three phases."""
    return {f"l{line + 1}": steps(points(line), every, how) for line in range(3)}


# --- what is shown ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is to be seen by who looks at a time of a house; rounding apart."""

    shown: Callable[[World], Expected]
    span: Span
    house: str = "1"
    every: timedelta = MINUTE


def today(shown: Callable[[World], Expected], every: timedelta = MINUTE) -> Expectation:
    return Expectation(shown, TODAY, every=every)


def later(shown: Callable[[World], Expected]) -> Expectation:
    """Who looks at the end of the day sees the day's figures all the same."""
    return Expectation(shown, AFTERNOON)


def month(shown: Callable[[World], Expected]) -> Expectation:
    return Expectation(shown, MONTH)


def midday(shown: Callable[[World], Expected], every: timedelta = TEN_S) -> Expectation:
    return Expectation(shown, MIDDAY, "2", every)


def evening(shown: Callable[[World], Expected]) -> Expectation:
    return Expectation(shown, REPORTS)


def with_battery(shown: Callable[[World], Expected]) -> Expectation:
    return Expectation(shown, BATTERY, every=FIVE_MIN)


EXPECTED: dict[Panel, Expectation] = {
    ("today", "Sun"): later(lambda w: known_kwh(w.total.pv_wh)),
    ("today", "Bought"): later(lambda w: w.total.import_wh / 1000),
    ("today", "Sold"): later(lambda w: w.total.export_wh / 1000),
    ("today", "Into cars"): later(lambda w: known_kwh(w.total.car_wh)),
    ("today", "… of it sun"): later(lambda w: share([w.total], "car_sun_wh", "car_wh")),
    ("today", "Self-sufficiency"): later(lambda w: 100 - share([w.total], "load_import_wh", "load_wh")),
    ("today", "Power"): today(lambda w: w.power(), FIVE_MIN),
    ("today", "Why"): later(lambda w: w.why()),
    ("today", "Current per phase: asked, offered, drawn"): today(
        lambda w: {
            "asked": steps(w.of_day("setpoint", "amps"), MINUTE, last),
            "offered": steps(w.of_day("status", "offered_a"), MINUTE, last),
            **lines(lambda line: w.of_day("status", "current_a", line), MINUTE, max),
        }
    ),
    ("today", "Surplus, and what the car took of it"): today(
        lambda w: {
            "surplus": steps(w.of_day("decision", "inputs", "surplus_w"), FIVE_MIN, fmean),
            "own": steps(w.of_day("decision", "inputs", "own_w"), FIVE_MIN, fmean),
        },
        FIVE_MIN,
    ),
    ("today", "Home battery"): with_battery(
        lambda _: {"soc": {BATTERY_DAY: 55.5}},
    ),
    ("energy", "Sun"): month(lambda w: total(w.totals, attrgetter("pv_wh")) / 1000),
    ("energy", "Self-consumption"): month(lambda w: 100 - share(w.totals, "pv_export_wh", "pv_wh")),
    ("energy", "Self-sufficiency"): month(lambda w: 100 - share(w.totals, "load_import_wh", "load_wh")),
    ("energy", "Cars' share of sun"): month(lambda w: share(w.totals, "car_sun_wh", "car_wh")),
    ("energy", "Cost in $currency"): month(lambda w: total(w.totals, cost)),
    ("energy", "Saved in $currency by the sun"): month(lambda w: total(w.totals, saved)),
    ("energy", "Where the sun went, by day"): month(
        lambda w: {
            "used": by_day(w.totals, lambda day: known_kwh(day.pv_wh, day.pv_export_wh)),
            "sold": by_day(w.totals, lambda day: known_kwh(day.export_wh)),
        }
    ),
    ("energy", "What the house lived on, by day"): month(
        lambda w: {
            "own": by_day(w.totals, lambda day: known_kwh(day.load_wh, day.load_import_wh)),
            "bought": by_day(w.totals, lambda day: known_kwh(day.import_wh)),
        }
    ),
    ("energy", "What the cars took, by day"): month(
        lambda w: {
            "sun": by_day(w.totals, lambda day: known_kwh(day.car_sun_wh)),
            "bought": by_day(w.totals, lambda day: known_kwh(day.car_wh, day.car_sun_wh or 0.0)),
        }
    ),
    ("energy", "Home battery, by day"): with_battery(
        lambda _: {"charged": {BATTERY_DAY: 7.0}, "discharged": {BATTERY_DAY: -5.0}},
    ),
    ("energy", "Cost by day, in $currency"): month(lambda w: {"cost": by_day(w.totals, cost)}),
    ("energy", "How much of each day is known"): month(
        lambda w: {
            "known": by_day(w.totals, lambda day: day.measured_s / 864),
            "sun": by_day(w.totals, lambda day: known_percent(day.pv_measured_s)),
            "consumption": by_day(w.totals, lambda day: known_percent(day.load_measured_s)),
        }
    ),
    ("energy", "Months"): month(lambda w: w.months()),
    ("energy", "Charging sessions"): month(lambda w: w.session_rows()),
    ("charger", "Energy"): midday(
        lambda w: float(np.ptp([value for _, value in w.of_box("status", "energy_wh")])) / 1000
    ),
    ("charger", "Starts"): today(lambda w: w.starts()),
    ("charger", "Phase switches"): month(
        lambda w: w.day.phase_switches + sum(one.phase_switches for one in EARLIER_SESSIONS)
    ),
    ("charger", "Hottest"): midday(lambda w: max(value for _, value in w.of_box("status", "temperature_c"))),
    ("charger", "Errors"): midday(lambda _: 3),
    ("charger", "Out of sight"): midday(lambda w: len(w.losses())),
    ("charger", "Car"): midday(lambda w: {"car": steps(w.of_box("status", "car"), TEN_S, last)}),
    ("charger", "Power and phases"): midday(
        lambda w: {
            "power": steps(w.of_box("status", "power_w"), TEN_S, fmean),
            "phases": steps(w.of_box("status", "phases"), TEN_S, last),
        }
    ),
    ("charger", "Current"): midday(
        lambda w: {
            **lines(lambda line: w.of_box("status", "current_a", line), TEN_S, fmean),
            "offered": steps(w.of_box("status", "offered_a"), TEN_S, last),
        }
    ),
    ("charger", "Voltage"): midday(lambda w: lines(lambda line: w.of_box("status", "voltage_v", line), TEN_S, fmean)),
    ("charger", "Temperature"): midday(
        lambda w: {
            "temperature": steps(w.of_box("status", "temperature_c"), TEN_S, max),
            "limit": steps(w.of_box("status", "limits", "temperature_a"), TEN_S, min),
        }
    ),
    ("charger", "Answers to setpoints"): midday(lambda w: w.answers_by_result()),
    ("charger", "Starts and phase switches per session"): later(
        lambda w: {
            "starts": {w.sessions()[-1][0]: w.starts()},
            "switches": {w.sessions()[-1][0]: w.day.phase_switches},
        }
    ),
    ("control-quality", "Mean |grid| while charging"): month(
        lambda w: 3600 * total(w.totals, attrgetter("charging_grid_wh")) / total(w.totals, attrgetter("charging_s"))
    ),
    ("control-quality", "… without the car"): month(
        lambda w: 3600 * total(w.totals, attrgetter("charging_without_wh")) / total(w.totals, attrgetter("charging_s"))
    ),
    ("control-quality", "Score"): month(lambda w: 100 - share(w.totals, "charging_grid_wh", "charging_without_wh")),
    ("control-quality", "Charged for"): month(lambda w: total(w.totals, attrgetter("charging_s"))),
    ("control-quality", "Starts per session"): month(
        lambda w: fmean([w.starts(), *(one.starts for one in EARLIER_SESSIONS)])
    ),
    ("control-quality", "Phase switches per session"): month(
        lambda w: fmean([w.day.phase_switches, *(one.phase_switches for one in EARLIER_SESSIONS)])
    ),
    ("control-quality", "Mean |grid| while charging, by day"): month(
        lambda w: {
            "with": by_day(w.charging, lambda day: 3600 * day.charging_grid_wh / day.charging_s),
            "without": by_day(w.charging, lambda day: 3600 * day.charging_without_wh / day.charging_s),
        }
    ),
    ("control-quality", "Score, by day"): month(
        lambda w: {
            "score": by_day(w.charging, lambda day: 100 - share([day], "charging_grid_wh", "charging_without_wh"))
        }
    ),
    ("control-quality", "Time in each reason"): month(lambda w: w.reasons()),
    ("control-quality", "How the surplus was followed"): today(
        lambda w: {
            column: steps(w.of_day("decision", "inputs", name), FIVE_MIN, fmean)
            for column, name in (("surplus", "surplus_w"), ("own", "own_w"), ("grid", "grid_w"))
        },
        FIVE_MIN,
    ),
    ("system", "Services"): midday(lambda w: w.of_services("online", "online", last), MINUTE),
    ("system", "Age of what decisions rest on"): midday(
        lambda w: {"age": steps(w.of_box("decision", "inputs", "reading_age_s"), MINUTE, max)}, MINUTE
    ),
    ("system", "Age of readings on arrival"): with_battery(lambda _: {"age 1 meter": {BATTERY_DAY: 7.0}}),
    ("system", "Calls to the cloud"): midday(
        lambda w: {
            "used": steps(w.of_source("calls_used"), MINUTE, last),
            "left": steps(w.of_source("calls_left"), MINUTE, last),
        },
        MINUTE,
    ),
    ("system", "Attempts to measure that went well"): midday(
        lambda w: {
            "ok": steps(
                ((at, 100.0 * (outcome in ("ok", "unchanged"))) for at, outcome in w.of_source("outcome")),
                MINUTE,
                fmean,
            )
        },
        MINUTE,
    ),
    ("system", "From setpoint to answer"): midday(lambda w: w.latency(), MINUTE),
    ("system", "Lost connections to the Wattpilot"): midday(lambda w: {"lost": steps(w.losses(), MINUTE, len)}, MINUTE),
    ("system", "Waiting for the database"): evening(
        lambda w: {"bytes": w.of_reports("spool_bytes"), "oldest": w.of_reports("oldest_s")}
    ),
    ("system", "Messages recorded"): evening(
        lambda w: {"received": w.rate("received"), "written": w.rate("written")},
    ),
    ("system", "Not in the history"): evening(
        lambda w: {"aside": w.of_reports("put_aside"), "lost": w.of_reports("lost"), "gaps": w.of_reports("gaps")}
    ),
    ("system", "Bad messages dropped"): midday(lambda w: w.of_services("dropped", "dropped", max), MINUTE),
    ("system", "Time since each service started"): midday(lambda w: w.of_services("uptime", "uptime_s", last), MINUTE),
}
