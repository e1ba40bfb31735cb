"""Tells people: looks at what is known every few seconds, remembers what is told, and then sends it.

Of several apis only one does, by a lease in the store; and what is remembered is written before a message goes out, so
that a restart or a change of the leader tells nothing twice.
"""

import asyncio
import contextlib
from zoneinfo import ZoneInfo

from sunpilot.api.board import Board
from sunpilot.api.household import house_of
from sunpilot.api.notification.facts import Box, Facts, Feed
from sunpilot.api.notification.sender import Send
from sunpilot.api.notification.target import Attempt, Language, Outcome, Target, said
from sunpilot.api.notification.targets import Targets
from sunpilot.api.notification.watch import Memory, Notice, look
from sunpilot.api.notification.words import Words
from sunpilot.api.refusal import UnknownEntityError
from sunpilot.api.roll import Standing
from sunpilot.contract.configuration import Configuration
from sunpilot.contract.decision import Decision
from sunpilot.contract.reading import Reading
from sunpilot.contract.session import Session
from sunpilot.contract.source import SourceState
from sunpilot.contract.status import Status
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.leader import FencedError, Leader
from sunpilot.runtime.log import Log, Streaks
from sunpilot.runtime.store import Store, StoreDownError, StoreRefusedError

TICK_S = 5.0
PAUSES_S = (0.0, 30.0, 300.0)
"""A message that a service does not take is tried again after these."""

WATCHED = ("fetcher", "controller", "recorder")
"""The services whose absence is told; of a bridge, its Wattpilot's silence tells."""


class Notifier:
    """Sends notices to the targets that want them; ``tell`` sends one at once."""

    def __init__(
        self, store: Store, board: Board, targets: Targets, clock: Clock, instance: str, log: Log, send: Send
    ) -> None:
        self._store = store
        self._board = board
        self._targets = targets
        self._clock = clock
        self._send = send
        self._streaks = Streaks(log)
        self._leader = Leader(store, clock, "notifier", instance, log)
        self._memory: Memory | None = None

    async def run(self) -> None:
        """Tell what is worth it, for ever."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._leader.run(self._on_leadership))
                tasks.create_task(self._watch(tasks))
        finally:
            await self._resign()

    async def tell(self, address: str, words: Words, language: Language) -> Outcome:
        """Send one message now."""
        title, body = (getattr(text, language) for text in (words.title, words.body))
        return await self._send(address, title, body)

    def _on_leadership(self, _leads: bool) -> None:
        self._memory = None

    async def _watch(self, tasks: asyncio.TaskGroup) -> None:
        what = "notifications must wait for the store"
        while True:
            await self._clock.sleep(TICK_S)
            if self._leader.epoch is None:
                continue
            try:
                await self._look(tasks)
            except (StoreDownError, StoreRefusedError) as error:
                self._streaks.failed(what, why=str(error))
            except FencedError:
                self._leader.epoch = self._memory = None
            else:
                self._streaks.ended(what)

    async def _look(self, tasks: asyncio.TaskGroup) -> None:
        """What is told is in the store before it is sent."""
        configuration = await self._store.configuration()
        targets = [target for target in (await self._targets.all()).values() if target.enabled]
        before = self._memory or await self._load()
        wanted = frozenset(event for target in targets for event in target.events)
        memory, notices = look(before, self._facts(configuration), wanted, self._clock.now())
        if notices or _told(memory) != _told(before):
            await self._leader.write([("SET", self._store.keys.notified, memory.model_dump_json())])
        self._memory = memory
        for notice in notices:
            for target in targets:
                if notice.events & set(target.events):
                    tasks.create_task(self._deliver(target, notice))

    async def _deliver(self, target: Target, notice: Notice) -> None:
        """Send a notice, and again where it was not taken; a fault is logged once, and says nothing of the address."""
        what = f"notifications to {target.name} ({target.service}) do not arrive"
        for pause_s in PAUSES_S:
            await self._clock.sleep(pause_s)
            try:
                address = await self._targets.address(target.id)
            except UnknownEntityError:
                return
            except (StoreDownError, StoreRefusedError):
                continue
            outcome = await self.tell(address.get_secret_value(), notice.words, target.language)
            with contextlib.suppress(StoreDownError, StoreRefusedError):  # it went out, noted or not
                await self._targets.note(target.id, Attempt(at=self._clock.now(), outcome=outcome, text=said(outcome)))
            if outcome is Outcome.SENT:
                self._streaks.ended(what)
                return
            self._streaks.failed(what, outcome=outcome.value)

    def _facts(self, configuration: Configuration) -> Facts:
        last = self._board.last
        boxes = {}
        for number, wattpilot in configuration.wattpilots.items():
            house, path = house_of(number, configuration), f"wattpilot/{number}"
            boxes[number] = Box(
                name=wattpilot.name,
                zone=ZoneInfo("UTC" if house is None else house.time_zone),
                online=self._board.last_word(f"{path}/online") is True,
                status=last(Status, f"{path}/status"),
                decision=last(Decision, f"{path}/decision"),
                session=last(Session, f"{path}/session"),
            )
        feeds = {
            number: Feed(inverter, state, last(Reading, f"inverter/{number}/reading"))
            for number, inverter in configuration.inverters.items()
            if (state := last(SourceState, f"inverter/{number}/source")) is not None
        }
        return Facts(boxes, feeds, self._away())

    def _away(self) -> frozenset[str]:
        """The watched services of which an instance is known, and none is there."""
        standings: dict[str, list[Standing]] = {}
        for (name, _), seen in self._board.services().items():
            standings.setdefault(name, []).append(seen.standing)
        away = {Standing.SILENT, Standing.OFFLINE}
        return frozenset(name for name in WATCHED if name in standings and away.issuperset(standings[name]))

    async def _load(self) -> Memory:
        stored = await self._store.call(self._store.redis.get(self._store.keys.notified))
        return Memory() if stored is None else Memory.model_validate_json(stored)

    async def _resign(self) -> None:
        try:
            await self._leader.resign()
        except (StoreDownError, StoreRefusedError):
            return  # the lease ends by itself


def _told(memory: Memory) -> dict[str, tuple[bool, object]]:
    """What of a memory must outlive a restart."""
    return {key: (standing.is_told, standing.told_at) for key, standing in memory.standings.items() if standing.told_at}
