"""InfluxDB, as far as it is written to: one request of lines, compressed (InfluxDB API, POST /api/v2/write).

urllib3 alone: the package influxdb-client loads all of its interface on import, which costs 30 MiB more.
"""

import gzip
import logging
from collections.abc import Callable, Sequence
from http import HTTPStatus
from urllib.parse import urlencode

import urllib3
from pydantic import SecretStr

from sunpilot.recorder.answer import Answer

TIMEOUT = urllib3.Timeout(connect=5.0, read=30.0)

LARGEST_ANSWER_BYTES = 4096

logging.getLogger("urllib3").setLevel(logging.WARNING)


class Influx:
    """A bucket of InfluxDB 2, or a database of InfluxDB 3 Core, which takes the same request.

    ``token`` is asked for each request, as it may be replaced while we run; it raises ValueError where it has none.
    """

    def __init__(self, url: str, org: str, bucket: str, token: Callable[[], SecretStr | None]) -> None:
        self._url = f"{url.rstrip('/')}/api/v2/write?{urlencode({'org': org, 'bucket': bucket, 'precision': 'ns'})}"
        self._token = token
        self._pool = urllib3.PoolManager(num_pools=1, maxsize=1, retries=False, timeout=TIMEOUT)

    def write(self, lines: Sequence[bytes]) -> Answer:
        """See `Database.write`."""
        headers = {"Content-Type": "text/plain; charset=utf-8", "Content-Encoding": "gzip", "User-Agent": "sunpilot"}
        try:
            token = self._token()
        except ValueError:
            return Answer(HTTPStatus.UNAUTHORIZED)
        try:
            if token is not None:
                headers["Authorization"] = f"Token {token.get_secret_value()}"
            body = gzip.compress(b"\n".join(lines), compresslevel=1)
            answer = self._pool.request(
                "POST", self._url, body=body, headers=headers, redirect=False, preload_content=False
            )
            try:
                said = answer.read(LARGEST_ANSWER_BYTES)
            finally:
                answer.drain_conn()
                answer.release_conn()
        except Exception as error:  # whatever it is, the lines stay in the spool, and its text may hold the token
            return Answer(None, type(error).__name__.encode())
        return Answer(answer.status, said, answer.headers.get("Retry-After"))
