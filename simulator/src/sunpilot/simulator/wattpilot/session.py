"""The Wattpilot's side of one client connection: login, status, writes. No sockets, and no clock but the box's.

Messages go in and out; the caller sends them after the delays named here, and asks for changes once a second.
"""

import json
import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sunpilot.simulator.wattpilot.auth import is_login, is_signed
from sunpilot.simulator.wattpilot.box import Box, random_token
from sunpilot.simulator.wattpilot.cut import Cut, How
from sunpilot.simulator.wattpilot.disturbance import disturbed, stray_messages
from sunpilot.simulator.wattpilot.full_status import device_lists, full_status
from sunpilot.simulator.wattpilot.reply import Reply, message, refusal, response
from sunpilot.simulator.wattpilot.write import WriteError

WRITE_LATENCY_S = (0.05, 0.25)
BUSY = "sending of fullStatus still in progress, paralell not allowed anymore!"
"""The device's own words, and its own spelling."""


class Session:
    """One connection to `box`. `key` is the box's key, `rng` gives the token and the latency of this connection."""

    def __init__(self, box: Box, key: str, rng: random.Random) -> None:
        self._box = box
        self._key = key
        self._rng = rng
        self._token1 = box.token1
        self._token2 = random_token(rng)
        self._began_under_cut = box.cut.number
        self._greets = "accept_then_silence" not in box.faults
        self._asks_login = self._greets and box.profile.asks_login and "hello_only" not in box.faults
        self._burst_ends = box.now()
        self._known: dict[str, Any] = {}
        self.authenticated = False
        self.is_over = False
        """Whether the box ends this connection once its replies are sent."""

    @property
    def awaits_login(self) -> bool:
        """Whether the client was asked to log in and has not done so."""
        return self._asks_login and not self.authenticated

    @property
    def cut(self) -> Cut | None:
        """How the box ended this connection, by a reboot or a fault; None while it lasts."""
        return self._box.cut if self._box.cut.number != self._began_under_cut else None

    @property
    def answers_pings(self) -> bool:
        """Whether somebody is at the other end of the socket."""
        return not self._is_dead and "silence_without_pong" not in self._box.faults

    def open(self) -> list[Reply]:
        """The messages that greet the client."""
        if self._mute or not self._greets:
            return []
        greeting = [Reply(0.0, self._hello())]
        if self._asks_login:
            return [*greeting, Reply(0.0, self._auth_required())]
        return greeting if self._box.profile.asks_login else [*greeting, *self._admit()]

    def receive(self, text: str) -> list[Reply]:
        """Take one message of the client; nothing but a login is answered before the login."""
        request = None if self._mute else _parsed(text)
        if request is None:
            return []
        if self.authenticated:
            return self._handle(request)
        return self._login(request) if self._asks_login and request.get("type") == "auth" else []

    def deltas(self) -> list[Reply]:
        """What changed since this client last heard of it; nothing while a burst runs."""
        if not self.authenticated or self._mute or self._bursting:
            return []
        faults, shown = self._box.faults, self._view()
        changed = {key: value for key, value in shown.items() if self._known.get(key, self) != value}
        self._known = shown
        replies = [Reply(0.0, message("deltaStatus", status=changed))] if changed else []
        storm = int(faults.get("delta_storm", 1))
        replies += [Reply(1 / storm, message("deltaStatus", status={"rbt": shown["rbt"]}))] * (storm - 1)
        return replies + [Reply(0.0, stray) for stray in stray_messages(faults)]

    @property
    def _mute(self) -> bool:
        return self._is_dead or "silence" in self._box.faults or "silence_without_pong" in self._box.faults

    @property
    def _is_dead(self) -> bool:
        return self.cut is not None and self.cut.how is How.HALF_OPEN

    @property
    def _bursting(self) -> bool:
        return self._box.now() < self._burst_ends

    def _view(self) -> dict[str, Any]:
        return disturbed(self._box.properties, self._box.faults)

    def _hello(self) -> str:
        profile, serial = self._box.profile, self._box.serial
        hostname = f"Wattpilot{'-' if profile.is_flex else '_'}{serial}"
        names = {"hostname": hostname, "friendly_name": self._box.properties["fna"]} if profile.says_names else {}
        return message(
            "hello",
            serial=serial,
            **names,
            manufacturer="fronius",
            devicetype=profile.devicetype,
            version=profile.firmware,
            protocol=2,
            **dict(profile.hello),
            secured=profile.secured,
        )

    def _auth_required(self) -> str:
        profile = self._box.profile
        algorithm = {"hash": profile.algorithm} if profile.names_hash else {}
        return message("authRequired", token1=self._token1, token2=self._token2, **algorithm)

    def _login(self, request: Mapping[str, Any]) -> list[Reply]:
        faults = self._box.faults
        token3, claimed = str(request.get("token3")), str(request.get("hash"))
        right = is_login(self._key, self._token1, self._token2, token3, claimed)
        refused_once = "auth_error_once" in faults
        if refused_once:
            self._box.set_fault("auth_error_once", False)
        if not right or refused_once or "auth_error_always" in faults:
            self.is_over = "auth_error_closes" in faults
            return [Reply(0.0, message("authError", token3=token3, hash=claimed, message="Wrong password"))]
        return [Reply(0.0, message("authSuccess", token3=token3, hash=claimed)), *self._admit()]

    def _admit(self) -> list[Reply]:
        self.authenticated = True
        return [*self._full_status(), *device_lists(self._box.profile)]

    def _full_status(self) -> list[Reply]:
        self._known = self._view()
        replies = full_status(self._box.profile, self._known, self._box.faults)
        self._burst_ends = self._box.now() + timedelta(seconds=sum(reply.delay_s for reply in replies))
        return replies

    def _handle(self, request: Mapping[str, Any], *, signed: bool = False) -> list[Reply]:
        match request.get("type"):
            case "securedMsg" if not signed:
                return self._open_envelope(request)
            case "setValue" if signed or not self._box.profile.secured:
                return self._set_value(request)
            case "setValue":
                return [refusal(request, "setValue must be secured")]
            case "requestFullStatus":
                return [refusal(request, BUSY)] if self._bursting else self._full_status()
            case other:
                return [refusal(request, f'unknown message type="{other}"')]

    def _open_envelope(self, envelope: Mapping[str, Any]) -> list[Reply]:
        data = envelope.get("data")
        if not isinstance(data, str) or not is_signed(self._key, data, str(envelope.get("hmac"))):
            return [refusal(envelope, "invalid hmac")]
        inner = _parsed(data)
        return [refusal(envelope, "invalid data")] if inner is None else self._handle(inner, signed=True)

    def _set_value(self, request: Mapping[str, Any]) -> list[Reply]:
        content = self._outcome(str(request.get("key")), request.get("value"))
        faults = self._box.faults
        if "no_response" in faults:
            return []
        if "wrong_request_id" in faults:
            request = {**request, "requestId": "987654321"}
        delay_s = faults.get("late_response", self._rng.uniform(*WRITE_LATENCY_S))
        answer = Reply(delay_s, response(request, **content))
        return [answer, Reply(0.0, answer.frame)] if "duplicate_response" in faults else [answer]

    def _outcome(self, key: str, value: Any) -> dict[str, Any]:
        """Write to the box; what there is to say of it."""
        faults = self._box.faults
        if "reject_writes" in faults:
            return {"success": False, "message": "write rejected"}
        try:
            self._box.write(key, value)
        except WriteError as error:
            return {"success": False, "message": str(error)}
        self._known.pop(key, None)  # the writer hears of it again, also when the device has changed it back since
        bare = key == "rst" or "success_without_status" in faults
        return {"success": True} if bare else {"success": True, "status": {key: self._box.properties[key]}}


def _parsed(text: str) -> dict[str, Any] | None:
    """The JSON object in `text`; None for anything else, which the device passes over."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
