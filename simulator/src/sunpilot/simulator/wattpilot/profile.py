"""Generations of the Wattpilot and their firmware, as data: what differs on the wire."""

from dataclasses import dataclass, replace
from types import MappingProxyType

from sunpilot.simulator.wattpilot.auth import BCRYPT, PBKDF2


@dataclass(frozen=True, slots=True)
class Profile:
    """One device generation and firmware."""

    devicetype: str
    firmware: str
    algorithm: str = PBKDF2
    """How the key is derived from the password."""
    names_hash: bool = True
    """Whether `authRequired` names the algorithm of the key (firmware from about 42)."""
    asks_login: bool = True
    """Whether there is a login; a trusted listener has none."""
    secured: bool = True
    """Whether `hello` says so, and each write needs a signature."""
    hello: tuple[tuple[str, str | int], ...] = ()
    """Further fields of `hello`."""
    says_names: bool = True
    """Whether `hello` brings host name and friendly name."""
    whole_numbers: bool = False
    """Whether the measurements in `nrg` are integers (firmware 36) instead of floats."""
    absent: frozenset[str] = frozenset()
    """Properties this firmware does not know."""
    chunk_keys: int | None = 25
    """Properties in one `fullStatus` message; None: all in a single one."""
    chunk_s: float = 0.02
    """Time between two `fullStatus` messages."""
    says_partial: bool = True
    """Whether a `fullStatus` says if more come."""
    fragments: int = 1
    """WebSocket frames of one `fullStatus` message."""

    @property
    def is_flex(self) -> bool:
        """Whether this is a Wattpilot Flex."""
        return self.devicetype == "wattpilot_flex"


V2 = Profile("wattpilot_V2", "42.5")
FLEX = Profile(
    "wattpilot_flex",
    "43.4",
    algorithm=BCRYPT,
    hello=(("devicefamily", "wattpilot"), ("devicesubtype", "wattpilot_flex_c6"), ("proto", 4)),
    absent=frozenset({"cbl", "cus", "ust", "ffb", "cards", "upd"}),
    chunk_keys=None,
    fragments=4,
)

PROFILES = MappingProxyType(
    {
        "v2-36": Profile(
            devicetype="wattpilot",
            firmware="36.3",
            names_hash=False,
            says_names=False,
            whole_numbers=True,
            absent=frozenset({"cll", "pdte", "pdt", "pdle", "pdls", "pdlo", "proto"}),
        ),
        "v2-42": V2,
        "flex-43": FLEX,
        "flex-early": replace(FLEX, firmware="42.7", names_hash=False),
        "open": replace(V2, asks_login=False, secured=False),
        "nopartial": replace(V2, firmware="40.7", names_hash=False, chunk_keys=None, says_partial=False),
        "cloud": replace(V2, secured=False),
    }
)
"""`open` is a listener without a login; `cloud` says it needs no signatures, and asks for a login all the same."""


def profile_named(name: str) -> Profile:
    """The profile called `name`; raises ValueError that lists the profiles there are."""
    if name not in PROFILES:
        raise ValueError(f"there is no Wattpilot profile {name!r}; there are: {', '.join(PROFILES)}")
    return PROFILES[name]
