"""A Wattpilot without its network side: settings, logic, meter, and the car at its cable."""

import random
import string
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sunpilot.simulator.car import Car, CarState
from sunpilot.simulator.wattpilot import fault, properties, write
from sunpilot.simulator.wattpilot.agenda import Agenda
from sunpilot.simulator.wattpilot.car_record import CarRecord
from sunpilot.simulator.wattpilot.cut import Cut, How
from sunpilot.simulator.wattpilot.energy_meter import EnergyMeter
from sunpilot.simulator.wattpilot.logic import LOGIC_S, NO_DERATING_A, Logic, Ruling, Situation
from sunpilot.simulator.wattpilot.profile import profile_named

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
        self.profile_name = profile
        self.profile = profile_named(profile)
        self.car = car or Car()
        self.properties = properties.initial(self.profile, serial, friendly_name, ama=ama, psm=psm, lmo=lmo)
        """What clients see, by the device's names. Values are replaced, never changed in place."""
        self.cut = Cut()
        """How all connections ended at once, the last time."""
        self._rng = random.Random(seed)
        self.token1 = random_token(self._rng)
        """Random text of this boot, half of the login challenge."""
        self._meter = EnergyMeter(self._rng)
        self._logic = Logic(self.properties)
        self._record = CarRecord()
        self._agenda = Agenda()
        self._faults: dict[str, float] = {}
        self._uptime_ms = UPTIME_MS
        self._owed_s = 0.0
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
    def faults(self) -> Mapping[str, float]:
        """The faults that hold now, and the amount of each; 1 where it has none."""
        return MappingProxyType(self._faults)

    def set_fault(self, name: str, value: float) -> None:
        """Begin a fault (True, or an amount), end it (False), or let one happen that happens once.

        Raises ValueError that names the faults there are or the amounts that this one takes.
        """
        amount = fault.amount(name, value)
        if amount is None:
            self._faults.pop(name, None)
        elif fault.FAULTS[name].once:
            self._happen(name, int(amount))
        else:
            self._faults[name] = amount
        self._refresh()

    def plug_in(self, cable_a: int = 32) -> None:
        """A person connects the car with a cable that carries `cable_a` per phase."""
        self._record.cable_a = cable_a
        self.car.plug_in()

    def unplug(self) -> None:
        """A person pulls the cable: the device forgets force state and authorisation at once."""
        self.car.unplug()
        self._meter.measure(0.0, self.car.currents_a)
        self._follow_car()
        self._refresh()

    def person_sets(self, key: str, value: Any) -> None:
        """A person, or another client, changes a setting; raises WriteError (a ValueError) like any write."""
        write.check(key, value, self.properties)
        self._store(key, value)

    def write(self, key: str, value: Any) -> Any:
        """Change one property as a client asks; the value as stored. Raises WriteError, and leaves the old value."""
        if key == "amp" and "clamp_amp" in self._faults and type(value) is int:
            value = min(value, self.properties["ama"])
        write.check(key, value, self.properties)
        before = self.properties.get(key)
        if key == "amp" and "overridden" in self._faults:
            self._agenda.after(self._faults["overridden"], lambda: self._store(key, before))
        self._store(key, value)
        return value

    def derate(self, limit_a: int = NO_DERATING_A) -> None:
        """Heat limits the current to `limit_a` per phase; the default means no limit."""
        self.set_fault("heat", limit_a if limit_a < NO_DERATING_A else False)

    def reboot(self, how: How = How.DROP) -> None:
        """Restart the device: all connections end, the force state is forgotten, other settings are kept."""
        self.cut = self.cut.next(how)
        self.token1 = random_token(self._rng)
        self._uptime_ms = 0
        self._agenda.clear()
        self._logic.reboot()
        self._meter.session_wh = 0.0
        self.properties.update(dict.fromkeys(("lfspt", "lccfi", "lccfc", "lcctc", "mcpea")))
        self.properties.update(rbc=self.properties["rbc"] + 1, frc=0, su=False, lmsc=0)
        self._logic.latch(self.properties)
        self._refresh()

    def _happen(self, name: str, amount: int) -> None:
        """Let a fault happen that happens once."""
        match name:
            case "drop_all":
                self.cut = self.cut.next(How.DROP)
            case "reset":
                self.cut = self.cut.next(How.RESET)
            case "close":
                self.cut = self.cut.next(How.CLOSE, amount)
            case "reboot":
                self.reboot()
            case "reboot_half_open":
                self.reboot(How.HALF_OPEN)
            case _:
                self.person_sets(name.removeprefix("foreign_"), amount)

    def _store(self, key: str, value: Any) -> None:
        if key == "rst":
            self._agenda.after(REBOOT_DELAY_S, self.reboot)
            return
        self.properties[key] = value
        if key == "su" and value:
            self._agenda.after(self.properties["sumd"] / 1000, self._end_simulated_unplug)

    def _end_simulated_unplug(self) -> None:
        self.properties["su"] = False
        self.car.wake_up()

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
            offered_a=self._taken_a(ruling.offered_a),
            phases=self._logic.phases,
            volts=self._meter.volts,
        )
        self._follow_car()
        self._meter.measure(LOGIC_S, self.car.currents_a)
        self._record.count(LOGIC_S)
        self._refresh()
        self._logic.latch(self.properties)
        self._agenda.pass_by(LOGIC_S)

    def _taken_a(self, offered_a: int | None) -> int | None:
        """What of the offer reaches a car that declines little current on three phases."""
        declines = self._logic.phases > 1 and offered_a is not None and offered_a < self._faults.get("car_declines", 0)
        return 0 if declines else offered_a

    def _follow_logic(self) -> Ruling:
        """Let the logic decide, and show what it decided."""
        ruling = self._logic.decide(
            Situation(
                uptime_ms=self._uptime_ms,
                wh=self._meter.session_wh,
                drawing=self.car.current_a > 0,
                err=self._err,
                charge_controller=self._controls_charge,
                load_limit_a=self._faults.get("load_limit"),
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
        if self._record.begins(self.car.state):
            self._meter.session_wh = 0.0
        self._show(**self._record.follow(self.car.state, self._uptime_ms))

    def _refresh(self) -> None:
        """Show clock, car, limits and measurements as they are now."""
        ocpp = "ocpp_in_control" in self._faults
        self._show(**properties.clock(self.now()), rbt=self._uptime_ms, car=self._reported_car, err=self._err)
        self._show(amt=int(self._faults.get("heat", NO_DERATING_A)), ocppe=ocpp, ocppc=ocpp)
        self._show(**properties.relay(self._logic.phases, closed=self._record.state == CarState.CHARGING))
        self._show(cdi=self._record.duration if self.car.plugged_in else None)
        self._show(**properties.measurements(self._meter, whole_numbers=self.profile.whole_numbers))

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
        return int(CarState.IDLE if glitch else self._record.state)

    def _show(self, **values: Any) -> None:
        """Set properties, those alone that this firmware knows."""
        self.properties.update((key, value) for key, value in values.items() if key not in self.profile.absent)


def random_token(rng: random.Random) -> str:
    """32 random letters and digits, as in the login challenge."""
    return "".join(rng.choices(string.ascii_letters + string.digits, k=32))
