"""An electric car at the cable: what it does with the current that a Wattpilot offers.

State numbers are those of the Wattpilot's property `car`; times and rates follow observed cars (ready in 3–15 s,
stopped within 6 s as IEC 61851-1 asks, a little less drawn than offered).
"""

from dataclasses import dataclass, field
from enum import IntEnum

NOMINAL_V = (230.0, 230.0, 230.0)
POWER_FACTOR = 0.995
DETECTION_S = 1.0
RAMP_FROM_REST_A_PER_S = 2.0
RAMP_A_PER_S = 5.0
TAPER_SOC = 0.95
TAPER_END_A = 6.0
STANDBY_W = 300.0
STANDBY_S = 30.0


class CarState(IntEnum):
    """Charging state as the Wattpilot numbers it."""

    IDLE = 1
    CHARGING = 2
    WAITING = 3
    COMPLETE = 4
    ERROR = 5


@dataclass(slots=True)
class Car:
    """One car with its battery. `phases`, `max_a` and `min_a` are those of its on-board charger, per phase."""

    phases: int = 3
    max_a: float = 16.0
    min_a: float = 6.0
    capacity_wh: float = 50_000.0
    stored_wh: float = 25_000.0
    ready_s: float = 5.0
    resume_s: float = 8.0
    stop_s: float = 2.0
    """Time in which it ends a full current."""
    stays_charging: bool = False
    """A pause leaves it in the state of charging, without current."""
    stubborn: bool = False
    """After a pause it goes on only when unplugged, or woken by a simulated unplugging."""
    wakes_every_s: float = 0.0
    """A full car wakes this often for its own needs; 0: never."""
    plugged_in: bool = field(default=False, init=False)
    state: CarState = field(default=CarState.IDLE, init=False)
    session_wh: float = field(default=0.0, init=False)
    current_a: float = field(default=0.0, init=False)
    power_w: float = field(default=0.0, init=False)
    _active_phases: int = field(default=0, init=False)
    _in_state_s: float = field(default=0.0, init=False)
    _settled: bool = field(default=False, init=False)

    @property
    def soc(self) -> float:
        """State of charge, 0 to 1."""
        return self.stored_wh / self.capacity_wh

    @property
    def full(self) -> bool:
        """Whether the battery takes no more."""
        return self.stored_wh >= self.capacity_wh

    @property
    def currents_a(self) -> tuple[float, float, float]:
        """Current in L1, L2, L3; a car with fewer phases leaves the last ones at 0."""
        one, two, three = (self.current_a if phase < self._active_phases else 0.0 for phase in range(3))
        return one, two, three

    def plug_in(self) -> None:
        """Connect the cable; the Wattpilot sees it within a second. Without effect when already connected."""
        if not self.plugged_in:
            self.plugged_in = True
            self.session_wh = 0.0
            self._enter(CarState.IDLE)

    def unplug(self) -> None:
        """Pull the cable: current ends at once. The energy of the session stays readable until the next plug-in."""
        self.plugged_in = False
        self._enter(CarState.IDLE)
        self.current_a = self.power_w = 0.0

    def wake_up(self) -> None:
        """The box played an unplugged cable: a car that had gone to sleep looks again."""
        if self.state == CarState.COMPLETE:
            self._enter(CarState.WAITING)

    def step(
        self,
        dt_s: float,
        *,
        allowed: bool,
        offered_a: float | None,
        phases: int,
        volts: tuple[float, float, float] = NOMINAL_V,
    ) -> None:
        """Advance by `dt_s` seconds under the offer of `offered_a` per phase (None: nothing is offered) on `phases`."""
        self._in_state_s += dt_s
        self._active_phases = min(self.phases, phases)
        willing = allowed and self._is_willing(offered_a)
        match self.state:
            case CarState.IDLE:
                if self.plugged_in and self._in_state_s >= DETECTION_S:
                    self._enter(CarState.WAITING)
            case CarState.WAITING:
                self._prepare(willing)
            case CarState.CHARGING:
                self._draw(dt_s, self._wanted_a(offered_a) if willing and offered_a is not None else 0.0)
                if not willing:
                    self._pause(declines=allowed and not self.full)
            case CarState.COMPLETE:
                if willing and not self.stubborn:
                    self._enter(CarState.WAITING)
                elif allowed and self._wakes:
                    self._enter(CarState.CHARGING)
        self._take(dt_s, volts)

    def _prepare(self, willing: bool) -> None:
        """Charge once the time to get ready has passed without a break."""
        if not willing:
            self._in_state_s = 0.0
        elif self._in_state_s >= (self.resume_s if self.session_wh else self.ready_s):
            self._enter(CarState.CHARGING)

    def _pause(self, *, declines: bool) -> None:
        """Once the current has ended, leave the state of charging; `declines`: the car itself does not want."""
        if self.current_a > 0 or self.stays_charging:
            return
        paused = self.session_wh > 0 and not declines
        self._enter(CarState.COMPLETE if paused else CarState.WAITING)

    def _is_willing(self, offered_a: float | None) -> bool:
        enough = offered_a is not None and offered_a >= self.min_a
        return enough and (not self.full or self._stands_by)

    @property
    def _wakes(self) -> bool:
        return self.full and 0 < self.wakes_every_s <= self._in_state_s

    @property
    def _stands_by(self) -> bool:
        """Whether a full car is awake for its own needs."""
        awake = self.state == CarState.CHARGING and self._in_state_s <= STANDBY_S
        return awake and self.full and self.wakes_every_s > 0

    def _enter(self, state: CarState) -> None:
        self.state = state
        self._in_state_s = 0.0
        self._settled = False

    def _wanted_a(self, offered_a: float) -> float:
        """Cars stay a little below the offer, and take less and less when nearly full."""
        if self.full:
            return STANDBY_W / (NOMINAL_V[0] * POWER_FACTOR * self._active_phases)
        drawn_a = 0.97 * min(offered_a, self.max_a) - 0.1
        taper = max(0.0, (self.soc - TAPER_SOC) / (1 - TAPER_SOC))
        return min(drawn_a, self.max_a - taper * (self.max_a - TAPER_END_A))

    def _draw(self, dt_s: float, wanted_a: float) -> None:
        """Move the current towards `wanted_a`: slowly from rest, quickly later, down within the time to stop."""
        up_a = dt_s * (RAMP_A_PER_S if self._settled else RAMP_FROM_REST_A_PER_S)
        down_a = dt_s * self.max_a / self.stop_s
        self.current_a = min(max(wanted_a, self.current_a - down_a), self.current_a + up_a)
        self._settled = self._settled or self.current_a == wanted_a

    def _take(self, dt_s: float, volts: tuple[float, float, float]) -> None:
        self.power_w = POWER_FACTOR * sum(v * a for v, a in zip(volts, self.currents_a, strict=True))
        energy_wh = self.power_w * dt_s / 3600
        self.session_wh += energy_wh
        self.stored_wh = min(self.capacity_wh, self.stored_wh + energy_wh)
