"""What a source measured, or why it did not."""

from dataclasses import dataclass
from datetime import datetime

from sunpilot.contract.decision import Text
from sunpilot.contract.reading import Quality, Reading
from sunpilot.contract.source import Outcome


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one poll brought: a `Reading` that has not been compared with the one before.

    Powers in watt, grid + import, battery + charging; None is unknown. ``measured_at`` is None where the source gives
    no time; then ``age_s`` says how old the values are (lowest, highest). ``residual_w`` is grid + pv − load −
    battery, 0 in a perfect world, None where a part is unknown. ``grid_a`` are the phases' currents, signed as the grid
    power; ``device`` is what the device says it is.
    """

    source: str
    measured_at: datetime | None = None
    age_s: tuple[float, float] | None = None
    averaged_s: float = 0.0
    grid_w: float | None = None
    pv_w: float | None = None
    load_w: float | None = None
    battery_w: float | None = None
    soc_pct: float | None = None
    grid_a: tuple[float | None, float | None, float | None] | None = None
    quality: Quality = Quality.OK
    residual_w: float | None = None
    device: str | None = None

    def repeats(self, reading: Reading | None) -> bool:
        """Whether this is the measurement of that reading again: the same time or, without a time, the same powers."""
        if reading is None or reading.source != self.source:
            return False
        if self.measured_at is not None:
            return self.measured_at == reading.measured_at
        powers_w = (self.grid_w, self.pv_w, self.load_w, self.battery_w)
        return powers_w == (reading.grid_w, reading.pv_w, reading.load_w, reading.battery_w)

    def reading(self, received_at: datetime, quality: Quality) -> Reading:
        """The reading to publish."""
        return Reading(
            source=self.source,
            measured_at=self.measured_at,
            age_s=self.age_s,
            received_at=received_at,
            averaged_s=self.averaged_s,
            grid_w=self.grid_w,
            pv_w=self.pv_w,
            load_w=self.load_w,
            battery_w=self.battery_w,
            soc_pct=self.soc_pct,
            grid_a=self.grid_a,
            quality=quality,
        )


class SourceError(Exception):
    """A source gave no measurement. ``outcome`` is what the schedule goes by, ``text`` what a person reads.

    ``retry_after_s`` is the source's own wish. No secret and no address stands in any of it.
    """

    def __init__(self, outcome: Outcome, text: Text, retry_after_s: float | None = None) -> None:
        super().__init__(text.en)
        self.outcome = outcome
        self.text = text
        self.retry_after_s = retry_after_s
