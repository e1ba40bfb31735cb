"""Why a change is refused, told apart by what the one who asked must do."""

from collections.abc import Sequence
from dataclasses import dataclass

from sunpilot.contract.decision import Text


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a request: where (``source.site_id``), and what it must be. Never the value itself."""

    at: str
    text: Text


class RefusedError(Exception):
    """Not done. ``text`` says to people what to do on the page; ``detail`` says it to scripts, in its own terms."""

    def __init__(self, text: Text, detail: str | None = None) -> None:
        super().__init__(text.en if detail is None else detail)
        self.text = text


class UnknownEntityError(RefusedError):
    """There is no such thing: name another, or make it first."""

    def __init__(self, kind: str, entity_id: int, listed_at: str | None = None) -> None:
        path = listed_at or f"{kind.lower()}s"
        super().__init__(
            Text(
                en="This is not there any more: somebody has removed it.",
                de="Das gibt es nicht mehr: Jemand hat es entfernt.",
            ),
            f"There is no {kind} {entity_id}; list what there is with GET /api/v1/{path}.",
        )


class ConflictError(RefusedError):
    """It clashes with what is configured: change that first."""


class InvalidError(Exception):
    """What was asked makes no sense: correct the request."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("Correct the fields under 'errors' and send it again.")
        self.faults = tuple(faults)


class NoAnswerError(RefusedError):
    """Another service does not answer in time: see to it, or try again later."""


class BrokerDownError(RefusedError):
    """The message broker is away, and this cannot wait for it: try again later."""


class CrowdedError(RefusedError):
    """Too many ask for this at once: try again later."""


class ChangedError(Exception):
    """It has changed since the one who asks has seen it: read it again first.

    What a person has to do depends on where they typed, which only the page knows.
    """

    def __init__(self) -> None:
        super().__init__("It has changed meanwhile: read it again, and send the change with the new ETag as If-Match.")
