"""InfluxDB, as far as it is written to: one request of lines, compressed (InfluxDB API, POST /api/v2/write)."""

import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING

from pydantic import SecretStr

from sunpilot.recorder.answer import Answer

if TYPE_CHECKING:
    from influxdb_client.client.influxdb_client import InfluxDBClient

TIMEOUT_MS = 30_000

LARGEST_ANSWER_BYTES = 4096

logging.getLogger("urllib3").setLevel(logging.WARNING)


class Influx:
    """A bucket of InfluxDB 2, or a database of InfluxDB 3 Core, which takes the same request.

    ``token`` is asked for each request, as it may be replaced while we run; it raises ValueError where it has none.
    """

    def __init__(self, url: str, org: str, bucket: str, token: Callable[[], SecretStr | None]) -> None:
        self._url = url.rstrip("/")
        self._org = org
        self._bucket = bucket
        self._token = token
        self._client: InfluxDBClient | None = None
        self._known = ""

    def write(self, lines: Sequence[bytes]) -> Answer:
        """See `Database.write`."""
        try:
            token = self._token()
        except ValueError:
            return Answer(HTTPStatus.UNAUTHORIZED)
        from influxdb_client.client.write_api import SYNCHRONOUS  # noqa: PLC0415  (30 MiB that only a writer needs)
        from influxdb_client.rest import ApiException  # noqa: PLC0415

        try:
            client = self._client_for(token.get_secret_value() if token else "")
            client.write_api(SYNCHRONOUS).write(self._bucket, self._org, b"\n".join(lines))
        except ApiException as error:
            headers: Mapping[str, str] = error.headers or {}
            if not error.status:  # no answer, but a certificate that is not trusted; the reason says so
                return Answer(None, _start(error.reason))
            return Answer(error.status, _start(error.body), headers.get("Retry-After"))
        except Exception as error:  # whatever it is, the lines stay in the spool, and its text may hold the token
            return Answer(None, type(error).__name__.encode())
        return Answer(HTTPStatus.NO_CONTENT)

    def _client_for(self, token: str) -> "InfluxDBClient":
        from influxdb_client.client.influxdb_client import InfluxDBClient  # noqa: PLC0415

        if self._client is None or token != self._known:
            self._client = InfluxDBClient(
                self._url, token, org=self._org, timeout=TIMEOUT_MS, enable_gzip=True, retries=False
            )
            self._known = token
        return self._client


def _start(body: str | bytes | None) -> bytes:
    said = body.encode(errors="replace") if isinstance(body, str) else body or b""
    return said[:LARGEST_ANSWER_BYTES]
