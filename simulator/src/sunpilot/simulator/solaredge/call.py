"""An HTTP request as the cloud gets it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Call:
    """Names of headers are in lower case. Query, headers and body may hold secrets, and stay out of `repr`."""

    path: str
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    client_ip: str = "127.0.0.1"
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
