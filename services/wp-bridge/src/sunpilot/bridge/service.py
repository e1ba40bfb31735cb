"""The bridge as a service: one Wattpilot on one side, its branch of topics on the other."""

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable

from sunpilot.bridge.address import Address
from sunpilot.bridge.box import Box
from sunpilot.bridge.branch import Branch
from sunpilot.bridge.connection import KeyFor, LinkDownError, Socket
from sunpilot.bridge.hand import Hand
from sunpilot.bridge.keys import Keys
from sunpilot.bridge.link import Link
from sunpilot.bridge.message import Json, Response
from sunpilot.bridge.meter import Meter
from sunpilot.bridge.rhythm import Rhythm
from sunpilot.bridge.settings import WattpilotSettings
from sunpilot.bridge.status import PROPERTIES, box_status
from sunpilot.bridge.websocket import open_websocket
from sunpilot.bridge.writes import BASES
from sunpilot.contract.decision import Text
from sunpilot.contract.setpoint import Setpoint
from sunpilot.contract.status import LinkState, Status
from sunpilot.contract.topics import Topics
from sunpilot.contract.wait import BROKER, Wait, WaitCode
from sunpilot.runtime.bus import Bus
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.log import Log
from sunpilot.runtime.report import Report

NAME = "bridge"
BEAT_S = 1.0
ONLINE_BEATS = 30
"""After so many beats it is said again whether the Wattpilot is online, whoever else may have said something."""

WAIT_SETTINGS = Wait(
    code=WaitCode.WATTPILOT_SETTINGS,
    text=Text(
        en="WATTPILOT_HOST (the Wattpilot's address in your network) and WATTPILOT_PASSWORD (the password set in the "
        "Solar.wattpilot app)",
        de="WATTPILOT_HOST (die Adresse des Wattpilot in deinem Netz) und WATTPILOT_PASSWORD (das Passwort aus der App "
        "Solar.wattpilot)",
    ),
)
WAIT_METER = Wait(
    code=WaitCode.WATTPILOT_METER,
    text=Text(
        en="the Wattpilot's meter, which has shown nothing but zeros for a minute although the car charges; until it "
        "shows something again its power is unknown",
        de="den Zähler des Wattpilot, der seit einer Minute nur Nullen zeigt, obwohl das Auto lädt; bis er wieder "
        "etwas zeigt, ist die Leistung unbekannt",
    ),
)


class Bridge:
    """Serves one Wattpilot. ``connect`` opens a socket to a host, ``keys`` makes the key source of a password."""

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        topics: Topics,
        instance: str,
        log: Log,
        wattpilot: WattpilotSettings,
        *,
        connect: Callable[[str], Awaitable[Socket]] = open_websocket,
        keys: Callable[[str], KeyFor] = Keys,
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._log = log
        self._base = BASES[wattpilot.base]
        self._started_s = clock.monotonic()
        self._report = Report(bus, clock, topics, NAME, instance, log)
        self._branch = Branch(bus, topics, wattpilot.id, self._report)
        self._rhythm = Rhythm()
        self._meter = Meter()
        self._wake = asyncio.Event()
        self._epoch: int | None = None
        self._problem: Wait | None = None
        self._hand: Hand | None = None
        self._link: Link | None = None
        host, password = wattpilot.host, wattpilot.password
        if host is not None and password is not None:
            key_for = keys(password.get_secret_value())
            self._link = Link(
                lambda: connect(host),
                key_for,
                PROPERTIES,
                self._on_change,
                random.Random(),
                log,
                cloud=Address.parse(host).cloud,
            )

    @property
    def waits_for(self) -> tuple[str, ...]:
        """What it waits for, in sentences."""
        return self._report.state.waits_for

    async def run(self) -> None:
        """Serve until cancelled. The end writes nothing to the box."""
        self._report.waits_for(BROKER, not self._bus.is_connected)
        self._report.waits_for(WAIT_SETTINGS, self._link is None)
        self._bus.on_connection(lambda up: self._report.waits_for(BROKER, not up))
        try:
            memory = await self._branch.recall()
            self._epoch = memory.highest.epoch if memory.highest is not None else None
            hand = self._hand = Hand(
                self._base, memory, self._started_s, self._box, self._write, self._branch, self._clock, self._log
            )
            self._branch.hear_setpoints(lambda setpoint: self._take(hand, setpoint))
            self._branch.hear_requests(lambda key, payload: self._ask(hand, key, payload))
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._report.run())
                tasks.create_task(self._beat())
                tasks.create_task(self._work(hand))
                if self._link is not None:
                    tasks.create_task(self._link.run())
        finally:
            link = LinkState.UNCONFIGURED if self._link is None else LinkState.CONNECTING
            self._branch.say_status(Status(link=link, epoch=self._epoch))
            self._report.say_goodbye()

    def _take(self, hand: Hand, setpoint: Setpoint) -> None:
        hand.take(setpoint)
        self._epoch = max(self._epoch or 0, setpoint.epoch)
        self._on_change()

    def _ask(self, hand: Hand, key: str, payload: bytes) -> None:
        hand.request(key, payload)
        self._on_change()

    async def _work(self, hand: Hand) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            await hand.carry_out()
            self._tell(hand)

    async def _beat(self) -> None:
        """Every second: a lease may have run out, a floor ended, a status fallen due."""
        for beat in itertools.count(1):
            self._on_change()
            if beat % ONLINE_BEATS == 0:
                self._branch.repeat_online()
            await self._clock.sleep(BEAT_S)

    def _on_change(self) -> None:
        if self._hand is None:
            return
        self._hand.look()
        self._tell(self._hand)
        self._report.waits_for(WAIT_METER, self._meter.is_dead)
        problem = self._link.problem if self._link is not None else None
        if problem != self._problem:
            if self._problem is not None:
                self._report.waits_for(self._problem, False)
            if problem is not None:
                self._report.waits_for(problem)
            self._problem = problem
        self._wake.set()

    def _tell(self, hand: Hand) -> None:
        """Publish the status, where it is due."""
        status = hand.status
        if self._rhythm.is_due(status, self._clock.monotonic()):
            self._branch.say_status(status)

    def _box(self) -> Box:
        if self._link is None:
            return Box(Status(link=LinkState.UNCONFIGURED, epoch=self._epoch))
        if self._link.state is not LinkState.ONLINE:
            return Box(Status(link=self._link.state, epoch=self._epoch))
        properties = self._meter.trusted(self._link.properties, self._clock.monotonic())
        return Box(box_status(properties, self._epoch, self._link.device), properties)

    async def _write(self, key: str, value: Json) -> Response:
        if self._link is None:
            raise LinkDownError("no Wattpilot is set")
        return await self._link.write(key, value)
