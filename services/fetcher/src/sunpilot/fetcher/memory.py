"""What the fetcher knows of one source beyond its quota: how it went last, and what it showed."""

from datetime import datetime, timedelta

from sunpilot.contract.decision import Text
from sunpilot.contract.message import Message, Utc
from sunpilot.contract.reading import Quality, Reading
from sunpilot.contract.source import Outcome
from sunpilot.fetcher.backoff import backoff_s, is_binding
from sunpilot.fetcher.budget import Budget
from sunpilot.fetcher.measurement import Measurement, SourceError
from sunpilot.fetcher.refresh import FEWEST, MOST, Poll, Rhythm, explains, is_repetitive, learn

IMBALANCE_W = 300.0
IMBALANCES = 3
"""So many measurements in a row whose powers do not add up are no accident: the meter is set up wrongly."""

FURTHEST = timedelta(hours=24)
"""The end of a back-off beyond this was written by a clock that was wrong."""

FUTURE = timedelta(seconds=5)
"""A measurement further ahead of the fetcher's clock is not believed."""

_FUTURE = Text(
    en="The source's last measurement is from the future, so it is not used: check the clock of the source, and of the "
    "computer that runs Sunpilot.",
    de="Die letzte Messung der Quelle liegt in der Zukunft und wird nicht verwendet: bitte die Uhr der Quelle und die "
    "des Rechners prüfen, auf dem Sunpilot läuft.",
)
_MEASURED = Text(en="A new measurement has come in.", de="Eine neue Messung ist da.")
QUIET = timedelta(minutes=10)
"""A source that has repeated itself for longer may have lost its inverter; before, clouds do so between updates."""

_REPEATED = Text(
    en="The source shows the same values as before.",
    de="Die Quelle zeigt dieselben Werte wie zuvor.",
)
_UNCHANGED = Text(
    en="The source still shows the same values as before. If this lasts, they become too old to charge by: check in "
    "the source's portal whether the inverter is connected to the internet.",
    de="Die Quelle zeigt noch dieselben Werte wie zuvor. Hält das an, werden sie zu alt, um danach zu laden: bitte im "
    "Portal der Quelle prüfen, ob der Wechselrichter mit dem Internet verbunden ist.",
)
_GENERATION = Text(
    en="A new measurement has come in: generation, but no grid power.",
    de="Eine neue Messung ist da: Erzeugung, aber keine Netzleistung.",
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
    ``imbalances`` counts measurements in a row whose powers do not add up; ``polls`` are the last ones that were
    answered, ``rhythm`` the times at which the source's values change, where that is known and worth heeding.
    """

    configuration: str = ""
    outcome: Outcome | None = None
    text: Text | None = None
    at: Utc | None = None
    failures: int = 0
    not_before: Utc | None = None
    reading: Reading | None = None
    imbalances: int = 0
    polls: tuple[Poll, ...] = ()
    rhythm: Rhythm | None = None

    def configured(self, configuration: str, *, has_same_quota: bool = False) -> "Memory":
        """With other settings, or another token: what went wrong with the old ones counts no more. But who was asked
        too often stays so where only other settings than site and token changed, such as the budget.
        """
        if has_same_quota and self.outcome is Outcome.RATE_LIMITED:
            return self.model_copy(update={"configuration": configuration})
        return Memory(configuration=configuration, reading=self.reading)

    def failed(self, error: SourceError, now: datetime, budget: Budget) -> "Memory":
        """After a failure: the source is left alone for a while."""
        failures = self.failures + 1 if error.outcome is self.outcome else 1
        wait_s = backoff_s(error.outcome, failures, budget, error.retry_after_s)
        return self.model_copy(
            update={
                "outcome": error.outcome,
                "text": error.text,
                "at": now,
                "failures": failures,
                "not_before": now + timedelta(seconds=wait_s),
            }
        )

    def measured(self, measurement: Measurement, now: datetime, budget: Budget) -> "Memory":
        """After a measurement. One that repeats the last reading changes nothing of it, not even its time; one from
        the future is a failure.
        """
        if is_from_the_future(measurement, now):
            return self.failed(SourceError(Outcome.BAD_PAYLOAD, _FUTURE), now, budget)
        repeats = measurement.repeats(self.reading)
        learned = self.model_copy(
            update={"at": now, "failures": 0, "not_before": None, **self._rhythm(now, budget, changed=not repeats)}
        )
        if repeats:
            lasts = self.reading is not None and self.reading.age_at(now) > QUIET
            text = _UNCHANGED if lasts else _REPEATED
            return learned.model_copy(update={"outcome": Outcome.UNCHANGED, "text": text})
        is_off = measurement.residual_w is not None and abs(measurement.residual_w) > IMBALANCE_W
        imbalances = self.imbalances + 1 if is_off else 0
        reading = measurement.reading(now, Quality.SUSPECT if imbalances >= IMBALANCES else measurement.quality)
        return learned.model_copy(
            update={"outcome": Outcome.OK, "text": _said(reading), "reading": reading, "imbalances": imbalances}
        )

    def _rhythm(self, now: datetime, budget: Budget, *, changed: bool) -> dict[str, object]:
        """What is known of the source's rhythm, with one poll more. One that foretells no more is learned anew; a
        source with calls to spare, or with windows, needs none.
        """
        if budget.is_ample or budget.window_s is not None:
            return {"polls": (), "rhythm": None}
        polls = (*self.polls, Poll(at=now, changed=changed))[-MOST:]
        if self.rhythm is not None and (len(polls) < FEWEST or explains(self.rhythm, polls)):
            return {"polls": polls}
        return {"polls": polls, "rhythm": learn(polls) if is_repetitive(polls) else None}

    def settled(self, step: timedelta) -> "Memory":
        """After the clock was set back by this much: the back-off ends as soon as it would have done."""
        if self.not_before is None or self.at is None:
            return self
        return self.model_copy(update={"at": self.at - step, "not_before": self.not_before - step})

    def back_at(self, now: datetime) -> datetime:
        """The end of the back-off; now where there is none."""
        return now if self.not_before is None or self.not_before > now + FURTHEST else max(now, self.not_before)

    def bound_until(self, now: datetime) -> datetime:
        """The end of a back-off that not even a person's request may shorten; now where there is none."""
        return self.back_at(now) if is_binding(self.outcome, self.failures) else now

    @property
    def shown_until(self) -> datetime | None:
        """The end of the last closed window that the source has shown; None for one without windows."""
        return self.reading.measured_at if self.reading is not None and self.reading.averaged_s else None

    @property
    def has_failed(self) -> bool:
        """The last attempt brought no measurement."""
        return self.failures > 0


def is_from_the_future(measurement: Measurement, now: datetime) -> bool:
    """Whether the source's own time is further ahead than clocks differ."""
    return measurement.measured_at is not None and measurement.measured_at > now + FUTURE


def _said(reading: Reading) -> Text:
    """What a new reading gives. The fetcher knows no role: whether the grid is missed, the api says."""
    if reading.grid_w is None:
        return _NO_GRID if reading.pv_w is None else _GENERATION
    return _SUSPECT if reading.quality is Quality.SUSPECT else _MEASURED
