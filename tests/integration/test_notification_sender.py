"""A real message through Apprise to a server on this machine; whatever goes wrong, the address stays secret."""

import asyncio
import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sunpilot.api.notification import sender
from sunpilot.api.notification.address import SCHEMES, SERVICES
from sunpilot.api.notification.sender import send
from sunpilot.api.notification.target import Outcome

SECRET = "addressmustnevercomeout"


class Server(ThreadingHTTPServer):
    """Takes messages, or answers as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.messages: list[tuple[str, object]] = []
        self.answer = 200
        self.may_answer = threading.Event()
        self.may_answer.set()

    @property
    def address(self) -> str:
        return f"json://user:{SECRET}@127.0.0.1:{self.server_port}/{SECRET}"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.may_answer.wait(30)
        self.server.messages.append((self.path, json.loads(body)))
        self.send_response(self.server.answer)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing: it would be the address."""


@pytest.fixture
def server(caplog: pytest.LogCaptureFixture) -> Iterator[Server]:
    caplog.set_level(logging.INFO)
    made = Server()
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.may_answer.set()
    made.shutdown()
    made.server_close()
    assert SECRET not in caplog.text


async def test_a_message_arrives_with_title_and_words(server: Server) -> None:
    assert await send(server.address, "Carport: lädt", "Das Auto zieht 4,2 kW.") is Outcome.SENT
    ((path, message),) = server.messages
    assert path == f"/{SECRET}"
    assert isinstance(message, dict)
    assert (message["title"], message["message"]) == ("Carport: lädt", "Das Auto zieht 4,2 kW.")


async def test_what_is_not_taken_is_said_and_nothing_is_raised(server: Server) -> None:
    server.answer = 500
    assert await send(server.address, "a", "b") is Outcome.REFUSED
    nobody = Server()
    nobody.server_close()
    for address in (nobody.address, f"tgram://{SECRET}", f"ntfys://{SECRET}.invalid/x", "json://", SECRET):
        assert await send(address, "a", "b") is Outcome.REFUSED


async def test_only_one_address_is_sent_to_even_if_several_hide_in_one(server: Server) -> None:
    hidden = f"json://127.0.0.1:{server.server_port}/a,json://127.0.0.1:{server.server_port}/b"
    await send(hidden, "a", "b")
    assert len(server.messages) <= 1


async def test_a_service_that_does_not_answer_keeps_nobody_waiting(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "ANSWER_S", 0.3)
    server.may_answer.clear()
    sending = asyncio.create_task(send(server.address, "a", "b"))
    ticks = 0
    while not sending.done():
        await asyncio.sleep(0.01)
        ticks += 1
    assert sending.result() is Outcome.NO_ANSWER
    assert ticks > 5


def test_apprise_knows_every_allowed_scheme_under_the_name_that_is_shown() -> None:
    from apprise import Apprise  # noqa: PLC0415

    known = {
        scheme: entry["service_name"]
        for entry in Apprise().details(show_disabled=True)["schemas"]
        for scheme in (*(entry["protocols"] or ()), *(entry["secure_protocols"] or ()))
    }
    assert known.keys() >= SCHEMES
    for name, schemes in SERVICES.items():
        assert len({known[scheme] for scheme in schemes}) == 1, name
