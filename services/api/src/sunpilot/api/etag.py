"""Entity tags: who changes something may say which version is meant (RFC 9110, sections 8.8.3 and 13.1).

A tag stands for what is configured of an entity. What an answer shows besides, such as readings and decisions, changes
by itself all the time, and is no reason to refuse a change.

A proxy that compresses makes a tag weak (``W/"x"``). If-None-Match compares weakly anyway (section 13.1.2). If-Match
would have to refuse such a tag, for a weak one may stand for several versions; but ours name just one, whatever the
bytes in which a proxy sends it, so a weak one is taken for what it was made of.
"""

import hashlib
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header

from sunpilot.api.refusal import ChangedError
from sunpilot.contract.message import Part


def etag(entity: Part) -> str:
    """The tag of an entity as it is stored."""
    return f'"{hashlib.sha256(entity.model_dump_json().encode()).hexdigest()[:20]}"'


@dataclass(frozen=True, slots=True)
class Precondition:
    """The tags that a request takes for the present one; None: it asks for none."""

    tags: frozenset[str] | None = None

    @classmethod
    def of(cls, header: str | None) -> "Precondition":
        """Read a header If-Match or If-None-Match."""
        return cls() if header is None else cls(frozenset(tag.strip().removeprefix("W/") for tag in header.split(",")))

    def names(self, entity: Part) -> bool:
        """One of the tags is the entity's, or ``*``, which stands for any."""
        return self.tags is not None and not self.tags.isdisjoint({"*", etag(entity)})

    def check(self, entity: Part) -> None:
        """Before a change: raises `ChangedError` when the entity is not the one that is meant."""
        if self.tags is not None and not self.names(entity):
            raise ChangedError


NO_PRECONDITION = Precondition()

_IfMatch = Annotated[
    str | None,
    Header(
        max_length=1000,
        description="The ETag of the version that you have seen: the change is refused with 412 when there is a newer "
        "one. Without it, the change is made to whatever there is.",
    ),
]


async def _if_match(if_match: _IfMatch = None) -> Precondition:
    return Precondition.of(if_match)


IfMatch = Annotated[Precondition, Depends(_if_match)]

TAGGED: dict[str, Any] = {
    "headers": {
        "ETag": {
            "description": "The version of what is configured; send it back as If-Match with a change.",
            "schema": {"type": "string"},
        }
    }
}
"""For ``responses`` of a route whose answer carries a tag."""
