"""The controller as a service: it listens, campaigns for leadership, and feeds its fleet while it leads."""

import asyncio
from datetime import timedelta

from sunpilot.contract.decision import Text
from sunpilot.contract.reading import Reading
from sunpilot.contract.service import ConfigChanged
from sunpilot.contract.setpoint import Ack
from sunpilot.contract.status import Status
from sunpilot.contract.topics import Topics
from sunpilot.contract.wait import BROKER, STORE, Wait, WaitCode
from sunpilot.controller.fleet import Fleet
from sunpilot.runtime.bus import Bus, Delivery
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.leader import FencedError, Leader
from sunpilot.runtime.log import Log, Streaks
from sunpilot.runtime.report import Report
from sunpilot.runtime.store import Store, StoreDownError, StoreRefusedError

CLOCK_STEP = timedelta(seconds=5)
"""A step of the time of day above this makes the power history worthless, and dates a reading in the future."""

WAIT_TURN = Wait(
    code=WaitCode.TURN,
    text=Text(
        en="its turn: another controller leads, this one stands by",
        de="seinen Einsatz: ein anderer Controller führt, dieser steht bereit",
    ),
)


class Controller:
    """Decides for every Wattpilot that smart charging rules, while it leads."""

    def __init__(self, bus: Bus, store: Store, clock: Clock, topics: Topics, instance: str, log: Log) -> None:
        self._bus = bus
        self._store = store
        self._clock = clock
        self._topics = topics
        self._log = log
        self._streaks = Streaks(log)
        self._leader = Leader(store, clock, "controller", instance, log)
        self._report = Report(bus, clock, topics, "controller", instance, log)
        self._fleet: Fleet | None = None
        self._must_load = False
        self._events: asyncio.Queue[Delivery | None] = asyncio.Queue()
        self._drift = self._clock_drift()

    @property
    def waits_for(self) -> tuple[str, ...]:
        """What it waits for, in sentences."""
        return self._report.state.waits_for

    async def run(self) -> None:
        """Serve until cancelled; then resign, so that a standby takes over at once."""
        self._report.waits_for(BROKER, not self._bus.is_connected)
        self._report.waits_for(STORE)
        self._bus.on_connection(self._on_connection)
        for topic in (
            self._topics.config,
            self._topics.inverter("+", "reading"),
            self._topics.wattpilot("+", "status"),
            self._topics.wattpilot("+", "ack"),
        ):
            self._bus.subscribe(topic, self._events.put_nowait)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._leader.run(self._on_leadership))
                tasks.create_task(self._report.run())
                tasks.create_task(self._serve())
                tasks.create_task(self._ring())
        finally:
            self._report.say_goodbye()
            await self._resign()

    def _on_connection(self, up: bool) -> None:
        self._report.waits_for(BROKER, not up)
        self._must_load = True  # a change may have been announced meanwhile
        self._events.put_nowait(None)

    def _on_leadership(self, leads: bool) -> None:
        self._report.waits_for(WAIT_TURN, not leads)
        self._fleet = None
        if leads:
            self._fleet = Fleet(self._bus, self._store, self._clock, self._topics, self._leader, self._log)
        self._must_load = True
        self._events.put_nowait(None)

    async def _ring(self) -> None:
        """Wake the handlers when something falls due."""
        while True:
            await self._clock.sleep(1.0)
            if self._fleet is not None and (self._must_load or self._fleet.is_due()):
                self._events.put_nowait(None)
            elif self._fleet is None:
                self._report.waits_for(STORE, not self._leader.store_answers)
                self._report.waits_for(WAIT_TURN, self._leader.store_answers)

    async def _serve(self) -> None:
        while True:
            event = await self._events.get()
            if self._fleet is None or self._leader.epoch is None:
                continue
            try:
                await self._notice_clock_step()
                await self._handle(event, self._fleet)
            except FencedError:
                self._leader.epoch = None
                self._on_leadership(False)
            except Exception as error:  # one bad event, retained perhaps, must not end every restart
                self._streaks.failed("an event could not be handled", error=repr(error))

    async def _handle(self, event: Delivery | None, fleet: Fleet) -> None:
        if event is not None and event.topic == self._topics.config:
            self._must_load = self._report.read(ConfigChanged, event) is not None or self._must_load
        if self._must_load:
            await self._load(fleet)
        if event is not None:
            await self._pass_on(event, fleet)
        await fleet.do_what_is_due()
        self._report.waits_for(STORE, not fleet.backlog.store_answers)

    async def _pass_on(self, event: Delivery, fleet: Fleet) -> None:
        entity_id = self._topics.id_of(event.topic)
        if entity_id is None or not event.payload:  # an empty payload clears a retained topic
            return
        match event.topic.rsplit("/", 1)[-1]:
            case "reading" if not event.retained:
                reading = self._report.read(Reading, event)
                if reading is not None and reading.age_at(self._clock.now()) < -CLOCK_STEP:
                    self._report.drop(
                        event, "a reading from the future: compare the clocks of its source and this host"
                    )
                elif reading is not None:
                    await fleet.see_reading(entity_id, reading)
            case "status":
                status = self._report.read(Status, event)
                if status is not None:
                    await fleet.see_status(entity_id, status, event.retained)
            case "ack":
                ack = self._report.read(Ack, event)
                if ack is not None:
                    await fleet.see_ack(entity_id, ack)

    async def _load(self, fleet: Fleet) -> None:
        try:
            await fleet.load()
        except (StoreDownError, StoreRefusedError) as error:
            fleet.backlog.store_answers = False
            self._streaks.failed("the configuration cannot be read", why=str(error))
            return
        self._streaks.ended("the configuration cannot be read")
        fleet.backlog.store_answers = True
        self._must_load = False

    async def _notice_clock_step(self) -> None:
        step = self._clock_drift() - self._drift
        self._drift += step
        if abs(step) > CLOCK_STEP and self._fleet is not None:
            self._log.warning("the clock stepped; starting afresh", step_s=step.total_seconds())
            await self._fleet.start_afresh()

    def _clock_drift(self) -> timedelta:
        return timedelta(seconds=self._clock.now().timestamp() - self._clock.monotonic())

    async def _resign(self) -> None:
        try:
            await self._leader.resign()
        except (StoreDownError, StoreRefusedError):
            self._log.info("the store is away; the lease ends by itself")
