"""The Wattpilot twin over a real WebSocket on loopback. The login is computed here, with the long form of the key."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from sunpilot.simulator.wattpilot import server
from sunpilot.simulator.wattpilot.box import Box
from sunpilot.simulator.wattpilot.server import WattpilotServer

PASSWORD = "Sonne+2026!"
SERIAL = "91234567"
SPEED = 20
PATIENCE_S = 5


def key_of(password: str) -> str:
    raw = hashlib.pbkdf2_hmac("sha512", password.encode(), SERIAL.encode(), 100_000, 256)
    return base64.b64encode(raw).decode()[:32]


KEY = key_of(PASSWORD)


class Charger:
    """A box behind its server, living twenty times as fast as we do."""

    def __init__(self) -> None:
        self.time = datetime(2026, 6, 21, 12, tzinfo=UTC)
        self.box = Box(lambda: self.time, serial=SERIAL)
        self.server = WattpilotServer(self.box, password=PASSWORD, sleep=self.sleep, max_clients=2)
        self.port = 0

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / SPEED)

    async def live(self) -> None:
        while True:
            await self.sleep(1)
            self.time += timedelta(seconds=1)
            self.box.step(1)

    def connect(self, path: str = "/ws") -> connect:
        return connect(f"ws://127.0.0.1:{self.port}{path}", compression=None, close_timeout=0.5)

    @asynccontextmanager
    async def client(self) -> AsyncIterator[ClientConnection]:
        """A connection that has logged in."""
        async with self.connect() as socket:
            await until(socket, "hello")
            await log_in(socket, KEY)
            await until(socket, "authSuccess")
            yield socket


@pytest.fixture
async def charger() -> AsyncIterator[Charger]:
    charger = Charger()
    charger.port = await charger.server.start()
    living = asyncio.create_task(charger.live())
    yield charger
    living.cancel()
    await charger.server.stop()


async def until(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of a kind; others are passed over."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            message: dict[str, Any] = json.loads(await socket.recv())
            if message["type"] == kind:
                return message


async def log_in(socket: ClientConnection, key: str) -> None:
    asked = await until(socket, "authRequired")
    token3 = "0123456789abcdef0123456789abcdef"
    inner = hashlib.sha256((asked["token1"] + key).encode()).hexdigest()
    proof = hashlib.sha256((token3 + asked["token2"] + inner).encode()).hexdigest()
    await socket.send(json.dumps({"type": "auth", "token3": token3, "hash": proof}))


async def write(socket: ClientConnection, key: str, value: Any) -> None:
    data = json.dumps({"type": "setValue", "requestId": 1, "key": key, "value": value})
    mac = hmac.new(KEY.encode(), data.encode(), hashlib.sha256).hexdigest()
    await socket.send(json.dumps({"type": "securedMsg", "data": data, "requestId": "1sm", "hmac": mac}))


async def test_a_client_logs_in_reads_the_whole_status_writes_and_sees_the_effect(charger: Charger) -> None:
    charger.box.plug_in()
    async with charger.client() as socket:
        status: dict[str, Any] = {}
        while True:
            part = await until(socket, "fullStatus")
            status |= part["status"]
            if not part["partial"]:
                break
        assert {"car", "alw", "amp", "frc", "nrg", "modelStatus", "cak"} <= status.keys()
        while status["car"] != 2:
            status |= (await until(socket, "deltaStatus"))["status"]
        await write(socket, "frc", 1)
        assert (await until(socket, "response"))["status"] == {"frc": 1}
        while status["nrg"][11] > 0 or status["car"] != 4:
            status |= (await until(socket, "deltaStatus"))["status"]
        assert (status["frc"], status["alw"], status["modelStatus"]) == (1, False, 4)


async def test_a_wrong_password_is_refused_and_the_socket_stays_open(charger: Charger) -> None:
    async with charger.connect() as socket:
        await log_in(socket, key_of("Regen"))
        assert (await until(socket, "authError"))["message"] == "Wrong password"
        await (await socket.ping())


async def test_a_client_that_does_not_log_in_is_sent_away(charger: Charger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "LOGIN_TIMEOUT_S", 0.2)
    async with charger.connect() as socket:
        with pytest.raises(ConnectionClosed):
            await until(socket, "never")
    async with charger.client() as socket:
        await asyncio.sleep(0.3)
        await until(socket, "deltaStatus")


async def test_other_paths_are_not_found(charger: Charger) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await charger.connect("/")
    assert refused.value.response.status_code == 404


async def test_one_client_too_many_is_sent_away(charger: Charger) -> None:
    async with charger.client(), charger.client(), charger.connect() as third:
        with pytest.raises(ConnectionClosed):
            await until(third, "hello")


async def test_a_reboot_drops_every_client_and_takes_the_next(charger: Charger) -> None:
    async with charger.client() as socket:
        await write(socket, "rst", True)
        assert "status" not in await until(socket, "response")
        with pytest.raises(ConnectionClosed):
            await until(socket, "never")
    async with charger.client() as socket:
        await until(socket, "fullStatus")


async def test_connections_from_before_a_half_open_reboot_take_no_place(charger: Charger) -> None:
    async with charger.client(), charger.client() as socket:
        charger.box.set_fault("reboot_half_open", True)
        async with charger.client(), charger.client():
            await asyncio.sleep(0.2)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(await socket.ping(), 0.3)


async def test_a_reset_is_a_reset_and_a_close_has_its_code(charger: Charger) -> None:
    async with charger.client() as socket:
        charger.box.set_fault("reset", True)
        with pytest.raises(ConnectionClosed) as ended:
            await until(socket, "never")
        assert isinstance(ended.value.__cause__, ConnectionResetError)
    async with charger.client() as socket:
        charger.box.set_fault("close", 1011)
        with pytest.raises(ConnectionClosed):
            await until(socket, "never")
        assert socket.close_code == 1011


async def test_without_pongs_nobody_reads_until_the_fault_ends(charger: Charger) -> None:
    async with charger.client() as socket:
        charger.box.set_fault("silence_without_pong", True)
        await asyncio.sleep(0.2)
        pong = await socket.ping()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(pong), 0.3)
        charger.box.set_fault("silence_without_pong", False)
        await asyncio.wait_for(pong, PATIENCE_S)
        await until(socket, "deltaStatus")


async def test_a_login_that_fails_can_end_the_connection(charger: Charger) -> None:
    charger.box.set_fault("auth_error_closes", True)
    async with charger.connect() as socket:
        await log_in(socket, key_of("Regen"))
        with pytest.raises(ConnectionClosed):
            await until(socket, "never")


async def test_all_connections_can_be_dropped_once(charger: Charger) -> None:
    async with charger.client() as socket:
        charger.box.set_fault("drop_all", True)
        with pytest.raises(ConnectionClosed):
            await until(socket, "never")
    async with charger.client():
        pass


async def test_a_refusing_box_breaks_the_connection_before_the_handshake(charger: Charger) -> None:
    charger.box.set_fault("refuse", True)
    with pytest.raises((InvalidHandshake, ConnectionError, EOFError)):
        await charger.connect()
    charger.box.set_fault("refuse", False)
    async with charger.client():
        pass


async def test_a_silent_box_keeps_the_socket_open(charger: Charger) -> None:
    charger.box.set_fault("accept_then_silence", True)
    async with charger.connect() as socket:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(socket.recv(), 0.2)
        await (await socket.ping())


async def test_binary_frames_are_passed_over(charger: Charger) -> None:
    async with charger.client() as socket:
        await socket.send(b"\x00\x81")
        await until(socket, "deltaStatus")


async def test_the_server_stops_quickly_with_clients_connected(charger: Charger) -> None:
    async with charger.client() as socket:
        charger.box.set_fault("late_response", True)
        await write(socket, "amp", 10)
        async with asyncio.timeout(1):
            await charger.server.stop()
        with pytest.raises(ConnectionClosed):
            await until(socket, "never")
    await charger.server.stop()
