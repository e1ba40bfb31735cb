"""What the pages on local sources show is true: every settings block is accepted, every table is what the code does."""

import re
from pathlib import Path

import pytest

from sunpilot.api.inverters import NewInverter
from sunpilot.api.source_request import given
from sunpilot.contract.mqtt_meter import MqttMeter, Preset
from sunpilot.contract.source_settings import SolarEdgeModbus, SolarEdgeV2
from sunpilot.fetcher.catalogue import kind_of
from sunpilot.fetcher.meter.assembly import Assembly
from sunpilot.fetcher.meter.presets import in_full

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("sources.md", "sources-modbus.md", "meters.md")


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def blocks() -> list[str]:
    return [block for name in PAGES for block in re.findall(r"```json settings\n(.*?)```", page(name), re.DOTALL)]


def between(name: str, marker: str) -> str:
    found = re.search(rf"<!-- {marker}: [^\n]* -->\n(.*?)<!-- /{marker} -->", page(name), re.DOTALL)
    assert found, f"{name} has no {marker}"
    return found[1]


def presets() -> str:
    """The table of presets: which topics carry the grid's power, and what comes besides."""
    lines = ["| preset | device | the grid's power | besides |", "|---|---|---|---|"]
    for preset in Preset:
        device = preset.default_device
        meter = in_full(MqttMeter(kind="mqtt-meter", preset=preset, device=device or "<device>"))
        grid = (
            [meter.grid]
            if meter.grid
            else [meter.grid_import, meter.grid_export]
            if meter.grid_import
            else meter.phases
        )
        where = [f"`{value.topic}`" + (f" `{value.path}`" if value.path else "") for value in grid or () if value]
        names = {
            "currents": meter.grid_a,
            "PV": meter.pv,
            "load": meter.load,
            "battery": meter.battery or meter.battery_charge,
            "charge level": meter.soc,
            "own time": meter.time_path,
            "last will": meter.availability,
        }
        besides = ", ".join(name for name, value in names.items() if value) or "–"
        default = f"default `{device}`" if device else "your own"
        lines.append(f"| `{preset.value}` | {default} | {', '.join(dict.fromkeys(where))} | {besides} |")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("block", blocks())
def test_every_settings_block_is_accepted_and_leads_to_a_source(block: str) -> None:
    asked = NewInverter.model_validate_json(f'{{"name": "House", "source": {block}}}')
    source = given(asked.source).settings
    kind_of(source)
    if isinstance(source, MqttMeter):
        assert Assembly(in_full(source)).topics


def test_every_preset_has_a_ready_block() -> None:
    assert {preset.value for preset in Preset} <= set(re.findall(r'"preset": "([a-z0-9-]+)"', page("meters.md")))


def test_the_table_of_presets_is_what_they_are() -> None:
    assert between("meters.md", "presets") == presets()


def test_every_setting_has_a_row() -> None:
    for kind, name, apart in (
        (SolarEdgeModbus, "sources-modbus.md", {"kind"}),
        (SolarEdgeV2, "sources.md", {"kind", "api"}),
        (MqttMeter, "meters.md", {"kind", "broker", "preset", "device"}),
    ):
        missing = [field for field in kind.model_fields.keys() - apart if f"`{field}`" not in page(name)]
        assert missing == []
