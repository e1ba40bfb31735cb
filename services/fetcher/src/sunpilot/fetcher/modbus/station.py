"""An inverter as it was found behind a connection: who it is, where its grid meter lies, whether it has a battery."""

from collections.abc import Sequence
from dataclasses import dataclass

from sunpilot.fetcher.modbus import registers
from sunpilot.fetcher.modbus.line import Line, RefusedReadError
from sunpilot.fetcher.modbus.registers import Block, Identity

SLOTS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit behind a line."""

    line: Line
    number: int

    async def read(self, block: Block) -> Sequence[int]:
        """The words of a block; raises `LineError`."""
        return await self.line.read(self.number, block)

    async def try_read(self, block: Block) -> Sequence[int] | None:
        """The words of a block that need not exist; raises `LineError`."""
        try:
            return await self.read(block)
        except RefusedReadError:
            return None


@dataclass(frozen=True, slots=True)
class Station:
    """``meter`` are the values of the meter at the grid, None without one."""

    unit: Unit
    identity: Identity
    meter: Block | None
    has_battery: bool


async def find_unit(line: Line, candidates: Sequence[int]) -> tuple[Unit, Identity | None]:
    """The first unit that answers; its identity is None where it is no SunSpec inverter. Raises `LineError`."""
    for number in candidates:
        unit = Unit(line, number)
        try:
            return unit, registers.identity(await unit.read(registers.IDENTITY))
        except RefusedReadError:
            if number == candidates[-1]:
                raise
    raise ValueError("no candidates")


async def find_meters(unit: Unit) -> dict[int, tuple[str, Block]]:
    """Type and values of each meter, by slot. They lie without a gap: the first empty slot is the end."""
    behind = await unit.try_read(registers.BEHIND_INVERTER)
    start = registers.meters_start(behind or (0, 0))
    found: dict[int, tuple[str, Block]] = {}
    for slot in SLOTS:
        head = registers.meter_head(start, slot)
        words = await unit.try_read(head)
        kind = None if words is None else registers.meter_kind(words)
        if kind is None:
            break
        found[slot] = (kind, registers.meter_values(head))
    return found


def at_grid(kind: str) -> bool:
    """Whether a meter of this type measures the grid connection; one that does not say is believed to."""
    return not kind or "import" in kind.casefold()


async def find_battery(unit: Unit) -> bool:
    """Whether a battery is at the inverter; raises `LineError`."""
    words = await unit.try_read(registers.BATTERY_MAKER)
    return words is not None and registers.has_battery(words)
