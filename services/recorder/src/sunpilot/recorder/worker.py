"""A thread that does one blocking thing after the other, so that the event loop never waits."""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, TypeVar

T = TypeVar("T")


class Do(Protocol):
    """Does something that blocks, after all that was asked for before."""

    async def __call__(self, work: Callable[[], T]) -> T:
        """What the work gives or raises."""
        ...


class Worker:
    """One daemon thread: a process that ends need not wait for a server that does not answer."""

    def __init__(self, name: str) -> None:
        self._queue: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        threading.Thread(target=self._run, name=name, daemon=True).start()

    async def __call__(self, work: Callable[[], T]) -> T:
        """See `Do`."""
        done: Future[T] = Future()

        def run() -> None:
            if not done.set_running_or_notify_cancel():
                return
            try:
                result = work()
            except Exception as error:
                done.set_exception(error)
            else:
                done.set_result(result)

        self._queue.put(run)
        return await asyncio.wrap_future(done)

    def _run(self) -> None:
        while True:
            self._queue.get()()
