"""A Wattpilot without its network side: settings, logic, meter, and the car at its cable."""

import random
import string
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sunpilot.simulator import fault, properties, write
from sunpilot.simulator.car import Car, CarState
from sunpilot.simulator.energy_meter import EnergyMeter
from sunpilot.simulator.logic import LOGIC_S, NO_DERATING_A, Logic, Ruling, Situation
from sunpilot.simulator.profile import profile_named

REBOOT_DELAY_S = 2.0
UPTIME_MS = 86_400_000
"""The device is found after a day of running, with no phase switch in that day."""


class Box:
    """One Wattpilot. `now` gives aware UTC; raises ValueError for a profile it does not know.

    A written setting shows in `properties` at once and works 1 to 2 s later, as on the device.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        serial: str = "90000900",
        profile: str = "v2-42",
        car: Car | None = None,
        friendly_name: str = "Carport",
        ama: int = 16,
        psm: int = 2,
        lmo: int = 3,
        seed: int = 1,
    ) -> None:
        self.now = now
        self.serial = serial
        self.profile = profile_named(profile)
        self.car = car or Car()
        self.properties = properties.initial(self.profile, serial, friendly_name, ama=ama, psm=psm, lmo=lmo)
        """What clients see, by the device's names. Values are replaced, never changed in place."""
        self.connections_cut = 0
        """How often all connections ended at once; a connection that began under another count is dead."""
        self._rng = random.Random(seed)
        self.token1 = random_token(self._rng)
        """Random text of this boot, half of the login challenge."""
        self._meter = EnergyMeter(self._rng)
        self._logic = Logic(self.properties)
        self._faults: set[str] = set()
        self._cable_a = 32
        self._uptime_ms = UPTIME_MS
        self._owed_s = 0.0
        self._reboot_in_s: float | None = None
        self._car_state = CarState.IDLE
        self._charged_ms = 0
        self._follow_logic()
        self._refresh()

    @property
    def power_w(self) -> float:
        """Power to the car now."""
        return self._meter.power_w

    @property
    def energy_wh(self) -> float:
        """Energy to cars since this twin was made; unlike `wh` and `eto` it knows no reset and no past."""
        return self._meter.total_wh

    @property
    def faults(self) -> frozenset[str]:
        """The faults that hold now."""
        return frozenset(self._faults)

    def set_fault(self, name: str, on: bool) -> None:
        """Begin or end a fault; raises ValueError that names the allowed ones."""
        if fault.known(name) == fault.DROP_ALL:
            self.connections_cut += on
        elif on:
            self._faults.add(name)
        else:
            self._faults.discard(name)

    def plug_in(self, cable_a: int = 32) -> None:
        """A person connects the car with a cable that carries `cable_a` per phase."""
        self._cable_a = cable_a
        self.car.plug_in()

    def unplug(self) -> None:
        """A person pulls the cable: the device forgets force state and authorisation at once."""
        self.car.unplug()
        self._meter.measure(0.0, self.car.currents_a)
        self._follow_car()
        self._refresh()

    def person_sets(self, key: str, value: Any) -> None:
        """A person changes a setting in the app; raises WriteError (a ValueError) like any write."""
        self.write(key, value)

    def write(self, key: str, value: Any) -> None:
        """Change one property as a client asks; raises WriteError, and then leaves the old value."""
        write.check(key, value, self.properties)
        if key == "rst":
            self._reboot_in_s = REBOOT_DELAY_S
        else:
            self.properties[key] = value

    def derate(self, limit_a: int = NO_DERATING_A) -> None:
        """Heat limits the current to `limit_a` per phase; the default means no limit."""
        self.properties["amt"] = limit_a

    def reboot(self) -> None:
        """Restart the device: all connections end, the force state is forgotten, other settings are kept."""
        self.connections_cut += 1
        self.token1 = random_token(self._rng)
        self._uptime_ms = 0
        self._reboot_in_s = None
        self._logic.reboot()
        self._meter.session_wh = 0.0
        self.properties.update(dict.fromkeys(("lfspt", "lccfi", "lccfc", "lcctc", "mcpea")))
        self.properties.update(rbc=self.properties["rbc"] + 1, frc=0, lmsc=0)
        self._logic.latch(self.properties)
        self._refresh()

    def step(self, dt_s: float) -> None:
        """Advance by `dt_s` seconds; the device acts once in each whole second."""
        self._owed_s += dt_s
        while self._owed_s >= LOGIC_S - 1e-9:
            self._owed_s -= LOGIC_S
            self._act()

    def _act(self) -> None:
        """One second of the device's life."""
        self._uptime_ms += round(LOGIC_S * 1000)
        self._meter.sample_grid()
        ruling = self._follow_logic()
        self.car.step(
            LOGIC_S,
            allowed=ruling.permission.allowed,
            offered_a=ruling.offered_a,
            phases=self._logic.phases,
            volts=self._meter.volts,
        )
        self._follow_car()
        self._meter.measure(LOGIC_S, self.car.currents_a)
        if self._car_state == CarState.CHARGING:
            self._charged_ms += round(LOGIC_S * 1000)
        self._refresh()
        self._logic.latch(self.properties)
        if self._reboot_in_s is not None:
            self._reboot_in_s -= LOGIC_S
            if self._reboot_in_s <= 0:
                self.reboot()

    def _follow_logic(self) -> Ruling:
        """Let the logic decide, and show what it decided."""
        ruling = self._logic.decide(
            Situation(
                uptime_ms=self._uptime_ms,
                wh=self._meter.session_wh,
                drawing=self.car.current_a > 0,
                err=self._err,
                charge_controller=self._controls_charge,
            )
        )
        reason, acu = int(ruling.permission.reason), ruling.offered_a
        if reason != self.properties["modelStatus"]:
            self._show(lmsc=self._uptime_ms)
        if ruling.toggled:
            self._show(lfspt=self._uptime_ms)
        self._show(alw=ruling.permission.allowed, acu=acu, acui=acu, modelStatus=reason, msi=reason)
        self._show(cll=ruling.limits, mcpea=ruling.pause_ends_ms)
        return ruling

    def _follow_car(self) -> None:
        """Act on what the car just did."""
        before, self._car_state = self._car_state, self.car.state
        if before == self._car_state:
            return
        if before == CarState.IDLE:
            self._meter.session_wh = 0.0
            self._charged_ms = 0
            self._show(cbl=self._cable_a, cus=3, lccfi=self._uptime_ms)
        if before == CarState.CHARGING:
            self._show(lccfc=self._uptime_ms)
        if self._car_state == CarState.CHARGING:
            self._show(lcctc=self._uptime_ms)
        if self._car_state == CarState.IDLE:
            self._show(frc=0, trx=None, cbl=None, cus=1)

    def _refresh(self) -> None:
        """Show clock, car and measurements as they are now."""
        charge = {"type": 1, "value": self._charged_ms} if self.car.plugged_in else None
        self._show(**properties.clock(self.now()), rbt=self._uptime_ms, car=self._reported_car, err=self._err)
        self._show(**properties.relay(self._logic.phases, closed=self._car_state == CarState.CHARGING), cdi=charge)
        self._show(**properties.measurements(self._meter, whole_numbers=self.profile.whole_numbers))

    @property
    def _err(self) -> int:
        return int("residual_current" in self._faults)

    @property
    def _controls_charge(self) -> bool:
        return "no_charge_controller" not in self._faults

    @property
    def _reported_car(self) -> int | None:
        if not self._controls_charge:
            return None
        return int(CarState.ERROR if self._err else self._car_state)

    def _show(self, **values: Any) -> None:
        """Set properties, those alone that this firmware knows."""
        self.properties.update((key, value) for key, value in values.items() if key not in self.profile.absent)


def random_token(rng: random.Random) -> str:
    """32 random letters and digits, as in the login challenge."""
    return "".join(rng.choices(string.ascii_letters + string.digits, k=32))
