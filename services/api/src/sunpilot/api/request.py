"""What all request bodies have in common."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from sunpilot.contract.message import Part


class Request(Part):
    """A body: unknown fields are refused, and faults never show what was sent."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


_NOT_OF_A_LINE = ("Cc", "Zl", "Zp")
"""Control characters, line and paragraph separators (Unicode, general categories)."""


def _one_line(name: str) -> str:
    """A name is shown in lists, titles and subjects, where a line break would begin something else."""
    if not name.strip() or any(unicodedata.category(character) in _NOT_OF_A_LINE for character in name):
        raise PydanticCustomError("name_form", "write a name in one line of visible characters")
    return name


Name = Annotated[
    str,
    Field(min_length=1, max_length=80, description="One line of visible characters."),
    AfterValidator(_one_line),
]
