"""From single messages of a meter to one measurement: what belongs together is awaited, what is old does not count."""

from dataclasses import dataclass
from datetime import datetime

from sunpilot.contract.json_path import steps
from sunpilot.contract.mqtt_meter import MqttMeter
from sunpilot.contract.reading import Quality
from sunpilot.fetcher.measurement import Measurement
from sunpilot.fetcher.meter.part import BOTH_WAYS, CURRENTS, GRID, PHASES, essential, parts_of, scaled
from sunpilot.fetcher.meter.payload import AbsentError, number, time

TOGETHER_S = 1.0
"""The parts of one measurement, such as three phases, arrive within this time, in any order."""


@dataclass(frozen=True, slots=True)
class Held:
    """A value as it came last, and when, by a clock that only grows. None: the meter itself does not know it."""

    value: float | None
    at_s: float


class Assembly:
    """One meter, whose settings, in full, say where everything is."""

    def __init__(self, meter: MqttMeter) -> None:
        self._meter = meter
        self._parts = parts_of(meter)
        self._paths = {name: steps(part.path) if part.path else None for name, part in self._parts.items()}
        self._essential = essential(self._parts)
        self._held: dict[str, Held] = {}
        self._has_heard = False
        self._new: set[str] = set()
        self._since_s = 0.0
        self._stamp: datetime | None = None

    @property
    def topics(self) -> frozenset[str]:
        """Where its messages come."""
        return frozenset(part.topic for part in self._parts.values())

    @property
    def has_heard(self) -> bool:
        """Some value has come, whatever it was."""
        return self._has_heard

    def take(self, topic: str, payload: bytes, now_s: float) -> Measurement | None:
        """Take in a message; the measurement, if it completes one. Raises `BadPayloadError`.

        A message without the value (about something else, or only about what changed) changes nothing.
        """
        came = self._read(topic, payload)
        for name, value in came.items():
            self._held[name] = Held(value, now_s)
            self._has_heard = True
        new = came.keys() & set(self._essential)
        if not new:
            return None
        if not self._new:
            self._since_s, self._stamp = now_s, None
        self._new |= new
        self._stamp = self._later(self._stamp, payload)
        return self._measurement(now_s, Quality.OK) if self._new == set(self._essential) else None

    def forget(self) -> None:
        """The meter is gone: what it said counts no more."""
        self._held.clear()
        self._new.clear()

    def wait_s(self, now_s: float) -> float | None:
        """How long the missing parts are awaited; None while nothing is awaited."""
        return max(0.0, self._since_s + TOGETHER_S - now_s) if self._new else None

    def give_up(self, now_s: float) -> Measurement | None:
        """The missing parts did not come: with those that came before, if they are not too old, otherwise nothing."""
        return self._measurement(now_s, Quality.INFERRED)

    def _read(self, topic: str, payload: bytes) -> dict[str, float | None]:
        came: dict[str, float | None] = {}
        for name, part in self._parts.items():
            if part.topic == topic:
                try:
                    value = number(payload, self._paths[name])
                except AbsentError:
                    continue
                came[name] = None if value is None else scaled(value, part)
        return came

    def _later(self, stamp: datetime | None, payload: bytes) -> datetime | None:
        if self._meter.time_path is None:
            return stamp
        own = time(payload, steps(self._meter.time_path))
        return own if stamp is None or (own is not None and own > stamp) else stamp

    def _measurement(self, now_s: float, quality: Quality) -> Measurement | None:
        missing = set(self._essential) - self._new
        self._new = set()
        if any(self._value(name, now_s) is None for name in missing):
            return None
        return Measurement(
            source=self._meter.kind,
            measured_at=self._stamp,
            grid_w=self._grid_w(now_s),
            pv_w=self._value("pv", now_s),
            load_w=self._value("load", now_s),
            battery_w=self._battery_w(now_s),
            soc_pct=self._value("soc", now_s),
            grid_a=self._grid_a(now_s),
            quality=quality,
        )

    def _value(self, name: str, now_s: float) -> float | None:
        held = self._held.get(name)
        return None if held is None or now_s - held.at_s > self._meter.maximum_age_s else held.value

    def _values(self, names: tuple[str, ...], now_s: float) -> list[float] | None:
        """All of them, or None where one is unknown."""
        values = [value for name in names if (value := self._value(name, now_s)) is not None]
        return values if len(values) == len(names) else None

    def _grid_w(self, now_s: float) -> float | None:
        values = self._values(self._essential, now_s)
        if values is None or self._essential not in (GRID, BOTH_WAYS, PHASES):
            return None
        grid_w = values[0] - values[1] if self._essential == BOTH_WAYS else sum(values)
        return round(-grid_w if self._meter.invert else grid_w, 3) + 0.0

    def _battery_w(self, now_s: float) -> float | None:
        both_ways = self._values(("battery_charge", "battery_discharge"), now_s)
        return self._value("battery", now_s) if both_ways is None else round(both_ways[0] - both_ways[1], 3)

    def _grid_a(self, now_s: float) -> tuple[float | None, float | None, float | None] | None:
        if self._meter.grid_a is None:
            return None
        a, b, c = (self._current_a(place, now_s) for place in range(3))
        return a, b, c

    def _current_a(self, place: int, now_s: float) -> float | None:
        """A phase's current, + import. Many meters show no sign there, so the phase's power, where known, gives it."""
        current_a = self._value(CURRENTS[place], now_s)
        if current_a is None:
            return None
        if self._meter.phases is not None:
            power_w = self._value(PHASES[place], now_s)
            if power_w is None:
                return None
            current_a = abs(current_a) if power_w >= 0 else -abs(current_a)
        return (-current_a if self._meter.invert else current_a) + 0.0
