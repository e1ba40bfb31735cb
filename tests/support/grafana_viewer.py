"""Asks the questions of a dashboard's panels as Grafana does: variables and macros filled in, answers as columns.

Facts (Grafana's InfluxQL data source): ``$timeFilter`` becomes ``time >= <from>ms and time <= <to>ms``, ``$__interval``
a duration such as 1m, ``${__from}`` and ``${__to}`` milliseconds since 1970; a variable with one value stands as it is;
times are asked for in milliseconds.
"""

import json
import re
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]
Value = float | str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One series of an answer: its tags, and each column's values, one per time."""

    tags: Mapping[str, str]
    times: Sequence[datetime]
    columns: Mapping[str, Sequence[Value]]

    def known(self, column: str) -> list[float]:
        """A column's numbers, without the steps that have none."""
        return [value for value in self.columns[column] if isinstance(value, float | int)]


class QueryError(AssertionError):
    """The database refused a question."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks at a range of time with some choices made."""

    url: str
    token: str
    since: datetime
    until: datetime
    choices: Mapping[str, str] = field(default_factory=lambda: {"house": "1", "inverter": "1", "wattpilot": "1"})
    interval: str = "1m"

    def panel(self, board: Json, title: str) -> list[Answer]:
        """What a panel shows."""
        panel = next(panel for panel in board["panels"] if panel["title"] == title)
        return [answer for target in panel["targets"] for answer in self.ask(target["query"])]

    def value(self, board: Json, title: str) -> float | None:
        """The one figure of a panel; None where there is none."""
        found = [number for answer in self.panel(board, title) for number in answer.known("value")]
        assert len(found) <= 1, title
        return found[0] if found else None

    def ask(self, query: str) -> list[Answer]:
        """The answer to one question; raises `QueryError` with the database's words."""
        form = {"db": "sunpilot", "epoch": "ms", "q": self.filled(query)}
        request = urllib.request.Request(
            f"{self.url}/query",
            data=urllib.parse.urlencode(form).encode(),
            headers={"Authorization": f"Token {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            result = json.load(response)["results"][0]
        if "error" in result:
            raise QueryError(f"{result['error']}: {form['q']}")
        return [_answer(series) for series in result.get("series", ())]

    def filled(self, query: str) -> str:
        """The question with everything filled in that Grafana fills in."""
        since_ms, until_ms = (int(time.timestamp() * 1000) for time in (self.since, self.until))
        for macro, text in (
            ("$timeFilter", f"time >= {since_ms}ms and time <= {until_ms}ms"),
            ("$__interval", self.interval),
            ("${__from}", str(since_ms)),
            ("${__to}", str(until_ms)),
            *((f"${name}", value) for name, value in self.choices.items()),
        ):
            query = query.replace(macro, text)
        left = re.search(r"\$(?!/)\{?\w*", query)
        if left is not None:
            raise QueryError(f"Grafana does not know {left.group()}: {query}")
        return query


def _answer(series: Json) -> Answer:
    rows, names = series["values"], series["columns"]
    has_time = names[0] == "time"
    times = [datetime.fromtimestamp(row[0] / 1000, UTC) for row in rows] if has_time else []
    columns = {name: [row[index] for row in rows] for index, name in enumerate(names) if name != "time"}
    return Answer(series.get("tags", {}), times, columns)
