"""What the fetcher knows of one source beyond its quota: how it went last, and what it showed."""

from datetime import datetime, timedelta

from sunpilot.contract.decision import Text
from sunpilot.contract.message import Message, Utc
from sunpilot.contract.reading import Quality, Reading
from sunpilot.contract.source import Outcome
from sunpilot.fetcher.backoff import BINDING, backoff_s
from sunpilot.fetcher.source import Measurement, SourceError

IMBALANCE_W = 300.0
IMBALANCES = 3
"""So many measurements in a row whose powers do not add up are no accident: the meter is set up wrongly."""

FURTHEST = timedelta(hours=24)
"""The end of a back-off beyond this was written by a clock that was wrong."""

_MEASURED = Text(en="A new measurement has come in.", de="Eine neue Messung ist da.")
_UNCHANGED = Text(
    en="The source still shows the same values as before; nothing to do.",
    de="Die Quelle zeigt noch dieselben Werte wie zuvor; nichts zu tun.",
)
_NO_GRID = Text(
    en="The source gives no grid power just now, so no charge starts by it: check the meter in the source's portal if "
    "this lasts.",
    de="Die Quelle liefert gerade keine Netzleistung, daher startet danach keine Ladung: bitte den Zähler im Portal "
    "der Quelle prüfen, wenn das anhält.",
)
_SUSPECT = Text(
    en="The source's powers contradict each other, so no charge starts by them: check how the meter is set up if this "
    "lasts.",
    de="Die Leistungen der Quelle widersprechen sich, daher startet danach keine Ladung: bitte die Einrichtung des "
    "Zählers prüfen, wenn das anhält.",
)


class Memory(Message):
    """Kept over a restart; every change gives a new one.

    ``configuration`` is a fingerprint of the settings and token that the rest was learned with; ``failures`` counts
    equal outcomes in a row; until ``not_before`` the source is left alone; ``reading`` is the last one published;
    ``imbalances`` counts measurements in a row whose powers do not add up.
    """

    configuration: str = ""
    outcome: Outcome | None = None
    text: Text | None = None
    at: Utc | None = None
    failures: int = 0
    not_before: Utc | None = None
    reading: Reading | None = None
    imbalances: int = 0

    def configured(self, configuration: str) -> "Memory":
        """With other settings, or another token: what went wrong with the old ones counts no more."""
        return Memory(configuration=configuration, reading=self.reading)

    def failed(self, error: SourceError, now: datetime, floor_s: float) -> "Memory":
        """After a failure: the source is left alone for a while."""
        failures = self.failures + 1 if error.outcome is self.outcome else 1
        wait_s = backoff_s(error.outcome, failures, floor_s, error.retry_after_s)
        return self.model_copy(
            update={
                "outcome": error.outcome,
                "text": error.text,
                "at": now,
                "failures": failures,
                "not_before": now + timedelta(seconds=wait_s),
            }
        )

    def measured(self, measurement: Measurement, now: datetime) -> "Memory":
        """After a measurement. One that repeats the last reading changes nothing of it, not even its time."""
        learned = self.model_copy(update={"at": now, "failures": 0, "not_before": None})
        if measurement.repeats(self.reading):
            return learned.model_copy(update={"outcome": Outcome.UNCHANGED, "text": _UNCHANGED})
        is_off = measurement.residual_w is not None and abs(measurement.residual_w) > IMBALANCE_W
        imbalances = self.imbalances + 1 if is_off else 0
        reading = measurement.reading(now, Quality.SUSPECT if imbalances >= IMBALANCES else measurement.quality)
        text = _NO_GRID if reading.grid_w is None else _SUSPECT if reading.quality is Quality.SUSPECT else _MEASURED
        return learned.model_copy(
            update={"outcome": Outcome.OK, "text": text, "reading": reading, "imbalances": imbalances}
        )

    def back_at(self, now: datetime) -> datetime:
        """The end of the back-off; now where there is none."""
        return now if self.not_before is None or self.not_before > now + FURTHEST else max(now, self.not_before)

    def bound_until(self, now: datetime) -> datetime:
        """The end of a back-off that not even a person's request may shorten; now where there is none."""
        return self.back_at(now) if self.outcome in BINDING else now
