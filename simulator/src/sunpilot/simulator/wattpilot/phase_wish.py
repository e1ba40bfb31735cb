"""How many phases a Wattpilot wants by itself: its automatic phase mode in Eco, with an inverter paired."""

from collections.abc import Mapping
from typing import Any


class PhaseWish:
    """A wish must persist (`mpwst`), and toggles keep their distance (`mptwt`)."""

    def __init__(self) -> None:
        self._since_ms: int | None = None
        self._toggled_ms: int | None = None

    def phases(self, surplus_w: float, now_ms: int, settings: Mapping[str, Any], *, present: int) -> int:
        """The phases wanted at uptime `now_ms` with this surplus, the car's own power included; `present` are now."""
        wished = (
            3 if surplus_w >= settings["spl3"] else 1 if surplus_w < settings["spl3"] - settings["psh"] else present
        )
        if wished == present:
            self._since_ms = None
            return present
        if self._since_ms is None:
            self._since_ms = now_ms
        persists = now_ms - self._since_ms >= settings["mpwst"]
        may = self._toggled_ms is None or now_ms - self._toggled_ms >= settings["mptwt"]
        if not (persists and may):
            return present
        self._toggled_ms, self._since_ms = now_ms, None
        return wished

    def forget(self) -> None:
        """Begin anew, as after a reboot."""
        self._since_ms = self._toggled_ms = None
