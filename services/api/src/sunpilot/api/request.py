"""What all request bodies have in common."""

from typing import Annotated

from pydantic import ConfigDict, Field

from sunpilot.contract.message import Part


class Request(Part):
    """A body: unknown fields are refused, and faults never show what was sent."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


Name = Annotated[str, Field(min_length=1, max_length=80)]
