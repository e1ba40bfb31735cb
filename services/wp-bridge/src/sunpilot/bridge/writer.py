"""One write at a time: done within the floors, answered, and watched until telemetry confirms it."""

from collections.abc import Awaitable, Callable, Iterable

from sunpilot.bridge.answers import Answers
from sunpilot.bridge.box import Box
from sunpilot.bridge.confirmation import Confirmations, Expected
from sunpilot.bridge.connection import LinkDownError, UnansweredError
from sunpilot.bridge.custody import Custody
from sunpilot.bridge.floors import Floors, Outcome
from sunpilot.bridge.message import Json, Response
from sunpilot.bridge.writes import Write
from sunpilot.contract.property import Value
from sunpilot.contract.setpoint import Order, Result
from sunpilot.runtime.clock import Clock


class Writer:
    """Writes to one box by ``write``, which is `Link.write`. ``custody`` is told of each write before it is done."""

    def __init__(
        self,
        write: Callable[[str, Json], Awaitable[Response]],
        floors: Floors,
        custody: Custody,
        answers: Answers,
        clock: Clock,
    ) -> None:
        self._write = write
        self._floors = floors
        self._custody = custody
        self._answers = answers
        self._clock = clock
        self._confirmations = Confirmations()

    def first_due(self, writes: Iterable[Write], box: Box) -> Write | None:
        """The first of these writes that may be done now."""
        return self._floors.first_due(writes, self._clock.monotonic(), box.since_switch_s)

    async def write(self, write: Write, of: Order | None) -> Result:
        """Write and answer; ``of`` is the setpoint behind it, None for a person's."""
        self._custody.writing(write.key, write.value, self._clock.monotonic())
        try:
            response = await self._write(write.key, write.value)
        except (LinkDownError, UnansweredError) as error:
            result = Result.OFFLINE if isinstance(error, LinkDownError) else Result.TIMED_OUT
            self._floors.note(write, self._clock.monotonic(), Outcome.STORED)  # it may have been
            self._answers.of_write(of, write, result)
            self._answers.settle()
            return result
        finally:
            self._custody.written()
        now_s = self._clock.monotonic()
        stored = Write(write.key, _reported(write, response), may_wait=False)
        self._floors.note(write, now_s, _outcome(write, response))
        result = Result.STORED if response.success else Result.REFUSED
        self._answers.of_write(of, stored, result, response.text)
        if response.success:
            self._confirmations.expect(Expected(of, stored.key, stored.value, now_s))
        return result

    def confirm(self, box: Box) -> None:
        """Answer for what the box's telemetry shows now."""
        for one in self._confirmations.shown(box, self._clock.monotonic()):
            self._answers.of_write(one.of, Write(one.key, one.value, may_wait=False), Result.CONFIRMED)

    def forget(self, key: str) -> None:
        """Somebody else has changed this property: nothing of ours is left to confirm."""
        self._confirmations.drop(key)


def _reported(write: Write, response: Response) -> Value:
    """The value that the box says it stored; our own where it says nothing."""
    value = response.properties.get(write.key, write.value)
    return value if isinstance(value, bool | int | float | None) else write.value


def _outcome(write: Write, response: Response) -> Outcome:
    if response.success and write.key not in response.properties:
        return Outcome.STORED
    return Outcome.REPORTED if response.success and _reported(write, response) == write.value else Outcome.REFUSED
