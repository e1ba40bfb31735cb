"""The faults a Wattpilot twin can be told to have, as data: what each does, and the number it may be given."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Amount:
    """The number that a fault may be given."""

    meaning: str
    """What it counts, with its unit."""
    default: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. It lasts until it is cleared, unless it happens `once`."""

    effect: str
    amount: Amount | None = None
    once: bool = False


CONNECTION: Mapping[str, Fault] = {
    "refuse": Fault("new connections are broken off before the WebSocket handshake"),
    "accept_then_silence": Fault("new connections are accepted and never greeted"),
    "hello_only": Fault("new connections get the hello, and no authRequired"),
    "silence": Fault("the box hangs: sockets stay open and pings are answered, but nothing else is"),
    "silence_without_pong": Fault("as silence, and pings are not answered either"),
    "crowded": Fault("other clients are connected", Amount("clients, of the five that the box takes", 5, 1, 5)),
    "fragmented": Fault("every message comes in several frames", Amount("frames", 4, 2, 100)),
    "drop_all": Fault("all connections end without a closing handshake (1006)", once=True),
    "reset": Fault("all connections are reset (TCP RST)", once=True),
    "close": Fault(
        "all connections are closed with a code", Amount("close code of WebSocket", 1001, 1000, 4999), once=True
    ),
    "reboot": Fault("the box restarts: connections end, the force state is forgotten", once=True),
    "reboot_half_open": Fault("the box restarts, and its old connections stay open and dead", once=True),
}
LOGIN: Mapping[str, Fault] = {
    "auth_error_once": Fault("the next login fails, also with the right password"),
    "auth_error_always": Fault("every login fails, also with the right password"),
    "auth_error_closes": Fault("a login that fails also ends the connection"),
}
STATUS: Mapping[str, Fault] = {
    "slow_full_status": Fault("the full status takes long", Amount("s from its first message to its last", 60, 1, 600)),
    "no_final_chunk": Fault("the last message of the full status never comes"),
    "delta_in_burst": Fault("changes come between the messages of the full status"),
    "no_partial": Fault("the messages of the full status do not say whether more come"),
    "unknown_messages": Fault("each second brings a message and a property that nobody knows"),
    "wrong_types": Fault("car and acu are null, nrg has 12 numbers, lot is a number"),
    "broken_json": Fault("each second brings a text that is not JSON"),
    "binary_frames": Fault("each second brings a binary frame (MessagePack)"),
    "oversized": Fault("each second brings a huge message", Amount("MB", 2.2, 0.001, 16)),
    "delta_storm": Fault("changes come many times a second", Amount("messages in a second", 20, 2, 100)),
    "noisy_wh": Fault("the energy of the session begins at -0.003 Wh, and loses 0.001 Wh every other second"),
    "zero_nrg": Fault("the meter shows zeros, also while the car charges"),
}
WRITES: Mapping[str, Fault] = {
    "no_response": Fault("writes are carried out and never answered"),
    "late_response": Fault("writes are answered late", Amount("s after the write", 8, 0.5, 600)),
    "duplicate_response": Fault("writes are answered twice"),
    "wrong_request_id": Fault("writes are answered under another request's number"),
    "success_without_status": Fault("accepted writes are answered without the accepted value"),
    "reject_writes": Fault("every write is refused"),
    "clamp_amp": Fault("a current above the installer's limit is stored as that limit, instead of refused"),
    "overridden": Fault("another controller takes each written amp back", Amount("s after the write", 3, 1, 600)),
    "foreign_amp": Fault("another client sets amp", Amount("A per phase", 10, 6, 32), once=True),
    "foreign_frc": Fault("another client sets frc", Amount("force state: 0 neutral, 1 off, 2 on", 1, 0, 2), once=True),
    "foreign_psm": Fault("another client sets psm", Amount("phase mode: 0 auto, 1 one, 2 three", 1, 0, 2), once=True),
    "foreign_lmo": Fault(
        "another client sets lmo", Amount("logic mode: 3 default, 4 Eco, 5 Next Trip", 4, 3, 5), once=True
    ),
}
DEVICE: Mapping[str, Fault] = {
    "error": Fault("the box reports an error and stops", Amount("its number; 1 is AC residual current", 1, 1, 99)),
    "no_charge_controller": Fault("the box has lost its charge controller: car is null"),
    "ocpp_in_control": Fault("an OCPP server is connected and in control"),
    "heat": Fault("heat limits the current", Amount("A per phase", 10, 0, 32)),
    "load_limit": Fault("load balancing limits the current", Amount("A per phase", 8, 0, 32)),
    "phase_switch_unplugs": Fault("during a phase switch the box reports that no car is there"),
    "car_declines": Fault("on three phases the car takes no less than this", Amount("A per phase", 8, 6, 32)),
}
FAULTS: Mapping[str, Fault] = MappingProxyType({**CONNECTION, **LOGIN, **STATUS, **WRITES, **DEVICE})


def amount(name: str, value: float) -> float | None:
    """The amount that `value` asks of a fault: True its default (1 where it has none), False None, which ends it.

    Raises ValueError that lists the faults there are, or the bounds.
    """
    if name not in FAULTS:
        raise ValueError(f"there is no box fault {name!r}; there are: {', '.join(FAULTS)}")
    allowed = FAULTS[name].amount
    if isinstance(value, bool):
        return (allowed.default if allowed else 1.0) if value else None
    if allowed is None:
        raise ValueError(f"{name}: true or false")
    if not isinstance(value, int | float) or not allowed.low <= value <= allowed.high:
        raise ValueError(f"{name}: true, false or {allowed.low:g} to {allowed.high:g} ({allowed.meaning})")
    return float(value)
