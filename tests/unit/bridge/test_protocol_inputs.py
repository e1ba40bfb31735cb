"""Whatever comes over the line, the protocol neither raises, nor tells a secret, nor grows."""

import asyncio
import json
import random
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import CapturingLogger

from sunpilot.bridge.link import Link
from sunpilot.bridge.protocol import AuthRequired, Protocol
from sunpilot.bridge.state import State
from sunpilot.bridge.status import PROPERTIES, box_status
from tests.support import virtual_time
from tests.unit.bridge.device import Device, Line
from tests.unit.bridge.firmware import FLEX_43, SECRET_TEXTS, V2_36, V2_42
from tests.unit.bridge.test_protocol import KEY, TOKEN3

ANSWERS: list[dict[str, Any]] = [
    {"type": "authError", "message": "Wrong password"},
    {"type": "response", "requestId": "1", "success": True, "status": {"amp": 10}},
    {"type": "response", "success": False, "message": "unknown message type"},
    {"type": "deltaStatus", "status": {"rbt": 1000, "nrg": [0] * 16, "car": 2, "cak": "cloud-key-0d2f"}},
]
MESSAGES = [*V2_36, *V2_42, *FLEX_43, *ANSWERS]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda values: st.lists(values, max_size=4) | st.dictionaries(st.text(max_size=5), values, max_size=4),
    max_leaves=8,
)
messages = st.sampled_from(MESSAGES)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A real message with one field missing, or of another type, or at another depth."""
    message = json.loads(json.dumps(draw(messages)))
    target = message["status"] if "status" in message and draw(st.booleans()) else message
    field = draw(st.sampled_from(sorted(target)))
    if draw(st.booleans()):
        del target[field]
    else:
        target[field] = draw(json_values)
    return json.dumps(message)


@st.composite
def damaged(draw: st.DrawFn) -> str | bytes:
    """A real message cut off, or with a character exchanged, or as bytes in some form."""
    text = json.dumps(draw(messages))
    at = draw(st.integers(0, len(text) - 1))
    forms: list[str | bytes] = [
        text[:at],
        text[:at] + draw(st.characters()) + text[at + 1 :],
        b"\0" + text.encode(),
        text.encode()[:at],
        text.encode("utf-16"),
    ]
    return draw(st.sampled_from(forms))


whole = messages.map(json.dumps)
arbitrary = json_values.map(json.dumps) | st.text() | st.binary()
inputs = st.lists(whole | mutated() | damaged() | arbitrary, max_size=20)
beginnings = st.sampled_from([[], V2_36[:3], V2_42, FLEX_43]).map(lambda said: [json.dumps(one) for one in said])


@given(beginnings, inputs, st.booleans())
@settings(max_examples=300)
def test_no_sequence_of_messages_raises_or_tells_a_secret_or_fills_the_memory(
    beginning: list[str], sequence: list[str | bytes], cloud: bool
) -> None:
    protocol = Protocol(PROPERTIES, cloud=cloud)
    told: list[object] = []
    for data in (*beginning, *sequence):
        events = protocol.receive(data)
        told.extend(events)
        if any(isinstance(event, AuthRequired) for event in events):
            protocol.authenticate(KEY, TOKEN3)
        if protocol.state is State.READY:
            told.append(json.loads(protocol.request_full_status().text))
    told += [protocol, protocol.properties, protocol.dropped, box_status(protocol.properties, None, protocol.hello)]
    assert [secret for secret in (KEY, *SECRET_TEXTS) if secret in repr(told)] == []
    assert protocol.properties.keys() <= PROPERTIES
    assert len(repr(protocol.properties)) < 100_000


@given(inputs)
@settings(max_examples=50)
def test_the_link_outlives_every_sequence_and_logs_no_secret(sequence: list[str | bytes]) -> None:
    log = CapturingLogger()

    async def scene(line: Line) -> None:
        await line.come_online()
        for data in sequence:
            line.say_raw(data)
            await asyncio.sleep(1.0)
        await asyncio.Event().wait()

    async def key_for(_algorithm: str, _serial: str) -> str:
        return KEY

    async def main() -> str:
        link = Link(Device(scene).connect, key_for, PROPERTIES, lambda: None, random.Random(1), log)
        running = asyncio.ensure_future(link.run())
        await asyncio.sleep(300.0)
        assert not running.done()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        return link.problem.text.en if link.problem else ""

    said = virtual_time.run(main()) + repr(log.calls)
    assert [secret for secret in (KEY, *SECRET_TEXTS) if secret in said] == []
