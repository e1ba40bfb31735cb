"""A person's orders: modes and overrides, the same by REST and by MQTT."""

from datetime import timedelta

from sunpilot.api.announcer import Announcer
from sunpilot.api.entities import Entities
from sunpilot.api.etag import NO_PRECONDITION, Precondition
from sunpilot.api.held import Held
from sunpilot.api.journal import Command, Journal
from sunpilot.api.refusal import UnknownEntityError
from sunpilot.contract.order import MAXIMUM_OVERRIDE_S, Mode, Override, OverrideRequest, Resume
from sunpilot.contract.status import Status
from sunpilot.contract.wattpilot import Wattpilot
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.log import Log, Streaks
from sunpilot.runtime.store import Store, StoreDownError, StoreRefusedError

TICK_S = 1.0
"""How often overrides are looked at for their end."""


class Orders:
    """Sets, publishes and ends modes and overrides. Overrides are remembered besides, so that they end in time.

    With a ``precondition``, an order raises `ChangedError` where the Wattpilot is not the version that is meant.
    """

    def __init__(
        self, store: Store, journal: Journal, entities: Entities, announcer: Announcer, clock: Clock, log: Log
    ) -> None:
        self._store = store
        self._journal = journal
        self._entities = entities
        self._announcer = announcer
        self._clock = clock
        self._streaks = Streaks(log)
        self._held: dict[int, Held] = {}
        self._has_car: dict[int, bool] = {}

    async def restore(self) -> None:
        """Read what holds and publish it: at the start, and after the store or the broker was away."""
        async with self._journal.lock:
            configuration = await self._entities.configuration()
            cars = await self._store.call(self._store.redis.hgetall(self._store.keys.cars_seen))
            self._held = {
                wattpilot_id: self._restored(wattpilot_id, override, cars.get(str(wattpilot_id)))
                for wattpilot_id, override in configuration.overrides.items()
            }
            self._journal.is_in_doubt = False
            for wattpilot in configuration.wattpilots.values():
                self._announcer.mode(wattpilot.id, wattpilot.mode)
                self._announcer.override(wattpilot.id, configuration.overrides.get(wattpilot.id))

    async def set_mode(self, wattpilot_id: int, mode: Mode, precondition: Precondition = NO_PRECONDITION) -> None:
        """What the Wattpilot does from now on, when no override hides it."""
        await self._entities.change_wattpilot(wattpilot_id, {"mode": mode}, precondition)

    async def set_override(
        self, wattpilot_id: int, request: OverrideRequest, precondition: Precondition = NO_PRECONDITION
    ) -> Override:
        """Hide the mode for ``seconds``; without them until unplug, at most 24 h."""
        now = self._clock.now()
        seconds = MAXIMUM_OVERRIDE_S if request.seconds is None else request.seconds
        override = Override(
            kind=request.kind,
            amps=request.amps,
            phases=request.phases,
            set_at=now,
            ends_at=now + timedelta(seconds=seconds),
            ends_on_unplug=request.seconds is None,
        )
        held = Held(override)
        commands: list[Command] = [("HSET", self._store.keys.overrides, wattpilot_id, override.model_dump_json())]
        async with self._journal.lock:
            await self._check(wattpilot_id, precondition)
            if self._has_car.get(wattpilot_id):
                held.see(True)
            if held.has_seen_car:
                commands.append(self._car_seen(wattpilot_id, override))
            await self._journal.write(*commands, changes=[("override", wattpilot_id)])
            held.car_is_stored = held.has_seen_car
            self._held[wattpilot_id] = held
        self._announcer.override(wattpilot_id, override)
        return override

    async def clear_override(self, wattpilot_id: int, precondition: Precondition = NO_PRECONDITION) -> None:
        """Let the mode hold again; does no harm where it holds already."""
        async with self._journal.lock:
            await self._check(wattpilot_id, precondition)
            await self._clear(wattpilot_id)

    async def resume(self, wattpilot_id: int, precondition: Precondition = NO_PRECONDITION) -> None:
        """Take over again after a change by hand at the Wattpilot; the controller obeys this once."""
        resume = Resume(at=self._clock.now())
        async with self._journal.lock:
            await self._check(wattpilot_id, precondition)
            await self._journal.write(
                ("HSET", self._store.keys.resumes, wattpilot_id, resume.model_dump_json()),
                changes=[("resume", wattpilot_id)],
            )

    def forget(self, wattpilot_id: int) -> None:
        """The Wattpilot is deleted."""
        self._held.pop(wattpilot_id, None)
        self._has_car.pop(wattpilot_id, None)

    def saw_status(self, wattpilot_id: int, status: Status, *, live: bool) -> None:
        """Take note of whether a car is plugged in: an override that ends at unplug ends when it leaves.

        A retained copy tells what was before, never what happens now. So an unplug while the broker or the api was away
        counts with the first live status after it.
        """
        if status.has_car is None:
            return
        if not live:
            self._has_car.setdefault(wattpilot_id, status.has_car)
            return
        self._has_car[wattpilot_id] = status.has_car
        if wattpilot_id in self._held:
            self._held[wattpilot_id].see(status.has_car)

    async def run(self) -> None:
        """End overrides at their time or at unplug. While the store is away, they end as soon as it is back."""
        while True:
            for wattpilot_id, held in sorted(self._held.items()):
                await self._look_after(wattpilot_id, held)
            await self._clock.sleep(TICK_S)

    async def _look_after(self, wattpilot_id: int, held: Held) -> None:
        is_over = held.car_has_left or not held.override.holds(self._clock.now())
        if not is_over and held.car_is_stored == held.has_seen_car:
            return
        what = "the end of an override, or its car, cannot be stored"
        try:
            async with self._journal.lock:
                if self._held.get(wattpilot_id) is not held:  # another was ordered meanwhile
                    return
                if is_over:
                    await self._clear(wattpilot_id)
                else:
                    await self._journal.write(self._car_seen(wattpilot_id, held.override))
                    held.car_is_stored = True
        except (StoreDownError, StoreRefusedError) as error:
            self._streaks.failed(what, wattpilot=wattpilot_id, why=str(error))
        else:
            self._streaks.ended(what)

    async def _clear(self, wattpilot_id: int) -> None:
        keys = self._store.keys
        await self._journal.write(
            ("HDEL", keys.overrides, wattpilot_id),
            ("HDEL", keys.cars_seen, wattpilot_id),
            changes=[("override", wattpilot_id)],
        )
        self._held.pop(wattpilot_id, None)
        self._announcer.override(wattpilot_id, None)

    def _restored(self, wattpilot_id: int, override: Override, car_seen: str | None) -> Held:
        held = self._held.get(wattpilot_id)
        if held is not None and held.override == override:
            return held
        is_stored = car_seen == override.set_at.isoformat()
        return Held(override, has_seen_car=is_stored, car_is_stored=is_stored)

    def _car_seen(self, wattpilot_id: int, override: Override) -> Command:
        return ("HSET", self._store.keys.cars_seen, wattpilot_id, override.set_at.isoformat())

    async def _check(self, wattpilot_id: int, precondition: Precondition) -> None:
        wattpilot = await self._store.one(Wattpilot, self._store.keys.wattpilots, wattpilot_id)
        if wattpilot is None:
            raise UnknownEntityError("Wattpilot", wattpilot_id)
        precondition.check(wattpilot)
