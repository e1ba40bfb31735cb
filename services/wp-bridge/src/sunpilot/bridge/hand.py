"""The hand at the box: carries out what the lease is after, within the floors, and answers for it."""

from collections.abc import Awaitable, Callable

from sunpilot.bridge.branch import Branch
from sunpilot.bridge.connection import LinkDownError, UnansweredError
from sunpilot.bridge.floors import Floors, Outcome
from sunpilot.bridge.intent import Release
from sunpilot.bridge.lease import Lease
from sunpilot.bridge.message import Json, Response
from sunpilot.bridge.status import whole
from sunpilot.bridge.writes import Base, Write, plan
from sunpilot.contract.setpoint import Ack, Action, Memory, Order, Result, Setpoint
from sunpilot.contract.status import Status
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.log import Log


class Hand:
    """Writes to one box. ``box`` gives its status as it is now, ``write`` is `Link.write`."""

    def __init__(
        self,
        base: Base,
        memory: Memory,
        started_s: float,
        box: Callable[[], Status],
        write: Callable[[str, Json], Awaitable[Response]],
        branch: Branch,
        clock: Clock,
        log: Log,
    ) -> None:
        self._base = base
        self._memory = memory
        self._box = box
        self._write = write
        self._branch = branch
        self._clock = clock
        self._log = log
        self._floors = Floors()
        self._lease = Lease(
            started_s,
            highest=memory.highest,
            is_released=memory.released,
            owns_charge=memory.written.get("frc") == base.start and not memory.released,
        )
        self._awaits_answer = False
        self._tried: set[str] = set()

    def take(self, setpoint: Setpoint) -> None:
        """Obey a setpoint from now on, or say that it is fenced off; `carry_out` does the rest."""
        if not self._lease.take(setpoint, self._clock.monotonic()):
            self._branch.acknowledge(Ack(of=setpoint.order, result=Result.FENCED))
            return
        self._awaits_answer = True
        self._tried.clear()
        self._remember(highest=self._lease.highest, released=self._lease.is_released)

    async def carry_out(self) -> None:
        """Do every write that is missing and may be done now. Call again on any change, and every second."""
        while True:
            box = self._box()
            if not box.is_online:
                self._answer(Result.OFFLINE)
                return
            now_s = self._clock.monotonic()
            intent = self._lease.intent(now_s)
            writes = plan(intent, box, self._base)
            write = self._floors.first_due(writes, now_s)
            if write is None:
                break
            if not await self._try(write, box):
                return
        if isinstance(intent, Release) and not writes:
            self._lease.release_done()
            self._remember(released=True)
            self._awaits_answer = True
        self._conclude(writes)

    async def _try(self, write: Write, box: Status) -> bool:
        """Write and acknowledge; False when the box did not answer, and the link must come back first."""
        order = self._lease.highest
        # Remembered first: should the bridge end in between, a forced charge must not be left without an owner.
        self._remember(
            written={**self._memory.written, write.key: write.value},
            written_at=self._clock.now(),
            phase_mode_found=box.phase_mode if self._memory.phase_mode_found is None else self._memory.phase_mode_found,
        )
        try:
            response = await self._write(write.key, write.value)
        except (LinkDownError, UnansweredError) as error:
            result = Result.OFFLINE if isinstance(error, LinkDownError) else Result.TIMED_OUT
            self._acknowledge(order, result, write.key, write.value)
            self._awaits_answer = False
            return False
        reported = whole(response.properties.get(write.key))
        self._floors.note(write, self._clock.monotonic(), _outcome(write, response, reported))
        result = Result.STORED if response.success else Result.REFUSED
        self._acknowledge(order, result, write.key, write.value if reported is None else reported, response.text)
        return True

    def _conclude(self, writes: tuple[Write, ...]) -> None:
        """Answer for what was not written."""
        setpoint = self._lease.setpoint
        if setpoint is None:
            return
        held = [write for write in writes if write.key not in self._tried]
        if setpoint.action is Action.RELEASE and self._lease.is_released:
            self._answer(Result.DONE)
        elif not writes and not self._tried:
            self._answer(Result.UNCHANGED)
        elif self._awaits_answer:
            for write in held:
                self._acknowledge(setpoint.order, Result.HELD, write.key, write.value)
        self._awaits_answer = False

    def _answer(self, result: Result) -> None:
        """Answer the setpoint, once."""
        if self._awaits_answer:
            self._awaits_answer = False
            self._branch.acknowledge(Ack(of=self._lease.highest, result=result))

    def _acknowledge(self, of: Order | None, result: Result, key: str, value: int, text: str | None = None) -> None:
        if of == self._lease.highest:
            self._tried.add(key)
        self._log.info("write", key=key, value=value, result=result.value, device_text=text)
        self._branch.acknowledge(Ack(of=of, key=key, value=value, result=result, device_text=text))

    def _remember(self, **news: object) -> None:
        self._memory = self._memory.model_copy(update=news)
        self._branch.remember(self._memory)


def _outcome(write: Write, response: Response, reported: int | None) -> Outcome:
    if response.success and reported is None:
        return Outcome.STORED
    return Outcome.REPORTED if response.success and reported == write.value else Outcome.REFUSED
