"""What is wrong, and what to do next: judged from facts alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

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


class Verdict(IntEnum):
    """How bad it is; the worst is the doctor's exit status."""

    WELL = 0
    WAITS = 1
    FAULTY = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; ``advice`` is what to do next."""

    verdict: Verdict
    subject: str
    text: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What could be found out. ``store_fault`` is None when the store answers, ``store_ahead_s`` how far its clock is
    ahead; the mappings hold what the broker keeps, by id.
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


def examine(facts: Facts) -> list[Finding]:
    """All findings, the foundations first."""
    findings = [_broker(facts), _store(facts)]
    if facts.broker_answers:
        findings += _services(facts)
        if facts.store_fault is None:
            findings += _inverters(facts)
        findings += [_bridge(wattpilot_id, status) for wattpilot_id, status in sorted(facts.statuses.items())]
    return findings


def _broker(facts: Facts) -> Finding:
    if facts.broker_answers:
        return Finding(Verdict.WELL, "broker", "answers, and accepts the account of the api")
    return Finding(
        Verdict.FAULTY,
        "broker",
        "does not answer, or refuses the account of the api",
        "look at `docker compose ps broker` and `docker compose logs broker`; then `docker compose up -d`",
    )


def _store(facts: Facts) -> Finding:
    if facts.store_fault is not None:
        advice = "look at `docker compose logs store`; is the disk full?"
        return Finding(Verdict.FAULTY, "store", facts.store_fault, advice)
    ahead_s = facts.store_ahead_s
    if ahead_s is not None and abs(ahead_s) > SKEW_S:
        return Finding(Verdict.FAULTY, "store", f"its clock is {ahead_s:+.0f} s off", _SET_THE_CLOCK)
    return Finding(Verdict.WELL, "store", "answers, and its clock is right")


def _services(facts: Facts) -> Iterator[Finding]:
    reports = {key: state for key, state in facts.services.items() if not _is_forgotten(state, facts.now)}
    for name in EXPECTED:
        if not any(known == name for known, _ in reports):
            yield Finding(Verdict.FAULTY, name, "has not reported", f"look at `docker compose logs {_container(name)}`")
    at_work = {name for (name, _), state in reports.items() if state.online}
    for (name, instance), state in sorted(reports.items()):
        is_missed = name in EXPECTED and name not in at_work
        yield _service(f"{name} {instance}", _container(name), state, facts.now, is_missed)


def _is_forgotten(state: ServiceState, now: datetime) -> bool:
    """It ended in good order a day ago: it was taken away for good."""
    return not state.online and state.reported_at is not None and (now - state.reported_at).days >= 1


def _service(subject: str, container: str, state: ServiceState, now: datetime, is_missed: bool) -> Finding:
    ahead_s = None if state.reported_at is None else (state.reported_at - now).total_seconds()
    if not state.online:
        if ahead_s is None or is_missed:
            return Finding(Verdict.FAULTY, subject, "is not running", _look_at(container))
        advice = "`docker compose up -d` starts it; was it taken away on purpose, this is forgotten after a day"
        return Finding(Verdict.WAITS, subject, f"was stopped {_span(-ahead_s)} ago", advice)
    if ahead_s is not None:
        if ahead_s > SKEW_S:
            return Finding(Verdict.FAULTY, subject, f"its clock is {ahead_s:.0f} s ahead", _SET_THE_CLOCK)
        if ahead_s < -3 * REPORT_S:
            text = f"last reported {_span(-ahead_s)} ago, or its clock is behind"
            return Finding(Verdict.FAULTY, subject, text, _look_at(container))
    if state.waits_for:
        return Finding(Verdict.WAITS, subject, "waits for " + "; ".join(state.waits_for))
    return Finding(Verdict.WELL, subject, f"works, for {_span(state.uptime_s or 0)}")


def _inverters(facts: Facts) -> Iterator[Finding]:
    for inverter in sorted(facts.configuration.inverters.values(), key=lambda one: one.id):
        source = facts.sources.get(inverter.id)
        yield _source(inverter, source)
        if source is not None and source.outcome in (Outcome.OK, Outcome.UNCHANGED, Outcome.REFUSED):
            yield _reading(inverter, facts.readings.get(inverter.id), facts.now)
    if not facts.configuration.inverters:
        advice = "add one on the page or by REST: POST /api/v1/inverters"
        yield Finding(Verdict.WAITS, "inverters", "none is configured", advice)


def _source(inverter: Inverter, state: SourceState | None) -> Finding:
    subject = f"source of {inverter.name}"
    if state is None:
        return Finding(Verdict.WAITS, subject, "has not been asked yet", "wait a minute; it needs the fetcher")
    quota = "" if state.calls_left is None else f"; {state.calls_left} calls are left of its quota"
    if state.outcome not in (Outcome.OK, Outcome.UNCHANGED):
        verdict = Verdict.WAITS if state.outcome in (Outcome.REFUSED, Outcome.RATE_LIMITED) else Verdict.FAULTY
        next_at = "" if state.next_fetch_at is None else f"the next try is at {state.next_fetch_at:%H:%M} UTC"
        return Finding(verdict, subject, state.text.en + quota, next_at)
    if state.calls_left == 0:
        return Finding(Verdict.WAITS, subject, "answers; its quota for today is used up")
    return Finding(Verdict.WELL, subject, f"answers{quota}")


def _reading(inverter: Inverter, reading: Reading | None, now: datetime) -> Finding:
    subject = f"reading of {inverter.name}"
    if reading is None or reading.grid_w is None:
        return Finding(Verdict.WAITS, subject, "the grid's power is not known", "does the inverter have a meter?")
    age_s = reading.age_at(now).total_seconds()
    if age_s < -SKEW_S:
        return Finding(Verdict.FAULTY, subject, f"is {-age_s:.0f} s from the future", _SET_THE_CLOCK)
    maximum_s = inverter.maximum_age_s(reading)
    text = f"is {_span(age_s)} old, at most {_span(maximum_s)} are good"
    if not reading.is_fresh(now, maximum_s):
        return Finding(Verdict.WAITS, subject, text, "at night this is normal: without sun nothing is asked")
    return Finding(Verdict.WELL, subject, text)


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
    subject = f"Wattpilot {wattpilot_id}"
    if status.is_online:
        if status.manual is None:
            model = f" ({status.device_type}, firmware {status.firmware or 'unknown'})" if status.device_type else ""
            return Finding(Verdict.WELL, subject, f"is online{model}")
        why, advice = _HANDS[status.manual.reason]
        return Finding(Verdict.WAITS, subject, f"is online, and Sunpilot keeps its hands off: {why}", advice)
    verdict = Verdict.FAULTY if status.link is LinkState.WRONG_PASSWORD else Verdict.WAITS
    return Finding(verdict, subject, f"is not online: {status.link.replace('_', ' ')}", _LINKS.get(status.link, ""))


def _look_at(container: str) -> str:
    return f"look at `docker compose logs {container}`"


def _container(service: str) -> str:
    return "wp-bridge" if service == "bridge" else service


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"


_SET_THE_CLOCK = "switch on time synchronisation (NTP) on that machine"
