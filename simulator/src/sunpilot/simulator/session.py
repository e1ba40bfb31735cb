"""The Wattpilot's side of one client connection: login, status, writes. No sockets, and no clock but the box's.

Texts go in and out; the caller sends them after the delays named here, and asks for changes once a second.
"""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sunpilot.simulator.auth import is_login, is_signed
from sunpilot.simulator.box import Box, random_token
from sunpilot.simulator.fault import LATE_S
from sunpilot.simulator.write import WriteError

WRITE_LATENCY_S = (0.05, 0.25)
BUSY = "sending of fullStatus still in progress, paralell not allowed anymore!"
"""The device's own words, and its own spelling."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A text to send `delay_s` simulated seconds after the reply before it in the same list."""

    delay_s: float
    text: str


class Session:
    """One connection to `box`. `key` is the box's key, `rng` gives the token and the latency of this connection."""

    def __init__(self, box: Box, key: str, rng: random.Random) -> None:
        self._box = box
        self._key = key
        self._rng = rng
        self._token1 = box.token1
        self._token2 = random_token(rng)
        self._began_under_cut = box.connections_cut
        self._greets = "accept_then_silence" not in box.faults
        self._asks_login = self._greets and "hello_only" not in box.faults
        self._burst_ends = box.now()
        self._known: dict[str, Any] = {}
        self.authenticated = False

    @property
    def awaits_login(self) -> bool:
        """Whether the client was asked to log in and has not done so."""
        return self._asks_login and not self.authenticated

    @property
    def cut(self) -> bool:
        """Whether the box dropped this connection, by a reboot or a fault: end it without a closing handshake."""
        return self._box.connections_cut != self._began_under_cut

    def open(self) -> list[str]:
        """The messages that greet the client."""
        if self._mute or not self._greets:
            return []
        return [self._hello()] + ([self._auth_required()] if self._asks_login else [])

    def receive(self, text: str) -> list[Reply]:
        """Take one message of the client; nothing but a login is answered before the login."""
        message = None if self._mute else _parsed(text)
        if message is None:
            return []
        if self.authenticated:
            return self._handle(message)
        return self._login(message) if self._asks_login and message.get("type") == "auth" else []

    def deltas(self) -> list[str]:
        """What changed since this client last heard of it, as at most one message; nothing while a burst runs."""
        if not self.authenticated or self._mute or self._bursting:
            return []
        properties = self._box.properties
        changed = {key: value for key, value in properties.items() if self._known.get(key, self) != value}
        self._known = dict(properties)
        return [_message("deltaStatus", status=changed)] if changed else []

    @property
    def _mute(self) -> bool:
        return "silence" in self._box.faults

    @property
    def _bursting(self) -> bool:
        return self._box.now() < self._burst_ends

    def _hello(self) -> str:
        profile, serial = self._box.profile, self._box.serial
        return _message(
            "hello",
            serial=serial,
            hostname=f"Wattpilot_{serial}",
            friendly_name=self._box.properties["fna"],
            manufacturer="fronius",
            devicetype=profile.devicetype,
            version=profile.firmware,
            protocol=2,
            secured=True,
        )

    def _auth_required(self) -> str:
        algorithm = {"hash": "pbkdf2"} if self._box.profile.names_hash else {}
        return _message("authRequired", token1=self._token1, token2=self._token2, **algorithm)

    def _login(self, message: Mapping[str, Any]) -> list[Reply]:
        token3, claimed = str(message.get("token3")), str(message.get("hash"))
        right = is_login(self._key, self._token1, self._token2, token3, claimed)
        if not right or "auth_error_always" in self._box.faults:
            return [Reply(0.0, _message("authError", token3=token3, hash=claimed, message="Wrong password"))]
        self.authenticated = True
        success = Reply(0.0, _message("authSuccess", token3=token3, hash=claimed))
        return [success, *self._full_status(), Reply(0.0, _message("clearInverters", partial=True))]

    def _full_status(self) -> list[Reply]:
        profile = self._box.profile
        self._known = dict(self._box.properties)
        items = list(self._known.items())
        chunks = [dict(items[at : at + profile.chunk_keys]) for at in range(0, len(items), profile.chunk_keys)]
        self._burst_ends = self._box.now() + timedelta(seconds=len(chunks) * profile.chunk_s)
        last = len(chunks) - 1
        return [
            Reply(profile.chunk_s, _message("fullStatus", partial=number < last, status=chunk))
            for number, chunk in enumerate(chunks)
        ]

    def _handle(self, message: Mapping[str, Any], *, signed: bool = False) -> list[Reply]:
        match message.get("type"):
            case "securedMsg" if not signed:
                return self._open_envelope(message)
            case "setValue" if signed:
                return self._set_value(message)
            case "setValue":
                return [_refusal(message, "setValue must be secured")]
            case "requestFullStatus":
                return [_refusal(message, BUSY)] if self._bursting else self._full_status()
            case other:
                return [_refusal(message, f'unknown message type="{other}"')]

    def _open_envelope(self, envelope: Mapping[str, Any]) -> list[Reply]:
        data = envelope.get("data")
        if not isinstance(data, str) or not is_signed(self._key, data, str(envelope.get("hmac"))):
            return [_refusal(envelope, "invalid hmac")]
        inner = _parsed(data)
        return [_refusal(envelope, "invalid data")] if inner is None else self._handle(inner, signed=True)

    def _set_value(self, message: Mapping[str, Any]) -> list[Reply]:
        faults = self._box.faults
        key, value = str(message.get("key")), message.get("value")
        objection = "write rejected" if "reject_writes" in faults else self._objection(key, value)
        if "no_response" in faults:
            return []
        content: dict[str, Any] = {"success": objection is None}
        if objection is not None:
            content["message"] = objection
        elif key != "rst" and "success_without_status" not in faults:
            content["status"] = {key: value}
        delay_s = LATE_S if "late_response" in faults else self._rng.uniform(*WRITE_LATENCY_S)
        return [Reply(delay_s, _response(message, **content))]

    def _objection(self, key: str, value: Any) -> str | None:
        """Write to the box; what it has against it, or None when it took the value."""
        try:
            self._box.write(key, value)
        except WriteError as error:
            return str(error)
        return None


def _parsed(text: str) -> dict[str, Any] | None:
    """The JSON object in `text`; None for anything else, which the device passes over."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _message(kind: str, **content: Any) -> str:
    return json.dumps({"type": kind, **content}, separators=(",", ":"))


def _response(request: Mapping[str, Any], **content: Any) -> str:
    """An answer; it repeats the request's id as text and without the envelope's suffix, where there was one."""
    number = request.get("requestId")
    named = {} if number is None else {"requestId": str(number).removesuffix("sm")}
    return _message("response", **named, **content)


def _refusal(request: Mapping[str, Any], text: str) -> Reply:
    return Reply(0.0, _response(request, success=False, message=text))
