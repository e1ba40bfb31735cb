"""The store: Redis or Valkey, which remembers what a restart must not lose."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from sunpilot.contract.configuration import Configuration
from sunpilot.contract.house import House
from sunpilot.contract.inverter import Inverter
from sunpilot.contract.keys import Keys
from sunpilot.contract.message import Part
from sunpilot.contract.order import Deadline, Override, Resume
from sunpilot.contract.wattpilot import Wattpilot
from sunpilot.runtime.address import StoreAddress

M = TypeVar("M", bound=Part)

CONNECTIONS = 8
"""So many commands are under way at a time; more wait for their turn."""

TURN_S = 5.0
"""For so long a command waits for its turn."""


class StoreDownError(Exception):
    """The store does not answer: go on from memory, try again later."""


class StoreBusyError(StoreDownError):
    """The store answers, but too many ask it at once: as if it were away, but for this one only."""


class StoreRefusedError(Exception):
    """The store answers, but does not take this: a person must look (full, read-only, or not durable)."""


def connect(address: StoreAddress, answer_s: float = 0.5) -> Redis:
    """A client whose calls fail within about half a second when the store is away.

    ``answer_s`` is how long an answer may take; a write that waits for the disk needs more.
    """
    pool = BlockingConnectionPool(
        host=address.host,
        port=address.port,
        password=address.password.get_secret_value() if address.password else None,
        max_connections=CONNECTIONS,
        timeout=0.5,
        socket_timeout=answer_s,
        socket_connect_timeout=0.5,
        retry=Retry(NoBackoff(), 1),
        decode_responses=True,
    )
    return Redis.from_pool(pool)


class Store:
    """Typed access to what is stored; raises `StoreDownError` and `StoreRefusedError` only."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self.redis = redis
        self.keys = keys
        self._down_until = 0.0
        self._turns = asyncio.Semaphore(CONNECTIONS)

    async def call(self, answer: Any) -> Any:
        """Await a command when it is its turn, first come, first served.

        After a fault, commands fail at once for a second, also those in the queue: a decision must not wait half a
        second for a dead store each time. Having waited in vain for a turn is no such fault.
        """
        with contextlib.closing(answer):
            self._refuse_while_down()
            async with self._turn():
                self._refuse_while_down()
                return await self._answered(answer)

    def _refuse_while_down(self) -> None:
        if asyncio.get_running_loop().time() < self._down_until:
            raise StoreDownError("the store does not answer")

    @contextlib.asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(TURN_S):
                await self._turns.acquire()
        except TimeoutError:
            raise StoreBusyError("the store is busy") from None
        try:
            yield
        finally:
            self._turns.release()

    async def _answered(self, answer: Any) -> Any:
        """The answer, with the client's faults turned into this module's."""
        cancellations = _cancellations()
        try:
            return await answer
        except AuthenticationError:  # a connection error to the client, but not to the person who must mend it
            raise StoreRefusedError("the store refuses the password") from None
        except (RedisConnectionError, RedisTimeoutError, OSError, asyncio.IncompleteReadError) as error:
            self._down_until = asyncio.get_running_loop().time() + 1.0
            raise StoreDownError(f"the store does not answer ({type(error).__name__})") from None
        except RedisError as error:
            raise StoreRefusedError(f"the store refuses: {error}") from None
        finally:
            # Before Python 3.12, asyncio.wait_for in the client can swallow a cancellation (python/cpython#86296).
            if _cancellations() > cancellations:
                raise asyncio.CancelledError

    async def ping(self) -> None:
        """Raises `StoreDownError` when the store does not answer."""
        await self.call(self.redis.ping())

    async def configuration(self) -> Configuration:
        """Everything that is configured, in one round trip."""
        pipe = self.redis.pipeline(transaction=True)
        keys = self.keys
        for key in (keys.inverters, keys.houses, keys.wattpilots, keys.overrides, keys.deadlines, keys.resumes):
            pipe.hgetall(key)
        inverters, houses, wattpilots, overrides, deadlines, resumes = await self.call(pipe.execute())
        return Configuration(
            _entities(Inverter, inverters),
            _entities(House, houses),
            _entities(Wattpilot, wattpilots),
            _entities(Override, overrides),
            _entities(Deadline, deadlines),
            _entities(Resume, resumes),
        )

    async def all(self, kind: type[M], key: str) -> dict[int, M]:
        """The entities in a hash, by id."""
        return _entities(kind, await self.call(self.redis.hgetall(key)))

    async def one(self, kind: type[M], key: str, entity_id: int) -> M | None:
        """One entity of a hash."""
        text = await self.call(self.redis.hget(key, str(entity_id)))
        return None if text is None else _entities(kind, {str(entity_id): text}).get(entity_id)


def _cancellations() -> int:
    task = asyncio.current_task()
    return 0 if task is None else task.cancelling()


def _entities(kind: type[M], raw: Mapping[Any, Any]) -> dict[int, M]:
    try:
        return {int(entity_id): kind.model_validate_json(text) for entity_id, text in raw.items()}
    except (ValidationError, ValueError):
        raise StoreRefusedError(
            f"a stored {kind.__name__} cannot be read; was it written by a newer version?"
        ) from None
