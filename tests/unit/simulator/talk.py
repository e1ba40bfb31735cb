"""A conversation with the simulated Wattpilot, without sockets. Key and login follow the published test vectors A."""

import hashlib
import hmac
import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from sunpilot.simulator.wattpilot.box import Box
from sunpilot.simulator.wattpilot.reply import Reply
from sunpilot.simulator.wattpilot.session import Session

SERIAL = "91234567"
KEY = "P6Ha1Dv2B1UiV6w48g6RkwgdE8E/bHZo"
FLEX_KEY = "ToFuza2wip2Wq7nmV/u9HkqDgw71lTK"
TOKEN3 = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"


class Talk:
    """A client of a box, on a clock of its own."""

    def __init__(self, *faults: str, profile: str = "v2-42") -> None:
        self.time = datetime(2026, 6, 21, 12, tzinfo=UTC)
        self.box = Box(lambda: self.time, serial=SERIAL, profile=profile)
        for name in faults:
            self.box.set_fault(name, True)
        self.key = FLEX_KEY if self.box.profile.is_flex else KEY
        self.session = Session(self.box, self.key, random.Random(3))
        self.greeting = [json.loads(reply.frame) for reply in self.session.open()]

    def say(self, **message: Any) -> list[dict[str, Any]]:
        return [json.loads(reply.frame) for reply in self.session.receive(json.dumps(message))]

    def login(self, key: str | None = None) -> list[dict[str, Any]]:
        asked = self.greeting[1]
        inner = hashlib.sha256(f"{asked['token1']}{key or self.key}".encode()).hexdigest()
        proof = hashlib.sha256(f"{TOKEN3}{asked['token2']}{inner}".encode()).hexdigest()
        return self.say(type="auth", token3=TOKEN3, hash=proof)

    def replies(self, number: object = 1, *, signing_key: str | None = None, **inner: Any) -> list[Reply]:
        data = json.dumps({"requestId": number, **inner})
        mac = hmac.new((signing_key or self.key).encode(), data.encode(), hashlib.sha256).hexdigest()
        envelope = {"type": "securedMsg", "data": data, "requestId": f"{number}sm", "hmac": mac}
        return self.session.receive(json.dumps(envelope))

    def sets(self, key: str, value: Any, number: object = 1) -> dict[str, Any]:
        (reply,) = self.replies(number, type="setValue", key=key, value=value)
        answer: dict[str, Any] = json.loads(reply.frame)
        return answer

    def second(self) -> list[dict[str, Any]]:
        self.time += timedelta(seconds=1)
        self.box.step(1)
        return [json.loads(reply.frame) for reply in self.session.deltas()]


def logged_in(*faults: str, profile: str = "v2-42") -> Talk:
    """After the login, and after the first burst of status."""
    talk = Talk(*faults, profile=profile)
    assert talk.login()[0]["type"] == "authSuccess"
    talk.second()
    return talk
