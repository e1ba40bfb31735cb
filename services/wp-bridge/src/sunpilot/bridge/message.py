"""What a Wattpilot says, as typed messages.

Source: Wattpilot protocol, messages.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None
Properties = Mapping[str, Json]


class Kind(StrEnum):
    """What the state machine tells apart."""

    HELLO_SECURED = "hello, secured"
    HELLO_OPEN = "hello, not secured"
    CHALLENGE = "authRequired"
    AUTH_SUCCESS = "authSuccess"
    AUTH_ERROR = "authError"
    STATUS_PART = "fullStatus, partial"
    STATUS_END = "fullStatus, final"
    DELTA = "deltaStatus"
    RESPONSE = "response"


@dataclass(frozen=True, slots=True)
class Hello:
    """The greeting. The serial number is the salt of the password; ``secured`` means that writes need a signature."""

    serial: str
    device_type: str | None
    firmware: str | None
    secured: bool

    @property
    def kind(self) -> Kind:
        """With or without signatures."""
        return Kind.HELLO_SECURED if self.secured else Kind.HELLO_OPEN


@dataclass(frozen=True, slots=True)
class Challenge:
    """The Wattpilot asks for a login; older firmware names no algorithm."""

    kind: ClassVar[Kind] = Kind.CHALLENGE
    token1: str = field(repr=False)
    token2: str = field(repr=False)
    algorithm: str | None


@dataclass(frozen=True, slots=True)
class AuthSuccess:
    """The login is accepted."""

    kind: ClassVar[Kind] = Kind.AUTH_SUCCESS


@dataclass(frozen=True, slots=True)
class AuthError:
    """The login is refused; the text is the device's own."""

    kind: ClassVar[Kind] = Kind.AUTH_ERROR
    text: str


@dataclass(frozen=True, slots=True)
class FullStatus:
    """A piece of the whole state; the last one is not partial. Some firmware does not say (None)."""

    properties: Properties
    partial: bool | None

    @property
    def kind(self) -> Kind:
        """The end, where the device says so; otherwise a part."""
        return Kind.STATUS_END if self.partial is False else Kind.STATUS_PART


@dataclass(frozen=True, slots=True)
class DeltaStatus:
    """The properties that changed. ``None`` is a value: it does not mean unchanged."""

    kind: ClassVar[Kind] = Kind.DELTA
    properties: Properties


@dataclass(frozen=True, slots=True)
class Response:
    """The answer to a request: stored or not, the values as stored (may be absent), or the device's explanation."""

    kind: ClassVar[Kind] = Kind.RESPONSE
    request_id: str | None
    success: bool
    properties: Properties
    text: str | None


Message = Hello | Challenge | AuthSuccess | AuthError | FullStatus | DeltaStatus | Response
