"""Whose page told a browser to send a request, and by which name it found us. Pure.

Sources: Fetch standard, Origin header and Sec-Fetch-Site; RFC 6761 and RFC 8375 for names that nobody can register.
A browser sends Origin with each POST, PUT, PATCH and DELETE; Sec-Fetch-Site only over TLS and to this machine.
"""

import ipaddress
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOME_NAMES = ("localhost", "local", "lan", "home", "internal", "home.arpa", "fritz.box", "localdomain")


def is_own(origin: str | None, fetch_site: str | None, host: str) -> bool | None:
    """Whether a page of ours sent it; None where no page shows at all, as with scripts."""
    if fetch_site not in (None, "same-origin"):
        return False
    if origin is None:
        return None
    try:
        parts = urlsplit(origin)
        sender = (parts.hostname, parts.port or _DEFAULT_PORTS[parts.scheme])
        ours = urlsplit(f"//{host}")
        return sender == (ours.hostname, ours.port or _DEFAULT_PORTS[parts.scheme])
    except (KeyError, ValueError):
        return False


def is_over_tls(origin: str | None) -> bool:
    """Whether the browser reached the page over TLS, be it at a proxy in front of us."""
    return origin is not None and origin.startswith("https://")


def is_at_home(host: str) -> bool:
    """Whether the name is one that no stranger can own: an address, a bare name, or one of a home network.

    A stranger's name that leads to an address in the home (DNS rebinding) makes a browser there take us for the
    stranger's site, whose page may then read what needs no secret.
    """
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    if not name:
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return "." not in name or name.endswith(tuple(f".{ending}" for ending in _HOME_NAMES))
    return True
