"""The Wattpilot's protocol without any I/O: messages in, events out, and the texts to send.

Source: Wattpilot protocol, messages and authentication. The state machine is a table (`state.py`); what it does not
list is counted and dropped. One `Protocol` serves one connection. The key is derived outside, because that is slow.
"""

import json
from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from sunpilot.bridge.auth import Algorithm, login_hash, signature
from sunpilot.bridge.decoder import Fault, UnreadableError, parse
from sunpilot.bridge.message import (
    AuthError,
    AuthSuccess,
    Challenge,
    DeltaStatus,
    FullStatus,
    Hello,
    Json,
    Kind,
    Message,
    Properties,
    Response,
)
from sunpilot.bridge.state import TRANSITIONS, WRITABLE, State

ESSENTIAL = frozenset({"car", "alw", "amp", "frc", "nrg", "modelStatus"})
"""With these known, and no more of the full status coming, the state is complete enough to work with."""

FLEX = "wattpilot_flex"
"""The device type whose early firmware does not name its algorithm."""


@dataclass(frozen=True, slots=True)
class AuthRequired:
    """Derive the key of this algorithm and serial number, then call `Protocol.authenticate`."""

    serial: str
    algorithm: str


@dataclass(frozen=True, slots=True)
class Distrusted:
    """No Wattpilot on the local network greets like this and then asks for a login: do not answer, hang up."""


@dataclass(frozen=True, slots=True)
class Changed:
    """The values that a message brought, of the kept properties."""

    properties: Properties


@dataclass(frozen=True, slots=True)
class Initialised:
    """The whole state is known now."""


Event = Hello | AuthRequired | AuthSuccess | AuthError | Distrusted | Changed | Initialised | Response


@dataclass(frozen=True, slots=True)
class Request:
    """A text to send, and the id that its response will carry."""

    id: str
    text: str


class NotReadyError(Exception):
    """A call that the state of the conversation does not allow: a fault of the caller, never of the device."""


class Protocol:
    """One conversation with a Wattpilot, over its cloud or on the local network.

    ``keep`` names the properties to hold in ``properties``. ``pieces`` counts the pieces of full status received,
    ``dropped`` the messages that could not be used, by fault.
    """

    def __init__(self, keep: AbstractSet[str], *, cloud: bool = False) -> None:
        self.state = State.CLOUD if cloud else State.CONNECTED
        self.hello: Hello | None = None
        self.properties: dict[str, Json] = {}
        self.pieces = 0
        self.dropped: Counter[Fault] = Counter()
        self._keep = keep
        self._challenge: Challenge | None = None
        self._key: str | None = None
        self._is_marked = True
        self._requests = 0

    def receive(self, data: str | bytes) -> list[Event]:
        """What a message means. Never raises: what cannot be used is counted in ``dropped``."""
        try:
            message = parse(data, self._keep)
        except UnreadableError as unreadable:
            self.dropped[unreadable.fault] += 1
            return []
        state = TRANSITIONS.get((self.state, self._kind(message)))
        if state is None:
            self.dropped[Fault.UNEXPECTED] += 1
            return []
        completes = state is State.READY and self.state not in WRITABLE
        self.state = state
        events = self._take(message)
        return [*events, Initialised()] if completes else events

    def authenticate(self, key: str, token3: str) -> str:
        """The answer to the challenge; token3 is 32 fresh random hexadecimal characters."""
        if self.state is not State.CHALLENGED or self._challenge is None:
            raise NotReadyError("the Wattpilot has not asked for a login")
        self._key = key
        self.state = State.ANSWERED
        answer = login_hash(key, self._challenge.token1, self._challenge.token2, token3)
        return _encode({"type": "auth", "token3": token3, "hash": answer})

    def set_value(self, key: str, value: Json) -> Request:
        """A write of one property, in a signed envelope where the device wants one. The JSON type must be exact."""
        if self.state not in WRITABLE:
            raise NotReadyError("the Wattpilot's state is not known yet")
        number = self._next_request()
        plain = _encode({"type": "setValue", "requestId": number, "key": key, "value": value})
        if self._key is None or self.hello is None or not self.hello.secured:
            return Request(str(number), plain)
        envelope: Json = {
            "type": "securedMsg",
            "data": plain,
            "requestId": f"{number}sm",
            "hmac": signature(self._key, plain),
        }
        return Request(str(number), _encode(envelope))

    def request_full_status(self) -> Request:
        """Ask for the whole state anew; the device refuses while it is sending one, and must not be asked then."""
        if self.state is not State.READY:
            raise NotReadyError("the Wattpilot is still sending its state")
        number = self._next_request()
        return Request(str(number), _encode({"type": "requestFullStatus", "requestId": number}))

    @property
    def may_conclude(self) -> bool:
        """The state is complete enough to work with, should the rest of it never come.

        So it is with the essentials, and in the midst of another full status. Firmware that does not say what is
        partial may do without some of them.
        """
        if self.state is State.INITIALISING:
            return not self._is_marked or self.properties.keys() >= ESSENTIAL
        return self.state is State.RESYNCING

    def conclude(self) -> list[Event]:
        """End a full status without its final piece; for when none has come for 5 s."""
        if not self.may_conclude:
            raise NotReadyError("essential properties are missing")
        completes = self.state is State.INITIALISING
        self.state = State.READY
        return [Initialised()] if completes else []

    def _kind(self, message: Message) -> Kind:
        if isinstance(message, FullStatus) and message.partial is None:
            known = self.properties.keys() | message.properties.keys()
            return Kind.STATUS_END if known >= ESSENTIAL else Kind.STATUS_PART
        return message.kind

    def _take(self, message: Message) -> list[Event]:
        match message:
            case Hello():
                self.hello = message
            case Challenge() if self.state is State.DISTRUSTED:
                return [Distrusted()]
            case Challenge():
                self._challenge = message
                return [self._auth_required(message)]
            case FullStatus() | DeltaStatus():
                self.pieces += isinstance(message, FullStatus)
                self._is_marked &= not isinstance(message, FullStatus) or message.partial is not None
                self.properties.update(message.properties)
                return [Changed(message.properties)]
            case Response() if message.success and message.properties:
                self.properties.update(message.properties)
                return [Changed(message.properties), message]
            case AuthSuccess() | AuthError() | Response():
                pass
        return [message]

    def _auth_required(self, challenge: Challenge) -> AuthRequired:
        device = self.hello or Hello("", None, None, secured=False)
        default = Algorithm.BCRYPT if device.device_type == FLEX else Algorithm.PBKDF2
        return AuthRequired(device.serial, challenge.algorithm or default)

    def _next_request(self) -> int:
        self._requests += 1
        return self._requests


def _encode(content: Json) -> str:
    return json.dumps(content, separators=(",", ":"))
