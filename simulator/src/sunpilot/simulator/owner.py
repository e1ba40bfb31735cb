"""The simulated house's owner: sets the inverter up by REST, as a person would, and keeps the page open for reading."""

import asyncio
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from typing import Any

RENEW_READING_S = 60.0
PATIENCE_S = 0.5
"""Between two tries to reach the api, in real time."""


class Owner:
    """Talks to the api with the first API key. ``sleep`` takes seconds of the api's clock."""

    def __init__(self, api_url: str, key: str, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._api_url = api_url.rstrip("/")
        self._key = key
        self._sleep = sleep
        # A proxy from the environment is for the internet, and must not see the key.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    async def set_up(self, inverter: dict[str, Any]) -> None:
        """Create the inverter unless one of that name is there; waits for the api as long as it takes.

        Raises `urllib.error.HTTPError` when the api refuses the inverter.
        """
        while True:
            if await self._has_set_up(inverter):
                return
            await asyncio.sleep(PATIENCE_S)

    async def _has_set_up(self, inverter: dict[str, Any]) -> bool:
        try:
            known = await self._call("GET", "/api/v1/inverters")
            if inverter["name"] not in [one["name"] for one in known]:
                await self._call("POST", "/api/v1/inverters", inverter)
        except urllib.error.HTTPError as error:
            if error.code < 500:
                raise
            return False
        except OSError:
            return False
        return True

    async def keep_reading_open(self) -> None:
        """Renew the open reading every minute; it lapses after three."""
        while True:
            try:
                await self._call("PUT", "/api/v1/open-reading")
            except OSError:
                await asyncio.sleep(PATIENCE_S)
            else:
                await self._sleep(RENEW_READING_S)

    async def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return await asyncio.to_thread(self._call_and_wait, method, path, body)

    def _call_and_wait(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._api_url + path, data, headers, method=method)  # noqa: S310
        try:
            with self._opener.open(request, timeout=5) as answer:
                text = answer.read()
        except http.client.HTTPException as error:  # cut off, or no HTTP at all
            raise ConnectionError(f"the api's answer is broken: {type(error).__name__}") from None
        return json.loads(text) if text else None
