"""Generations of the Wattpilot and their firmware, as data: what differs on the wire."""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Profile:
    """One device generation and firmware."""

    devicetype: str
    firmware: str
    names_hash: bool
    """Whether `authRequired` names the algorithm of the key (firmware from about 42)."""
    whole_numbers: bool
    """Whether the measurements in `nrg` are integers (firmware 36) instead of floats."""
    absent: frozenset[str] = frozenset()
    """Properties this firmware does not know."""
    chunk_keys: int = 25
    """Properties in one `fullStatus` message."""
    chunk_s: float = 0.02
    """Time between two `fullStatus` messages."""


PROFILES = MappingProxyType(
    {
        "v2-36": Profile(
            devicetype="wattpilot",
            firmware="36.3",
            names_hash=False,
            whole_numbers=True,
            absent=frozenset({"cll", "pdte", "pdt", "pdle", "pdls", "pdlo", "proto"}),
        ),
        "v2-42": Profile(devicetype="wattpilot_V2", firmware="42.5", names_hash=True, whole_numbers=False),
    }
)


def profile_named(name: str) -> Profile:
    """The profile called `name`; raises ValueError that lists the profiles there are."""
    if name not in PROFILES:
        raise ValueError(f"there is no Wattpilot profile {name!r}; there are: {', '.join(PROFILES)}")
    return PROFILES[name]
