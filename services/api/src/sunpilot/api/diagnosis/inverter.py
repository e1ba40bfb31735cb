"""How each inverter's source and its reading are. Pure."""

from collections.abc import Iterator
from datetime import datetime

from sunpilot.api.diagnosis.facts import Facts
from sunpilot.api.diagnosis.finding import SET_THE_CLOCK, SKEW_S, Area, Finding, Verdict, span
from sunpilot.contract.decision import Text
from sunpilot.contract.inverter import Inverter, Role
from sunpilot.contract.reading import Reading
from sunpilot.contract.source import Outcome, SourceState


def inverters(facts: Facts) -> Iterator[Finding]:
    """Each inverter's source, and its reading where the source answers."""
    for inverter in sorted(facts.configuration.inverters.values(), key=lambda one: one.id):
        source = facts.sources.get(inverter.id)
        yield _source(inverter, source, facts.now)
        if source is not None and source.outcome in (Outcome.OK, Outcome.UNCHANGED, Outcome.REFUSED):
            yield _reading(inverter, facts.readings.get(inverter.id), facts.now)
    if not facts.configuration.inverters:
        yield Finding(
            Verdict.WAITS,
            Area.SOURCE,
            Text(en="inverters", de="Wechselrichter"),
            Text(en="none is configured", de="keiner ist eingetragen"),
            Text(
                en="add one on the page or by REST: POST /api/v1/inverters",
                de="trage einen auf der Seite oder per REST ein: POST /api/v1/inverters",
            ),
        )


def _source(inverter: Inverter, state: SourceState | None, now: datetime) -> Finding:
    subject = Text(en=f"source of {inverter.name}", de=f"Quelle von {inverter.name}")
    if state is None:
        text = Text(en="has not been asked yet", de="wurde noch nicht gefragt")
        advice = Text(en="wait a minute; it needs the fetcher", de="warte eine Minute; es braucht den Fetcher")
        return Finding(Verdict.WAITS, Area.SOURCE, subject, text, advice, inverter.id)
    age_s = (now - state.at).total_seconds()

    def found(verdict: Verdict, en: str, de: str, advice: Text | None = None) -> Finding:
        return Finding(verdict, Area.SOURCE, subject, Text(en=en, de=de), advice, inverter.id, age_s, state.calls_left)

    left = state.calls_left
    quota_en = "" if left is None else f"; {left} calls are left of its quota"
    quota_de = "" if left is None else f"; {left} Abrufe bleiben ihr"
    if state.outcome not in (Outcome.OK, Outcome.UNCHANGED):
        verdict = Verdict.WAITS if state.outcome in (Outcome.REFUSED, Outcome.RATE_LIMITED) else Verdict.FAULTY
        en, de = state.text.en, state.text.de
        if quota_en:  # they are sentences
            en, de = en.rstrip(".") + quota_en, de.rstrip(".") + quota_de
        return found(verdict, en, de, _next(state.next_fetch_at))
    if left == 0:
        return found(
            Verdict.WAITS,
            "answers; its quota for today is used up",
            "antwortet; ihre Abrufe für heute sind verbraucht",
        )
    return found(Verdict.WELL, f"answers{quota_en}", f"antwortet{quota_de}")


def _next(at: datetime | None) -> Text | None:
    if at is None:
        return None
    return Text(en=f"the next try is at {at:%H:%M} UTC", de=f"der nächste Versuch ist um {at:%H:%M} UTC")


def _reading(inverter: Inverter, reading: Reading | None, now: datetime) -> Finding:
    subject = Text(en=f"reading of {inverter.name}", de=f"Messwert von {inverter.name}")
    age_s = None if reading is None else reading.age_at(now).total_seconds()

    def found(verdict: Verdict, en: str, de: str, advice: Text | None = None) -> Finding:
        return Finding(verdict, Area.READING, subject, Text(en=en, de=de), advice, inverter.id, age_s)

    if reading is None or age_s is None or _measured_w(inverter, reading) is None:
        missing, advice = _MISSING[inverter.role]
        return found(Verdict.WAITS, missing.en, missing.de, advice)
    if age_s < -SKEW_S:
        return found(
            Verdict.FAULTY,
            f"is {-age_s:.0f} s from the future",
            f"liegt {-age_s:.0f} s in der Zukunft",
            SET_THE_CLOCK,
        )
    maximum_s = inverter.maximum_age_s(reading)
    old, most = span(age_s), span(maximum_s)
    en, de = f"is {old} old, at most {most} are good", f"ist {old} alt, höchstens {most} dürfen es sein"
    is_fresh = reading.is_fresh(now, maximum_s) if inverter.role is Role.GRID else age_s <= maximum_s
    if not is_fresh:
        return found(Verdict.WAITS, en, de, _AT_NIGHT)
    return found(Verdict.WELL, en, de)


def _measured_w(inverter: Inverter, reading: Reading) -> float | None:
    """The power that the inverter is there to measure."""
    return reading.grid_w if inverter.role is Role.GRID else reading.pv_w


_MISSING = {
    Role.GRID: (
        Text(en="the grid's power is not known", de="die Leistung am Netzanschluss ist nicht bekannt"),
        Text(en="does the inverter have a meter?", de="hat der Wechselrichter einen Zähler?"),
    ),
    Role.PV: (
        Text(en="the generation is not known", de="die Erzeugung ist nicht bekannt"),
        Text(
            en="at night some inverters give none; by day, see whether its source measures generation",
            de="nachts nennen manche Wechselrichter keine; am Tag sieh nach, ob seine Quelle die Erzeugung misst",
        ),
    ),
}
_AT_NIGHT = Text(
    en="at night this is normal: without sun nothing is asked",
    de="nachts ist das so: ohne Sonne wird nichts abgefragt",
)
