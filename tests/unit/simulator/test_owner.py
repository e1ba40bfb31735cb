"""The simulated owner against a small server on the loopback."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sunpilot.simulator import owner
from sunpilot.simulator.owner import Owner

ROOF = {"name": "Roof"}


@contextmanager
def serving(answer: Callable[[], bytes]) -> Iterator[tuple[str, list[str]]]:
    """A server that gives the answers as they are; its address, and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline()
            if self.parse_request():
                asked.append(f"{self.command} {self.path}")
                self.wfile.write(answer())
            self.close_connection = True

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def known_roof() -> bytes:
    return b"HTTP/1.1 200 OK\r\n\r\n" + json.dumps([ROOF]).encode()


async def sleep(_: float) -> None:
    raise AssertionError


async def test_no_proxy_from_the_environment_sees_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(known_roof) as (proxy, proxied), serving(known_roof) as (address, asked):
        for name in ("http_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, proxy)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        await Owner(address, "key", sleep).set_up(ROOF)
        assert (proxied, asked) == ([], ["GET /api/v1/inverters"])


@pytest.mark.parametrize("broken", [b"nonsense\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n[", b""])
async def test_after_a_broken_answer_the_owner_tries_again(broken: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "PATIENCE_S", 0.0)
    answers = iter([broken, known_roof()])
    with serving(lambda: next(answers)) as (address, asked):
        await Owner(address, "key", sleep).set_up(ROOF)
        assert len(asked) == 2
