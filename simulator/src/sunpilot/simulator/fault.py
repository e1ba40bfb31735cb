"""The faults a Wattpilot twin can be told to have, as data."""

from types import MappingProxyType

FAULTS = MappingProxyType(
    {
        "refuse": "new connections are broken off before the WebSocket handshake",
        "accept_then_silence": "new connections are accepted and never greeted",
        "hello_only": "new connections get the hello, and no authRequired",
        "auth_error_always": "every login fails, also with the right password",
        "no_response": "writes are carried out and never answered",
        "late_response": "writes are answered after 8 s",
        "success_without_status": "accepted writes are answered without the accepted value",
        "reject_writes": "every write is refused",
        "silence": "the box hangs: sockets stay open, nothing is sent, what arrives is lost",
        "residual_current": "the box reports error 1 (AC residual current) and stops",
        "no_charge_controller": "the box has lost its charge controller: car is null",
    }
)
"""Faults that last until they are cleared, and what each does."""

DROP_ALL = "drop_all"
"""The fault that happens once: all connections end without a closing handshake."""

NAMES = (*FAULTS, DROP_ALL)
LATE_S = 8.0


def known(name: str) -> str:
    """`name` itself; raises ValueError that lists the faults there are."""
    if name not in NAMES:
        raise ValueError(f"there is no box fault {name!r}; there are: {', '.join(NAMES)}")
    return name
