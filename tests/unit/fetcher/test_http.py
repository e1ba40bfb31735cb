"""The HTTP client against a small server on the loopback."""

import logging
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sunpilot.fetcher import http

TOKEN = "L4EXAMPLETOKEN0123456789ABCDEFGH"
PARAMS = {"api_key": TOKEN}


class Answering(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        name = self.path.split("?")[0]
        if name == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.end_headers()
            return
        body = b"x" * (2 * http.MAXIMUM_BODY_BYTES) if name == "/long" else b'{"fine": true}'
        self.send_response(429 if name == "/limited" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Retry-After", "7")
        self.send_header("Content-Length", str(len(body) + (10 if name == "/cut" else 0)))
        self.end_headers()
        if name == "/drip":
            for byte in body:
                self.wfile.write(bytes([byte]))
                time.sleep(0.05)
            return
        self.wfile.write(body)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.asked += [body.decode(), *(self.headers[name] for name in ("Content-Type", "X-API-Key", "Authorization"))]
        self.send_response(200)
        self.send_header("x-ratelimit-remaining-minute", "9")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def address(asked: list[str]) -> Iterator[str]:
    handler = type("Handler", (Answering,), {"asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


async def test_an_answer_comes_whole(address: str, asked: list[str]) -> None:
    answer = await http.ask(http.HttpRequest(f"{address}/fine", PARAMS))
    assert answer == http.HttpAnswer(200, "application/json", b'{"fine": true}', "7")
    assert asked == [f"/fine?api_key={TOKEN}"]


async def test_a_refusal_is_an_answer_and_not_tried_again(address: str, asked: list[str]) -> None:
    assert (await http.ask(http.HttpRequest(f"{address}/limited", PARAMS))).status == 429
    assert len(asked) == 1


async def test_a_redirect_is_not_followed(address: str, asked: list[str]) -> None:
    assert (await http.ask(http.HttpRequest(f"{address}/redirect", PARAMS))).status == 302
    assert len(asked) == 1


async def test_a_long_body_is_cut(address: str) -> None:
    assert len((await http.ask(http.HttpRequest(f"{address}/long", PARAMS))).body) == http.MAXIMUM_BODY_BYTES


@pytest.mark.parametrize("url", ["{address}/cut", "http://127.0.0.1:1/", "no://thing", "http://[::1"])
async def test_a_fault_tells_its_kind_and_nothing_of_the_address(
    address: str, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(http.NoAnswerError) as caught:
        await http.ask(http.HttpRequest(url.format(address=address), PARAMS))
    assert str(caught.value).isidentifier()
    assert caught.value.__context__ is None
    assert TOKEN not in caplog.text


async def test_an_answer_that_drips_past_the_deadline_is_none(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "DEADLINE_S", 0.1)
    start_s = time.monotonic()
    with pytest.raises(http.NoAnswerError, match=r"^TimeoutError$") as caught:
        await http.ask(http.HttpRequest(f"{address}/drip", PARAMS))
    assert time.monotonic() - start_s < 0.4  # the answer takes 0.7 s
    assert caught.value.__context__ is None


async def test_an_asked_address_is_not_logged(address: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await http.ask(http.HttpRequest(f"{address}/fine", PARAMS))
    assert TOKEN not in caplog.text


async def test_a_json_body_is_posted_with_the_headers(address: str, asked: list[str]) -> None:
    request = http.HttpRequest(f"{address}/token", headers={"X-API-Key": TOKEN}, json_body={"code": "c"})
    answer = await http.ask(request)
    assert (answer.status, answer.remaining_minute) == (200, "9")
    assert asked[:3] == ['{"code": "c"}', "application/json", TOKEN]


def test_neither_request_nor_answer_shows_what_is_in_it() -> None:
    request = http.HttpRequest("http://x", {"api_key": TOKEN}, {"Authorization": TOKEN}, {"client_secret": TOKEN})
    assert TOKEN not in f"{request!r} {http.HttpAnswer(200, '', TOKEN.encode())!r}"


async def test_credentials_from_the_computers_own_files_do_not_replace_ours(
    address: str, asked: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setattr(http, "urlsplit", lambda _: urlsplit("http://elsewhere"))
    monkeypatch.setenv("NO_PROXY", "*")
    await http.ask(http.HttpRequest(f"{address}/token", headers={"Authorization": "Bearer ours"}, json_body={}))
    assert asked[-1] == "Bearer ours"
