"""InfluxDB, as far as tokens go: a small server that follows the published description of the InfluxDB 2 API."""

import contextlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.http_door import http_door

ORGANIZATION_ID = "0b501e7e557ab1ed"
BUCKET_ID = "4b0d5e1e557ab1ed"
FORBIDDEN = 403, {"code": "forbidden", "message": "insufficient permissions"}
NOT_FOUND = 404, {"code": "not found", "message": "path not found"}


@dataclass
class FakeInfluxDb:
    """One organization, one bucket. Like InfluxDB 2.9 it tells a token's value once, and lists none of them."""

    administrator: str
    buckets: list[str] = field(default_factory=lambda: ["sunpilot"])
    has_authorizations: bool = True
    authorizations: dict[str, dict[str, Any]] = field(default_factory=dict)
    url: str = ""

    def may(self, token: str) -> list[dict[str, Any]] | None:
        """What a token allows; None where it is unknown."""
        if token == self.administrator:
            return [{"action": "everything"}]
        return next((one["permissions"] for one in self.authorizations.values() if one["token"] == token), None)

    def answer(self, method: str, target: str, token: str, body: Any) -> tuple[int, Any]:
        """Status and body, as in the description of the API."""
        if not self.has_authorizations:
            return NOT_FOUND
        if self.may(token) is None:
            return 401, {"code": "unauthorized", "message": "unauthorized access"}
        url = urlsplit(target)
        request = method, *url.path.removeprefix("/api/v2/").split("/")
        if token != self.administrator:
            lists = request == ("GET", "buckets")
            return (
                (200, {"buckets": []}) if lists else (403, {"code": "forbidden", "message": "insufficient permissions"})
            )
        return self._administer(request, parse_qs(url.query), body)

    def _administer(self, request: tuple[str, ...], query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        match request:
            case "GET", "buckets":
                names = [name for name in self.buckets if name in query.get("name", self.buckets)]
                return 200, {"buckets": [{"id": BUCKET_ID, "orgID": ORGANIZATION_ID, "name": name} for name in names]}
            case "GET", "authorizations":
                listed = [{**one, "token": "redacted"} for one in self.authorizations.values()]
                return 200, {"authorizations": [one for one in listed if one["orgID"] in query.get("orgID", [])]}
            case "POST", "authorizations":
                made = {**body, "id": secrets.token_hex(8), "token": secrets.token_urlsafe(64), "status": "active"}
                self.authorizations[made["id"]] = made
                return 201, made
            case "DELETE", "authorizations", number if self.authorizations.pop(number, None):
                return 204, None
        return NOT_FOUND


@contextlib.contextmanager
def fake_influxdb(fake: FakeInfluxDb) -> Iterator[FakeInfluxDb]:
    """Serve it on a free port."""

    class Door(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size)) if size else None
            token = self.headers.get("Authorization", "").removeprefix("Token ")
            status, answer = fake.answer(self.command, self.path, token, body)
            text = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_DELETE = _serve  # noqa: N815  (http.server's names)

        def log_message(self, *_: object) -> None:
            pass

    with http_door(Door) as port:
        fake.url = f"http://127.0.0.1:{port}"
        yield fake
