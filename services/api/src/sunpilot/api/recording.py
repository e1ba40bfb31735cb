"""How history is doing: judged from the recorder's own counts."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sunpilot.api.finding import Area, Finding, Verdict, span
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
            yield _judged(f"history of {RECORDER} {instance}", state.recording, now)


def _judged(subject: str, counts: Recording, now: datetime) -> Finding:
    def found(verdict: Verdict, text: str, advice: str = "") -> Finding:
        return Finding(verdict, Area.HISTORY, subject, text, advice, age_s=counts.oldest_s)

    if counts.lost_to is not None and counts.lost_from is not None and now - counts.lost_to < TOLD:
        text = (
            f"{counts.lost} messages from {counts.lost_from:%d %b %H:%M} to {counts.lost_to:%d %b %H:%M} UTC are lost"
        )
        return found(Verdict.WAITS, text, "the database was away for longer than the recorder's spool could hold")
    if counts.oldest_s is not None and counts.oldest_s > LATE_S:
        text = f"{counts.spool_bytes / 1e6:.1f} MB wait for the database, the oldest for {span(counts.oldest_s)}"
        advice = "nothing is lost yet; look at `docker compose ps influxdb` and `docker compose logs recorder`"
        return found(Verdict.WAITS, text, advice)
    refused = f", {counts.put_aside} were refused by the database" if counts.put_aside else ""
    return found(Verdict.WELL, f"{counts.written} of {counts.received} messages are in the database{refused}")


def grafana(answers: bool | None) -> list[Finding]:
    """Whether the dashboards are there, where somebody asked."""
    if answers is None:
        return []
    if answers:
        return [Finding(Verdict.WELL, Area.HISTORY, "grafana", "answers")]
    advice = "look at `docker compose ps grafana` and `docker compose logs grafana`"
    return [Finding(Verdict.WAITS, Area.HISTORY, "grafana", "does not answer", advice)]
