"""What can go wrong with an answer of the SolarEdge cloud, as data: a name, and what it does to the answer.

Users of the API reported nearly all of these: missing fields, HTML where JSON was promised, units that flip, flows that
contradict each other, values that do not move for hours. A server that refuses connections, or whose name is not
found, needs no switch: point the client at a port where nobody listens.
"""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sunpilot.simulator.solaredge.answer import Answer, html_answer, json_answer, problem

Change = Callable[[Answer], Answer]
FLOW = "siteCurrentPowerFlow"
POWERS = ("currentPower", "value", "power")
BOTH_WAYS = [{"from": "GRID", "to": "Load"}, {"from": "LOAD", "to": "Grid"}, {"from": "PV", "to": "Load"}]
LARGE = 1024 * 1024


def _objects(content: object) -> Iterator[dict[str, Any]]:
    """All JSON objects in a content, outer ones first."""
    if isinstance(content, dict):
        yield content
    inner = content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    for part in list(inner):
        yield from _objects(part)


def _everywhere(change: Callable[[dict[str, Any]], object]) -> Change:
    """Change every object in the body."""

    def apply(answer: Answer) -> Answer:
        content = json.loads(answer.body)
        for part in _objects(content):
            change(part)
        return replace(answer, body=json_answer(answer.status, content).body)

    return apply


def _in_flow(change: Callable[[dict[str, Any]], object]) -> Change:
    """Change V1's power flow; other answers pass."""

    def apply(answer: Answer) -> Answer:
        content = json.loads(answer.body)
        if FLOW not in content:
            return answer
        change(content[FLOW])
        return replace(answer, body=json_answer(answer.status, content).body)

    return apply


def _in_powers(change: Callable[[float], object]) -> Change:
    """Put something else in the place of every power."""

    def apply(part: dict[str, Any]) -> None:
        for name in POWERS:
            if isinstance(part.get(name), float):
                part[name] = change(part[name])

    return _everywhere(apply)


def _without_powers(part: dict[str, Any]) -> None:
    for name in POWERS:
        if isinstance(part.get(name), float):
            del part[name]
    if "connections" in part:
        part["connections"] = []


def _with(**fields: object) -> Callable[[dict[str, Any]], object]:
    """Set fields where they stand already."""
    return lambda part: part.update({name: value for name, value in fields.items() if name in part})


def _in_connections(change: Callable[[str, str], tuple[str, str]]) -> Change:
    def apply(flow: dict[str, Any]) -> None:
        ends = [change(one["from"], one["to"]) for one in flow.get("connections", [])]
        flow["connections"] = [{"from": sender, "to": receiver} for sender, receiver in ends]

    return _in_flow(apply)


def _swapped(sender: str, receiver: str) -> tuple[str, str]:
    """Import becomes export and the other way round, against what the balance says."""
    ways = {("GRID", "Load"): ("LOAD", "Grid"), ("LOAD", "Grid"): ("GRID", "Load")}
    return ways.get((sender, receiver), (sender, receiver))


def _disabled(flow: dict[str, Any]) -> None:
    """The grid is lost, and the house lives on its battery."""
    flow["GRID"] = {"status": "Disabled", "currentPower": 0.0}
    flow["connections"] = [
        one for one in flow.get("connections", []) if "grid" not in (one["from"].casefold(), one["to"].casefold())
    ]
    if isinstance(flow.get("STORAGE"), dict):
        flow["STORAGE"]["timeLeft"] = 41


def _reversed_values(part: dict[str, Any]) -> None:
    if isinstance(part.get("values"), list):
        part["values"].reverse()


def _instead(answer: Answer) -> Change:
    return lambda _: answer


def _gzipped(answer: Answer) -> Answer:
    return replace(answer, body=gzip.compress(answer.body), headers={**answer.headers, "Content-Encoding": "gzip"})


# Applied in this order: what changes the content stands before what changes the bytes and what replaces the answer,
# so that faults can be combined.
CHANGES: Mapping[str, Change] = {
    "unit_missing": _everywhere(lambda part: part.pop("unit", None)),
    "unit_unknown": _everywhere(_with(unit="BTU/h")),
    "power_missing": _everywhere(_without_powers),
    "power_null": _in_powers(lambda _: None),
    "power_nan": _in_powers(lambda _: float("nan")),
    "power_negative": _in_powers(lambda power: -power),
    "power_string": _in_powers(lambda power: f"{power:.2f}"),
    "power_spike": _in_powers(lambda power: power * 1000),
    "element_missing": _everywhere(lambda part: [part.pop(name, None) for name in ("GRID", "exportPower")]),
    "element_extra": _in_flow(lambda flow: flow.update(EV={"status": "Active", "currentPower": 7.2}, GENERATOR={})),
    "connections_missing": _in_flow(lambda flow: flow.pop("connections", None)),
    "connections_empty": _in_flow(lambda flow: flow.update(connections=[])),
    "connections_duplicate": _in_flow(lambda flow: flow.update(connections=flow.get("connections", []) * 2)),
    "connections_contradicting": _in_flow(lambda flow: flow.update(connections=BOTH_WAYS)),
    "connections_reversed": _in_connections(_swapped),
    "connections_lower_case": _in_connections(lambda sender, receiver: (sender.lower(), receiver.lower())),
    "connections_capitalised": _in_connections(lambda sender, receiver: (sender.capitalize(), receiver)),
    "grid_disabled": _in_flow(_disabled),
    "empty_flow": _in_flow(lambda flow: flow.clear()),
    "lifetime_zero": _everywhere(_with(lifeTimeData={"energy": 0.0})),
    "meters_missing": _everywhere(_with(meters={})),
    "values_reversed": _everywhere(_reversed_values),
    "oversized": lambda answer: replace(answer, body=b" " * LARGE + answer.body),
    "truncated_json": lambda answer: replace(answer, body=answer.body[: len(answer.body) // 2]),
    "empty_body": lambda answer: replace(answer, body=b""),
    "byte_order_mark": lambda answer: replace(answer, body=b"\xef\xbb\xbf" + answer.body),
    "gzip": _gzipped,
    "html": _instead(html_answer(200, "Just a moment...")),
    "html_as_json": _instead(replace(html_answer(200, "Just a moment..."), content_type="application/json")),
    "login_page": _instead(Answer(302, "text/html", b"", {"Location": "/login"})),
    "unauthorized": _instead(problem(401, "Unauthorized - Authentication Failed", "The key is not valid.", "/")),
    "access_denied": _instead(Answer(403, "text/plain", b"Access Denied")),
    "forbidden": _instead(json_answer(403, {"status": 403, "title": "Forbidden"})),
    "not_found": _instead(json_answer(404, {"status": 404, "title": "Not Found"})),
    "status_429": _instead(Answer(429, "text/plain", b"Too Many Requests")),
    "status_500": _instead(html_answer(500, "500: Internal server error")),
    "status_502": _instead(replace(html_answer(502, "502: Bad gateway"), content_type="application/json")),
    "status_503": _instead(json_answer(503, {"status": 503, "title": "Service Unavailable"})),
    "broken_off": lambda answer: replace(answer, cut_after=len(answer.body) // 2),
    "slow_drip": lambda answer: replace(answer, drip_s=1.0),
}

ANSWERS: Mapping[str, str] = {
    "unit_missing": "no unit",
    "unit_unknown": "the unit is BTU/h",
    "power_missing": "no powers",
    "power_null": "all powers are null",
    "power_nan": "all powers are NaN",
    "power_negative": "all powers have the other sign",
    "power_string": "powers are text",
    "power_spike": "a thousand times the power",
    "element_missing": "V1 has no GRID, V2 no export",
    "element_extra": "V1 has an EV and a GENERATOR too",
    "connections_missing": "V1 has no connections",
    "connections_empty": "V1's connections are empty",
    "connections_duplicate": "V1's connections come twice",
    "connections_contradicting": "V1 imports and exports at once",
    "connections_reversed": "V1's grid flows against the balance",
    "connections_lower_case": "V1's names are in lower case",
    "connections_capitalised": "V1's senders are capitalised",
    "grid_disabled": "V1's grid is lost",
    "empty_flow": "V1 has no power flow, as without a meter",
    "lifetime_zero": "V1's lifetime energy is 0",
    "meters_missing": "V2 has no meters",
    "values_reversed": "V2's values come in reverse",
    "oversized": "a megabyte of blanks comes first",
    "truncated_json": "half of the body",
    "empty_body": "no body",
    "byte_order_mark": "a byte order mark comes first",
    "gzip": "the body is packed",
    "html": "a web page with status 200",
    "html_as_json": "a web page that claims to be JSON",
    "login_page": "a redirect to a login page",
    "unauthorized": "status 401",
    "access_denied": "status 403 in plain text",
    "forbidden": "status 403 in JSON",
    "not_found": "status 404",
    "status_429": "status 429",
    "status_500": "status 500, a web page",
    "status_502": "status 502, a web page that claims to be JSON",
    "status_503": "status 503 in JSON",
    "broken_off": "the connection breaks in the middle of the body",
    "slow_drip": "the body comes byte by byte, one a second",
}
"""The same by name: what each does."""

SWITCHES: Mapping[str, str] = {
    "frozen": "the cloud's view of the house stands still",
    "time_travel": "V1 shows the values before the present ones",
    "watts": "V1 answers in W",
    "unit_flips": "V1 answers in kW and W in turn",
    "car_ahead_of_meter": "the car hangs before the meter, which does not see it",
    "retry_after": "a 429 or 503 asks for 16 minutes, in seconds",
    "retry_after_date": "a 429 or 503 asks for 16 minutes, as a date",
    "retired": "all of V1 is gone",
    "key_revoked": "keys and access tokens open nothing any more",
    "month_spent": "V2's credits of this month are used up",
    "scope_missing": "OAuth was granted without DEVICE_DATA",
    "consent_expired": "the owner's consent has ended: no refresh any more",
    "refresh_lost": "the token endpoint rotates the refresh token, and its answer is lost",
    "state_dropped": "the consent page forgets the state",
}
"""Faults that the cloud itself obeys, and what each does."""

FAULTS: Mapping[str, str] = {**ANSWERS, **SWITCHES}
NAMES = tuple(FAULTS)
