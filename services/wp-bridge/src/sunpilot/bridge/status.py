"""The box's properties as a `Status`: an allow-list, and tolerant reading. A value of a wrong type is unknown.

Source: Wattpilot protocol, properties and the array ``nrg``.
"""

import math
from collections.abc import Sequence

from sunpilot.bridge.message import Hello, Json, Properties
from sunpilot.contract.property import SETTABLE
from sunpilot.contract.status import Car, Limits, LinkState, Phases, Status

PROPERTIES = frozenset(
    {
        *SETTABLE,
        *("car", "alw", "acu", "err", "modelStatus", "nrg", "eto", "tma", "pha", "fsp"),  # what is
        *("ama", "mca", "amt", "cbl", "adi", "cll"),  # limits
        *("lfspt", "rbt", "rbc", "ocppe", "ocppc"),  # its own past, and a second controller
    }
)
"""All that the bridge ever holds of a box; the rest of its some 500 properties includes keys and WLAN passwords.
Firmware may lack any of them.
"""

ADAPTER_A = 16
"""What an adapter carries, where the box says only that there is one (``adi``)."""

DRAWING_A = 0.5
"""A phase with more current than this is in use."""

USED_ENTRIES = 12
"""Of the array ``nrg``; more may follow."""

_LARGEST = 2**53
_CARS = {1: Car.IDLE, 2: Car.CHARGING, 3: Car.WAITING, 4: Car.COMPLETE, 5: Car.ERROR}


def box_status(box: Properties, epoch: int | None, device: Hello | None = None) -> Status:
    """The status of a box that is online. ``epoch`` is the highest that the bridge has obeyed, ``device`` its greeting.

    Of the temperatures counts the highest.
    """
    meter = _meter(box.get("nrg"))
    current_a = _three(meter, 4)
    car = whole(box.get("car"))
    return Status(
        link=LinkState.ONLINE,
        car=_CARS.get(car) if car is not None else None,
        allowed=_flag(box.get("alw")),
        power_w=number(meter[11]) if meter else None,
        current_a=current_a,
        voltage_v=_three(meter, 0),
        phases=_phases(box, current_a),
        offered_a=whole(box.get("acu")),
        requested_a=whole(box.get("amp")),
        limits=_limits(box),
        box_mode=whole(box.get("lmo")),
        force_state=whole(box.get("frc")),
        phase_mode=whole(box.get("psm")),
        energy_wh=number(box.get("eto")),
        temperature_c=_highest(box.get("tma")),
        error=whole(box.get("err")),
        reason=whole(box.get("modelStatus")),
        device_type=device.device_type if device is not None else None,
        firmware=device.firmware if device is not None else None,
        epoch=epoch,
    )


def number(value: Json) -> float | None:
    """A finite number of a believable size; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_LARGEST <= value <= _LARGEST:
        return None
    return float(value)


def whole(value: Json) -> int | None:
    """A whole number; None for anything else."""
    exact = number(value)
    return int(exact) if exact is not None and exact.is_integer() else None


def _flag(value: Json) -> bool | None:
    return value if isinstance(value, bool) else None


def _meter(value: Json) -> list[Json] | None:
    """The array ``nrg``: 16 numbers, of which the first 12 are used (U, I, P by phase; the total power)."""
    return value if isinstance(value, list) and len(value) >= USED_ENTRIES else None


def _three(meter: Sequence[Json] | None, first: int) -> Phases | None:
    if meter is None:
        return None
    one, two, three = (number(value) for value in meter[first : first + 3])
    return one, two, three


def _limits(box: Properties) -> Limits:
    """The limits by their own properties; newer firmware lists in ``cll`` those that hold, and may have no others."""
    content = box.get("cll")
    listed = content if isinstance(content, dict) else {}
    cable_a, adapter_a = whole(box.get("cbl")), whole(listed.get("adapterCurrentLimit"))
    return Limits(
        minimum_a=whole(box.get("mca")),
        installation_a=whole(box.get("ama")),
        cable_a=whole(listed.get("cableCurrentLimit")) if cable_a is None else cable_a,
        adapter_a=ADAPTER_A if adapter_a is None and box.get("adi") is True else adapter_a,
        temperature_a=whole(box.get("amt")),
        unbalance_a=whole(listed.get("unsymetryCurrentLimit")),  # the device's own spelling
        load_a=whole(listed.get("loadLimit")),
    )


def _highest(value: Json) -> float | None:
    """The highest number of an array; sensors that are not there are null."""
    known = [number(entry) for entry in value] if isinstance(value, list) else []
    return max((entry for entry in known if entry is not None), default=None)


def _phases(box: Properties, current_a: Phases | None) -> int | None:
    """The phases in use; without current, those that the box would use, as far as the grid has them."""
    drawing = sum(1 for ampere in current_a or () if ampere is not None and ampere > DRAWING_A)
    if drawing:
        return drawing
    phase_mode = whole(box.get("psm"))
    single = {1: True, 2: False}.get(phase_mode) if phase_mode is not None else None
    if single is None:
        single = _flag(box.get("fsp"))
    if single is None:
        return None
    return 1 if single else _grid_phases(box.get("pha"))


def _grid_phases(value: Json) -> int:
    """Phases before the contactor: the last three of the six flags ``pha``; all three where the box does not say."""
    before = value[3:6] if isinstance(value, list) else []
    return before.count(True) or 3


def is_news(old: Status, new: Status) -> bool:
    """The measurements differ by more than the dead band: 10 W, 0.1 A, 1 V, 1 °C, and any energy."""
    return (
        _moved((old.power_w,), (new.power_w,), 10.0)
        or _moved((old.temperature_c,), (new.temperature_c,), 1.0)
        or _moved(old.current_a, new.current_a, 0.1)
        or _moved(old.voltage_v, new.voltage_v, 1.0)
        or old.energy_wh != new.energy_wh
    )


def same_state(old: Status, new: Status) -> bool:
    """All but the measurements and the countdown is equal."""
    return _state(old) == _state(new)


def _state(status: Status) -> Status:
    manual = None if status.manual is None else status.manual.model_copy(update={"seconds_left": None})
    blank = {"power_w": None, "current_a": None, "voltage_v": None, "energy_wh": None, "temperature_c": None}
    return status.model_copy(update={**blank, "manual": manual})


def _moved(old: Sequence[float | None] | None, new: Sequence[float | None] | None, band: float) -> bool:
    if old is None or new is None:
        return old != new
    return any(a != b if a is None or b is None else math.fabs(a - b) > band for a, b in zip(old, new, strict=True))
