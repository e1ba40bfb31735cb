"""What the controller keeps in the store, as commands for a leader's write, and how it is read back."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sunpilot.contract.decision import Decision
from sunpilot.contract.history import KEPT_H, DayTotal, Decided, Sample
from sunpilot.contract.keys import Keys
from sunpilot.contract.message import Part
from sunpilot.contract.reading import Reading
from sunpilot.contract.session import KEPT_SESSIONS
from sunpilot.contract.setpoint import Setpoint
from sunpilot.contract.status import Status
from sunpilot.controller.control import ControlState
from sunpilot.controller.logbook import Entry
from sunpilot.controller.power_history import KEEP, PowerHistory
from sunpilot.controller.tally import Tally
from sunpilot.runtime.leader import Command
from sunpilot.runtime.store import Store

LOGGED = 500
"""So many of a Wattpilot's last decisions can be replayed."""


class Records:
    """Builds commands; names no key elsewhere."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def state(self, wattpilot_id: int, state: ControlState) -> Command:
        """The control's own state."""
        return _put(self._keys.controls, wattpilot_id, state)

    def decision(self, wattpilot_id: int, decision: Decision) -> Command:
        """The last decision."""
        return _put(self._keys.decisions, wattpilot_id, decision)

    def status(self, wattpilot_id: int, status: Status) -> Command:
        """The last status."""
        return _put(self._keys.statuses, wattpilot_id, status)

    def reading(self, inverter_id: int, reading: Reading) -> Command:
        """The last reading."""
        return _put(self._keys.readings, inverter_id, reading)

    def release(self, wattpilot_id: int, setpoint: Setpoint) -> Command:
        """A release that waits for its acknowledgement."""
        return _put(self._keys.releases, wattpilot_id, setpoint)

    def power(self, wattpilot_id: int, time: datetime, power_w: float | None) -> list[Command]:
        """One sample of charger power; what is too old goes."""
        key, stamp = self._keys.power(wattpilot_id), time.timestamp()
        sample = f"{stamp:.3f} {'' if power_w is None else round(power_w, 1)}"
        return [("ZADD", key, stamp, sample), ("ZREMRANGEBYSCORE", key, 0, stamp - KEEP.total_seconds())]

    def decided(self, wattpilot_id: int, decided: Decided) -> list[Command]:
        """One decision more; what is too old goes."""
        return _kept(self._keys.decided(wattpilot_id), decided.at, decided)

    def sample(self, house_id: int, sample: Sample) -> list[Command]:
        """One sample of a house's powers more; what is too old goes."""
        return _kept(self._keys.samples(house_id), sample.at, sample)

    def day(self, house_id: int, day: DayTotal) -> Command:
        """A day's energies so far."""
        return ("HSET", self._keys.days(house_id), day.day, day.model_dump_json())

    def sessions(self, entry: Entry) -> list[Command]:
        """A Wattpilot's tally, and its sessions that are news, each in place of its older version; the oldest go."""
        key = self._keys.sessions(entry.wattpilot_id)
        commands: list[Command] = [_put(self._keys.tallies, entry.wattpilot_id, entry.tally)]
        for session in entry.news:
            commands.append(("ZREMRANGEBYSCORE", key, session.id, session.id))
            commands.append(("ZADD", key, session.id, session.model_dump_json()))
        if entry.news:
            commands.append(("ZREMRANGEBYRANK", key, 0, -KEPT_SESSIONS - 1))
        return commands

    def log(self, wattpilot_id: int, line: str) -> list[Command]:
        """One record more to be replayed; the oldest go."""
        key = self._keys.log(wattpilot_id)
        return [("LPUSH", key, line), ("LTRIM", key, 0, LOGGED - 1)]

    def no_release(self, wattpilot_id: int) -> Command:
        """The release is done, or taken back."""
        return ("HDEL", self._keys.releases, str(wattpilot_id))

    def forget(self, wattpilot_id: int) -> list[Command]:
        """Nothing of this Wattpilot is ours any more."""
        return [("HDEL", key, str(wattpilot_id)) for key in (self._keys.controls, self._keys.releases)]

    def no_power(self, wattpilot_id: int) -> Command:
        """The samples' times mean nothing any more."""
        return ("DEL", self._keys.power(wattpilot_id))

    def clear(self, wattpilot_id: int) -> list[Command]:
        """The Wattpilot is no longer configured."""
        keys = self._keys
        shown: list[Command] = [
            ("HDEL", key, str(wattpilot_id)) for key in (keys.decisions, keys.statuses, keys.tallies)
        ]
        kept: list[Command] = [
            ("DEL", key) for key in (keys.decided(wattpilot_id), keys.log(wattpilot_id), keys.sessions(wattpilot_id))
        ]
        return [*shown, *kept, *self.forget(wattpilot_id), self.no_power(wattpilot_id)]


async def load_decided(store: Store) -> Mapping[int, bytes]:
    """The last decision on each Wattpilot, as it was published."""
    stored = await store.call(store.redis.hgetall(store.keys.decisions))
    return {int(wattpilot_id): str(decision).encode() for wattpilot_id, decision in stored.items()}


async def load_states(store: Store) -> Mapping[int, ControlState]:
    """The stored control states, by Wattpilot."""
    return await store.all(ControlState, store.keys.controls)


async def load_tallies(store: Store) -> Mapping[int, Tally]:
    """The counts of the sessions, by Wattpilot."""
    return await store.all(Tally, store.keys.tallies)


async def load_releases(store: Store) -> Mapping[int, Setpoint]:
    """The releases not acknowledged yet, by Wattpilot."""
    return await store.all(Setpoint, store.keys.releases)


async def load_power(store: Store, wattpilot_id: int, history: PowerHistory, now: datetime) -> None:
    """Fill an empty history with the stored samples; those of the future are from before the clock was set back."""
    for sample in await store.call(store.redis.zrange(store.keys.power(wattpilot_id), 0, -1)):
        stamp, _, power = str(sample).partition(" ")
        time = datetime.fromtimestamp(float(stamp), UTC)
        if time <= now:
            history.add(time, float(power) if power else None)


async def load_day(store: Store, house_id: int, day: str) -> DayTotal | None:
    """What an earlier leader counted on that day."""
    text = await store.call(store.redis.hget(store.keys.days(house_id), day))
    return None if text is None else DayTotal.model_validate_json(text)


def _kept(key: str, at: datetime, value: Part) -> list[Command]:
    stamp = at.timestamp()
    return [("ZADD", key, stamp, value.model_dump_json()), ("ZREMRANGEBYSCORE", key, 0, stamp - KEPT_H * 3600)]


def _put(key: str, entity_id: int, value: Part) -> Command:
    return ("HSET", key, str(entity_id), value.model_dump_json())
