"""The hand at the box: carries out what the lease is after, within the floors, and what a person asks."""

from collections.abc import Awaitable, Callable

from sunpilot.bridge.answers import Answers
from sunpilot.bridge.box import Box
from sunpilot.bridge.branch import Branch
from sunpilot.bridge.custody import Custody
from sunpilot.bridge.floors import Floors
from sunpilot.bridge.intent import HandsOff, Intent, Release
from sunpilot.bridge.lease import Lease
from sunpilot.bridge.message import Json, Response
from sunpilot.bridge.record import Record
from sunpilot.bridge.request import Requests
from sunpilot.bridge.writer import Writer
from sunpilot.bridge.writes import Base, Write, plan
from sunpilot.contract.property import BadValueError, read_value
from sunpilot.contract.setpoint import Memory, Result, Setpoint
from sunpilot.contract.status import Status
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.log import Log


class Hand:
    """Writes to one box. ``box`` looks at it, ``write`` is `Link.write`.

    Call `look` on any change of the box and every second, then `carry_out`, one at a time.
    """

    def __init__(
        self,
        base: Base,
        memory: Memory,
        started_s: float,
        box: Callable[[], Box],
        write: Callable[[str, Json], Awaitable[Response]],
        branch: Branch,
        clock: Clock,
        log: Log,
    ) -> None:
        self._base = base
        self._box = box
        self._seen = box()
        self._clock = clock
        self._record = Record(memory, branch.remember)
        self._answers = Answers(branch.acknowledge, log)
        self._custody = Custody(base, memory, clock.now(), clock.monotonic())
        self._writer = Writer(write, Floors(started_s), self._custody, self._answers, clock)
        self._requests = Requests()
        self._lease = Lease(
            started_s,
            highest=memory.highest,
            is_released=memory.released,
            owns_charge=memory.written.get("frc") == base.start and not memory.released,
        )

    @property
    def status(self) -> Status:
        """The box's status at the last look, as everybody is told."""
        return self._custody.told(self._seen, self._clock.monotonic())

    def take(self, setpoint: Setpoint) -> None:
        """Obey a setpoint from now on, or say why not."""
        if not self._lease.take(setpoint, self._clock.monotonic()):
            self._answers.fenced(setpoint.order)
            return
        self._record.obeyed(self._lease.highest, released=self._lease.is_released)
        self._answers.owe(setpoint.order)
        if setpoint.manual_s is not None:
            self._custody.respect(setpoint.manual_s)
            self._record.respects(setpoint.manual_s)
        if setpoint.resume:
            self._custody.resume()
            self._forget_requests(Result.SUPERSEDED)
        self.look()

    def request(self, key: str, payload: bytes) -> None:
        """A person wants a raw property; it comes before what any setpoint wants, and counts as a change by hand."""
        box = self._box()
        try:
            value = read_value(key, payload, box.status.limits)
        except BadValueError as error:
            self._answers.of_bad_request(key, str(error))
            return
        superseded = self._requests.put(key, value)
        if superseded is not None:
            self._answers.of_write(None, superseded, Result.SUPERSEDED)

    def look(self) -> None:
        """Take note of what the box shows."""
        box, now_s = self._box(), self._clock.monotonic()
        self._seen = box
        seen = self._custody.look(box, self._clock.now(), now_s, in_charge=self._is_in_charge)
        if seen.car_left:
            self._lose("frc")  # the box forgets it on unplug
        if seen.foreign is not None:
            self._lose(seen.foreign.key)
            self._writer.forget(seen.foreign.key)
        self._record.manual(self._custody.manual(now_s))
        if self._custody.is_manual:
            self._answers.of_setpoint(Result.MANUAL)
        self._writer.confirm(box)

    async def carry_out(self) -> None:
        """Do every write that is missing and may be done now: a person's first."""
        while True:
            box = self._box()
            if not box.status.is_online:
                self._forget_requests(Result.OFFLINE)
                self._answers.of_setpoint(Result.OFFLINE)
                return
            if not (await self._serve_person(box) or await self._serve_lease(box)):
                return

    async def _serve_person(self, box: Box) -> bool:
        """Do one write that a person asked for; False when there is none to do now."""
        due = self._writer.first_due(self._requests.writes(), box)
        if due is None:
            for write in self._requests.newly_held():
                self._answers.of_write(None, write, Result.HELD)
            return False
        self._requests.take(due.key)
        result = await self._writer.write(due, None)
        if result in (Result.STORED, Result.TIMED_OUT):  # what was not answered may have been stored
            now_s = self._clock.monotonic()
            self._lose(due.key)
            self._custody.requested(due.key, self._clock.now(), now_s)
            self._record.manual(self._custody.manual(now_s))
        return True

    async def _serve_lease(self, box: Box) -> bool:
        """Do one write that the lease is after; False when there is none to do now."""
        if not self._custody.is_ours:
            return False
        intent = self._lease.intent(self._clock.monotonic())
        writes = plan(intent, self._custody.known(box), self._base, self._record.memory.phase_mode_found)
        due = self._writer.first_due(writes, box)
        if due is None:
            self._conclude(intent, writes)
            return False
        # Remembered first: should the bridge end in between, a forced charge must not be left without an owner.
        self._record.writing(due, box.status.phase_mode, self._clock.now())
        await self._writer.write(due, self._lease.highest)
        return True

    def _conclude(self, intent: Intent, missing: tuple[Write, ...]) -> None:
        if isinstance(intent, Release) and not missing:
            self._lease.release_done()
            self._record.released()
            self._answers.released()
        elif isinstance(intent, HandsOff) and self._lease.is_released:
            self._answers.of_setpoint(Result.DONE)
        elif self._lease.setpoint is not None:
            self._answers.conclude(missing)

    @property
    def _is_in_charge(self) -> bool:
        """The box is, or was at the last start, ours to steer; what nobody steers nobody can take over."""
        return not self._lease.is_released and (self._lease.setpoint is not None or bool(self._record.memory.written))

    def _lose(self, key: str) -> None:
        """The value of a property is not ours any more."""
        self._record.lost(key)
        if key == "frc":
            self._lease.owns_charge = False

    def _forget_requests(self, result: Result) -> None:
        for write in self._requests.clear():
            self._answers.of_write(None, write, result)
