"""The settings of a meter on MQTT: where its numbers are, and what they mean. No secret is in them."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from sunpilot.contract.json_path import steps
from sunpilot.contract.message import Part


def _checked(path: str) -> str:
    steps(path)
    return path


Host = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,253}$")]
Port = Annotated[int, Field(ge=1, le=65535)]
Topic = Annotated[str, Field(pattern=r"^[^#+\x00]{1,300}$")]
Path = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_checked)]
Scale = Annotated[float, Field(gt=0, le=1e6)]


class Preset(StrEnum):
    """Meters and programs whose topics are known. ``device`` in the settings is the part that differs."""

    SHELLY_3EM = "shelly-3em"
    SHELLY_PRO_3EM = "shelly-pro-3em"
    SHELLY_PRO_3EM_RPC = "shelly-pro-3em-rpc"
    TASMOTA_SML = "tasmota-sml"
    TIBBER_BRIDGE = "tibber-bridge"
    SMA_BRIDGE = "sma-bridge"
    EVCC = "evcc"
    OPENWB = "openwb"
    SOLAREDGE2MQTT = "solaredge2mqtt"
    HOME_ASSISTANT = "home-assistant"

    @property
    def default_device(self) -> str | None:
        """The ``device`` that most have; None where each has its own."""
        return {Preset.EVCC: "evcc", Preset.OPENWB: "0", Preset.SOLAREDGE2MQTT: "solaredge"}.get(self)

    @property
    def tells_generation(self) -> bool:
        """It knows of the sun too; the others measure the connection alone."""
        return self in (Preset.EVCC, Preset.OPENWB, Preset.SOLAREDGE2MQTT)


class MeterBroker(Part):
    """An MQTT broker other than Sunpilot's own; the password is the source's token."""

    host: Host
    port: Port = 1883
    tls: bool = False
    username: str | None = Field(default=None, min_length=1, max_length=200)


class MeterValue(Part):
    """One number in a meter's messages: its topic, and the path in the JSON (None: the payload is the number itself).

    The value is number × ``scale`` + ``offset``, with the other sign where ``invert`` is set.
    """

    topic: Topic
    path: Path | None = None
    scale: Scale = 1.0
    offset: float = 0.0
    invert: bool = False


class MeterAvailability(Part):
    """The topic on which a meter says whether it is there, and the payload that says so."""

    topic: Topic
    available: str = Field(default="online", min_length=1, max_length=200)


class MqttMeter(Part):
    """Any meter on MQTT. The token, where one is needed, is the password at ``broker`` (None: Sunpilot's own broker).

    A ``preset`` with its ``device`` knows all topics; what is given besides takes the place of the preset's. ``grid``
    is the power at the connection in watt (+ import); a meter that counts both directions apart gives ``grid_import``
    and ``grid_export`` instead, one that has only phases ``phases``, which are added up. ``invert`` is for a meter that
    was mounted the wrong way round. ``battery`` is + charging, or two numbers apart. ``grid_a`` are the currents of the
    phases, in ampere. ``time_path`` leads to the time of the measurement in the messages of the grid's topic: seconds
    or milliseconds since 1970, or ISO 8601 with its offset.
    """

    kind: Literal["mqtt-meter"]
    broker: MeterBroker | None = None
    preset: Preset | None = None
    device: Topic | None = None
    grid: MeterValue | None = None
    grid_import: MeterValue | None = None
    grid_export: MeterValue | None = None
    phases: tuple[MeterValue, MeterValue, MeterValue] | None = None
    invert: bool = False
    pv: MeterValue | None = None
    load: MeterValue | None = None
    battery: MeterValue | None = None
    battery_charge: MeterValue | None = None
    battery_discharge: MeterValue | None = None
    soc: MeterValue | None = None
    grid_a: tuple[MeterValue, MeterValue, MeterValue] | None = None
    time_path: Path | None = None
    availability: MeterAvailability | None = None
    maximum_age_s: float = Field(default=60.0, ge=2, le=3600)

    @model_validator(mode="after")
    def _says_where_the_numbers_are(self) -> "MqttMeter":
        if self.preset is not None:
            if self.device is None and self.preset.default_device is None:
                raise PydanticCustomError(
                    "needs_device",
                    "preset '{preset}' needs the device, as it stands in the meter's topics",
                    {"preset": self.preset.value},
                )
        elif self.device is not None:
            raise PydanticCustomError(
                "device_of_preset", "device belongs to a preset; without one, topics are given in full"
            )
        elif not any((self.grid, self.grid_import, self.grid_export, self.phases, self.pv, self.load)):
            raise PydanticCustomError(
                "needs_topic", "a preset, or the topic of the power is needed: such as grid, with a topic in it"
            )
        for one, other in (("grid_import", "grid_export"), ("battery_charge", "battery_discharge")):
            if (getattr(self, one) is None) != (getattr(self, other) is None):
                raise PydanticCustomError(
                    "belong_together", "{one} and {other} belong together", {"one": one, "other": other}
                )
        return self

    @property
    def identity(self) -> tuple[str, ...]:
        """What is measured: two sources with the same identity are one."""
        host = "" if self.broker is None else self.broker.host.lower()
        powers = {"preset", "device", "grid", "grid_import", "grid_export", "phases", "pv"}
        return (self.kind, host, self.model_dump_json(include=powers))

    @property
    def tells_generation(self) -> bool:
        """The settings, or their preset, know where the sun's power is."""
        return self.pv is not None or (self.preset is not None and self.preset.tells_generation)

    @property
    def token_goes_to(self) -> str:
        """Where the token is shown; with another place it must be given anew."""
        broker = self.broker
        return self.kind if broker is None else f"{self.kind} {broker.host} {broker.port} {broker.tls}"
