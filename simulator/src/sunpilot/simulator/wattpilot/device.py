"""The inside of a Wattpilot: settings, logic, meter, and the car at its cable, second by second."""

import random
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sunpilot.simulator.car import Car, CarState
from sunpilot.simulator.wattpilot import properties
from sunpilot.simulator.wattpilot.car_record import CarRecord
from sunpilot.simulator.wattpilot.energy_meter import EnergyMeter
from sunpilot.simulator.wattpilot.logic import LOGIC_S, NO_DERATING_A, Logic, Ruling, Situation
from sunpilot.simulator.wattpilot.profile import Profile

UPTIME_MS = 86_400_000
"""The device is found after a day of running, with no phase switch in that day."""


class Device:
    """Lives in whole seconds. `shown` are its properties, `faults` those that hold now; both change from outside."""

    def __init__(
        self,
        now: Callable[[], datetime],
        profile: Profile,
        car: Car,
        shown: dict[str, Any],
        faults: Mapping[str, float],
        rng: random.Random,
    ) -> None:
        self.meter = EnergyMeter(rng)
        self.record = CarRecord()
        self.grid_w: float | None = None
        """What an inverter tells of the grid, + import; None: no inverter is paired with this device."""
        self._now = now
        self._profile = profile
        self._car = car
        self._shown = shown
        self._faults = faults
        self._logic = Logic(shown)
        self._uptime_ms = UPTIME_MS
        self._follow_logic()
        self.refresh()

    def act(self) -> None:
        """One second of its life."""
        self._uptime_ms += round(LOGIC_S * 1000)
        self.meter.sample_grid()
        ruling = self._follow_logic()
        self._car.step(
            LOGIC_S,
            allowed=ruling.permission.allowed,
            offered_a=self._taken_a(ruling.offered_a),
            phases=self._logic.phases,
            volts=self.meter.volts,
        )
        self._follow_car()
        self.meter.measure(LOGIC_S, self._car.currents_a)
        self.record.count(LOGIC_S)
        self.refresh()
        self._logic.latch(self._shown)

    def lose_car(self) -> None:
        """The cable was pulled: the device notices at once."""
        self.meter.measure(0.0, self._car.currents_a)
        self._follow_car()
        self.refresh()

    def reboot(self) -> None:
        """Begin a new life with the settings of the last one; the force state is forgotten."""
        self._uptime_ms = 0
        self._logic.reboot()
        self.meter.session_wh = 0.0
        self._shown.update(dict.fromkeys(("lfspt", "lccfi", "lccfc", "lcctc", "mcpea")))
        self._shown.update(rbc=self._shown["rbc"] + 1, frc=0, su=False, lmsc=0)
        self._logic.latch(self._shown)
        self.refresh()

    def refresh(self) -> None:
        """Show clock, car, limits and measurements as they are now."""
        ocpp = "ocpp_in_control" in self._faults
        self._show(**properties.clock(self._now()), rbt=self._uptime_ms, car=self._reported_car, err=self._err)
        self._show(amt=int(self._faults.get("heat", NO_DERATING_A)), ocppe=ocpp, ocppc=ocpp)
        self._show(pvopt_averagePGrid=round(self.grid_w or 0.0, 1))
        self._show(**properties.relay(self._logic.phases, closed=self.record.state == CarState.CHARGING))
        self._show(cdi=self.record.duration if self._car.plugged_in else None)
        self._show(**properties.measurements(self.meter, whole_numbers=self._profile.whole_numbers))

    def _taken_a(self, offered_a: int | None) -> int | None:
        """What of the offer reaches a car that declines little current on three phases."""
        declines = self._logic.phases > 1 and offered_a is not None and offered_a < self._faults.get("car_declines", 0)
        return 0 if declines else offered_a

    def _follow_logic(self) -> Ruling:
        """Let the logic decide, and show what it decided."""
        ruling = self._logic.decide(
            Situation(
                uptime_ms=self._uptime_ms,
                wh=self.meter.session_wh,
                drawing=self._car.current_a > 0,
                err=self._err,
                charge_controller=self._controls_charge,
                load_limit_a=self._faults.get("load_limit"),
                surplus_w=None if self.grid_w is None else self.meter.power_w - self.grid_w,
            )
        )
        reason, acu = int(ruling.permission.reason), ruling.offered_a
        if reason != self._shown["modelStatus"]:
            self._show(lmsc=self._uptime_ms)
        if ruling.toggled:
            self._show(lfspt=self._uptime_ms)
        self._show(alw=ruling.permission.allowed, acu=acu, acui=acu, modelStatus=reason, msi=reason)
        self._show(cll=ruling.limits, mcpea=ruling.pause_ends_ms)
        return ruling

    def _follow_car(self) -> None:
        """Act on what the car just did."""
        if self.record.begins(self._car.state):
            self.meter.session_wh = 0.0
        self._show(**self.record.follow(self._car.state, self._uptime_ms))

    @property
    def _err(self) -> int:
        return int(self._faults.get("error", 0))

    @property
    def _controls_charge(self) -> bool:
        return "no_charge_controller" not in self._faults

    @property
    def _reported_car(self) -> int | None:
        if not self._controls_charge:
            return None
        if self._err:
            return int(CarState.ERROR)
        glitch = "phase_switch_unplugs" in self._faults and self._logic.switching
        return int(CarState.IDLE if glitch else self.record.state)

    def _show(self, **values: Any) -> None:
        """Set properties, those alone that this firmware knows."""
        self._shown.update((key, value) for key, value in values.items() if key not in self._profile.absent)
