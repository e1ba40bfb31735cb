"""What a Wattpilot decides once a second: phases, permission, and the current it offers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sunpilot.simulator.wattpilot.permission import ECO, Conditions, Permission, Reason, permission
from sunpilot.simulator.wattpilot.phase_switch import PhaseSwitch
from sunpilot.simulator.wattpilot.phase_wish import PhaseWish

LOGIC_S = 1.0
SWITCH_OVERHEAD_S = 2.0
FLOOR_A = 6
NO_DERATING_A = 32
FORCED_PHASES = {1: 1, 2: 3}
"""Phases by phase mode (`psm`); 0 leaves them to the device."""
SETTINGS = ("frc", "lmo", "acs", "trx", "dwo", "fup", "fst", "ful", "awp", "fap")
"""The settings that permission depends on."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What the logic sees beside the settings."""

    uptime_ms: int
    wh: float
    """Energy since plug-in."""
    drawing: bool
    """Whether current flows."""
    err: int
    charge_controller: bool
    """Whether the charge controller answers."""
    load_limit_a: float | None = None
    """What load balancing leaves, per phase; None: it leaves all."""
    surplus_w: float | None = None
    """PV surplus that the device knows of, its own power included; None: no inverter is paired with it."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """The decision of one second."""

    permission: Permission
    offered_a: int | None
    """Current offered per phase; None while charging is not allowed."""
    limits: dict[str, int]
    """The active limits in A per phase, by their names in the property `cll`."""
    toggled: bool
    """Whether the phase relay toggled in this second."""
    pause_ends_ms: int | None
    """Uptime at which the minimum pause ends or ended; None: there was none."""


class Logic:
    """Decides on the properties as they stood when last latched, so that a write works 1 to 2 s later."""

    def __init__(self, properties: Mapping[str, Any]) -> None:
        self._latched = dict(properties)
        self._switch = PhaseSwitch(phases=FORCED_PHASES.get(properties["psm"], 3))
        self._wish = PhaseWish()
        self._wanted_phases = self._switch.phases
        self._allowed = False
        self._pause_ends_ms: int | None = None

    @property
    def phases(self) -> int:
        """Phases behind the relay now."""
        return self._switch.phases

    @property
    def switching(self) -> bool:
        """Whether the pause around a phase switch is running."""
        return self._switch.running

    def latch(self, properties: Mapping[str, Any]) -> None:
        """Take the properties that the next decision looks at."""
        self._latched = dict(properties)

    def reboot(self) -> None:
        """Forget running pauses."""
        self._switch.abandon()
        self._wish.forget()
        self._pause_ends_ms = None

    def decide(self, situation: Situation) -> Ruling:
        """Settle one second."""
        settings = self._latched
        toggled = self._switch.step(
            LOGIC_S,
            wanted=self._phases(situation),
            drawing=situation.drawing,
            pause_s=settings["psmd"] / 1000 + SWITCH_OVERHEAD_S,
        )
        granted = permission(self._conditions(situation))
        limits = self._limits(situation)
        offered_a = min(limits.values())
        if granted.allowed and offered_a < FLOOR_A:
            short_of_load = limits.get("loadLimit") == offered_a
            granted = Permission(False, Reason.LOAD_MANAGEMENT if short_of_load else Reason.FLOOR)
        if granted.reason == Reason.ACCESS_CONTROL:
            limits["accessControl"] = 0
        if self._allowed and not granted.allowed and situation.drawing and settings["mcpd"]:
            self._pause_ends_ms = situation.uptime_ms + settings["mcpd"]
        self._allowed = granted.allowed
        return Ruling(granted, offered_a if granted.allowed else None, limits, toggled, self._pause_ends_ms)

    def _phases(self, situation: Situation) -> int:
        """Phases that the phase mode asks for; automatic means three, but for Eco with an inverter paired."""
        settings = self._latched
        if settings["psm"] in FORCED_PHASES or settings["lmo"] != ECO or situation.surplus_w is None:
            self._wanted_phases = FORCED_PHASES.get(settings["psm"], 3)
        else:
            self._wanted_phases = self._wish.phases(
                situation.surplus_w, situation.uptime_ms, settings, present=self._wanted_phases
            )
        return self._wanted_phases

    def _conditions(self, situation: Situation) -> Conditions:
        settings = self._latched
        return Conditions(
            **{name: settings[name] for name in SETTINGS},
            wh=situation.wh,
            surplus_w=situation.surplus_w or 0.0,
            price_ct=settings["awcp"]["marketprice"] if settings["awcp"] else None,
            err=situation.err,
            charge_controller=situation.charge_controller,
            switching=self._switch.running,
            unplugging=settings["su"],
            pausing=self._pause_ends_ms is not None and situation.uptime_ms < self._pause_ends_ms,
            charging=situation.drawing,
        )

    def _limits(self, situation: Situation) -> dict[str, int]:
        settings = self._latched
        limits = {"requestedCurrent": settings["amp"], "currentLimitMax": settings["ama"]}
        if settings["amt"] < NO_DERATING_A:
            limits["temperatureCurrentLimit"] = settings["amt"]
        if settings.get("cbl") is not None:
            limits["cableCurrentLimit"] = settings["cbl"]
        if situation.load_limit_a is not None:
            limits["loadLimit"] = int(situation.load_limit_a)
        return limits
