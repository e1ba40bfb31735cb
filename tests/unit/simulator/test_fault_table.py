"""The table of faults in the documentation says what the simulator does."""

import re
from pathlib import Path

from sunpilot.simulator.wattpilot.fault import FAULTS, Fault
from sunpilot.simulator.wattpilot.profile import PROFILES

PAGE = Path(__file__).parents[3] / "docs" / "simulator.md"


def row(name: str, fault: Fault) -> str:
    amount = f" [{fault.amount.default:g}: {fault.amount.meaning}]" if fault.amount else ""
    return f"| `{name}` | {fault.effect}{amount}{' *once*' if fault.once else ''} |"


def test_the_page_lists_every_fault_as_it_is() -> None:
    page = PAGE.read_text(encoding="utf-8")
    found = re.search(r"<!-- faults: [^\n]* -->\n(.*)<!-- /faults -->", page, re.DOTALL)
    assert found is not None
    table = "\n".join(("| fault | what it does |", "|---|---|", *(row(name, fault) for name, fault in FAULTS.items())))
    assert found[1].strip() == table, f"the table must be:\n{table}"


def test_the_page_lists_every_generation() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in PROFILES if f"| `{name}` |" not in page] == []
