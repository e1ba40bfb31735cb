"""The pages about the simulator say what it does."""

from pathlib import Path

import pytest

from sunpilot.simulator.reference import markdown
from sunpilot.simulator.solaredge.fault_table import NAMES
from sunpilot.simulator.wattpilot.fault import FAULTS
from sunpilot.simulator.wattpilot.profile import PROFILES

DOCS = Path(__file__).parents[3] / "docs"


def test_the_page_of_faults_is_up_to_date() -> None:
    assert (DOCS / "faults.md").read_text(encoding="utf-8") == markdown(), "a fault has changed: run `make docs`"


@pytest.mark.parametrize("name", [*FAULTS, *NAMES])
def test_every_fault_is_on_the_page(name: str) -> None:
    assert f"`{name}`" in markdown()


@pytest.mark.parametrize("name", PROFILES)
def test_every_generation_of_the_wattpilot_is_on_the_page(name: str) -> None:
    assert f"| `{name}` |" in (DOCS / "simulator.md").read_text(encoding="utf-8")
