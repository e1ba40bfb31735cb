"""What is sent compressed: long answers to GET, to who takes gzip (RFC 9110, section 12.5.3).

Never the live stream, which would wait for more, and nothing that answers a POST, PUT or PATCH: a secret, as a new key
or the address of a consent, stands in such an answer alone, and its length must not tell what it has in common with
something that was sent (BREACH). An answer that has an entity tag already is left as it is: the tag stands for these
very bytes (section 8.8.3.3).
"""

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sunpilot.api.methods import GET_ALONE

LEAST_BYTES = 1000
"""A shorter answer goes in one packet anyway."""

LEVEL = 5
"""Of zlib: 700 kB of powers become 98 kB within 20 ms; at level 9, 92 kB within 60 ms."""


def takes_gzip(scope: Scope) -> bool:
    """Whether who asks takes gzip; a weight of 0 refuses it."""
    for one in Headers(scope=scope).get("Accept-Encoding", "").split(","):
        coding, _, weight = one.replace(" ", "").partition(";")
        if coding == "gzip":
            return weight.rstrip("0") not in ("q=", "q=0.")
    return False


class Compression:
    """ASGI middleware, around the guard, so that the answers to HEAD have the headers of those to GET."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""

        async def tell_apart(scope: Scope, receive: Receive, compressed: Send) -> None:
            chosen = compressed

            async def choose(message: Message) -> None:
                nonlocal chosen
                if message["type"] == "http.response.start" and "ETag" in Headers(raw=message["headers"]):
                    chosen = send
                await chosen(message)

            await self._app(scope, receive, choose)

        is_plain = scope["type"] != "http" or scope["method"] != "GET" or scope["path"] in GET_ALONE
        if is_plain or not takes_gzip(scope):
            await self._app(scope, receive, send)
        else:
            # No answer is so long that a thread for it would pay.
            packing = GZipMiddleware(tell_apart, LEAST_BYTES, LEVEL, thread_minimum_size=2**31)
            await packing(scope, receive, send)
