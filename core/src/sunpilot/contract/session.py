"""A charging session: from plug-in to unplug, and where its energy came from."""

from pydantic import Field

from sunpilot.contract.house import Currency
from sunpilot.contract.message import Message, Utc

KEPT_SESSIONS = 2000
"""So many of a Wattpilot's sessions are kept, whatever their age: a clock that is wrong for a moment drops none."""


class Session(Message):
    """One session of a Wattpilot, as of ``at``; it is running while ``ended_at`` is None.

    ``id`` is the second of ``started_at`` since 1970. ``seen_from_start`` is false where the car was plugged in already
    when Sunpilot first looked. ``energy_wh`` is counted by the box where it tells, otherwise summed from its power.

    Where the energy came from: what the house imports goes to the cars first, among several by their power; the rest
    is sun. What a home battery gives counts as sun, for the roof filled it; ``battery_wh`` is that part of ``sun_wh``,
    and goes to the cars before the house. It is known while readings met the car's power, for ``covered_s`` of
    ``plugged_s``; so ``sun_wh`` and ``grid_wh`` may be less than ``energy_wh`` together, and are None where nothing was
    covered. A slow source covers the end of a session late, so they may still grow after ``ended_at``.

    ``cost`` and ``saved`` are in ``currency``, that of the house's prices, and of the covered part: what the grid's
    energy cost and the sun's would have earned, and what all of it from the grid would have cost more. ``peak_w`` is
    the highest power, ``starts`` how often charging began; going on after a switch of phases is none. ``reasons_s`` is
    how long each reason of the decisions held.
    """

    id: int = Field(ge=0)
    at: Utc
    started_at: Utc
    ended_at: Utc | None = None
    seen_from_start: bool = True
    plugged_s: float = 0.0
    charging_s: float = 0.0
    covered_s: float = 0.0
    energy_wh: float | None = None
    sun_wh: float | None = None
    battery_wh: float | None = None
    grid_wh: float | None = None
    cost: float | None = None
    saved: float | None = None
    currency: Currency | None = None
    peak_w: float | None = None
    starts: int = 0
    phase_switches: int = 0
    reasons_s: dict[str, float] = Field(default_factory=dict)

    @property
    def sun_share(self) -> float | None:
        """The share of the covered energy that was sun; None where nothing is covered."""
        if self.sun_wh is None or self.grid_wh is None or self.sun_wh + self.grid_wh <= 0:
            return None
        return self.sun_wh / (self.sun_wh + self.grid_wh)
