"""How history is doing, by the recorder's own counts. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sunpilot.api.diagnosis.finding import Area, Finding, Verdict, span
from sunpilot.api.diagnosis.refusal import KEPT, REFUSALS
from sunpilot.api.diagnosis.remedy import look_at
from sunpilot.contract.decision import Text
from sunpilot.contract.service import Recording, Refusal, ServiceState
from sunpilot.contract.wait import WaitCode

RECORDER = "recorder"

Trouble = tuple[Verdict, Text, Text | None]
"""How bad it is, what it is, and what to do."""

TOLD = timedelta(days=7)
"""For so long a loss is told: nobody can mend it."""

REFUSING = timedelta(hours=1)
"""For so long after a refusal the database counts as refusing: a field that is wrong is so in each message."""


_HOLD_UP = frozenset(
    {
        WaitCode.DATABASE,
        WaitCode.DATABASE_BUSY,
        WaitCode.DATABASE_REFUSES,
        WaitCode.DATABASE_RIGHT,
        WaitCode.DATABASE_BUCKET,
        WaitCode.DATABASE_STRANGE,
    }
)


def recording(services: Mapping[tuple[str, str], ServiceState], now: datetime) -> Iterator[Finding]:
    """What each recorder at work has delivered, and what not."""
    for (name, instance), state in sorted(services.items()):
        if name == RECORDER and state.online and state.recording is not None:
            subject = Text(en=f"history of {RECORDER} {instance}", de=f"Verlauf von {RECORDER} {instance}")
            counts = state.recording
            troubles = [
                one for one in (_refused(counts, now), _lost(counts, now), _waiting(state, counts)) if one is not None
            ]
            for verdict, text, advice in troubles or [(Verdict.WELL, _delivered(counts), None)]:
                yield Finding(verdict, Area.HISTORY, subject, text, advice, age_s=counts.oldest_s)


def _refused(counts: Recording, now: datetime) -> Trouble | None:
    if counts.refused_at is None or now - counts.refused_at >= TOLD:
        return None
    verdict = Verdict.FAULTY if now - counts.refused_at < REFUSING else Verdict.WAITS
    why, advice = REFUSALS[counts.refused_for or Refusal.OTHER]
    count, since = counts.put_aside + counts.lost_refused, span((now - counts.refused_at).total_seconds())
    what = _messages(count)
    text = Text(
        en=f"the database has refused {what.en}, the last {since} ago: {why.en}",
        de=f"die Datenbank hat {what.de} abgelehnt, die letzte vor {since}: {why.de}",
    )
    return verdict, text, Text(en=f"{advice.en}; {KEPT.en}", de=f"{advice.de}; {KEPT.de}")


def _lost(counts: Recording, now: datetime) -> Trouble | None:
    if counts.lost_to is None or counts.lost_from is None or now - counts.lost_to >= TOLD:
        return None
    lost, begin, end = counts.lost, counts.lost_from, counts.lost_to
    what, verb = _messages(lost), Text(en="are", de="sind") if lost > 1 else Text(en="is", de="ist")
    text = Text(
        en=f"{what.en} from {begin:%d %b %H:%M} to {end:%d %b %H:%M} UTC {verb.en} lost",
        de=f"{what.de} vom {begin:%d.%m. %H:%M} bis zum {end:%d.%m. %H:%M} UTC {verb.de} verloren",
    )
    given_up = lost - counts.lost_damaged - counts.lost_refused
    causes = [
        Text(en=why.en.format(count), de=why.de.format(count))
        for count, why in ((given_up, _FULL), (counts.lost_damaged, _DAMAGED), (counts.lost_refused, _UNKEPT))
        if count > 0
    ]
    advice = Text(en="; ".join(one.en for one in causes), de="; ".join(one.de for one in causes))
    return Verdict.WAITS, text, advice


def _waiting(state: ServiceState, counts: Recording) -> Trouble | None:
    is_held_up = counts.is_late or any(one.code in _HOLD_UP for one in state.waits)
    if counts.oldest_s is None or not is_held_up:
        return None
    count, oldest = counts.waiting, span(counts.oldest_s)
    kb = counts.spool_bytes / 1e3
    size = f"{kb:.1f} kB" if kb < 100 else f"{kb / 1e3:.1f} MB"
    what, is_one = _messages(count), count == 1
    text = Text(
        en=f"{what.en} ({size}) {'waits' if is_one else 'wait'} for the database, the oldest for {oldest}",
        de=f"{what.de} ({size.replace('.', ',')}) {'wartet' if is_one else 'warten'} auf die Datenbank, die älteste "
        f"seit {oldest}",
    )
    return Verdict.WAITS, text, _DATABASE


def _delivered(counts: Recording) -> Text:
    refused = counts.put_aside + counts.lost_refused
    received, is_one = _messages(counts.received), counts.written == 1
    return Text(
        en=f"{counts.written} of {received.en} {'is' if is_one else 'are'} in the database"
        + (f", which refused {refused} (refused.lines in the spool tells why)" if refused else ""),
        de=f"{counts.written} von {received.de} {'ist' if is_one else 'sind'} in der Datenbank"
        + (f", {refused} hat sie abgelehnt (warum, steht in refused.lines im Zwischenspeicher)" if refused else ""),
    )


def _messages(count: int) -> Text:
    return Text(
        en=f"{count} message" if count == 1 else f"{count} messages",
        de=f"{count} Nachricht" if count == 1 else f"{count} Nachrichten",
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


_FULL = Text(
    en="{} because the database was away for longer than the recorder's spool could hold",
    de="{}, weil die Datenbank länger fehlte, als der Zwischenspeicher des Recorders fasst",
)
_DAMAGED = Text(
    en="{} because the disk of the spool damaged them: check that disk",
    de="{}, weil die Platte des Zwischenspeichers sie beschädigt hat: prüfe diese Platte",
)
_UNKEPT = Text(
    en="{} because the database refused them when refused.lines was full: mend what it refuses, and move the file away",
    de="{}, weil die Datenbank sie ablehnte, als refused.lines voll war: behebe, was sie ablehnt, und räume die Datei "
    "weg",
)
_DATABASE = Text(
    en=f"nothing is lost yet; {look_at('influxdb', 'recorder').en}",
    de=f"noch ist nichts verloren; {look_at('influxdb', 'recorder').de}",
)
_GRAFANA = Text(
    en="look at `docker compose ps grafana` and `docker compose logs grafana`",
    de="sieh nach mit `docker compose ps grafana` und `docker compose logs grafana`",
)
