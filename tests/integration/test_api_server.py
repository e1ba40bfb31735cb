"""The api on its socket: page, live stream, and an end in good order."""

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator

import fakeredis
import httpx2
import pytest
from pydantic import SecretStr

from sunpilot.api.service import Api
from sunpilot.contract.keys import Keys
from sunpilot.contract.topics import Topics
from sunpilot.runtime.clock import SystemClock
from sunpilot.runtime.log import make_log
from sunpilot.runtime.store import Store
from tests.support.memory_bus import MemoryBroker
from tests.unit.api.test_browser_headers import HEADERS

KEY = "a-key-for-the-tests-0123456789"
PASSWORD = "sunny side up, twice"


@contextlib.asynccontextmanager
async def serving(
    broker: MemoryBroker, port: int = 0, proxy: str | None = None
) -> AsyncIterator[tuple[Api, asyncio.Task[None]]]:
    redis = fakeredis.FakeAsyncRedis(decode_responses=True)
    bus = broker.client()
    bus.connect()
    log = make_log("api", "error")
    api = Api(
        bus,
        Store(redis, Keys()),
        SystemClock(),
        Topics(),
        "test",
        log,
        key=SecretStr(KEY),
        port=port,
        proxy=proxy,
        durable=False,
    )
    task = asyncio.create_task(api.run())
    try:
        async with asyncio.timeout(5):
            await api.started.wait()
        yield api, task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await redis.aclose()


async def test_head_says_how_long_the_content_is_and_the_next_answer_follows_at_once() -> None:
    async with serving(MemoryBroker()) as (api, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
        head = "HEAD /openapi.json HTTP/1.1\r\nHost: api\r\n"
        writer.write(f"{head}\r\n{head}Connection: close\r\n\r\n".encode())
        answers = (await reader.read()).decode().lower().split("\r\n\r\n")
        writer.close()
    assert answers.pop() == ""
    assert len(answers) == 2
    for answer in answers:
        assert answer.startswith("http/1.1 200 ok\r\n")
        assert re.search(r"content-length: [0-9]{5}", answer)


async def test_the_stream_flows_and_ends_at_once_at_shutdown() -> None:
    broker = MemoryBroker()
    async with serving(broker) as (api, task):
        url = f"http://127.0.0.1:{api.port}/api/v1/live"
        async with (
            httpx2.AsyncClient() as client,
            client.stream("GET", url, headers={"Authorization": f"Bearer {KEY}"}) as answer,
        ):
            assert answer.headers["Content-Type"].startswith("text/event-stream")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            lines = answer.aiter_lines()
            assert re.fullmatch(r"id: [0-9a-f]{8}-[0-9]+", await anext(lines))
            assert await anext(lines) == "event: snapshot"
            broker.publish("sunpilot/wattpilot/1/online", b"true", True)
            async with asyncio.timeout(2):
                while not (await anext(lines)).startswith('data: {"path": "wattpilot/1/online", "value": true,'):
                    pass
            begin = time.monotonic()
            task.cancel()
            with contextlib.suppress(httpx2.HTTPError):
                async for _ in lines:
                    pass
            with pytest.raises(asyncio.CancelledError):
                await task
            assert time.monotonic() - begin < 2
    assert b'"online":false' in broker.retained["sunpilot/service/api/test"]


async def test_the_page_comes_with_its_files_and_a_strict_policy() -> None:
    async with serving(MemoryBroker()) as (api, _), httpx2.AsyncClient() as client:
        address = f"http://127.0.0.1:{api.port}"
        html = (await client.get(f"{address}/")).text
        script = re.search(r'<script [^>]*src="(/page/[^"]+)"', html)
        assert script is not None
        for path, kind in (("/", "text/html"), ("/page/page.css", "text/css"), (script[1], "text/javascript")):
            answer = await client.get(address + path)
            assert answer.status_code == 200
            assert answer.headers["Content-Type"].startswith(kind)
            assert answer.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
            assert answer.text
        assert (await client.get(f"{address}/page/../key.py")).status_code == 404
        assert (await client.get(f"{address}/page/%2e%2e/key.py")).status_code == 404


async def test_built_files_come_compressed_to_who_takes_that_and_each_form_has_its_own_tag() -> None:
    async with serving(MemoryBroker()) as (api, _), httpx2.AsyncClient() as client:
        address = f"http://127.0.0.1:{api.port}"
        html = (await client.get(f"{address}/")).text
        files = re.findall(r'(?:src|href)="(/page/assets/[^"]+)"', html)
        assert len(files) == 2
        for file in files:
            plain = await client.get(address + file, headers={"Accept-Encoding": "identity"})
            packed = await client.get(address + file)
            assert "Content-Encoding" not in plain.headers
            assert packed.headers["Content-Encoding"] == "gzip"
            assert packed.text == plain.text
            assert int(packed.headers["Content-Length"]) * 2 < int(plain.headers["Content-Length"])
            assert (await client.head(address + file)).headers["Content-Length"] == packed.headers["Content-Length"]
            assert packed.headers["Content-Type"] == plain.headers["Content-Type"]
            tags = [answer.headers["ETag"] for answer in (plain, packed)]
            for taken, statuses in (("identity", [304, 200]), ("gzip", [200, 304])):
                headers = [{"Accept-Encoding": taken, "If-None-Match": tag} for tag in tags]
                again = [await client.get(address + file, headers=one) for one in headers]
                assert [answer.status_code for answer in again] == statuses
                for answer in (*again, plain, packed):
                    assert answer.headers["Vary"] == "Accept-Encoding"
                    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("path", ["/", "/page/page.css", "/page/assets/index-old.js", "/openapi.json"])
async def test_what_keeps_its_name_is_asked_for_again_each_time(path: str) -> None:
    async with serving(MemoryBroker()) as (api, _), httpx2.AsyncClient() as client:
        assert (await client.get(f"http://127.0.0.1:{api.port}{path}")).headers["Cache-Control"] == "no-cache"


async def test_a_taken_port_is_said_in_plain_words() -> None:
    async with serving(MemoryBroker()) as (api, _):
        with pytest.raises(OSError, match=f"port {api.port}: .*; set another port$"):
            async with serving(MemoryBroker(), api.port) as (_, second):
                await second


async def asked(address: str, host: str) -> int:
    """The status of a request from a page of ours under that name, once the api has read its store."""
    async with httpx2.AsyncClient() as client:
        while True:
            body = {"current": KEY, "new": PASSWORD}
            headers = {"Host": host, "Origin": f"http://{host}"}
            answer = await client.put(f"{address}/api/v1/password", json=body, headers=headers)
            if answer.status_code != 503:
                return answer.status_code
            await asyncio.sleep(0.05)


async def test_a_password_is_hashed_for_real_while_others_are_served() -> None:
    async with serving(MemoryBroker()) as (api, _), httpx2.AsyncClient() as client:
        address = f"http://127.0.0.1:{api.port}"
        setting = asyncio.create_task(asked(address, "nas.lan"))
        while not setting.done():
            assert (await client.get(f"{address}/healthz")).status_code == 200
        assert await setting == 200
        answers = [
            await client.post(f"{address}/api/v1/login", json={"password": password}) for password in ("no", PASSWORD)
        ]
        assert [answer.status_code for answer in answers] == [401, 200]
        assert (await client.get(f"{address}/api/v1/houses")).json() == []


@pytest.mark.parametrize(("proxy", "is_believed"), [("127.0.0.0/8", True), ("192.168.1.2", False), (None, False)])
async def test_forwarded_headers_are_believed_from_the_proxy_of_the_settings_only(
    proxy: str | None, is_believed: bool
) -> None:
    async with serving(MemoryBroker(), proxy=proxy) as (api, _), httpx2.AsyncClient() as client:
        address = f"http://127.0.0.1:{api.port}"
        assert await asked(address, "nas.lan") == 200
        statuses = []
        for number in range(5):
            headers = {"X-Forwarded-For": f"198.51.100.{number}", "X-Forwarded-Proto": "https"}
            answer = await client.post(f"{address}/api/v1/login", json={"password": "wrong one"}, headers=headers)
            statuses.append(answer.status_code)
        assert statuses == ([401] * 5 if is_believed else [401, 401, 401, 429, 429])
        answer = await client.post(f"{address}/api/v1/login", json={"password": KEY}, headers=headers)
        assert ("; Secure" in answer.headers["Set-Cookie"]) == is_believed


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "BREW", "CONNECT"])
@pytest.mark.parametrize("target", ["/", "/api/v1/houses", "/page/page.css", "/healthz"])
async def test_odd_methods_do_nothing_and_repeat_nothing(method: str, target: str) -> None:
    async with serving(MemoryBroker()) as (api, _), httpx2.AsyncClient() as client:
        headers = {"Cookie": "sunpilot_login=not-to-be-repeated", "Origin": "http://evil.example"}
        url = f"http://127.0.0.1:{api.port}{target}"
        answer = await client.request(method, url, headers=headers)
        assert 400 <= answer.status_code < 500
        assert "not-to-be-repeated" not in answer.text + repr(answer.headers)
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
