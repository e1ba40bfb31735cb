"""The way to a number in a JSON payload, as settings write it: ``params."em:0".total_act_power`` or ``powers.0``."""

import re

from pydantic_core import PydanticCustomError

_STEP = re.compile(r'"(?P<quoted>[^"]+)"|(?P<plain>[^".]+)')


def steps(path: str) -> tuple[str, ...]:
    """The keys from the root on; a number is also a place in a list.

    Keys are parted by dots; one that contains a dot stands in double quotes. Raises ValueError for anything else.
    """
    found: list[str] = []
    place = 0
    while match := _STEP.match(path, place):
        found.append(match["quoted"] or match["plain"])
        place = match.end()
        if place == len(path):
            return tuple(found)
        if path[place] != ".":
            break
        place += 1
    raise PydanticCustomError(
        "json_path", 'a path is keys with dots between them, such as SML.Power_curr or params."a.b".power'
    )
