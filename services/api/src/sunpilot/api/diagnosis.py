"""What is wrong, and what to do next: judged from facts alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sunpilot.api.finding import Area, Finding, Verdict, span
from sunpilot.api.household import house_of
from sunpilot.api.recording import grafana, recording
from sunpilot.api.roll import stands_by
from sunpilot.contract.configuration import Configuration
from sunpilot.contract.inverter import Inverter
from sunpilot.contract.reading import Reading
from sunpilot.contract.service import ServiceState
from sunpilot.contract.source import Outcome, SourceState
from sunpilot.contract.status import LinkState, ManualReason, Status

REPORT_S = 30.0
"""A service reports at least so often."""

SKEW_S = 5.0
"""Clocks that differ by more spoil the comparison of times."""

EXPECTED = ("fetcher", "controller", "api", "bridge")


@dataclass(frozen=True, slots=True)
class Facts:
    """What could be found out. ``store_fault`` is None when the store answers, ``store_ahead_s`` how far its clock is
    ahead; the mappings hold what the broker keeps, by id. ``grafana_answers`` is None where nobody asked.
    """

    now: datetime
    broker_answers: bool
    store_fault: str | None
    store_ahead_s: float | None = None
    configuration: Configuration = field(default_factory=lambda: Configuration({}, {}, {}, {}))
    services: Mapping[tuple[str, str], ServiceState] = field(default_factory=dict)
    readings: Mapping[int, Reading] = field(default_factory=dict)
    sources: Mapping[int, SourceState] = field(default_factory=dict)
    statuses: Mapping[int, Status] = field(default_factory=dict)
    grafana_answers: bool | None = None


def examine(facts: Facts) -> list[Finding]:
    """All findings, the foundations first."""
    findings = [_broker(facts), _store(facts)]
    if facts.broker_answers:
        findings += _services(facts)
        if facts.store_fault is None:
            findings += _inverters(facts)
            findings += _prices(facts.configuration)
        findings += [_bridge(wattpilot_id, status) for wattpilot_id, status in sorted(facts.statuses.items())]
        findings += recording(facts.services, facts.now)
    return findings + grafana(facts.grafana_answers)


def _broker(facts: Facts) -> Finding:
    if facts.broker_answers:
        return Finding(Verdict.WELL, Area.BROKER, "broker", "answers, and accepts the account of the api")
    return Finding(
        Verdict.FAULTY,
        Area.BROKER,
        "broker",
        "does not answer, or refuses the account of the api",
        "look at `docker compose ps broker` and `docker compose logs broker`; then `docker compose up -d`",
    )


def _store(facts: Facts) -> Finding:
    if facts.store_fault is not None:
        advice = "look at `docker compose logs store`; is the disk full?"
        return Finding(Verdict.FAULTY, Area.STORE, "store", facts.store_fault, advice)
    ahead_s = facts.store_ahead_s
    if ahead_s is not None and abs(ahead_s) > SKEW_S:
        return Finding(Verdict.FAULTY, Area.STORE, "store", f"its clock is {ahead_s:+.0f} s off", _SET_THE_CLOCK)
    return Finding(Verdict.WELL, Area.STORE, "store", "answers, and its clock is right")


def _services(facts: Facts) -> Iterator[Finding]:
    reports = {key: state for key, state in facts.services.items() if not _is_forgotten(state, facts.now)}
    for name in EXPECTED:
        if not any(known == name for known, _ in reports):
            yield Finding(Verdict.FAULTY, Area.SERVICE, name, "has not reported", _look_at(_container(name)))
    at_work = {name for (name, _), state in reports.items() if state.online}
    for (name, instance), state in sorted(reports.items()):
        is_missed = name in EXPECTED and name not in at_work
        yield _service(f"{name} {instance}", _container(name), state, facts.now, is_missed)


def _is_forgotten(state: ServiceState, now: datetime) -> bool:
    """It ended in good order a day ago: it was taken away for good."""
    return not state.online and state.reported_at is not None and (now - state.reported_at).days >= 1


def _service(subject: str, container: str, state: ServiceState, now: datetime, is_missed: bool) -> Finding:
    age_s = None if state.reported_at is None else (now - state.reported_at).total_seconds()

    def found(verdict: Verdict, text: str, advice: str = "") -> Finding:
        return Finding(verdict, Area.SERVICE, subject, text, advice, age_s=age_s)

    if not state.online:
        if age_s is None or is_missed:
            return found(Verdict.FAULTY, "is not running", _look_at(container))
        advice = "`docker compose up -d` starts it; was it taken away on purpose, this is forgotten after a day"
        return found(Verdict.WAITS, f"was stopped {span(age_s)} ago", advice)
    if age_s is not None and age_s < -SKEW_S:
        return found(Verdict.FAULTY, f"its clock is {-age_s:.0f} s ahead", _SET_THE_CLOCK)
    if age_s is not None and age_s > 3 * REPORT_S:
        text = f"last reported {span(age_s)} ago, or its clock is behind"
        return found(Verdict.FAULTY, text, _look_at(container))
    if state.waits_for:
        verdict = Verdict.WELL if stands_by(state) else Verdict.WAITS
        return found(verdict, "waits for " + "; ".join(state.waits_for))
    return found(Verdict.WELL, f"works, for {span(state.uptime_s or 0)}")


def _inverters(facts: Facts) -> Iterator[Finding]:
    for inverter in sorted(facts.configuration.inverters.values(), key=lambda one: one.id):
        source = facts.sources.get(inverter.id)
        yield _source(inverter, source, facts.now)
        if source is not None and source.outcome in (Outcome.OK, Outcome.UNCHANGED, Outcome.REFUSED):
            yield _reading(inverter, facts.readings.get(inverter.id), facts.now)
    if not facts.configuration.inverters:
        advice = "add one on the page or by REST: POST /api/v1/inverters"
        yield Finding(Verdict.WAITS, Area.SOURCE, "inverters", "none is configured", advice)


def _source(inverter: Inverter, state: SourceState | None, now: datetime) -> Finding:
    subject = f"source of {inverter.name}"
    if state is None:
        advice = "wait a minute; it needs the fetcher"
        return Finding(Verdict.WAITS, Area.SOURCE, subject, "has not been asked yet", advice, inverter.id)
    age_s = (now - state.at).total_seconds()

    def found(verdict: Verdict, text: str, advice: str = "") -> Finding:
        return Finding(verdict, Area.SOURCE, subject, text, advice, inverter.id, age_s, state.calls_left)

    quota = "" if state.calls_left is None else f"; {state.calls_left} calls are left of its quota"
    if state.outcome not in (Outcome.OK, Outcome.UNCHANGED):
        verdict = Verdict.WAITS if state.outcome in (Outcome.REFUSED, Outcome.RATE_LIMITED) else Verdict.FAULTY
        next_at = "" if state.next_fetch_at is None else f"the next try is at {state.next_fetch_at:%H:%M} UTC"
        return found(verdict, state.text.en + quota, next_at)
    if state.calls_left == 0:
        return found(Verdict.WAITS, "answers; its quota for today is used up")
    return found(Verdict.WELL, f"answers{quota}")


def _reading(inverter: Inverter, reading: Reading | None, now: datetime) -> Finding:
    age_s = None if reading is None else reading.age_at(now).total_seconds()

    def found(verdict: Verdict, text: str, advice: str = "") -> Finding:
        return Finding(verdict, Area.READING, f"reading of {inverter.name}", text, advice, inverter.id, age_s)

    if reading is None or reading.grid_w is None or age_s is None:
        return found(Verdict.WAITS, "the grid's power is not known", "does the inverter have a meter?")
    if age_s < -SKEW_S:
        return found(Verdict.FAULTY, f"is {-age_s:.0f} s from the future", _SET_THE_CLOCK)
    maximum_s = inverter.maximum_age_s(reading)
    text = f"is {span(age_s)} old, at most {span(maximum_s)} are good"
    if not reading.is_fresh(now, maximum_s):
        return found(Verdict.WAITS, text, "at night this is normal: without sun nothing is asked")
    return found(Verdict.WELL, text)


def _prices(configuration: Configuration) -> Iterator[Finding]:
    """Prices that may stand, because there are such tariffs, but are more often a mistake."""
    for house in sorted(configuration.houses.values(), key=lambda one: one.id):
        if house.feed_in_price >= house.import_price:
            text = f"a kWh sold brings {house.feed_in_price:g}, a kWh bought costs {house.import_price:g}"
            advice = (
                "are the two swapped? As they are, kwh_value is not heeded, and charging from the sun saves nothing"
            )
            yield Finding(Verdict.WAITS, Area.HOUSE, f"prices of {house.name}", text, advice, house.id)
    for wattpilot in sorted(configuration.wattpilots.values(), key=lambda one: one.id):
        value, own = wattpilot.policy.kwh_value, house_of(wattpilot.id, configuration)
        if value is not None and own is not None and not own.feed_in_price <= value <= own.import_price:
            text = f"a kWh in the car is worth {value:g}, which is not between the two prices of {own.name}"
            advice = f"the nearest holds; set kwh_value from {own.feed_in_price:g} to {own.import_price:g}, or to null"
            yield Finding(Verdict.WAITS, Area.WATTPILOT, f"kwh_value of {wattpilot.name}", text, advice, wattpilot.id)


_LINKS = {
    LinkState.UNCONFIGURED: "enter WATTPILOT_HOST and WATTPILOT_PASSWORD in .env, then `docker compose up -d`",
    LinkState.WRONG_PASSWORD: "correct WATTPILOT_PASSWORD in .env, then `docker compose up -d`",
    LinkState.CONNECTING: "is WATTPILOT_HOST right, the Wattpilot switched on, and in the same network?",
}


_UNTIL = "this ends when the car is unplugged, after the time that was set, or by `resume`"
_HANDS = {
    ManualReason.CHANGED: ("somebody changed a setting at the Wattpilot", _UNTIL),
    ManualReason.REQUESTED: ("somebody set a property of it directly", _UNTIL),
    ManualReason.RESISTED: (
        "it took back what Sunpilot wrote",
        "does another program, such as evcc or Home Assistant, steer it too? " + _UNTIL,
    ),
    ManualReason.CONTESTED: (
        "its settings were changed three times within 10 minutes",
        "switch off the other program that steers it; this ends when the car is unplugged, or by `resume`",
    ),
    ManualReason.OCPP: ("an OCPP server is in control", "switch OCPP off in the Solar.wattpilot app"),
    ManualReason.BOX_MODE: (
        "its mode is not the one that WATTPILOT_BASE says",
        "choose Default (base A) or Eco (base B) in the Solar.wattpilot app",
    ),
}


def _bridge(wattpilot_id: int, status: Status) -> Finding:
    def found(verdict: Verdict, text: str, advice: str = "") -> Finding:
        return Finding(verdict, Area.WATTPILOT, f"Wattpilot {wattpilot_id}", text, advice, wattpilot_id)

    if status.is_online:
        if status.manual is None:
            model = f" ({status.device_type}, firmware {status.firmware or 'unknown'})" if status.device_type else ""
            return found(Verdict.WELL, f"is online{model}")
        why, advice = _HANDS[status.manual.reason]
        return found(Verdict.WAITS, f"is online, and Sunpilot keeps its hands off: {why}", advice)
    verdict = Verdict.FAULTY if status.link is LinkState.WRONG_PASSWORD else Verdict.WAITS
    return found(verdict, f"is not online: {status.link.replace('_', ' ')}", _LINKS.get(status.link, ""))


def _look_at(container: str) -> str:
    return f"look at `docker compose logs {container}`"


def _container(service: str) -> str:
    return "wp-bridge" if service == "bridge" else service


_SET_THE_CLOCK = "switch on time synchronisation (NTP) on that machine"
