"""A source of readings as REST takes it: settings of any kind, and perhaps a token, which never comes out. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, Field, JsonValue, SecretStr, Tag, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError, to_json

from sunpilot.api.refusal import Fault, InvalidError
from sunpilot.api.request import Request
from sunpilot.api.revision import faults_of, merged
from sunpilot.contract.decision import Text
from sunpilot.contract.mqtt_meter import MeterValue, MqttMeter, Preset
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
    kind_of,
)


def _printable(token: SecretStr) -> SecretStr:
    if not all("!" <= letter <= "~" for letter in token.get_secret_value()):
        raise PydanticCustomError("token_form", "a token has no blanks, line ends or letters beyond ASCII")
    return token


Token = Annotated[SecretStr, Field(min_length=1, max_length=200), AfterValidator(_printable)]
AgeRange = Annotated[tuple[float, float], Field(strict=False, description="Lowest and highest age, in seconds.")]
Phases = Annotated[tuple[MeterValue, MeterValue, MeterValue], Field(strict=False)]


class NewSolarEdgeV1(SolarEdgeV1, Request):
    """SolarEdge's monitoring API V1, which SolarEdge has retired. ``token`` is its API key, and goes in only."""

    token: Token | None = None
    age_s: AgeRange = (0.0, 360.0)


class NewSolarEdgeV2(SolarEdgeV2, Request):
    """SolarEdge's monitoring API V2. ``token`` is the API key or, with access ``oauth``, the client's secret."""

    token: Token | None = None


class NewSolarEdgeModbus(SolarEdgeModbus, Request):
    """A SolarEdge inverter over Modbus TCP in the own network; it needs no token."""


class NewMqttMeter(MqttMeter, Request):
    """Any meter on MQTT. ``token`` is the password at its ``broker``, where that is not Sunpilot's own."""

    token: Token | None = None
    preset: Annotated[Preset, Field(strict=False)] | None = None
    phases: Phases | None = None
    grid_a: Phases | None = None


NewSource = Annotated[
    Annotated[NewSolarEdgeV1, Tag(V1)]
    | Annotated[NewSolarEdgeV2, Tag(V2)]
    | Annotated[NewSolarEdgeModbus, Tag(MODBUS)]
    | Annotated[NewMqttMeter, Tag(METER)],
    BY_KIND,
]

_NEW: TypeAdapter[Any] = TypeAdapter(NewSource)
_STORED: TypeAdapter[Source] = TypeAdapter(Source)


EXAMPLES: dict[str, dict[str, JsonValue]] = {
    "mqtt-meter": {"kind": "mqtt-meter", "preset": "shelly-pro-3em", "device": "shellypro3em-0123456789ab"},
    "mqtt-meter, topics in full": {
        "kind": "mqtt-meter",
        "grid": {"topic": "house/meter", "path": "power.total"},
        "availability": {"topic": "house/meter/online", "available": "true"},
        "broker": {"host": "192.168.1.20", "username": "sunpilot"},
        "token": "YOUR-PASSWORD",
    },
    "solaredge-modbus": {"kind": "solaredge-modbus", "host": "192.168.1.60"},
    "solaredge v2, key": {"kind": "solaredge", "api": "v2", "site_id": "1234567", "token": "YOUR-API-KEY"},
    "solaredge v2, oauth": {
        "kind": "solaredge",
        "api": "v2",
        "site_id": "1234567",
        "access": "oauth",
        "client_id": "YOUR-APP",
        "token": "YOUR-APPS-SECRET",
    },
    "solaredge v1": {"kind": "solaredge", "api": "v1", "site_id": "1234567", "token": "YOUR-API-KEY"},
}
"""One source of each kind, for the description of the API."""


@dataclass(frozen=True, slots=True)
class GivenSource:
    """Settings as they are stored, and the token that came with them; None where none came."""

    settings: Source
    token: SecretStr | None


def given(new: Request) -> GivenSource:
    """What a checked request says of a source."""
    fields = new.model_dump(exclude={"token"}, mode="json")
    token: SecretStr | None = getattr(new, "token", None)
    return GivenSource(_STORED.validate_json(to_json(fields)), token)


def changed(before: Source | None, change: Mapping[str, Any], at: str) -> GivenSource:
    """A source with some of its settings changed; another kind begins afresh. ``at`` is its name in the request.

    Raises `InvalidError`.
    """
    if "token" in change and change["token"] is None:
        raise InvalidError([Fault(f"{at}.token", _LEAVE_OUT)])
    is_same_kind = before is not None and kind_of({**before.model_dump(), **change}) == kind_of(before)
    fields = merged(before.model_dump(mode="json"), change) if before is not None and is_same_kind else change
    try:
        new = _NEW.validate_json(to_json(fields))
    except ValidationError as error:
        faults = faults_of(error.errors(include_url=False, include_input=False))
        raise InvalidError([Fault(".".join(filter(None, (at, fault.at))), fault.text) for fault in faults]) from None
    return given(new)


def check_token(source: GivenSource, before: Source | None, at: str) -> None:
    """Whether a source has the token that it needs, or may keep the one that is stored; raises `InvalidError`.

    A stored token was given for one place, and is not shown to another.
    """
    if source.token is not None or not _needs_token(source.settings):
        return
    if before is None:
        raise InvalidError([Fault(f"{at}.token", _NEEDS_TOKEN)])
    if source.settings.token_goes_to != before.token_goes_to:
        raise InvalidError([Fault(f"{at}.token", _NEW_PLACE)])


_LEAVE_OUT = Text(
    en="leave the token out to keep the one that is stored",
    de="lass das Token weg, um das gespeicherte zu behalten",
)
_NEEDS_TOKEN = Text(en="a source of this kind needs its token", de="eine Quelle dieser Art braucht ihr Token")
_NEW_PLACE = Text(
    en="a new url or kind needs the token in the same request: the stored one stays there",
    de="eine neue Adresse oder Art braucht ihr Token dazu: das gespeicherte bleibt dort, wo es war",
)


def keeps_token(source: GivenSource, before: Source | None) -> bool:
    """Whether a token that is stored may stay."""
    return before is not None and source.settings.token_goes_to == before.token_goes_to


def _needs_token(settings: Source) -> bool:
    match settings:
        case SolarEdgeV1() | SolarEdgeV2():
            return True
        case MqttMeter():
            return settings.broker is not None and settings.broker.username is not None
        case SolarEdgeModbus():
            return False
