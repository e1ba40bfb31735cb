"""What all request bodies have in common."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from sunpilot.contract.message import Part


class Request(Part):
    """A body: unknown fields are refused, and faults never show what was sent."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


_UNSEEN = ("Cc", "Cf", "Zl", "Zp")
"""Control and format characters, line and paragraph separators (Unicode, general categories)."""

_JOINERS = "\u200c\u200d"
"""Format characters that words and emoji are written with."""


def _one_line(name: str) -> str:
    """A name is shown in lists, titles and subjects, where a line break would begin something else. What nobody sees
    in it would make two of the same names: blanks around it do not count, others are refused.
    """
    visible = name.strip()
    if not visible.strip(_JOINERS) or any(_is_unseen(character) for character in name):
        raise PydanticCustomError("name_form", "write a name in one line of visible characters")
    return visible


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in _UNSEEN and character not in _JOINERS


Name = Annotated[
    str,
    Field(min_length=1, max_length=80, description="One line of visible characters; blanks around it are dropped."),
    AfterValidator(_one_line),
]
