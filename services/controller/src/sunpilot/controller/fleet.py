"""All houses and their Wattpilots: events in; one decision, one write to the store and one setpoint each out."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sunpilot.contract.configuration import Configuration
from sunpilot.contract.reading import Reading
from sunpilot.contract.setpoint import Ack, Result
from sunpilot.contract.status import Status
from sunpilot.contract.topics import Topics
from sunpilot.controller.assignment import Assignment, assignments
from sunpilot.controller.backlog import Backlog
from sunpilot.controller.chronicle import Chronicle
from sunpilot.controller.control import ControlState
from sunpilot.controller.dispatch import Dispatch
from sunpilot.controller.estate import Estate
from sunpilot.controller.logbook import Entry, Logbook
from sunpilot.controller.outcome import next_due
from sunpilot.controller.premises import premises
from sunpilot.controller.records import Records, load_decided, load_releases, load_states, load_tallies
from sunpilot.controller.release import Releases, release_decision, release_setpoint
from sunpilot.runtime.bus import Bus
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.leader import Leader
from sunpilot.runtime.log import Log
from sunpilot.runtime.store import Store


class Fleet:
    """What one leader knows and does, from the moment it leads. Every method runs in one task.

    Raises `FencedError` when somebody newer leads; then this object is of no more use.
    """

    def __init__(self, bus: Bus, store: Store, clock: Clock, topics: Topics, leader: Leader, log: Log) -> None:
        self._store = store
        self._clock = clock
        self._leader = leader
        self._log = log
        self._dispatch = Dispatch(bus, clock, topics, leader)
        self.backlog = Backlog(leader, log)
        self._records = Records(store.keys)
        self._chronicle = Chronicle(store.keys)
        self._logbook = Logbook()
        self._releases = Releases()
        self._configuration: Configuration | None = None
        self._assignments: dict[int, Assignment] = {}
        self._estate = Estate()
        self._due: dict[int, datetime] = {}

    def is_due(self) -> bool:
        """Whether a countdown, a renewal or a release has run out, or powers are to be kept."""
        now = self._clock.now()
        are_due = self._chronicle.is_due(self._estate.sites, now) or self._releases.are_due(self._clock.monotonic())
        return are_due or any(due <= now for due in self._due.values())

    async def start_afresh(self) -> None:
        """After a step of the clock: forget the power history, here and in the store, and all times."""
        self._estate.start_afresh(self._clock.now())
        self._logbook.start_afresh()
        await self.backlog.write([self._records.no_power(wattpilot_id) for wattpilot_id in self._estate.controls])

    async def load(self) -> None:
        """Read the configuration, and what an earlier leader knew; raises what `Store` raises, changing nothing."""
        configuration = await self._store.configuration()
        states = await load_states(self._store)
        pending = await load_releases(self._store)
        decided = await load_decided(self._store)
        tallies = await load_tallies(self._store)
        places = premises(configuration)
        ruled = assignments(configuration, places.values())
        now = self._clock.now()
        await self._estate.load(self._store, places, states, now)
        for wattpilot_id, before in self._assignments.items():
            if wattpilot_id in ruled and ruled[wattpilot_id].grid.id != before.grid.id:
                self._estate.controls[wattpilot_id].start_afresh(now)  # another meter: the old one says nothing here
        for place in places.values():
            await self._chronicle.load(self._store, place.house, now)
        self._logbook.restore(tallies, now)
        self._configuration, self._assignments = configuration, ruled
        for house_id in self._estate.settle(places):
            self._dispatch.say_of_house(house_id, "day", b"")
        await self._tell_days(now)
        self._due = dict.fromkeys(ruled, now)
        for wattpilot_id in decided.keys() - ruled.keys():
            self._dispatch.say(wattpilot_id, "decision", decided[wattpilot_id])  # the broker may have forgotten it
        await self._let_go((self._ours(states) | pending.keys()) - ruled.keys())
        await self._take_back(ruled.keys() & {*pending, *self._releases.wattpilots})
        known = decided.keys() | tallies.keys()
        for wattpilot_id in known - configuration.wattpilots.keys() - {*self._releases.wattpilots}:
            await self._clear(wattpilot_id)

    async def see_reading(self, inverter_id: int, reading: Reading) -> None:
        """A live reading of an inverter."""
        now = self._clock.now()
        self.backlog.add([self._records.reading(inverter_id, reading)])
        for house_id, site in self._estate.sites.items():
            ruled = self._ruled_at(house_id)
            decides = site.see_reading(inverter_id, reading, ruled, now)
            if decides is None:
                continue
            day = self._chronicle.day(site, now)
            self._logbook.see_reading(site, now)
            if day is not None:
                self.backlog.add([self._records.day(house_id, day)])
            for wattpilot_id in decides:
                await self._act(wattpilot_id, now)
            await self.backlog.write_rest()
            if day is not None:
                self._dispatch.say_of_house(house_id, "day", day.encode())
        await self.backlog.write_rest()  # of what nobody had to decide on

    async def see_status(self, wattpilot_id: int, status: Status, retained: bool) -> None:
        """A status; a retained one says nothing about now, but its epoch must be outbid."""
        if status.epoch is not None:
            await self._leader.outbid(status.epoch)
        now = self._clock.now()
        if not retained and self._configuration is not None and wattpilot_id in self._configuration.wattpilots:
            self._logbook.see_status(wattpilot_id, status, now)
        control = self._estate.at_home(wattpilot_id)
        if retained or control is None:
            return
        self.backlog.add(self._records.power(wattpilot_id, now, status.power_w))
        self.backlog.add([self._records.status(wattpilot_id, status)])
        is_news = control.charger.see(status, now)
        if is_news and wattpilot_id in self._assignments:
            for affected_id in self._ruled_at(self._assignments[wattpilot_id].house.id):
                await self._act(affected_id, now)

    async def see_ack(self, wattpilot_id: int, ack: Ack) -> None:
        """An acknowledgement; only that of a release is waited for."""
        if ack.of is None or ack.result is not Result.DONE or not self._releases.is_done_by(wattpilot_id, ack.of):
            return
        self._log.info("released", wattpilot=wattpilot_id)
        self._releases.end(wattpilot_id)
        self._estate.controls.pop(wattpilot_id, None)
        await self.backlog.write(self._records.forget(wattpilot_id))
        if self._configuration is not None and wattpilot_id not in self._configuration.wattpilots:
            await self._clear(wattpilot_id)

    async def do_what_is_due(self) -> None:
        """Decide where a countdown ran out, renew leases, repeat releases, keep the sessions."""
        now = self._clock.now()
        powers = self._chronicle.powers(self._estate.sites, now)
        if powers:
            await self.backlog.write(powers)
        for wattpilot_id in [w for w, due in self._due.items() if due <= now]:
            await self._act(wattpilot_id, now)
        for wattpilot_id in self._releases.take_due(self._clock.monotonic()):
            setpoint = release_setpoint(self._dispatch.next_order())
            self._releases.sent(wattpilot_id, setpoint.order)
            await self.backlog.write([self._records.release(wattpilot_id, setpoint)])
            self._dispatch.send(wattpilot_id, setpoint)
        for entry in list(self._logbook.due(now)):
            await self._keep(entry)

    async def _act(self, wattpilot_id: int, now: datetime) -> None:
        """Decide, store, and only then publish: a leader that was overtaken must not be heard."""
        control, assignment = self._estate.controls[wattpilot_id], self._assignments[wattpilot_id]
        house_id = assignment.house.id
        outcome = self._estate.sites[house_id].decide(wattpilot_id, self._ruled_at(house_id), now)
        setpoint = self._dispatch.due(wattpilot_id, control.state.setpoint, outcome.setpoint)
        if setpoint is not None:
            control.state = control.state.model_copy(update={"setpoint": setpoint})
        decision = outcome.decision
        records = self._records
        self.backlog.add(self._chronicle.decision(wattpilot_id, outcome))
        self._logbook.see_decision(wattpilot_id, decision.reason, now)
        await self.backlog.write([records.state(wattpilot_id, control.state), records.decision(wattpilot_id, decision)])
        if setpoint is not None:
            self._dispatch.send(wattpilot_id, setpoint)
        self._dispatch.say(wattpilot_id, "decision", decision.encode())
        self._due[wattpilot_id] = next_due(outcome, assignment, now)

    async def _tell_days(self, now: datetime) -> None:
        """Publish the running days, which the broker may not know; first store them, for a newer leader knows more."""
        days = self._chronicle.running_days(self._estate.sites, now)
        await self.backlog.write([self._records.day(house_id, day) for house_id, day in days.items()])
        for house_id, day in days.items():
            self._dispatch.say_of_house(house_id, "day", day.encode())

    async def _keep(self, entry: Entry) -> None:
        """Store a Wattpilot's sessions, then publish the running or last one."""
        await self.backlog.write(self._records.sessions(entry))
        if self.backlog.store_answers:
            self._logbook.kept(entry)
        if entry.shown is not None:
            self._dispatch.say(entry.wattpilot_id, "session", entry.shown.encode())

    def _ruled_at(self, house_id: int) -> dict[int, Assignment]:
        """What smart charging rules in one house."""
        return {w: assignment for w, assignment in self._assignments.items() if assignment.house.id == house_id}

    def _ours(self, states: Mapping[int, ControlState]) -> set[int]:
        """The Wattpilots that were asked for something, by the store or, where it took nothing, by memory.

        A store that lost everything is no person's order to let go: without configuration the leases just lapse.
        """
        known = set() if self._configuration is None else {*self._configuration.wattpilots}
        remembered = {w: control.state for w, control in self._estate.controls.items() if w in known}
        return {w for w, state in {**remembered, **states}.items() if state.setpoint is not None}

    async def _clear(self, wattpilot_id: int) -> None:
        """A Wattpilot that is no longer configured leaves nothing behind."""
        self._logbook.forget(wattpilot_id)
        self._estate.controls.pop(wattpilot_id, None)
        await self.backlog.write(self._records.clear(wattpilot_id))
        for leaf in ("decision", "session"):
            self._dispatch.say(wattpilot_id, leaf, b"")

    async def _let_go(self, wattpilots: Iterable[int]) -> None:
        for wattpilot_id in wattpilots:
            if self._releases.begin(wattpilot_id):
                decision = release_decision(self._clock.now())
                await self.backlog.write([self._records.decision(wattpilot_id, decision)])
                self._dispatch.say(wattpilot_id, "decision", decision.encode())

    async def _take_back(self, wattpilots: Iterable[int]) -> None:
        for wattpilot_id in wattpilots:
            self._releases.end(wattpilot_id)
            await self.backlog.write([self._records.no_release(wattpilot_id)])
