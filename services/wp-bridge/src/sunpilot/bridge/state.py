"""How far a conversation with a Wattpilot is, and what each message makes of that: the whole state machine as a table.

Source: Wattpilot protocol, order of messages. One state follows from our own doing: the answer to a challenge leads
from challenged to answered.
"""

from enum import StrEnum

from sunpilot.bridge.message import Kind


class State(StrEnum):
    """How far the conversation is."""

    CONNECTED = "connected"
    CLOUD = "connected to the cloud"  # which signs nothing, and asks for a login all the same
    GREETED = "greeted"
    OPEN = "open"  # greeted by a listener that trusts everybody, and so may not ask for a login
    CHALLENGED = "challenged"
    ANSWERED = "answered"
    REFUSED = "refused"
    DISTRUSTED = "distrusted"  # it asked for a login though it had said that it signs nothing: no answer goes out
    INITIALISING = "initialising"
    READY = "ready"
    RESYNCING = "resyncing"  # ready, and the whole state is coming once more


WRITABLE = frozenset({State.READY, State.RESYNCING})
"""Here the device takes writes."""

TRANSITIONS: dict[tuple[State, Kind], State] = {
    (State.CONNECTED, Kind.HELLO_SECURED): State.GREETED,
    (State.CONNECTED, Kind.HELLO_OPEN): State.OPEN,
    (State.CLOUD, Kind.HELLO_SECURED): State.GREETED,
    (State.CLOUD, Kind.HELLO_OPEN): State.GREETED,
    (State.GREETED, Kind.CHALLENGE): State.CHALLENGED,
    (State.OPEN, Kind.CHALLENGE): State.DISTRUSTED,
    (State.OPEN, Kind.STATUS_PART): State.INITIALISING,
    (State.OPEN, Kind.STATUS_END): State.READY,
    (State.OPEN, Kind.DELTA): State.INITIALISING,
    (State.ANSWERED, Kind.AUTH_SUCCESS): State.INITIALISING,
    (State.ANSWERED, Kind.AUTH_ERROR): State.REFUSED,
    (State.INITIALISING, Kind.STATUS_PART): State.INITIALISING,
    (State.INITIALISING, Kind.STATUS_END): State.READY,
    (State.INITIALISING, Kind.DELTA): State.INITIALISING,
    (State.INITIALISING, Kind.RESPONSE): State.INITIALISING,
    (State.READY, Kind.STATUS_PART): State.RESYNCING,
    (State.READY, Kind.STATUS_END): State.READY,
    (State.READY, Kind.DELTA): State.READY,
    (State.READY, Kind.RESPONSE): State.READY,
    (State.RESYNCING, Kind.STATUS_PART): State.RESYNCING,
    (State.RESYNCING, Kind.STATUS_END): State.READY,
    (State.RESYNCING, Kind.DELTA): State.RESYNCING,
    (State.RESYNCING, Kind.RESPONSE): State.RESYNCING,
}
"""Kinds are as `Protocol` sees them: a full status that does not say whether it is partial counts as the final one when
the essentials are known with it, otherwise as a part.
"""
