"""The registers of a SolarEdge inverter with a grid meter and a battery, as its Modbus TCP server shows them.

Addresses are 0-based holding registers, big-endian; a value is the number times ten to the power of its scale factor,
and 0x8000 stands for "not implemented" (SolarEdge, SunSpec implementation note; SunSpec models 1, 103, 160, 203). The
battery's block is not documented by SolarEdge: float32, its two words swapped, + while charging, as its users found.
"""

import math
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

NOT_IMPLEMENTED = 0x8000
UNUSED = 0xFFFF

COMMON, INVERTER, BEHIND_INVERTER = 40_000, 40_069, 40_121
METER_SPACING = 174
BATTERY, BATTERY_POWER, BATTERY_SOE = 57_600, 57_716, 57_732

PRODUCING, SLEEPING = 4, 2
VOLTAGE_V = 230.0
PHASE_SHARES = (0.5, 0.3, 0.2)
"""How the grid power spreads over the phases; a house is never balanced."""

SYNERGY_LENGTHS = {1: 0, 2: 48, 3: 68}
"""Length of model 160, which a Synergy inverter of two or three units has behind its own model; 1: no Synergy."""


@dataclass(frozen=True, slots=True)
class Plant:
    """What is installed. ``meters`` are the types of the meters in their slots, ``units`` those of a Synergy."""

    serial: str = "7E000001"
    units: int = 1
    meters: tuple[str, ...] = ("Export+Import",)


@dataclass(frozen=True, slots=True)
class Flow:
    """What flows, in watt: AC of the inverter + producing, its DC side, the meter + export, the battery + charging.

    Without a battery (None) its registers do not exist.
    """

    ac_w: float
    dc_w: float
    meter_w: float
    battery_w: float | None = None
    soe_pct: float | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """How the inverter shows it. ``shift`` moves all scale factors of powers by so much, as far as the numbers fit;
    ``blank`` shows "not implemented" and NaN for every power; ``asleep`` is the night.
    """

    shift: int = 0
    blank: bool = False
    asleep: bool = False


def registers(plant: Plant, flow: Flow, condition: Condition) -> Mapping[int, int]:
    """Every register that exists, by address."""
    image: dict[int, int] = {}
    _put(
        image, COMMON, (0x5375, 0x6E53, *_common("SolarEdge", "SE10K-RWS48BEN4", "", "0004.0023.0536", plant.serial, 1))
    )
    _put(image, INVERTER, _inverter(flow, condition))
    address = BEHIND_INVERTER
    if length := SYNERGY_LENGTHS[plant.units]:
        _put(image, address, (160, length, *[UNUSED] * length))
        address += length + 2
    for number, kind in enumerate(plant.meters, start=1):
        _put(image, address, _meter(number, kind, flow, condition))
        address += METER_SPACING
    _put(image, address, (UNUSED, 0))
    if flow.battery_w is not None:
        _put(image, BATTERY, (*_text("LG Chem", 16), *[0] * (BATTERY_SOE + 2 - BATTERY - 16)))
        _put(image, BATTERY_POWER, _swapped_float(math.nan if condition.blank else flow.battery_w))
        _put(image, BATTERY_SOE, _swapped_float(math.nan if condition.blank or flow.soe_pct is None else flow.soe_pct))
    return image


def _common(maker: str, model: str, option: str, version: str, serial: str, address: int) -> list[int]:
    """Model 1: who made it, what it is, and its address on the bus."""
    texts = (_text(maker, 16), _text(model, 16), _text(option, 8), _text(version, 8), _text(serial, 16))
    return [1, 65, *[word for text in texts for word in text], address]


def _inverter(flow: Flow, condition: Condition) -> list[int]:
    """Model 103: three phases; of its 50 registers those that matter here are filled."""
    block = [103, 50, *[UNUSED] * 50]
    block[14:16] = _scaled((flow.ac_w,), condition)
    block[31:33] = _scaled((flow.dc_w,), condition)
    block[38] = SLEEPING if condition.asleep else PRODUCING
    return block


def _meter(number: int, kind: str, flow: Flow, condition: Condition) -> list[int]:
    """Models 1 and 203. Only the meter that measures export and import sees the grid; others see the inverter."""
    total_w = flow.meter_w if "Import" in kind else flow.ac_w
    phases_w = [total_w * share for share in PHASE_SHARES]
    currents_a = [abs(phase_w) / VOLTAGE_V for phase_w in phases_w]
    block = [
        *_common("WattNode", "SE-MTR-3Y-400V-A", kind, "25", f"60644{number}", number + 1),
        203,
        105,
        *[UNUSED] * 105,
    ]
    block[69:74] = _scaled((sum(currents_a), *currents_a), condition, finest=-2)
    block[85:90] = _scaled((total_w, *phases_w), condition)
    return block


def _scaled(values: Iterable[float], condition: Condition, finest: int = 0) -> list[int]:
    """Numbers and the scale factor that they share: the wanted one, or a coarser one that fits into 16 bits."""
    values = list(values)
    if condition.blank:
        return [*[NOT_IMPLEMENTED] * len(values), NOT_IMPLEMENTED]
    factor = finest + condition.shift
    while any(abs(value) > 32_767 * 10.0**factor for value in values):
        factor += 1
    return [*(round(value / 10.0**factor) & 0xFFFF for value in values), factor & 0xFFFF]


def _swapped_float(value: float) -> tuple[int, int]:
    high, low = struct.unpack(">HH", struct.pack(">f", value))
    return low, high


def _text(text: str, length: int) -> list[int]:
    return list(struct.unpack(f">{length}H", text.encode().ljust(2 * length, b"\0")))


def _put(image: dict[int, int], address: int, words: Iterable[int]) -> None:
    image.update(enumerate(words, start=address))
