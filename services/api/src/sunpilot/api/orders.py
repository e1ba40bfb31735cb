"""A person's orders: modes and overrides, the same by REST and by MQTT."""

from datetime import timedelta

from sunpilot.api.announcer import Announcer
from sunpilot.api.entities import Entities
from sunpilot.api.journal import Journal
from sunpilot.api.refusal import UnknownEntityError
from sunpilot.contract.order import MAXIMUM_OVERRIDE_S, Mode, Override, OverrideRequest
from sunpilot.contract.status import Status
from sunpilot.contract.wattpilot import Wattpilot
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.log import Log, Streaks
from sunpilot.runtime.store import Store, StoreDownError, StoreRefusedError

TICK_S = 1.0
"""How often overrides are looked at for their end."""


class Orders:
    """Sets, publishes and ends modes and overrides. Overrides are remembered besides, so that they end in time."""

    def __init__(
        self, store: Store, journal: Journal, entities: Entities, announcer: Announcer, clock: Clock, log: Log
    ) -> None:
        self._store = store
        self._journal = journal
        self._entities = entities
        self._announcer = announcer
        self._clock = clock
        self._streaks = Streaks(log)
        self._overrides: dict[int, Override] = {}
        self._unplugged: set[int] = set()
        self._has_car: dict[int, bool] = {}

    async def restore(self) -> None:
        """Read what holds and publish it: at the start, and after the store or the broker was away."""
        configuration = await self._entities.configuration()
        self._overrides = dict(configuration.overrides)
        for wattpilot in configuration.wattpilots.values():
            self._announcer.mode(wattpilot.id, wattpilot.mode)
            self._announcer.override(wattpilot.id, self._overrides.get(wattpilot.id))

    async def set_mode(self, wattpilot_id: int, mode: Mode) -> None:
        """What the Wattpilot does from now on, when no override hides it."""
        await self._entities.change_wattpilot(wattpilot_id, {"mode": mode})

    async def set_override(self, wattpilot_id: int, request: OverrideRequest) -> Override:
        """Hide the mode for ``seconds``; without them until unplug, at most 24 h."""
        now = self._clock.now()
        seconds = MAXIMUM_OVERRIDE_S if request.seconds is None else request.seconds
        override = Override(
            kind=request.kind,
            amps=request.amps,
            set_at=now,
            ends_at=now + timedelta(seconds=seconds),
            ends_on_unplug=request.seconds is None,
        )
        key = self._store.keys.overrides
        async with self._journal.lock:
            await self._known(wattpilot_id)
            await self._journal.write(("HSET", key, wattpilot_id, override.model_dump_json()))
            self._overrides[wattpilot_id] = override
            self._unplugged.discard(wattpilot_id)
        self._announcer.override(wattpilot_id, override)
        self._announcer.changed("override", wattpilot_id)
        return override

    async def clear_override(self, wattpilot_id: int) -> None:
        """Let the mode hold again; does no harm where it holds already."""
        async with self._journal.lock:
            await self._known(wattpilot_id)
            await self._journal.write(("HDEL", self._store.keys.overrides, wattpilot_id))
            self._overrides.pop(wattpilot_id, None)
            self._unplugged.discard(wattpilot_id)
        self._announcer.override(wattpilot_id, None)
        self._announcer.changed("override", wattpilot_id)

    def forget(self, wattpilot_id: int) -> None:
        """The Wattpilot is deleted."""
        self._overrides.pop(wattpilot_id, None)
        self._unplugged.discard(wattpilot_id)
        self._has_car.pop(wattpilot_id, None)

    def saw_status(self, wattpilot_id: int, status: Status, *, live: bool) -> None:
        """Take note of whether a car is plugged in: an override that ends at unplug ends when it leaves.

        A retained copy tells what was before, never what happens now. So an unplug while the broker was away counts
        with the first live status after it.
        """
        if status.has_car is None:
            return
        if not live:
            self._has_car.setdefault(wattpilot_id, status.has_car)
            return
        had_car = self._has_car.get(wattpilot_id, False)
        self._has_car[wattpilot_id] = status.has_car
        override = self._overrides.get(wattpilot_id)
        if had_car and not status.has_car and override is not None and override.ends_on_unplug:
            self._unplugged.add(wattpilot_id)

    async def run(self) -> None:
        """End overrides at their time or at unplug. While the store is away, they end as soon as it is back."""
        while True:
            now = self._clock.now()
            over = {number for number, override in self._overrides.items() if not override.holds(now)}
            for wattpilot_id in sorted(over | self._unplugged):
                await self._end(wattpilot_id)
            await self._clock.sleep(TICK_S)

    async def _end(self, wattpilot_id: int) -> None:
        what = "an override that is over cannot be deleted"
        try:
            await self.clear_override(wattpilot_id)
        except UnknownEntityError:
            self.forget(wattpilot_id)
        except (StoreDownError, StoreRefusedError) as error:
            self._streaks.failed(what, wattpilot=wattpilot_id, why=str(error))
        else:
            self._streaks.ended(what)

    async def _known(self, wattpilot_id: int) -> None:
        if await self._store.one(Wattpilot, self._store.keys.wattpilots, wattpilot_id) is None:
            raise UnknownEntityError("Wattpilot", wattpilot_id)
