"""The recorder's database over TLS: an unknown authority is named as the fault, and the system's way makes it known."""

import ssl
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from pydantic import SecretStr

from sunpilot.recorder.answer import judge
from sunpilot.recorder.influx import Influx
from sunpilot.setup.certificate import signed
from tests.support.http_door import http_door

TOKEN = "stands-in-no-text"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    signed(["localhost"], tmp_path)

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "tls-server.crt", tmp_path / "tls-server.key")
    with http_door(Door, tls=context) as port:
        yield f"https://localhost:{port}"


def test_a_certificate_that_nobody_vouches_for_is_named_as_the_fault(url: str) -> None:
    wait = judge(Influx(url, "sunpilot", "sunpilot", lambda: SecretStr(TOKEN)).write([b"m x=1.0 1"])).wait
    assert wait is not None
    text = wait.text.en + wait.text.de
    assert "certificate verify failed" in text
    assert TOKEN not in text


def test_another_authority_comes_from_the_environment(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "tls-ca.crt"))
    answer = Influx(url, "sunpilot", "sunpilot", lambda: SecretStr(TOKEN)).write([b"m x=1.0 1"])
    assert answer.status == 204
