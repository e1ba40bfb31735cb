"""Where a Wattpilot answers: on the local network, or in the manufacturer's cloud.

Source: Wattpilot protocol, connection.
"""

import ipaddress
import re
from dataclasses import dataclass

APP_VERSION = "1.2.9"
"""The version of the app that the cloud is told; it wants one."""

_LOCAL = re.compile(r"(?:\[(?P<six>[^\[\]]*)\]|(?P<name>[^:\[\]]*))(?::(?P<port>[0-9]{1,5}))?")
_CLOUD = re.compile(r"cloud:(?P<serial>[0-9]{6,16})")
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")


@dataclass(frozen=True, slots=True)
class Address:
    """The URL of the WebSocket, and whether it is the cloud's."""

    url: str
    cloud: bool

    @classmethod
    def parse(cls, host: str) -> "Address":
        """Read ``name``, an IPv4 address or an IPv6 address in brackets, each with a port or not, or ``cloud:serial``.

        Raises ValueError that says how an address looks.
        """
        cloud = _CLOUD.fullmatch(host)
        if cloud is not None:
            return cls(f"wss://app.wattpilot.io/app/{cloud['serial']}?version={APP_VERSION}", cloud=True)
        if not _is_local(host):
            raise ValueError(
                "must be the Wattpilot's address alone, such as 192.168.1.50 or wattpilot.local; a port follows after "
                "a colon, and an IPv6 address stands in brackets. Over the manufacturer's cloud: cloud:91234567, with "
                "the serial number on the device"
            )
        return cls(f"ws://{host}/ws", cloud=False)


def _is_local(host: str) -> bool:
    parts = _LOCAL.fullmatch(host)
    if parts is None or not 0 < int(parts["port"] or 80) <= 65535:
        return False
    try:
        if parts["six"] is not None:
            return ipaddress.IPv6Address(parts["six"]).scope_id is None
        labels = parts["name"].split(".")
        if labels[-1].isdigit():  # no top-level domain is a number: it is meant as IPv4
            return bool(ipaddress.IPv4Address(parts["name"]))
    except ValueError:
        return False
    return len(parts["name"]) <= 253 and all(_LABEL.fullmatch(label) for label in labels)
