"""Every reason has a sentence in both languages, with its numbers; the page that lists them is up to date."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.contract.decision import Reason
from sunpilot.contract.status import ManualReason
from sunpilot.controller.reference import page
from sunpilot.controller.sentence import Facts, live_stage, sentence

DECISIONS = Path(__file__).parents[3] / "docs" / "decisions.md"


def test_the_page_of_reasons_is_up_to_date() -> None:
    assert DECISIONS.read_text(encoding="utf-8") == page(), "run: make docs"


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_stands_in_the_page_on_one_stage(reason: Reason) -> None:
    assert page().count(f"| `{reason}` |") == (len(ManualReason) if reason is Reason.MANUAL else 1)
    assert live_stage(reason)


numbers = st.one_of(st.none(), st.floats(-1e6, 1e6))


@given(
    st.sampled_from(list(Reason)),
    st.builds(
        Facts,
        surplus_w=numbers,
        break_even_w=numbers,
        amps=st.one_of(st.none(), st.integers(6, 32)),
        power_w=numbers,
        seconds_left=st.one_of(st.none(), st.floats(0, 1e6)),
        reading_age_s=st.one_of(st.none(), st.floats(0, 1e6)),
        soc_pct=st.one_of(st.none(), st.floats(0, 100)),
        hand=st.sampled_from(ManualReason),
    ),
)
def test_whatever_is_unknown_a_sentence_comes_out_in_both_languages(reason: Reason, facts: Facts) -> None:
    text = sentence(reason, facts)
    for said in (text.en, text.de):
        assert said.endswith((".", " "))
        assert "None" not in said
        assert "{" not in said
    assert text.en != text.de
