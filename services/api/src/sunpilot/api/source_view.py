"""A source of readings as REST shows it: its settings, and of its token only whether there is one."""

from typing import Annotated

from pydantic import Tag, TypeAdapter

from sunpilot.contract.mqtt_meter import MqttMeter
from sunpilot.contract.source_settings import (
    BY_KIND,
    METER,
    MODBUS,
    V1,
    V2,
    SolarEdgeModbus,
    SolarEdgeV1,
    SolarEdgeV2,
    Source,
)


class V1View(SolarEdgeV1):
    """As it is stored; of the token only whether there is one."""

    has_token: bool


class V2View(SolarEdgeV2):
    """As it is stored; of the token only whether there is one."""

    has_token: bool


class ModbusView(SolarEdgeModbus):
    """As it is stored; it has no token."""

    has_token: bool


class MeterView(MqttMeter):
    """As it is stored; of the token only whether there is one."""

    has_token: bool


SourceView = Annotated[
    Annotated[V1View, Tag(V1)]
    | Annotated[V2View, Tag(V2)]
    | Annotated[ModbusView, Tag(MODBUS)]
    | Annotated[MeterView, Tag(METER)],
    BY_KIND,
]
_VIEW: TypeAdapter[SourceView] = TypeAdapter(SourceView)


def source_view(source: Source, *, has_token: bool) -> SourceView:
    """How a stored source is shown."""
    return _VIEW.validate_python({**source.model_dump(), "has_token": has_token})
