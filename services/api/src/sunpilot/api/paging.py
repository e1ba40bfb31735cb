"""Lists that grow come page by page: an array each, and the header Link names the next (RFC 8288)."""

import re
from collections.abc import Iterable
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query, Request, Response

MOST = 5000
USUAL = 2000

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=MOST, description="The most that one answer lists.")]
_PATTERN = r"^(-?[0-9]{1,12}(?:\.[0-9]{1,9})?)_([1-9][0-9]{0,5})$"
_CURSOR = re.compile(_PATTERN)
Cursor = Annotated[
    str | None, Query(pattern=_PATTERN, max_length=60, description="Where to go on; taken from the header Link.")
]


class Paging:
    """What a request asks of a list in ascending order, each entry at a place: a time, a day.

    A cursor is the place of the last entry that was given, and how many at that same place were. So nothing is listed
    twice or left out when entries are added meanwhile, or old ones go.
    """

    def __init__(self, request: Request, response: Response, limit: int, cursor: str | None) -> None:
        self._request = request
        self._response = response
        self._limit = limit
        self.begin = float("-inf")
        self._given = 0
        if cursor is not None and (match := _CURSOR.fullmatch(cursor)) is not None:
            self.begin, self._given = float(match[1]), int(match[2])

    def page(self, entries: Iterable[tuple[T, float]]) -> list[T]:
        """The entries of this page; puts the next one's address into the header Link."""
        listed: list[T] = []
        place, at_place = self.begin, 0
        for entry, at in entries:
            if at < self.begin:
                continue
            if at == self.begin and at_place < self._given:
                at_place += 1
                continue
            if len(listed) == self._limit:
                following = self._request.url.include_query_params(cursor=f"{place:.9f}_{at_place}")
                self._response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
                break
            listed.append(entry)
            place, at_place = at, at_place + 1 if at == place else 1
        return listed


async def _paging(request: Request, response: Response, limit: Limit = USUAL, cursor: Cursor = None) -> Paging:
    return Paging(request, response, limit, cursor)


Paged = Annotated[Paging, Depends(_paging)]

PAGED: dict[str, Any] = {
    "headers": {
        "Link": {
            "description": 'The address of the next page, as `<…>; rel="next"`; there is none on the last page.',
            "schema": {"type": "string"},
        }
    }
}
"""For ``responses`` of a route that lists by pages."""
