"""What a bridge must know after a restart, published at each change before the box is touched."""

from collections.abc import Callable
from datetime import datetime

from sunpilot.bridge.writes import Write
from sunpilot.contract.setpoint import Memory, Order
from sunpilot.contract.status import Manual


class Record:
    """Keeps the bridge's `Memory`. ``publish`` sends it to where the next start finds it."""

    def __init__(self, memory: Memory, publish: Callable[[Memory], None]) -> None:
        self.memory = memory
        self._publish = publish

    def obeyed(self, highest: Order | None, *, released: bool) -> None:
        """A setpoint was taken."""
        self._change(highest=highest, released=released)

    def writing(self, write: Write, phase_mode: int | None, now: datetime) -> None:
        """We are about to write. ``phase_mode`` is the box's own now."""
        found = self.memory.phase_mode_found
        if write.key == "psm" and found is None:
            found = phase_mode
        written = {**self.memory.written, write.key: write.value}
        self._change(written=written, written_at=now, phase_mode_found=found)

    def lost(self, key: str) -> None:
        """The value of a property is not ours any more."""
        written = {own: value for own, value in self.memory.written.items() if own != key}
        found = None if key == "psm" else self.memory.phase_mode_found
        self._change(written=written, phase_mode_found=found)

    def released(self) -> None:
        """The box was given back: nothing of it is ours."""
        self._change(written={}, phase_mode_found=None, released=True)

    def respects(self, manual_s: float) -> None:
        """A setpoint said how long another hand is respected."""
        self._change(manual_s=manual_s)

    def manual(self, manual: Manual | None) -> None:
        """Another hand is respected, or none any more. How much is left follows from its beginning."""
        self._change(manual=None if manual is None else manual.model_copy(update={"seconds_left": None}))

    def _change(self, **news: object) -> None:
        memory = self.memory.model_copy(update=news)
        if memory != self.memory:
            self.memory = memory
            self._publish(memory)
