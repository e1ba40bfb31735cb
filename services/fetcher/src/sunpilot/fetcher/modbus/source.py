"""An inverter's Modbus interface as a source: two or three reads over one connection that stays open.

Sources: SolarEdge, SunSpec implementation note: port 1502 by SetApp or 502 by the display, device id 1, one connection,
closed after two idle minutes.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sunpilot.contract.source_settings import SolarEdgeModbus as Settings
from sunpilot.fetcher.measurement import Measurement
from sunpilot.fetcher.modbus import registers
from sunpilot.fetcher.modbus.fault import no_inverter, source_error, wrong_meter
from sunpilot.fetcher.modbus.line import HungUpError, Line, LineError, NobodyListensError, UnreachableError
from sunpilot.fetcher.modbus.station import Station, at_grid, find_battery, find_meters, find_unit
from sunpilot.fetcher.source import Credentials, Lines

PORTS = (1502, 502)
UNITS = (1, 2, 3)

LOOK_AGAIN_S = 60.0
"""How often a meter is looked for that was not there."""


class SolarEdgeModbus:
    """One inverter with its grid meter and battery; see `PollSource`."""

    def __init__(self, settings: Settings, _credentials: Credentials, lines: Lines) -> None:
        self._settings = settings
        self._clock = lines.clock
        self._exchange = lines.modbus
        self._station: Station | None = None
        self._looked_at_s = 0.0

    async def poll(self, _now: datetime) -> Measurement:
        """Read what flows; raises `SourceError`.

        A connection that was open before and turns out to be cut is opened again at once.
        """
        was_open = self._station is not None
        try:
            try:
                return await self._measure()
            except HungUpError:
                if not was_open:
                    raise
                await self.close()
                return await self._measure()
        except LineError as error:
            await self.close()
            raise source_error(error) from None

    async def close(self) -> None:
        """Hang up, so that others may connect."""
        station, self._station = self._station, None
        if station is not None:
            await station.unit.line.close()

    async def _measure(self) -> Measurement:
        station = await self._looked_at()
        inverter = registers.inverter_powers(await station.unit.read(registers.INVERTER))
        grid_w, grid_a = None, None
        if station.meter is not None:
            words = await station.unit.try_read(station.meter)
            if words is None:  # it went; it is looked for again
                self._station = replace(station, meter=None)
            else:
                meter = registers.meter_powers(words)
                grid_w, grid_a = meter.grid_w, meter.grid_a
        battery = None
        if station.has_battery:
            words = await station.unit.try_read(registers.BATTERY)
            battery = registers.battery_powers(words) if words is not None else registers.BatteryPowers(None, None)
        return Measurement(
            source=self._settings.kind,
            measured_at=self._clock.now(),
            grid_w=grid_w,
            pv_w=registers.pv_w(inverter, battery),
            load_w=None if inverter.ac_w is None or grid_w is None else round(inverter.ac_w + grid_w, 3),
            battery_w=battery.battery_w if battery else None,
            soc_pct=battery.soc_pct if battery else None,
            grid_a=grid_a,
            device=str(station.identity),
        )

    async def _looked_at(self) -> Station:
        """The station, found anew after some time where it had no meter: it may have come."""
        station = self._station
        if station is None:
            station = await self._open()
        elif station.meter is None and self._clock.monotonic() - self._looked_at_s >= LOOK_AGAIN_S:
            station = await self._find(station.unit.line)
        else:
            return station
        self._station, self._looked_at_s = station, self._clock.monotonic()
        return station

    async def _open(self) -> Station:
        line = await self._dial()
        try:
            return await self._find(line)
        except BaseException:
            await line.close()
            raise

    async def _dial(self) -> Line:
        """The connection, at the first port where somebody listens; raises `LineError`."""
        refusal: LineError = UnreachableError("no port")
        for port in PORTS if self._settings.port is None else (self._settings.port,):
            try:
                return await self._exchange.connect(self._settings.host, port)
            except NobodyListensError as error:
                refusal = error
            except UnreachableError as error:
                refusal = refusal if isinstance(refusal, NobodyListensError) else error
        raise refusal

    async def _find(self, line: Line) -> Station:
        """Look around; raises `LineError` or `SourceError`."""
        settings = self._settings
        candidates: Sequence[int] = UNITS if settings.unit is None else (settings.unit,)
        unit, identity = await find_unit(line, candidates)
        if identity is None:
            raise no_inverter()
        meters = await find_meters(unit)
        at_the_grid = {slot: kind for slot, (kind, _) in meters.items() if at_grid(kind)}
        slot = next(iter(at_the_grid), 0) if settings.meter is None else settings.meter
        if slot in meters and slot not in at_the_grid:
            raise wrong_meter(slot, meters[slot][0], at_the_grid)
        return Station(
            unit=unit,
            identity=identity,
            meter=meters[slot][1] if slot in meters else None,
            has_battery=await find_battery(unit) if settings.battery is None else settings.battery,
        )
