"""The settings of each kind of source of readings, as they are stored and as REST takes them. No secret is in them."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from sunpilot.contract.message import Part
from sunpilot.contract.mqtt_meter import Host, MqttMeter, Port

SiteId = Annotated[str, Field(pattern=r"^[0-9]{1,12}$")]
Address = Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.:\[\]_-]+$", max_length=200)]


class SolarEdgeV1(Part):
    """SolarEdge's monitoring API V1, ``currentPowerFlow``. The token is stored apart and never comes out.

    ``calls_per_day`` is the budget (SolarEdge allows 300), ``floor_s`` the least time between calls, ``age_s`` the
    range of the age of a value that comes without a time. ``url`` is another address that speaks the same API; None
    is SolarEdge's own.
    """

    kind: Literal["solaredge"] = "solaredge"
    api: Literal["v1"] = "v1"
    site_id: SiteId
    calls_per_day: int = Field(default=290, ge=1, le=1_000_000)
    floor_s: float = Field(default=75.0, ge=1, le=3600)
    age_s: tuple[Annotated[float, Field(ge=0)], Annotated[float, Field(le=900)]] = (0.0, 360.0)
    url: Address | None = None

    @model_validator(mode="after")
    def _ages_in_order(self) -> "SolarEdgeV1":
        if self.age_s[0] > self.age_s[1]:
            raise PydanticCustomError("ages_in_order", "age_s is [lowest, highest], in seconds")
        return self

    @property
    def maximum_age_s(self) -> float:
        """Older than this, a reading starts and raises nothing: 15 minutes."""
        return 900.0

    @property
    def identity(self) -> tuple[str, ...]:
        """What is measured: two sources with the same identity are one."""
        return (self.kind, self.api, self.site_id)

    @property
    def token_goes_to(self) -> str:
        """Where the token is shown; with another place it must be given anew."""
        return f"{self.kind} {self.url}"


class SolarEdgeV2(Part):
    """SolarEdge's monitoring API V2: averages of closed quarter hours.

    ``access`` is by API key (the token) or by OAuth: then the token is the client's secret, and a person's consent is
    needed besides. ``calls_per_month`` is the budget (the free tier allows 2000). ``power_flow`` asks for the present
    power instead, which only paid tiers answer; its form is not verified. ``url`` and ``consent_url`` are other
    addresses that speak the same API; None is SolarEdge's own.
    """

    kind: Literal["solaredge"] = "solaredge"
    api: Literal["v2"]
    site_id: SiteId
    access: Literal["key", "oauth"] = "key"
    client_id: str | None = Field(default=None, pattern=r"^[!-~]{1,200}$")
    calls_per_month: int = Field(default=2000, ge=1, le=1_000_000)
    power_flow: bool = False
    url: Address | None = None
    consent_url: Address | None = None

    @model_validator(mode="after")
    def _oauth_names_its_client(self) -> "SolarEdgeV2":
        if self.access == "oauth" and self.client_id is None:
            raise PydanticCustomError(
                "needs_client_id", "access 'oauth' needs the client_id of your app at SolarEdge's developer portal"
            )
        return self

    @property
    def maximum_age_s(self) -> float:
        """Older than this, a reading starts and raises nothing: 40 minutes for averages, 15 for present power."""
        return 900.0 if self.power_flow else 2400.0

    @property
    def identity(self) -> tuple[str, ...]:
        """What is measured: two sources with the same identity are one."""
        return (self.kind, self.api, self.site_id)

    @property
    def token_goes_to(self) -> str:
        """Where the token is shown; with another place it must be given anew."""
        return f"{self.kind} {self.access} {self.url} {self.consent_url}"


class SolarEdgeModbus(Part):
    """A SolarEdge inverter over Modbus TCP in the own network. It has no token.

    ``port`` None tries 1502 and 502, ``unit`` None finds the device's number. ``meter`` is the number of the meter
    at the grid connection, None finds it by its type; ``battery`` None looks whether there is one. It is read every
    ``every_s`` seconds.
    """

    kind: Literal["solaredge-modbus"]
    host: Host
    port: Port | None = None
    unit: int | None = Field(default=None, ge=1, le=247)
    meter: int | None = Field(default=None, ge=1, le=3)
    battery: bool | None = None
    every_s: float = Field(default=5.0, ge=1, le=10)

    @property
    def maximum_age_s(self) -> float:
        """Older than this, a reading starts and raises nothing: 15 seconds."""
        return 15.0

    @property
    def identity(self) -> tuple[str, ...]:
        """What is measured: two sources with the same identity are one."""
        return (self.kind, self.host.lower(), str(self.unit or 1))

    @property
    def token_goes_to(self) -> str:
        """Nowhere: there is none."""
        return self.kind


V1, V2, MODBUS, METER = "solaredge v1", "solaredge v2", "solaredge-modbus", "mqtt-meter"
TAGS = frozenset({V1, V2, MODBUS, METER})
"""The kinds of sources; of SolarEdge's clouds, also which."""


def kind_of(source: Any) -> str | None:
    """What tells one source's settings from another's. V1 came first, so it needs not say that it is V1."""
    if isinstance(source, dict):
        kind, api = source.get("kind", "solaredge"), source.get("api", "v1")
    else:
        kind, api = getattr(source, "kind", None), getattr(source, "api", None)
    return f"solaredge {api}" if kind == "solaredge" else str(kind)


BY_KIND = Discriminator(
    kind_of,
    custom_error_type="source_kind",
    custom_error_message="kind is 'solaredge' (with api 'v1' or 'v2'), 'solaredge-modbus' or 'mqtt-meter'",
)

Source = Annotated[
    Annotated[SolarEdgeV1, Tag(V1)]
    | Annotated[SolarEdgeV2, Tag(V2)]
    | Annotated[SolarEdgeModbus, Tag(MODBUS)]
    | Annotated[MqttMeter, Tag(METER)],
    BY_KIND,
]
"""Where an inverter's readings come from, told apart by ``kind`` and, of SolarEdge's clouds, ``api``."""
