"""The dashboards as files: up to date, whole in both languages, and as Grafana's own models describe them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import Dashboard as PublishedModel

from grafana.__main__ import FOLDER
from grafana.catalogue import DASHBOARDS, files
from grafana.charger import RESULTS
from grafana.language import LANGUAGES
from grafana.reason import REASONS, page_words
from grafana.reference import markdown
from sunpilot.contract.decision import Reason
from sunpilot.contract.setpoint import Result

Json = dict[str, Any]
ROOT = Path(__file__).parents[3]


BOARDS = [pytest.param(json.loads(text), id=name) for name, text in files().items()]


def as_published(board: Json) -> Json:
    """What Grafana's published models keep of a dashboard."""
    register_default_plugins()
    known: Json = json.loads(json.dumps(PublishedModel.from_json(board), cls=JSONEncoder))
    return known


def lost(mine: object, known: object, path: str = "") -> list[str]:
    """What of mine is not, or otherwise, in what is known."""
    if isinstance(mine, dict) and isinstance(known, dict):
        return [
            place
            for key, value in mine.items()
            if value is not None
            for place in (lost(value, known[key], f"{path}/{key}") if key in known else [f"{path}/{key}"])
        ]
    if isinstance(mine, list) and isinstance(known, list) and len(mine) == len(known):
        return [place for index, one in enumerate(mine) for place in lost(one, known[index], f"{path}/{index}")]
    return [] if mine == known else [path]


def test_the_files_are_up_to_date() -> None:
    there = {str(path.relative_to(FOLDER)): path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.json")}
    assert there == files(), "run `make dashboards`"


def test_the_page_is_up_to_date() -> None:
    assert (ROOT / "docs" / "grafana.md").read_text(encoding="utf-8") == markdown(), "run `make docs`"


@pytest.mark.parametrize("board", BOARDS)
def test_grafanas_published_models_know_every_word_of_a_dashboard(board: Json) -> None:
    assert lost(board, as_published(board)) == []
    assert board["schemaVersion"] == PublishedModel().schema_version


def test_a_word_that_grafana_does_not_know_is_found() -> None:
    board = DASHBOARDS[0].json("en")
    panels = board["panels"]
    assert isinstance(panels, list)
    panels[0]["options"]["graffMode"] = "none"
    panels[0]["discription"] = "?"
    assert lost(board, as_published(board)) == ["/panels/0/options/graffMode", "/panels/0/discription"]


@pytest.mark.parametrize("board", BOARDS)
def test_panels_have_room_and_do_not_overlap(board: Json) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert all(x < 24 for x, _ in cells)
        taken |= cells
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


@pytest.mark.parametrize("board", BOARDS)
def test_every_panel_says_what_it_shows_and_what_it_means_when_there_is_nothing(board: Json) -> None:
    for panel in board["panels"]:
        assert panel["title"]
        assert len(panel["description"]) > 5
        assert panel["fieldConfig"]["defaults"]["noValue"]
        assert panel["fieldConfig"]["defaults"]["unit"]


def overrides(panel: Json) -> list[Json]:
    return list(panel["fieldConfig"]["overrides"])


def properties(override: Json) -> Json:
    return {one["id"]: one["value"] for one in override["properties"]}


@pytest.mark.parametrize("board", BOARDS)
def test_only_variables_that_are_there_are_used(board: Json) -> None:
    there = {choice["name"] for choice in board["templating"]["list"]}
    of_grafana = {"timeFilter", "__interval", "__from", "__to"}
    targets = [*(mark["target"] for mark in board["annotations"]["list"])]
    targets += [target for panel in board["panels"] for target in panel["targets"]]
    names = [panel["title"] for panel in board["panels"]]
    names += [one["displayName"] for panel in board["panels"] for one in map(properties, overrides(panel))]
    facts = [choice["query"] for choice in board["templating"]["list"]]
    texts = [*(target["query"] for target in targets), *names, *facts]
    used = {name for text in texts for name in re.findall(r"\$\{?(\w+)", text)}
    assert used - of_grafana <= there
    assert there <= used


@pytest.mark.parametrize("board", BOARDS)
def test_every_unit_is_one_of_grafanas(board: Json) -> None:
    known = {value for value in vars(units).values() if isinstance(value, str)} | {"none"}
    for panel in board["panels"]:
        own = [
            one["value"]
            for over in panel["fieldConfig"]["overrides"]
            for one in over["properties"]
            if one["id"] == "unit"
        ]
        assert {panel["fieldConfig"]["defaults"]["unit"], *own} <= known


def test_both_languages_ask_the_same_and_speak_differently() -> None:
    assert LANGUAGES == ("en", "de")
    for dashboard in DASHBOARDS:
        english, german = (files()[f"{language}/{dashboard.name}.json"] for language in LANGUAGES)
        queries = [
            re.findall(r'"query": "SELECT .*"', text) for text in (english, german.replace("text_de", "text_en"))
        ]
        assert queries[0] == queries[1]
        titles = [panel.title for panel in dashboard.panels]
        assert sum(title.en != title.de for title in titles) > len(titles) / 2
    assert len({dashboard.uid(language) for dashboard in DASHBOARDS for language in LANGUAGES}) == 2 * len(DASHBOARDS)


def test_one_thing_has_one_colour_everywhere() -> None:
    colours: dict[str, set[str | None]] = {}
    for dashboard in DASHBOARDS:
        for panel in dashboard.panels:
            for one in panel.series:
                if one.name.en in ("Sun", "sun", "Grid", "Car", "Home battery", "bought") and one.colour is not None:
                    colours.setdefault(one.name.en.lower(), set()).add(one.colour)
    assert {name: len(found) for name, found in colours.items()} == dict.fromkeys(colours, 1)


def test_every_reason_and_every_result_has_words() -> None:
    assert {reason for reason, _, _ in REASONS} == {reason.value for reason in Reason}
    assert {result for result, _, _ in RESULTS} == {result.value for result in Result}


def test_the_page_says_reasons_in_the_same_words() -> None:
    stored = ROOT / "web" / "src" / "words" / "reasons.json"
    assert stored.read_text(encoding="utf-8") == page_words(), "run `make docs`"


def test_the_home_page_is_today_and_nothing_is_sent_or_fetched() -> None:
    settings = (ROOT / "grafana" / "grafana.ini").read_text(encoding="utf-8")
    home = re.search(r"default_home_dashboard_path = /etc/grafana/dashboards/(\S+)", settings)
    assert home is not None
    assert (FOLDER / home.group(1)).is_file()
    for off in ("reporting_enabled", "check_for_updates", "check_for_plugin_updates", "news_feed_enabled"):
        assert f"{off} = false" in settings
    assert "preinstall_disabled = true" in settings
    provisioned = (ROOT / "grafana" / "provisioning" / "datasources" / "sunpilot.yml").read_text(encoding="utf-8")
    assert "uid: sunpilot\n" in provisioned
    assert "$__file{/secrets/grafana/influxdb-token}" in provisioned
