"""In whose hands the box is: what the bridge concludes from each look at it."""

from dataclasses import dataclass
from datetime import datetime

from sunpilot.bridge.box import Box
from sunpilot.bridge.car import PluggedCar
from sunpilot.bridge.foreign import Foreign, Watch
from sunpilot.bridge.takeover import Takeover
from sunpilot.bridge.writes import Base
from sunpilot.contract.property import Value
from sunpilot.contract.setpoint import Memory
from sunpilot.contract.status import Manual, ManualReason, Status


@dataclass(frozen=True, slots=True)
class Look:
    """What one look brought: the car has left; a property that is not ours any more."""

    car_left: bool = False
    foreign: Foreign | None = None


class Custody:
    """Watches the box for other hands. ``now_s`` is monotonic, ``now`` the time of day."""

    def __init__(self, base: Base, memory: Memory, now: datetime, now_s: float) -> None:
        self._base = base
        self._car = PluggedCar()
        self._watch = Watch()
        self._takeover = Takeover(memory.manual, now, now_s, memory.manual_s)

    @property
    def is_ours(self) -> bool:
        """No other hand is respected, nor suspected."""
        return not self._takeover.is_on and not self._watch.is_in_doubt

    @property
    def is_manual(self) -> bool:
        """Another hand is respected."""
        return self._takeover.is_on

    def look(self, box: Box, now: datetime, now_s: float, *, in_charge: bool) -> Look:
        """Look at the box. Who is not ``in_charge`` of it has nothing that another hand could take."""
        foreign = self._watch.observe(box, now_s)
        car_left = box.status.is_online and self._car.observe(box, now_s)
        if car_left:
            self.resume()
        self._takeover.lapse(now_s)
        if box.status.is_online:
            self._takeover.stand(self._standing(box) if in_charge else None, now, now_s)
        if foreign is None or not in_charge:
            return Look(car_left)
        self._takeover.begin(foreign.reason, foreign.key, now, now_s)
        self._takeover.lapse(now_s)
        return Look(car_left, foreign)

    def writing(self, key: str, value: Value, now_s: float) -> None:
        """We are about to write."""
        self._watch.writing(key, value, now_s)
        if key == "psm":
            self._car.switching(now_s)

    def written(self) -> None:
        """The write was answered, or given up."""
        self._watch.written()

    def respect(self, manual_s: float) -> None:
        """From now on, respect another hand for so long."""
        self._takeover.manual_s = manual_s

    def requested(self, key: str, now: datetime, now_s: float) -> None:
        """A person had us write a property."""
        self._takeover.begin(ManualReason.REQUESTED, key, now, now_s)
        self._takeover.lapse(now_s)

    def resume(self) -> None:
        """Take the box again, as far as it lets us."""
        self._takeover.end()
        self._watch.forgive()

    def manual(self, now_s: float) -> Manual | None:
        """What to say of the other hand."""
        return self._takeover.manual(now_s)

    def known(self, box: Box) -> Status:
        """The status, with what is known of the phases."""
        return box.status.model_copy(update={"max_phases": self._car.max_phases(box)})

    def told(self, box: Box, now_s: float) -> Status:
        """The status for everybody: with the other hand, and a car that is only missed around a phase switch."""
        if not box.status.is_online:
            return box.status
        news = {"car": self._car.state(box.status.car), "manual": self.manual(now_s)}
        return self.known(box).model_copy(update=news)

    def _standing(self, box: Box) -> ManualReason | None:
        if box.is_under_ocpp:
            return ManualReason.OCPP
        strays = box.status.box_mode is not None and box.status.box_mode != self._base.mode
        return ManualReason.BOX_MODE if strays else None
