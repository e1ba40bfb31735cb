"""How one column of a query's answer is shown."""

from dataclasses import dataclass

from grafana.language import Language, Text

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Series:
    """A column by its name in the query, with the name that a person reads.

    ``unit`` is Grafana's id of a unit where it is not that of the panel. ``words`` show a value as a text in a colour.
    ``steps`` draws what holds until the next value; ``thick`` makes bold what matters most; ``own_axis`` has a scale
    of its own on the right; ``is_hidden`` keeps a column out of the picture.
    """

    column: str
    name: Text
    colour: str | None = None
    unit: str | None = None
    decimals: int | None = None
    words: tuple[tuple[str, Text, str], ...] = ()
    steps: bool = False
    thick: bool = False
    own_axis: bool = False
    is_hidden: bool = False

    def override(self, language: Language) -> Json:
        """The properties that this column has of its own."""
        values: list[tuple[str, object]] = [("displayName", self.name.to(language))]
        if self.colour is not None:
            values.append(("color", {"mode": "fixed", "fixedColor": self.colour}))
        if self.unit is not None:
            values.append(("unit", self.unit))
        if self.decimals is not None:
            values.append(("decimals", self.decimals))
        if self.words:
            values.append(("mappings", [mapping(self.words, language)]))
        if self.steps:
            values.append(("custom.lineInterpolation", "stepAfter"))
        if self.thick:
            values.append(("custom.lineWidth", 2))
        if self.own_axis:
            values.append(("custom.axisPlacement", "right"))
        if self.is_hidden:
            values.append(("custom.hideFrom", {"legend": True, "tooltip": True, "viz": True}))
        return {
            "matcher": {"id": "byName", "options": self.column},
            "properties": [{"id": id_, "value": value} for id_, value in values],
        }


def mapping(words: tuple[tuple[str, Text, str], ...], language: Language) -> Json:
    """Values as texts in colours."""
    options = {
        value: {"text": text.to(language), "color": colour, "index": index}
        for index, (value, text, colour) in enumerate(words)
    }
    return {"type": "value", "options": options}
