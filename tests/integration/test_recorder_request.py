"""The recorder's request is what InfluxDB 2 and the v2 door of InfluxDB 3 Core both take.

Facts (InfluxDB 3 Core, "Use compatibility APIs and client libraries to write data", and its API's description): ``POST
/api/v2/write`` with ``bucket`` for the database and ``precision`` one of s, ms, us and ns; ``Authorization: Token``;
the body is line protocol, and may be gzip where ``Content-Encoding`` says so. InfluxDB 2 needs ``org`` besides.
"""

import gzip
from email.message import Message
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

from sunpilot.recorder.influx import Influx
from tests.support.http_door import http_door

LINES = [
    b"status,wattpilot=1 power_w=1380.0 1780437600000000000",
    b"status,wattpilot=1 power_w=1400.0 1780437601000000000",
]


def test_a_write_is_one_request_that_both_generations_take() -> None:
    asked: list[tuple[str, str, Message, bytes]] = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((self.command, self.path, self.headers, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http_door(Door) as port:
        answer = Influx(f"http://127.0.0.1:{port}/", "any", "house db", lambda: SecretStr("a-token")).write(LINES)
    assert answer.status == 204
    ((method, target, headers, body),) = asked
    assert (method, urlsplit(target).path) == ("POST", "/api/v2/write")
    assert parse_qs(urlsplit(target).query) == {"bucket": ["house db"], "org": ["any"], "precision": ["ns"]}
    assert headers["Authorization"] == "Token a-token"
    assert headers.get_content_type() == "text/plain"
    assert headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body).splitlines() == LINES
