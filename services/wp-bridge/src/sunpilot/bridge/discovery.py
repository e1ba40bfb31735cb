"""Finding the Wattpilots of the local network by mDNS.

Source: Wattpilot protocol, discovery: a service ``_http._tcp.local.`` with ``devicefamily=wattpilot`` and ``serial`` in
its TXT record. Needs zeroconf, which comes with standalone: a container hears no multicast.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

SERVICE = "_http._tcp.local."
FAMILY = b"wattpilot"
HTTP_PORT = 80
LISTEN_S = 3.0
ASK_S = 1.0


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A Wattpilot in the network; ``host`` is what WATTPILOT_HOST takes."""

    serial: str
    host: str


async def discover(listen_s: float = LISTEN_S, interfaces: Sequence[str] | None = None) -> tuple[Found, ...]:
    """The Wattpilots that answer within ``listen_s``, on the interfaces with these addresses or on all.

    Raises OSError where mDNS cannot be used.
    """
    from zeroconf import InterfaceChoice, IPVersion, ServiceStateChange  # noqa: PLC0415  (1 MB, rarely needed)
    from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf  # noqa: PLC0415

    names: set[str] = set()

    def note(*, name: str, state_change: ServiceStateChange, **_: object) -> None:
        if state_change is not ServiceStateChange.Removed:
            names.add(name)

    chosen = InterfaceChoice.All if interfaces is None else list(interfaces)
    network = AsyncZeroconf(interfaces=chosen, ip_version=IPVersion.V4Only)
    try:
        browser = AsyncServiceBrowser(network.zeroconf, SERVICE, handlers=[note])
        await asyncio.sleep(listen_s)
        await browser.async_cancel()
        services = await asyncio.gather(*(_ask(network, name) for name in names))
    finally:
        await network.async_close()
    found = (_found(service) for service in services if service is not None)
    return tuple(sorted({one for one in found if one is not None}))


def read(properties: Mapping[bytes, bytes | None], addresses: Sequence[str], port: int | None) -> Found | None:
    """The Wattpilot that a service describes; None for any other device, and for one without a usable address."""
    serial = (properties.get(b"serial") or b"").decode("utf-8", "replace")
    if properties.get(b"devicefamily") != FAMILY or not serial.isalnum() or not addresses:
        return None
    host = str(IPv4Address(addresses[0]))
    return Found(serial, host if port in (None, HTTP_PORT) else f"{host}:{port}")


async def _ask(network: "AsyncZeroconf", name: str) -> "AsyncServiceInfo | None":
    from zeroconf.asyncio import AsyncServiceInfo  # noqa: PLC0415

    service = AsyncServiceInfo(SERVICE, name)
    return service if await service.async_request(network.zeroconf, ASK_S * 1000) else None


def _found(service: "AsyncServiceInfo") -> Found | None:
    from zeroconf import IPVersion  # noqa: PLC0415

    return read(service.properties, service.parsed_addresses(IPVersion.V4Only), service.port)
