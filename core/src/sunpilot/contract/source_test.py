"""Trying a source before it is configured: what the api asks of the fetcher, and what comes back."""

from pydantic import Field

from sunpilot.contract.decision import Text
from sunpilot.contract.message import Message, Part
from sunpilot.contract.reading import Reading
from sunpilot.contract.source import Outcome
from sunpilot.contract.source_settings import Source

ANSWER_S = 10.0
"""The fetcher answers within this time, in seconds."""

KEPT_S = 30
"""The time to live of a `SourceTest` that nobody reads, in seconds."""


class SourceTest(Part):
    """The settings to try, which wait in the store.

    Without a ``token``, the stored one of the source in ``slot`` serves: for a change of what is configured.
    """

    source: Source
    token: str | None = Field(default=None, repr=False)
    slot: str | None = None


class SourceTestAnswer(Message):
    """What came of it: a reading, or in plain words what is wrong and what to do.

    ``device`` is what the device says it is, where it does.
    """

    outcome: Outcome
    text: Text
    reading: Reading | None = None
    device: str | None = None
