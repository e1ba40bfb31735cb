"""Random faults of the simulated Wattpilot, a car that comes and goes, and a controller that asks for this and that."""

import random
from collections.abc import Awaitable, Callable, Collection
from typing import Literal

from sunpilot.contract.setpoint import Action, OnLapse, Setpoint
from sunpilot.simulator.wattpilot.box import Box
from sunpilot.simulator.wattpilot.fault import FAULTS

Sleep = Callable[[float], Awaitable[None]]


async def trouble(
    box: Box, rng: random.Random, sleep: Sleep, *, pause_s: float, lasts_s: float, except_for: Collection[str] = ()
) -> None:
    """One fault after the other, sometimes two at a time, for ever; ``except_for`` names those that never come."""
    possible = sorted(FAULTS.keys() - set(except_for))
    while True:
        await sleep(rng.uniform(0, 2 * pause_s))
        names = rng.sample(possible, rng.choice([1, 1, 2]))
        for name in names:
            box.set_fault(name, True)
        await sleep(rng.uniform(0, 2 * lasts_s))
        calm(box)


def calm(box: Box) -> None:
    """End every fault; whoever chose another mode of the box goes back to Default."""
    for name in list(box.faults):
        box.set_fault(name, False)
    box.person_sets("lmo", 3)


async def come_and_go(box: Box, rng: random.Random, sleep: Sleep, *, stays_s: float) -> None:
    """A car that is plugged in and out with this cable and that, for ever."""
    while True:
        box.plug_in(cable_a=rng.choice([13, 20, 32]))
        await sleep(rng.uniform(0.5, 1.5) * stays_s)
        box.unplug()
        await sleep(rng.uniform(0.05, 0.5) * stays_s)


async def ask(send: Callable[[Setpoint], None], rng: random.Random, sleep: Sleep) -> None:
    """A controller: a new wish now and then, renewed every 30 s; sometimes it falls silent for minutes."""
    n = 0
    while True:
        action = rng.choice([Action.CHARGE, Action.CHARGE, Action.STOP])
        amps = rng.randint(6, 32) if action is Action.CHARGE else None
        on_lapse = rng.choice([OnLapse.STOP, OnLapse.MINIMUM])
        phases: Literal[1, 3] | None = rng.choice([None, None, 1, 3]) if action is Action.CHARGE else None
        by_person = rng.random() < 0.2  # otherwise other hands would keep the box for hours
        for renewal in range(rng.randint(1, 6)):
            n += 1
            resume = by_person and renewal == 0
            setpoint = Setpoint(
                action=action, amps=amps, phases=phases, epoch=1, n=n, on_lapse=on_lapse, resume=resume, reason="soak"
            )
            send(setpoint)
            await sleep(rng.choice([7.0, 30.0]))
        if rng.random() < 0.05:
            await sleep(rng.uniform(60, 300))
