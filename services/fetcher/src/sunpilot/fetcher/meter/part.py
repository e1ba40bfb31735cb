"""The parts of a meter's measurement: what each is called, and which of them it cannot do without."""

from sunpilot.contract.mqtt_meter import MeterValue, MqttMeter

GRID = ("grid",)
BOTH_WAYS = ("grid_import", "grid_export")
PHASES = ("phase 1", "phase 2", "phase 3")
CURRENTS = ("current 1", "current 2", "current 3")


def parts_of(meter: MqttMeter) -> dict[str, MeterValue]:
    """All parts that the settings name, by name."""
    single = ("grid", *BOTH_WAYS, "pv", "load", "battery", "battery_charge", "battery_discharge", "soc")
    parts: dict[str, MeterValue | None] = {name: getattr(meter, name) for name in single}
    parts |= dict(zip(PHASES, meter.phases or (), strict=False))
    parts |= dict(zip(CURRENTS, meter.grid_a or (), strict=False))
    return {name: part for name, part in parts.items() if part is not None}


def essential(parts: dict[str, MeterValue]) -> tuple[str, ...]:
    """What a measurement waits for: the grid's power in one of its forms, or what there is instead."""
    return next(names for names in (GRID, BOTH_WAYS, PHASES, ("pv",), ("load",)) if names[0] in parts)


def scaled(value: float, part: MeterValue) -> float:
    """The number as the settings mean it."""
    meant = value * part.scale + part.offset
    return round(-meant if part.invert else meant, 6) + 0.0
