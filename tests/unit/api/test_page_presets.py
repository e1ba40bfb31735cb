"""What the page knows of a meter's presets is what the api knows."""

import re
from pathlib import Path

from sunpilot.contract.mqtt_meter import Preset

PAGE = (Path(__file__).parents[3] / "web" / "src" / "setup" / "source_kind.ts").read_text(encoding="utf-8")


def listed(name: str) -> list[str]:
    found = re.search(rf"const {name}\b[^=]*= \[([^\]]*)\]", PAGE)
    assert found is not None
    return re.findall('"([^"]+)"', found[1])


def test_the_page_offers_every_preset() -> None:
    assert listed("PRESETS") == [preset.value for preset in Preset]


def test_the_page_asks_for_a_meters_name_wherever_it_has_its_own() -> None:
    assert set(listed("NAMED_ALIKE")) == {preset.value for preset in Preset if preset.default_device is not None}
