"""The kinds of sources: for each kind of settings, how to open it and what it may be asked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sunpilot.contract.mqtt_meter import MqttMeter
from sunpilot.contract.source_settings import SolarEdgeModbus, SolarEdgeV1, SolarEdgeV2, Source
from sunpilot.fetcher.budget import DAY, Budget, Limit
from sunpilot.fetcher.meter.source import MqttMeter as MeterSource
from sunpilot.fetcher.modbus.source import SolarEdgeModbus as ModbusSource
from sunpilot.fetcher.solaredge.meters_telemetry import BUCKET
from sunpilot.fetcher.solaredge.v1 import SolarEdge
from sunpilot.fetcher.solaredge.v2 import SolarEdgeV2 as V2Source
from sunpilot.fetcher.source import Credentials, Lines, PollSource, PushSource

MINUTE = timedelta(minutes=1)
MONTH = timedelta(days=31)

V2_FLOOR_S = 60.0
"""Between two calls of V2, for the present power flow; averages are asked once for each window."""
V2_PER_MINUTE = Limit(10, MINUTE)


@dataclass(frozen=True, slots=True)
class Polled:
    """A source that is asked, within a budget. ``open`` raises `SourceError` when its settings do not suffice."""

    budget: Budget
    open: Callable[[Credentials, Lines], PollSource]


@dataclass(frozen=True, slots=True)
class Pushed:
    """A source that sends by itself. ``open`` raises `SourceError` when its settings do not suffice."""

    open: Callable[[Credentials, Lines], PushSource]

    @property
    def budget(self) -> Budget:
        """Tried again every few seconds where it cannot be listened to."""
        return Budget(floor_s=5.0)


Kind = Polled | Pushed


def kind_of(settings: Source) -> Kind:
    """How to go about a source with these settings. A new kind takes a module and a case here."""
    match settings:
        case SolarEdgeV1():
            limits = (Limit(settings.calls_per_day, DAY),)
            return Polled(Budget(settings.floor_s, limits), partial(SolarEdge, settings))
        case SolarEdgeModbus():
            return Polled(Budget(settings.every_s), partial(ModbusSource, settings))
        case SolarEdgeV2():
            per_month = Limit(settings.calls_per_month, MONTH)
            window_s = None if settings.power_flow else BUCKET.total_seconds()
            return Polled(Budget(V2_FLOOR_S, (per_month, V2_PER_MINUTE), window_s), partial(V2Source, settings))
        case MqttMeter():
            return Pushed(partial(MeterSource, settings))
