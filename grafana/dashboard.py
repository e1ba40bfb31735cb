"""A dashboard: its panels in rows from the left, what can be chosen, and what is marked on all of them."""

from dataclasses import dataclass
from itertools import count

from grafana.language import Language, Text
from grafana.panel import Panel
from grafana.query import SOURCE, Query
from grafana.series import Json

SCHEMA_VERSION = 42
"""Of Grafana 12.4; a newer Grafana lifts it by itself."""

WIDTH = 24


@dataclass(frozen=True, slots=True)
class Choice:
    """A variable: which house, inverter or Wattpilot the panels show; its values are those that the database knows."""

    name: str
    label: Text
    measurement: str

    def json(self, language: Language) -> Json:
        """A template variable."""
        query = f'SHOW TAG VALUES FROM "{self.measurement}" WITH KEY = "{self.name}"'
        return {
            "type": "query",
            "name": self.name,
            "label": self.label.to(language),
            "datasource": SOURCE,
            "query": query,
            "refresh": 1,
            "sort": 3,
            "multi": False,
            "includeAll": False,
            "hide": 0,
        }


@dataclass(frozen=True, slots=True)
class Fact:
    """A variable that nobody chooses: what the database knows of what was chosen, for titles and names."""

    name: str
    query: str

    def json(self, _language: Language) -> Json:
        """A template variable that is not shown: the first text of the answer, empty where there is none."""
        return {
            "type": "query",
            "name": self.name,
            "datasource": SOURCE,
            "query": self.query,
            "refresh": 1,
            "multi": False,
            "includeAll": False,
            "hide": 2,
        }


HOUSE = Choice("house", Text("House", "Haus"), "day")
INVERTER = Choice("inverter", Text("Inverter", "Wechselrichter"), "reading")
WATTPILOT = Choice("wattpilot", Text("Wattpilot", "Wattpilot"), "status")


@dataclass(frozen=True, slots=True)
class Marks:
    """What is marked on each picture over time: rows of time, text and tag."""

    name: Text
    query: str
    tag_column: str
    colour: str

    def json(self, language: Language) -> Json:
        """An annotation, whose column ``text_<language>`` is shown."""
        name = self.name.to(language)
        target: Json = {
            **Query(self.query.replace("text_en", f"text_{language}"), table=True).json("Anno"),
            "queryType": "tags",
            "fromAnnotations": True,
            "name": name,
            "textColumn": f"text_{language}",
            "tagsColumn": self.tag_column,
        }
        return {"name": name, "datasource": SOURCE, "enable": True, "iconColor": self.colour, "target": target}


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A page of Grafana; ``since`` is the range of time that it opens with, up to now."""

    name: str
    title: Text
    about: Text
    panels: tuple[Panel, ...]
    choices: tuple[Choice | Fact, ...]
    since: str
    refresh: str
    marks: tuple[Marks, ...] = ()

    def uid(self, language: Language) -> str:
        """Its name in addresses."""
        return f"sunpilot-{self.name}" if language == "en" else f"sunpilot-{self.name}-{language}"

    def json(self, language: Language) -> Json:
        """The dashboard as Grafana reads it."""
        return {
            "uid": self.uid(language),
            "title": self.title.to(language),
            "description": self.about.to(language),
            "tags": ["sunpilot", language],
            "timezone": "browser",
            "editable": True,
            "graphTooltip": 1,
            "schemaVersion": SCHEMA_VERSION,
            "time": {"from": self.since, "to": "now"},
            "refresh": self.refresh,
            "fiscalYearStartMonth": 0,
            "links": [self._link(language)],
            "templating": {"list": [choice.json(language) for choice in self.choices]},
            "annotations": {"list": [mark.json(language) for mark in self.marks]},
            "panels": self._placed(language),
        }

    def _placed(self, language: Language) -> list[Json]:
        """Panels side by side while they fit, then a new row as high as the highest before."""
        placed: list[Json] = []
        x = y = height = 0
        for number, panel in zip(count(1), self.panels, strict=False):
            if x + panel.width > WIDTH:
                x, y, height = 0, y + height, 0
            placed.append(panel.json(number, x, y, language))
            x, height = x + panel.width, max(height, panel.height)
        return placed

    @staticmethod
    def _link(language: Language) -> Json:
        return {
            "type": "dashboards",
            "title": "Sunpilot",
            "icon": "external link",
            "tooltip": "",
            "tags": ["sunpilot", language],
            "asDropdown": False,
            "includeVars": True,
            "keepTime": False,
            "targetBlank": False,
        }
