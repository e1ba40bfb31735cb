"""One picture on a dashboard."""

from dataclasses import dataclass
from typing import Literal

from grafana.language import Language, Text
from grafana.query import SOURCE, Query
from grafana.series import Json, Series, mapping

Kind = Literal["timeseries", "stat", "bargauge", "table", "state-timeline"]

LONGEST_GAP_MS = 900_000
"""A line goes on over so much without a value, as slow sources need; a longer gap is shown as one."""

NOTHING = Text("nothing recorded here yet", "hier ist noch nichts aufgezeichnet")

_PLAIN: Json = {"steps": [{"value": None, "color": "text"}], "mode": "absolute"}
_REDUCED: Json = {"calcs": ["lastNotNull"], "fields": "", "values": False}


@dataclass(frozen=True, slots=True)
class Panel:
    """A picture of what its queries answer; ``width`` counts in 24ths, ``height`` in 30 px.

    ``about`` is what a person reads behind the title's small i. ``limits`` colours values from each limit on. ``bars``
    draws one bar per value, ``stacked`` puts them on one another. ``without_value`` stands where there is none.
    ``last`` fixes the range of time, whatever the dashboard shows, and ``step`` the least time between values.
    ``merged`` makes one table of several queries, ``without`` leaves columns out of it, ``sort_by`` puts the highest
    of a column first.
    """

    kind: Kind
    title: Text
    about: Text
    queries: tuple[Query, ...]
    series: tuple[Series, ...] = ()
    unit: str = "none"
    decimals: int | None = None
    width: int = 12
    height: int = 8
    least: float | None = None
    most: float | None = None
    limits: tuple[tuple[float, str], ...] = ()
    words: tuple[tuple[str, Text, str], ...] = ()
    bars: bool = False
    stacked: bool = False
    points: bool = False
    without_value: Text = NOTHING
    last: str | None = None
    merged: bool = False
    without: tuple[str, ...] = ()
    step: str | None = None
    sort_by: str | None = None

    def json(self, number: int, x: int, y: int, language: Language) -> Json:
        """The panel as Grafana reads it, at its place."""
        panel: Json = {
            "id": number,
            "type": self.kind,
            "title": self.title.to(language),
            "description": self.about.to(language),
            "datasource": SOURCE,
            "gridPos": {"x": x, "y": y, "w": self.width, "h": self.height},
            "targets": [query.json(chr(ord("A") + index)) for index, query in enumerate(self.queries)],
            "fieldConfig": {"defaults": self._defaults(language), "overrides": self._overrides(language)},
            "options": self._options(language),
        }
        if self.last is not None:
            panel["timeFrom"] = self.last
        if self.step is not None:
            panel["interval"] = self.step
        transformations = self._transformations()
        if transformations:
            panel["transformations"] = transformations
        return panel

    def _defaults(self, language: Language) -> Json:
        defaults: Json = {
            "unit": self.unit,
            "noValue": self.without_value.to(language),
            "color": {"mode": "thresholds" if self.limits or self.kind == "stat" else "palette-classic"},
            "thresholds": self._thresholds(),
        }
        if self.decimals is not None:
            defaults["decimals"] = self.decimals
        if self.least is not None:
            defaults["min"] = self.least
        if self.most is not None:
            defaults["max"] = self.most
        if self.words:
            defaults["mappings"] = [mapping(self.words, language)]
        custom = self._custom()
        if custom:
            defaults["custom"] = custom
        return defaults

    def _thresholds(self) -> Json:
        if not self.limits:
            return _PLAIN
        steps = [
            {"value": None, "color": "text"},
            *({"value": value, "color": colour} for value, colour in self.limits),
        ]
        return {"mode": "absolute", "steps": steps}

    def _custom(self) -> Json:
        match self.kind:
            case "timeseries":
                return {
                    "drawStyle": "bars" if self.bars else "points" if self.points else "line",
                    "lineWidth": 0 if self.bars else 1,
                    "fillOpacity": 80 if self.bars else 10,
                    "showPoints": "always" if self.points else "never",
                    "pointSize": 6,
                    "spanNulls": False if self.bars else LONGEST_GAP_MS,
                    "stacking": {"mode": "normal" if self.stacked else "none", "group": "A"},
                    "barAlignment": 1,
                }
            case "state-timeline":
                return {"fillOpacity": 80, "lineWidth": 0, "spanNulls": LONGEST_GAP_MS}
            case "table":
                return {"align": "auto", "filterable": False}
            case _:
                return {}

    def _options(self, language: Language) -> Json:
        match self.kind:
            case "timeseries":
                return {
                    "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
                    "tooltip": {"mode": "multi", "sort": "none"},
                }
            case "state-timeline":
                return {
                    "showValue": "auto",
                    "mergeValues": True,
                    "rowHeight": 0.9,
                    "alignValue": "left",
                    "legend": {"displayMode": "list", "placement": "bottom", "showLegend": False, "calcs": []},
                    "tooltip": {"mode": "single", "sort": "none"},
                }
            case "table":
                order = (
                    [] if self.sort_by is None else [{"displayName": self._shown(self.sort_by, language), "desc": True}]
                )
                return {"frameIndex": 0, "showHeader": True, "cellHeight": "sm", "sortBy": order}
            case "bargauge":
                return {
                    "displayMode": "basic",
                    "orientation": "horizontal",
                    "reduceOptions": _REDUCED,
                    "showUnfilled": True,
                    "valueMode": "color",
                    "minVizWidth": 8,
                    "minVizHeight": 16,
                    "namePlacement": "left",
                    "sizing": "auto",
                    "maxVizHeight": 300,
                    "legend": {"displayMode": "list", "placement": "bottom", "showLegend": False, "calcs": []},
                }
            case "stat":
                return {
                    "graphMode": "none",
                    "colorMode": "value",
                    "justifyMode": "auto",
                    "textMode": "auto",
                    "orientation": "auto",
                    "wideLayout": True,
                    "showPercentChange": False,
                    "percentChangeColorMode": "standard",
                    "reduceOptions": _REDUCED,
                }

    def _overrides(self, language: Language) -> list[Json]:
        return [one.override(language) for one in self.series]

    def _shown(self, column: str, language: Language) -> str:
        return next((one.name.to(language) for one in self.series if one.column == column), column)

    def _transformations(self) -> list[Json]:
        """What is left out goes first: a time of 1970 or of the range's start would keep rows of one month apart."""
        steps: list[Json] = []
        if self.without:
            steps.append({"id": "filterFieldsByName", "options": {"exclude": {"names": list(self.without)}}})
        if self.merged:
            steps.append({"id": "merge", "options": {}})
        return steps
