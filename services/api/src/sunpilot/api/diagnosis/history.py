"""How history is doing, by the recorder's own counts. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sunpilot.api.diagnosis.finding import Area, Finding, Verdict, span
from sunpilot.contract.decision import Text
from sunpilot.contract.service import Recording, ServiceState

RECORDER = "recorder"

LATE_S = 300.0
"""The recorder delivers every few seconds; what waits for longer waits for the database."""

TOLD = timedelta(days=7)
"""For so long a loss is told: nobody can mend it."""


def recording(services: Mapping[tuple[str, str], ServiceState], now: datetime) -> Iterator[Finding]:
    """What each recorder at work has delivered, and what not."""
    for (name, instance), state in sorted(services.items()):
        if name == RECORDER and state.online and state.recording is not None:
            yield _judged(
                Text(en=f"history of {RECORDER} {instance}", de=f"Verlauf von {RECORDER} {instance}"),
                state.recording,
                now,
            )


def _judged(subject: Text, counts: Recording, now: datetime) -> Finding:
    def found(verdict: Verdict, en: str, de: str, advice: Text | None = None) -> Finding:
        return Finding(verdict, Area.HISTORY, subject, Text(en=en, de=de), advice, age_s=counts.oldest_s)

    if counts.lost_to is not None and counts.lost_from is not None and now - counts.lost_to < TOLD:
        lost, begin, end = counts.lost, counts.lost_from, counts.lost_to
        return found(
            Verdict.WAITS,
            f"{lost} messages from {begin:%d %b %H:%M} to {end:%d %b %H:%M} UTC are lost",
            f"{lost} Nachrichten vom {begin:%d.%m. %H:%M} bis zum {end:%d.%m. %H:%M} UTC sind verloren",
            _TOO_LONG,
        )
    if counts.oldest_s is not None and counts.oldest_s > LATE_S:
        mb, oldest = f"{counts.spool_bytes / 1e6:.1f}", span(counts.oldest_s)
        return found(
            Verdict.WAITS,
            f"{mb} MB wait for the database, the oldest for {oldest}",
            f"{mb.replace('.', ',')} MB warten auf die Datenbank, das Älteste seit {oldest}",
            _DATABASE,
        )
    refused = counts.put_aside
    return found(
        Verdict.WELL,
        f"{counts.written} of {counts.received} messages are in the database"
        + (f", {refused} were refused by it (refused.lines in the spool tells why)" if refused else ""),
        f"{counts.written} von {counts.received} Nachrichten sind in der Datenbank"
        + (f", {refused} hat sie abgelehnt (warum, steht in refused.lines im Zwischenspeicher)" if refused else ""),
    )


def grafana(answers: bool | None) -> list[Finding]:
    """Whether the dashboards are there, where somebody asked."""
    if answers is None:
        return []
    subject = Text(en="grafana", de="Grafana")
    if answers:
        return [Finding(Verdict.WELL, Area.HISTORY, subject, Text(en="answers", de="antwortet"))]
    text = Text(en="does not answer", de="antwortet nicht")
    return [Finding(Verdict.WAITS, Area.HISTORY, subject, text, _GRAFANA)]


_TOO_LONG = Text(
    en="the database was away for longer than the recorder's spool could hold",
    de="die Datenbank fehlte länger, als der Puffer des Recorders fasst",
)
_DATABASE = Text(
    en="nothing is lost yet; look at `docker compose ps influxdb` and `docker compose logs recorder`",
    de="noch ist nichts verloren; sieh nach mit `docker compose ps influxdb` und `docker compose logs recorder`",
)
_GRAFANA = Text(
    en="look at `docker compose ps grafana` and `docker compose logs grafana`",
    de="sieh nach mit `docker compose ps grafana` und `docker compose logs grafana`",
)
