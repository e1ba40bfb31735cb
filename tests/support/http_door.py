"""A small HTTP server for as long as a test needs it, however the test ends."""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext


@contextlib.contextmanager
def http_door(handler: type[BaseHTTPRequestHandler], port: int = 0, tls: SSLContext | None = None) -> Iterator[int]:
    """Serve on the loopback address; gives the port, a free one unless told."""
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
