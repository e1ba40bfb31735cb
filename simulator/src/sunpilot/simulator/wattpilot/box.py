"""A Wattpilot without its network side, as its owner, its clients and its faults meet it."""

import random
import string
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sunpilot.simulator.car import Car
from sunpilot.simulator.wattpilot import fault, properties, write
from sunpilot.simulator.wattpilot.agenda import Agenda
from sunpilot.simulator.wattpilot.cut import Cut, How
from sunpilot.simulator.wattpilot.device import Device
from sunpilot.simulator.wattpilot.logic import LOGIC_S, NO_DERATING_A
from sunpilot.simulator.wattpilot.profile import profile_named

REBOOT_DELAY_S = 2.0
RELEASE_LAPSES_S = 60.0
"""How long a release to charge waits for a car."""


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
        self._agenda = Agenda()
        self._faults: dict[str, float] = {}
        self._owed_s = 0.0
        self._device = Device(now, self.profile, self.car, self.properties, self._faults, self._rng)

    @property
    def power_w(self) -> float:
        """Power to the car now."""
        return self._device.meter.power_w

    @property
    def energy_wh(self) -> float:
        """Energy to cars since this twin was made; unlike `wh` and `eto` it knows no reset and no past."""
        return self._device.meter.total_wh

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
        self._device.refresh()

    def plug_in(self, cable_a: int = 32) -> None:
        """A person connects the car with a cable that carries `cable_a` per phase."""
        self._device.record.cable_a = cable_a
        self.car.plug_in()

    def unplug(self) -> None:
        """A person pulls the cable: the device forgets force state and authorisation at once."""
        self.car.unplug()
        self._device.lose_car()

    def see_grid(self, grid_w: float) -> None:
        """An inverter of the vendor's is paired, and tells the box what flows at the grid, + import."""
        self._device.grid_w = grid_w

    def person_sets(self, key: str, value: Any) -> None:
        """A person, or another client, changes a setting; raises WriteError (a ValueError) like any write."""
        write.check(key, value, self.properties)
        self._store(key, value)

    def write(self, key: str, value: Any) -> None:
        """Change one property as a client asks; raises WriteError, and then leaves the old value."""
        if key == "amp" and "clamp_amp" in self._faults and type(value) is int:
            value = min(value, self.properties["ama"])
        write.check(key, value, self.properties)
        before = self.properties.get(key)
        if key == "amp" and "overridden" in self._faults:
            self._agenda.after(self._faults["overridden"], lambda: self._store(key, before))
        self._store(key, value)

    def derate(self, limit_a: int = NO_DERATING_A) -> None:
        """Heat limits the current to `limit_a` per phase; the default means no limit."""
        self.set_fault("heat", limit_a if limit_a < NO_DERATING_A else False)

    def reboot(self, how: How = How.DROP) -> None:
        """Restart the device: all connections end, the force state is forgotten, other settings are kept."""
        self.cut = self.cut.next(how)
        self.token1 = random_token(self._rng)
        self._agenda.clear()
        self._device.reboot()

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
        elif key == "trx" and value is not None:
            self._agenda.after(RELEASE_LAPSES_S, self._let_release_lapse)

    def _end_simulated_unplug(self) -> None:
        self.properties["su"] = False
        self.car.wake_up()

    def _let_release_lapse(self) -> None:
        if not self.car.plugged_in:
            self.properties["trx"] = None

    def step(self, dt_s: float) -> None:
        """Advance by `dt_s` seconds; the device acts once in each whole second."""
        self._owed_s += dt_s
        while self._owed_s >= LOGIC_S - 1e-9:
            self._owed_s -= LOGIC_S
            self._device.act()
            self._agenda.pass_by(LOGIC_S)


def random_token(rng: random.Random) -> str:
    """32 random letters and digits, as in the login challenge."""
    return "".join(rng.choices(string.ascii_letters + string.digits, k=32))
