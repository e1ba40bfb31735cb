"""The acknowledgements: each setpoint and each raw write is answered, once for each thing that became of it."""

from collections.abc import Callable

from sunpilot.bridge.writes import Write
from sunpilot.contract.setpoint import Ack, Order, Result
from sunpilot.runtime.log import Log


class Answers:
    """Answers for the setpoint taken last, and for a person's writes. ``say`` publishes."""

    def __init__(self, say: Callable[[Ack], None], log: Log) -> None:
        self._say = say
        self._log = log
        self._of: Order | None = None
        self._is_owed = False
        self._answered: set[str] = set()

    def owe(self, of: Order) -> None:
        """A setpoint was taken: it is owed an answer."""
        self._of = of
        self._is_owed = True
        self._answered.clear()

    def of_setpoint(self, result: Result) -> None:
        """Answer the whole setpoint, where an answer is owed."""
        if self._is_owed:
            self._is_owed = False
            self._say(Ack(of=self._of, result=result))

    def settle(self) -> None:
        """A write said all that there is to say."""
        self._is_owed = False

    def fenced(self, of: Order) -> None:
        """A setpoint is older than one obeyed before."""
        self._say(Ack(of=of, result=Result.FENCED))

    def released(self) -> None:
        """A release has just been carried out."""
        self._is_owed = True
        self.of_setpoint(Result.DONE)

    def of_write(self, of: Order | None, write: Write, result: Result, device_text: str | None = None) -> None:
        """Answer one write; ``of`` is None for a person's."""
        if of is not None and of == self._of:
            self._answered.add(write.key)
        self._log.info("write", key=write.key, value=write.value, result=result.value, device_text=device_text)
        self._say(Ack(of=of, key=write.key, value=write.value, result=result, device_text=device_text))

    def of_bad_request(self, key: str, text: str) -> None:
        """A person asked for what cannot be written."""
        self._say(Ack(key=key, result=Result.BAD_VALUE, text=text))

    def conclude(self, missing: tuple[Write, ...]) -> None:
        """All that may be done now is done; ``missing`` is held."""
        if not missing and not self._answered:
            self.of_setpoint(Result.UNCHANGED)
        if self._is_owed:
            self._is_owed = False
            for write in missing:
                if write.key not in self._answered:
                    self.of_write(self._of, write, Result.HELD)
