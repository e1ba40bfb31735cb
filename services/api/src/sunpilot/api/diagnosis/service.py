"""How each service is, by its own reports and by their silence. Pure."""

from collections.abc import Iterator
from datetime import datetime

from sunpilot.api.diagnosis.facts import Facts
from sunpilot.api.diagnosis.finding import SET_THE_CLOCK, SKEW_S, Area, Finding, Verdict, span
from sunpilot.api.diagnosis.remedy import START_AGAIN, look_at
from sunpilot.api.diagnosis.wait import advice, awaited
from sunpilot.api.roll import stands_by
from sunpilot.contract.decision import Text
from sunpilot.contract.service import ServiceState

REPORT_S = 30.0
"""A service reports at least so often."""

EXPECTED = ("fetcher", "controller", "api", "bridge")


def services(facts: Facts) -> Iterator[Finding]:
    """Each service that reported, and each that is missed."""
    reports = {key: state for key, state in facts.services.items() if not _is_forgotten(state, facts.now)}
    for name in EXPECTED:
        if not any(known == name for known, _ in reports):
            text = Text(en="has not reported", de="hat sich nicht gemeldet")
            yield Finding(Verdict.FAULTY, Area.SERVICE, Text(en=name, de=name), text, look_at(_container(name)))
    at_work = {name for (name, _), state in reports.items() if state.online}
    for (name, instance), state in sorted(reports.items()):
        is_missed = name in EXPECTED and name not in at_work
        yield _service(f"{name} {instance}", _container(name), state, facts.now, is_missed)


def _is_forgotten(state: ServiceState, now: datetime) -> bool:
    """It ended in good order a day ago: it was taken away for good."""
    return not state.online and state.reported_at is not None and (now - state.reported_at).days >= 1


def _service(subject: str, container: str, state: ServiceState, now: datetime, is_missed: bool) -> Finding:
    age_s = None if state.reported_at is None else (now - state.reported_at).total_seconds()

    def found(verdict: Verdict, en: str, de: str, advice: Text | None = None) -> Finding:
        return Finding(verdict, Area.SERVICE, Text(en=subject, de=subject), Text(en=en, de=de), advice, age_s=age_s)

    if not state.online:
        if age_s is None or is_missed:
            return found(Verdict.FAULTY, "is not running", "läuft nicht", look_at(container))
        return found(Verdict.WAITS, f"was stopped {span(age_s)} ago", f"wurde vor {span(age_s)} beendet", _STOPPED)
    if age_s is not None and age_s < -SKEW_S:
        return found(
            Verdict.FAULTY,
            f"its clock is {-age_s:.0f} s ahead",
            f"seine Uhr geht {-age_s:.0f} s vor",
            SET_THE_CLOCK,
        )
    if age_s is not None and age_s > 3 * REPORT_S:
        return found(
            Verdict.FAULTY,
            f"last reported {span(age_s)} ago, or its clock is behind",
            f"hat sich vor {span(age_s)} zuletzt gemeldet, oder seine Uhr geht nach",
            look_at(container),
        )
    if state.waits_for:
        verdict, what = Verdict.WELL if stands_by(state) else Verdict.WAITS, awaited(state)
        return found(verdict, f"waits for {what.en}", f"wartet auf {what.de}", advice(state))
    uptime = span(state.uptime_s or 0)
    return found(Verdict.WELL, f"works, for {uptime}", f"läuft seit {uptime}")


def _container(service: str) -> str:
    return "wp-bridge" if service == "bridge" else service


_STOPPED = Text(
    en=f"{START_AGAIN.en}; was it taken away on purpose, this is forgotten after a day",
    de=f"{START_AGAIN.de}; wurde er absichtlich entfernt, ist das nach einem Tag vergessen",
)
