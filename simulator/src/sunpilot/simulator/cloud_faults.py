"""What can go wrong with an answer of the SolarEdge cloud, as data: a name, and what it does to the answer.

Users of the API reported all of these: missing fields, HTML where JSON was promised, units that flip, flows that
contradict each other, values that do not move for hours.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sunpilot.simulator.answer import Answer, html_answer, json_answer


def _in_flow(change: Callable[[dict[str, Any]], object]) -> Callable[[Answer], Answer]:
    """Change the power flow inside the body; other answers pass."""

    def apply(answer: Answer) -> Answer:
        content = json.loads(answer.body)
        if "siteCurrentPowerFlow" not in content:
            return answer
        change(content["siteCurrentPowerFlow"])
        return json_answer(answer.status, content)

    return apply


def _in_powers(change: Callable[[float], object]) -> Callable[[Answer], Answer]:
    """Put something else in the place of every number in `currentPower`."""

    def apply(flow: dict[str, Any]) -> None:
        for element in filter(lambda part: isinstance(part, dict), flow.values()):
            if isinstance(element.get("currentPower"), float):
                element["currentPower"] = change(element["currentPower"])

    return _in_flow(apply)


def _without_powers(flow: dict[str, Any]) -> None:
    flow["connections"] = []
    for element in filter(lambda part: isinstance(part, dict), flow.values()):
        element.pop("currentPower", None)


def _instead(answer: Answer) -> Callable[[Answer], Answer]:
    return lambda _: answer


BOTH_WAYS = [{"from": "GRID", "to": "Load"}, {"from": "LOAD", "to": "Grid"}, {"from": "PV", "to": "Load"}]

# Applied in this order: what changes the flow stands before what replaces the answer, so that faults can be combined.
FAULTS: Mapping[str, Callable[[Answer], Answer]] = {
    "unit_missing": _in_flow(lambda flow: flow.pop("unit", None)),
    "unit_unknown": _in_flow(lambda flow: flow.update(unit="BTU/h")),
    "power_missing": _in_flow(_without_powers),
    "power_null": _in_powers(lambda _: None),
    "power_nan": _in_powers(lambda _: float("nan")),
    "power_negative": _in_powers(lambda power: -power),
    "power_string": _in_powers(lambda power: f"{power:.2f}"),
    "connections_missing": _in_flow(lambda flow: flow.pop("connections", None)),
    "connections_empty": _in_flow(lambda flow: flow.update(connections=[])),
    "connections_contradicting": _in_flow(lambda flow: flow.update(connections=BOTH_WAYS)),
    "empty_flow": _in_flow(lambda flow: flow.clear()),
    "truncated_json": lambda answer: replace(answer, body=answer.body[: len(answer.body) // 2]),
    "empty_body": lambda answer: replace(answer, body=b""),
    "html": _instead(html_answer(200, "Just a moment...")),
    "access_denied": _instead(Answer(403, "text/plain", b"Access Denied")),
    "status_429": _instead(Answer(429, "text/plain", b"Too Many Requests")),
    "status_500": _instead(html_answer(500, "500: Internal server error")),
    "status_503": _instead(html_answer(503, "503: Service temporarily unavailable")),
}
# The cloud itself obeys these: its view of the house stands still; it answers in W; all of V1 is gone.
SWITCHES = ("frozen", "watts", "retired")
NAMES = (*FAULTS, *SWITCHES)


class Faults:
    """The faults that are on, each for a number of calls or until cleared; and a latency for every answer."""

    def __init__(self) -> None:
        self.latency_s = 0.0
        self._calls_left: dict[str, int | None] = {}

    def set(self, name: str, calls: int | None = None) -> None:
        """Switch a fault on for the next `calls` calls, by default until cleared; 0 clears it.

        Raises `ValueError` for an unknown name or a negative number.
        """
        if name not in NAMES:
            raise ValueError(f"there is no cloud fault {name!r}; there are: {', '.join(NAMES)}, latency_s")
        if calls is not None and calls < 0:
            raise ValueError(f"{name}: a number of calls is 0 or more")
        if calls == 0:
            self._calls_left.pop(name, None)
        else:
            self._calls_left[name] = calls

    def active(self, name: str) -> bool:
        """Whether this fault is on."""
        return name in self._calls_left

    def strike(self, answer: Answer) -> Answer:
        """What becomes of a good answer under the faults that are on."""
        for name, change in FAULTS.items():
            if self.active(name):
                answer = change(answer)
        return answer

    def count_call(self) -> None:
        """A call has been answered: faults set for a number of calls come nearer to their end."""
        for name, left in list(self._calls_left.items()):
            if left is not None:
                self.set(name, left - 1)

    def state(self) -> dict[str, float]:
        """What is on, in the form in which it is set: name → calls left or true, and latency_s."""
        on = {name: True if left is None else left for name, left in self._calls_left.items()}
        return {**on, "latency_s": self.latency_s}
