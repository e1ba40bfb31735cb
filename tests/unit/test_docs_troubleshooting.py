"""Whoever looks a symptom up finds the words that Sunpilot says."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GOES_ON_IN_THE_NEXT_LINE = re.compile(r'"\n\s*f?"')
SYMPTOMS = re.findall(
    r"^\| ([^|]*) \|", (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8"), re.MULTILINE
)


@pytest.fixture(scope="module")
def said() -> str:
    """All words in the source, of services and page."""
    files = [*ROOT.glob("services/*/src/**/*.py"), *ROOT.glob("web/src/words/*.ts")]
    return "\n".join(GOES_ON_IN_THE_NEXT_LINE.sub("", file.read_text(encoding="utf-8")) for file in files)


@pytest.mark.parametrize("quotation", [one for symptom in SYMPTOMS for one in re.findall('"([^"]*)"', symptom)])
def test_what_troubleshooting_quotes_is_what_sunpilot_says(quotation: str, said: str) -> None:
    words = (re.escape(piece) for piece in quotation.strip("… ").split("…"))
    assert re.search("[^\n]{1,60}".join(words), said)
