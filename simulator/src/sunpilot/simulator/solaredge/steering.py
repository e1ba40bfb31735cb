"""Steering of the cloud over HTTP: its faults and its options, checked. Pure: orders and states are JSON objects."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sunpilot.simulator.solaredge.cloud import Cloud
from sunpilot.simulator.solaredge.subscription import Averaging, DayPolicy, Meters, StateOfEnergy, Tier

LONGEST_LATENCY_S = 60.0
CHOICES = {
    "averaging": Averaging,
    "day_policy": DayPolicy,
    "tier": Tier,
    "meters": Meters,
    "state_of_energy": StateOfEnergy,
}
SECONDS = {"upload_interval_s": (1, 86_400), "publish_delay_s": (0, 86_400)}


class CloudSteering:
    """Every order raises `ValueError` when it cannot be carried out; the message names what is allowed."""

    def __init__(self, cloud: Cloud, now: Callable[[], datetime]) -> None:
        self._cloud, self._now = cloud, now

    def state(self) -> dict[str, Any]:
        """Options, faults and calls. No secrets."""
        cloud = self._cloud
        return {
            "cloud": {**asdict(cloud.options), "consent": cloud.consent.is_granted},
            "cloud_faults": cloud.faults.state(),
            "cloud_calls": {str(status): number for status, number in sorted(cloud.calls.items())},
            "cloud_calls_left": cloud.calls_left,
            "cloud_credits_left": cloud.credits_left,
        }

    def set_options(self, order: Mapping[str, Any]) -> None:
        """{name: value} as `state` shows them; the others stay as they are."""
        for name, value in order.items():
            if name in SECONDS:
                low, high = SECONDS[name]
                if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                    raise ValueError(f"{name} is a whole number in {low}..{high}")
            elif name not in CHOICES:
                raise ValueError(f"there is no {name!r} here; there are: {', '.join([*CHOICES, *SECONDS])}")
            elif value not in tuple(CHOICES[name]):
                raise ValueError(f"{name} is one of {', '.join(CHOICES[name])}")
        for name, value in order.items():
            setattr(self._cloud.options, name, value if name in SECONDS else CHOICES[name](value))

    def set_faults(self, order: Mapping[str, Any]) -> None:
        """{name: spell, latency_s: seconds}; the others stay as they are.

        A spell is true (until cleared), false, a number of calls, or {"seconds": how long, "share": of the calls}.
        """
        latency_s = order.get("latency_s", self._cloud.faults.latency_s)
        if not _is_number(latency_s) or not 0 <= latency_s <= LONGEST_LATENCY_S:
            raise ValueError(f"latency_s is a number of seconds in 0..{LONGEST_LATENCY_S:g}")
        for name, spell in order.items():
            if name != "latency_s":
                self._set_fault(name, spell)
        self._cloud.faults.latency_s = float(latency_s)

    def _set_fault(self, name: str, spell: object) -> None:
        faults = self._cloud.faults
        if isinstance(spell, dict) and spell.keys() <= {"seconds", "share"}:
            seconds, share = spell.get("seconds"), spell.get("share", 1.0)
            if not all(_is_number(value) for value in (share, seconds or 0.0)):
                raise ValueError(f"{name}: seconds and share are numbers")
            faults.set(name, until=self._now() + timedelta(seconds=seconds) if seconds else None, share=share)
        elif isinstance(spell, int):
            faults.set(name, None if spell is True else int(spell))
        else:
            raise ValueError(f"{name}: true (until cleared), false, or a number of calls; or {{seconds, share}}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
