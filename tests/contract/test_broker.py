"""What Sunpilot needs of a broker, on each broker that it supports."""

import asyncio
import socket

import pytest

from sunpilot.runtime.mqtt import Will
from tests.support.backends import Server
from tests.support.mqtt import client, get, listen


async def test_a_message_reaches_every_subscriber_whose_filter_matches(server: Server) -> None:
    async with client(server) as sender, client(server) as receiver:
        queue = await listen(receiver, "a/+/reading")
        sender.publish("a/1/reading", b"one")
        sender.publish("a/1/source", b"not this")
        sender.publish("a/2/reading", b"two")
        assert (await get(queue)).payload == b"one"
        assert (await get(queue)).payload == b"two"


async def test_a_retained_message_is_marked_as_such_for_latecomers_only(server: Server) -> None:
    async with client(server) as sender, client(server) as early, client(server) as late:
        early_queue = await listen(early, "b/state")
        sender.publish("b/state", b"on", retain=True)
        assert not (await get(early_queue)).retained
        late_queue = await listen(late, "b/state")
        delivery = await get(late_queue)
        assert (delivery.payload, delivery.retained) == (b"on", True)


async def test_an_empty_retained_message_clears_the_topic(server: Server) -> None:
    async with client(server) as sender, client(server) as late:
        queue = await listen(sender, "c/state")
        sender.publish("c/state", b"on", retain=True)
        sender.publish("c/state", b"", retain=True)
        await get(queue)
        await get(queue)
        late_queue = await listen(late, "c/state")
        with pytest.raises(TimeoutError):
            await get(late_queue, 0.3)


async def test_a_lost_client_leaves_its_will(server: Server) -> None:
    async with client(server) as witness:
        queue = await listen(witness, "d/state")
        async with client(server, Will("d/state", b"lost")) as doomed:
            sock = doomed._client.socket()
            assert isinstance(sock, socket.socket)
            sock.shutdown(socket.SHUT_RDWR)
            assert (await get(queue)).payload == b"lost"


async def test_a_client_that_leaves_in_good_order_has_no_will(server: Server) -> None:
    async with client(server) as witness:
        queue = await listen(witness, "e/state")
        async with client(server, Will("e/state", b"lost")):
            pass
        with pytest.raises(TimeoutError):
            await get(queue, 0.5)


async def test_after_a_loss_subscriptions_and_retained_states_come_back_and_events_do_not(server: Server) -> None:
    async with client(server) as cut, client(server) as other:
        queue = await listen(cut, "f/in")
        events = await listen(other, "f/event")
        ups: asyncio.Queue[bool] = asyncio.Queue()
        cut.on_connection(ups.put_nowait)
        sock = cut._client.socket()
        assert isinstance(sock, socket.socket)
        sock.shutdown(socket.SHUT_RDWR)
        async with asyncio.timeout(10):
            assert await ups.get() is False
            cut.publish("f/event", b"stale")
            cut.publish("f/state", b"kept", retain=True)
            assert await ups.get() is True
        states = await listen(other, "f/state")
        assert (await get(states)).payload == b"kept"
        other.publish("f/in", b"again")
        assert (await get(queue)).payload == b"again"
        with pytest.raises(TimeoutError):
            await get(events, 0.3)


async def test_a_payload_of_64_kib_passes(server: Server) -> None:
    async with client(server) as sender, client(server) as receiver:
        queue = await listen(receiver, "g")
        sender.publish("g", b"x" * 64 * 1024)
        assert len((await get(queue)).payload) == 64 * 1024
