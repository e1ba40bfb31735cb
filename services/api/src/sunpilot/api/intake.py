"""What comes in over MQTT: everybody's state for the board, and a person's orders."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from sunpilot.api.context import Context
from sunpilot.api.refusal import UnknownEntityError
from sunpilot.contract.message import Part
from sunpilot.contract.order import Mode, OverrideRequest
from sunpilot.contract.status import Status
from sunpilot.contract.topics import Topics
from sunpilot.runtime.bus import Delivery
from sunpilot.runtime.log import Streaks
from sunpilot.runtime.store import StoreDownError, StoreRefusedError

WAITING_JOBS = 256
"""More than this cannot wait for the store; what comes on top is dropped."""

Job = Callable[[], Awaitable[object]]


class Intake:
    """Handlers take note at once; what needs the store waits in line, so that orders keep their order."""

    def __init__(self, context: Context, topics: Topics, on_change: Callable[[], None]) -> None:
        """``on_change`` is called when the configuration changed."""
        self._context = context
        self._topics = topics
        self._on_change = on_change
        self._jobs: asyncio.Queue[tuple[Delivery, Job]] = asyncio.Queue(WAITING_JOBS)
        self._streaks = Streaks(context.log)

    def subscribe(self) -> None:
        """Listen to everything that the api needs."""
        bus, board = self._context.bus, self._context.board
        for topic_filter, kind in board.kinds.items():
            bus.subscribe(topic_filter, partial(self._take, kind))
        for topic_filter in board.words:
            bus.subscribe(topic_filter, board.take_word)
        bus.subscribe(self._topics.config, self._changed)
        bus.subscribe(self._topics.wattpilot("+", "mode/set"), self._mode_set)
        bus.subscribe(self._topics.wattpilot("+", "override/set"), self._override_set)

    async def run(self) -> None:
        """Do what waits in line. A job that fails is dropped: it would be stale when the store is back."""
        while True:
            delivery, job = await self._jobs.get()
            what = "what came by MQTT cannot be stored"
            try:
                await job()
            except UnknownEntityError as error:
                self._context.report.drop(delivery, str(error))
            except (StoreDownError, StoreRefusedError) as error:
                self._streaks.failed(what, topic=delivery.topic, why=str(error))
            else:
                self._streaks.ended(what)

    def _take(self, kind: type[Part], delivery: Delivery) -> None:
        message = self._context.board.take(kind, delivery)
        wattpilot_id = self._topics.id_of(delivery.topic)
        if isinstance(message, Status) and wattpilot_id is not None:
            self._context.orders.saw_status(wattpilot_id, message, live=not delivery.retained)
            if not delivery.retained and 1 <= wattpilot_id <= 999:
                self._later(delivery, partial(self._context.entities.learn_wattpilot, wattpilot_id))

    def _changed(self, delivery: Delivery) -> None:
        self._context.board.take_change(delivery)
        self._on_change()

    def _mode_set(self, delivery: Delivery) -> None:
        wattpilot_id = self._ordered(delivery)
        if wattpilot_id is None:
            return
        try:
            mode = Mode(delivery.payload.decode())
        except ValueError:
            self._context.report.drop(delivery, f"not a mode; it is one of {', '.join(Mode)}")
        else:
            self._later(delivery, partial(self._context.orders.set_mode, wattpilot_id, mode))

    def _override_set(self, delivery: Delivery) -> None:
        wattpilot_id = self._ordered(delivery)
        if wattpilot_id is None:
            return
        if not delivery.payload:
            self._later(delivery, partial(self._context.orders.clear_override, wattpilot_id))
        elif (request := self._context.report.read(OverrideRequest, delivery)) is not None:
            self._later(delivery, partial(self._context.orders.set_override, wattpilot_id, request))

    def _ordered(self, delivery: Delivery) -> int | None:
        # A retained order would be obeyed again on every connect.
        if delivery.retained:
            self._context.report.drop(delivery, "retained; an order must be sent without the retain flag")
            return None
        return self._topics.id_of(delivery.topic)

    def _later(self, delivery: Delivery, job: Job) -> None:
        try:
            self._jobs.put_nowait((delivery, job))
        except asyncio.QueueFull:
            self._context.report.drop(delivery, "too much waits for the store")
