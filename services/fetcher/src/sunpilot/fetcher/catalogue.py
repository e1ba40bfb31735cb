"""The kinds of sources: for each kind of settings, how to open it and what it may be asked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sunpilot.contract.mqtt_meter import MqttMeter
from sunpilot.contract.source_settings import SolarEdgeModbus, SolarEdgeV1, Source
from sunpilot.fetcher.meter.source import MqttMeter as MeterSource
from sunpilot.fetcher.modbus.source import SolarEdgeModbus as ModbusSource
from sunpilot.fetcher.solaredge import SolarEdge
from sunpilot.fetcher.source import Budget, Credentials, Limit, Lines, PollSource, PushSource

DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Polled:
    """A source that is asked, within a budget. ``open`` raises `SourceError` when its settings do not suffice."""

    budget: Budget
    open: Callable[[Credentials, Lines], PollSource]


@dataclass(frozen=True, slots=True)
class Pushed:
    """A source that sends by itself. ``open`` raises `SourceError` when its settings do not suffice."""

    open: Callable[[Credentials, Lines], PushSource]


def kind_of(settings: Source) -> Polled | Pushed:
    """How to go about a source with these settings. A new kind takes a module and a case here."""
    match settings:
        case SolarEdgeV1():
            limits = (Limit(settings.calls_per_day, DAY),)
            return Polled(Budget(settings.floor_s, limits), partial(SolarEdge, settings))
        case SolarEdgeModbus():
            return Polled(Budget(settings.every_s), partial(ModbusSource, settings))
        case MqttMeter():
            return Pushed(partial(MeterSource, settings))
        case _:
            raise NotImplementedError(settings.kind)
