"""The way from the fetcher's HTTP client to the simulated cloud that is no socket."""

import asyncio
import gzip
import json
from urllib.parse import urlsplit

from sunpilot.fetcher.http import DEADLINE_S, MAXIMUM_BODY_BYTES, HttpAnswer, HttpRequest, NoAnswerError
from sunpilot.simulator.solaredge import Cloud
from sunpilot.simulator.solaredge.call import Call

ADDRESS = "192.0.2.1"


async def ask(cloud: Cloud, request: HttpRequest) -> HttpAnswer:
    """What the client would get over a socket; raises `NoAnswerError`."""
    body = b"" if request.json_body is None else json.dumps(dict(request.json_body)).encode()
    headers = {name.lower(): value for name, value in request.headers.items()}
    if request.json_body is not None:
        headers["content-type"] = "application/json"
    method = "GET" if request.json_body is None else "POST"
    answer = cloud.answer(Call(urlsplit(request.url).path, request.params, ADDRESS, method, headers, body))
    await asyncio.sleep(min(answer.latency_s or 0.2, DEADLINE_S))
    if answer.latency_s >= DEADLINE_S or answer.drip_s:
        raise NoAnswerError("ReadTimeout")
    if answer.cut_after is not None:
        raise NoAnswerError("ChunkedEncodingError")
    is_packed = answer.headers.get("Content-Encoding") == "gzip"
    content = gzip.decompress(answer.body) if is_packed else answer.body
    names = {name.lower(): value for name, value in answer.headers.items()}
    return HttpAnswer(
        answer.status,
        answer.content_type,
        content[:MAXIMUM_BODY_BYTES],
        names.get("retry-after"),
        names.get("x-ratelimit-remaining-minute"),
    )
