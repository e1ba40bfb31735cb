"""What the registers of a SolarEdge inverter mean: words in, powers out.

Addresses are 0-based holding registers, big-endian; a value is the number times ten to the power of its scale factor,
which may change between two reads, so both come with the same read. 0x8000 (signed) and 0xFFFF (unsigned) mean "not
implemented". Sources: SolarEdge, SunSpec implementation note; SunSpec Alliance, models 1, 101–103, 160, 201–204. The
battery's block is undocumented; where it lies, the swapped words and the sign are what its users found.
"""

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass

NOT_IMPLEMENTED = 0x8000
SLEEPING = 2

INVERTER_MODELS = {101: 1, 102: 2, 103: 3}
"""Model → phases."""
METER_MODELS = (201, 202, 203, 204)
SYNERGY_MODEL = 160
COMMON_MODEL = 1
SUNSPEC = (0x5375, 0x6E53)

HIGHEST_W = 1e6
"""A float beyond this is no power: the battery shows such numbers for "not implemented"."""


@dataclass(frozen=True, slots=True)
class Block:
    """Registers that one read brings; Modbus allows 125 of them."""

    address: int
    count: int


IDENTITY = Block(40_000, 71)
BEHIND_INVERTER = Block(40_121, 2)
INVERTER = Block(40_083, 25)
BATTERY_MAKER = Block(57_600, 16)
BATTERY = Block(57_716, 18)

METER_SPACING = 174


@dataclass(frozen=True, slots=True)
class Identity:
    """Who answers: maker, model, firmware and serial number, and how many phases it feeds."""

    maker: str
    model: str
    version: str
    serial: str
    phases: int

    def __str__(self) -> str:
        return f"{self.maker} {self.model}, {self.phases} phases, firmware {self.version}, serial number {self.serial}"


@dataclass(frozen=True, slots=True)
class InverterPowers:
    """In watt, + producing; None where not implemented. ``sleeping``: the inverter says that it is night."""

    ac_w: float | None
    dc_w: float | None
    sleeping: bool


@dataclass(frozen=True, slots=True)
class MeterPowers:
    """The grid's power in watt and its phases' currents in ampere, + import."""

    grid_w: float | None
    grid_a: tuple[float | None, float | None, float | None]


@dataclass(frozen=True, slots=True)
class BatteryPowers:
    """+ charging, in watt, and the state of charge."""

    battery_w: float | None
    soc_pct: float | None


def identity(words: Sequence[int]) -> Identity | None:
    """Read `IDENTITY`; None where this is no inverter that speaks SunSpec."""
    phases = INVERTER_MODELS.get(words[69])
    if tuple(words[:2]) != SUNSPEC or words[2] != COMMON_MODEL or phases is None:
        return None
    return Identity(_text(words[4:20]), _text(words[20:36]), _text(words[44:52]), _text(words[52:68]), phases)


def meters_start(words: Sequence[int]) -> int:
    """Read `BEHIND_INVERTER`: where the meters begin. A Synergy inverter has its units (model 160) before them."""
    model, length = words
    return BEHIND_INVERTER.address + (length + 2 if model == SYNERGY_MODEL else 0)


def meter_head(start: int, slot: int) -> Block:
    """The head of the meter in a slot (1 to 3), given where the meters begin."""
    return Block(start + METER_SPACING * (slot - 1), 68)


def meter_kind(words: Sequence[int]) -> str | None:
    """Read a `meter_head`: what the meter measures, such as "Export+Import"; None where there is no meter."""
    if words[0] != COMMON_MODEL or words[67] not in METER_MODELS:
        return None
    return _text(words[34:42])


def meter_values(head: Block) -> Block:
    """The values that belong to a meter's head: model, currents to powers."""
    return Block(head.address + 67, 23)


def inverter_powers(words: Sequence[int]) -> InverterPowers:
    """Read `INVERTER`."""
    return InverterPowers(_scaled(words[0], words[1]), _scaled(words[17], words[18]), words[24] == SLEEPING)


def meter_powers(words: Sequence[int]) -> MeterPowers:
    """Read `meter_values`. The register is + on export; a current gets the sign of its phase's power."""
    if words[0] not in METER_MODELS:
        return MeterPowers(None, (None, None, None))
    total_w, *phases_w = (_negated(_scaled(word, words[22])) for word in words[18:22])
    currents_a = [_scaled(word, words[6]) for word in words[3:6]]
    a, b, c = (_directed(current_a, phase_w) for current_a, phase_w in zip(currents_a, phases_w, strict=True))
    return MeterPowers(total_w, (a, b, c))


def has_battery(words: Sequence[int]) -> bool:
    """Read `BATTERY_MAKER`: a battery says who made it."""
    return bool(_text(words))


def battery_powers(words: Sequence[int]) -> BatteryPowers:
    """Read `BATTERY`."""
    power_w, soc_pct = _swapped_float(words[0:2]), _swapped_float(words[16:18])
    return BatteryPowers(
        power_w if power_w is not None and abs(power_w) <= HIGHEST_W else None,
        soc_pct if soc_pct is not None and 0 <= soc_pct <= 100 else None,
    )


def pv_w(inverter: InverterPowers, battery: BatteryPowers | None) -> float | None:
    """What the roof gives. A battery at the inverter's DC side takes its part before, so the DC power counts there.

    A sleeping inverter gives 0 if it says so by a power that is implemented; what is not implemented is unknown.
    """
    if inverter.sleeping:
        return None if inverter.ac_w is None else 0.0
    if battery is None:
        return None if inverter.ac_w is None else max(0.0, inverter.ac_w)
    if inverter.dc_w is None or battery.battery_w is None:
        return None
    return round(max(0.0, inverter.dc_w + battery.battery_w), 3)


def _scaled(word: int, factor: int) -> float | None:
    exponent = _signed(factor)
    if NOT_IMPLEMENTED in (word, factor) or not -10 <= exponent <= 10:  # SunSpec: a scale factor lies in −10…10
        return None
    return round(_signed(word) * 10.0**exponent, 10)


def _signed(word: int) -> int:
    return word - 0x10000 if word & 0x8000 else word


def _negated(value: float | None) -> float | None:
    return None if value is None else 0.0 - value


def _directed(current_a: float | None, power_w: float | None) -> float | None:
    return None if current_a is None or power_w is None else math.copysign(current_a, power_w or 1.0)


def _swapped_float(words: Sequence[int]) -> float | None:
    low, high = words
    (value,) = struct.unpack(">f", struct.pack(">HH", high, low))
    return round(value, 3) if math.isfinite(value) else None


def _text(words: Sequence[int]) -> str:
    """Text as it stands in registers, ended by NUL; what is no text reads as empty."""
    raw = struct.pack(f">{len(words)}H", *words).split(b"\0")[0]
    text = raw.decode("ascii", errors="replace").strip()
    return text if text.isprintable() and text.isascii() else ""
