"""Steering of the Wattpilot twin: the cable, the car, what another client sets, and the faults."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from sunpilot.simulator.wattpilot.box import Box
from sunpilot.simulator.wattpilot.fault import FAULTS

SHOWN = ("car", "alw", "modelStatus", "err", "amp", "frc", "psm", "lmo", "acu", "wh", "eto")
CABLES_A = (13, 16, 20, 32)
"""What a cable carries per phase."""
CAR_NUMBERS: Mapping[str, tuple[float, float]] = {
    "phases": (1, 3),
    "max_a": (6, 32),
    "min_a": (6, 32),
    "capacity_wh": (1000, 1_000_000),
    "stored_wh": (0, 1_000_000),
    "ready_s": (0, 600),
    "resume_s": (0, 600),
    "stop_s": (1, 60),
    "wakes_every_s": (0, 86_400),
}
CAR_HABITS = ("stays_charging", "stubborn")


class BoxSteering:
    """What a person at this box can do. Each order raises `ValueError` that says what is allowed."""

    def __init__(self, box: Box) -> None:
        self._box = box

    def orders(self) -> dict[str, Callable[[dict[str, Any]], None]]:
        """The orders, by the names of their routes."""
        return {
            "plug-in": self._plug_in,
            "unplug": lambda _: self._box.unplug(),
            "car": self._change_car,
            "box-set": self._set,
            "box-faults": self._set_faults,
        }

    def state(self) -> dict[str, Any]:
        """Car, main properties, and faults with their amounts. No secrets."""
        car, shown = self._box.car, self._box.properties
        return {
            "car": {"plugged_in": car.plugged_in, "state": car.state.name, "power_w": car.power_w, "soc": car.soc},
            "box": {"profile": self._box.profile_name, **{key: shown.get(key) for key in SHOWN}},
            "box_faults": dict(sorted(self._box.faults.items())),
        }

    def faults(self) -> dict[str, Any]:
        """Every fault there is: what it does, the amount it takes, and what holds now."""
        return {name: {**asdict(one), "now": self._box.faults.get(name, False)} for name, one in FAULTS.items()}

    def _plug_in(self, order: dict[str, Any]) -> None:
        cable_a = order.get("cable_a", CABLES_A[-1])
        if order.keys() - {"cable_a"} or type(cable_a) is not int or cable_a not in CABLES_A:
            raise ValueError(f"plug-in takes cable_a, which is one of {', '.join(map(str, CABLES_A))}")
        self._box.plug_in(cable_a)

    def _set(self, order: dict[str, Any]) -> None:
        """{property: value}, as another client would write it."""
        for key, value in order.items():
            self._box.person_sets(key, value)

    def _set_faults(self, order: dict[str, Any]) -> None:
        """{name: true, false or an amount}; the others stay as they are."""
        for name, value in order.items():
            self._box.set_fault(name, value)

    def _change_car(self, order: dict[str, Any]) -> None:
        """{what: value} of the car; the rest stays as it is."""
        for name, value in order.items():
            if name in CAR_NUMBERS:
                low, high = CAR_NUMBERS[name]
                if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
                    raise ValueError(f"{name} lies in {low:g}..{high:g}")
                setattr(self._box.car, name, int(value) if name == "phases" else float(value))
            elif name in CAR_HABITS:
                if not isinstance(value, bool):
                    raise ValueError(f"{name}: true or false")
                setattr(self._box.car, name, value)
            else:
                raise ValueError(f"a car has no {name}; it has: {', '.join((*CAR_NUMBERS, *CAR_HABITS))}")
