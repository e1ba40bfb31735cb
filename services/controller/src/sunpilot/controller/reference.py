"""The reasons of decisions as a page: `python -m sunpilot.controller.reference > docs/decisions.md`."""

import sys
from dataclasses import replace

from sunpilot.contract.decision import Reason, StageName, Text
from sunpilot.contract.status import ManualReason
from sunpilot.controller.sentence import Facts, live_stage, sentence

_HEAD = """\
# Why Sunpilot does what it does

Every decision has a reason, a sentence with numbers and, where something runs out, a countdown. They are on the topic
`sunpilot/wattpilot/<id>/decision`, on the page, and in `GET /api/v1/wattpilots/{id}`. The reason's code stays the same
in later versions. `make docs` writes this page from the code.

The stages are the way from sun to current; a decision stands on one of them.
"""

_STAGES = {
    StageName.CAR: "a car must be there",
    StageName.DATA: "Sunpilot must know what goes on",
    StageName.SUN: "there must be sun to spare",
    StageName.START: "a start is near",
    StageName.CHARGE: "it charges, or could",
    StageName.DONE: "there is nothing to do",
}

_EXAMPLE = Facts(
    surplus_w=3200.0,
    break_even_w=690.0,
    amps=8,
    power_w=5520.0,
    phases=3,
    seconds_left=40.0,
    reading_age_s=12.0,
    soc_pct=42.0,
    soc_goal_pct=80.0,
    forecast=Text(
        en="20.0 kWh by 07:00 needs 1 h 49 min at 16 A: starts at 05:02 unless the sun delivers before.",
        de="20,0 kWh bis 07:00 braucht 1 h 49 min mit 16 A: Start um 05:02, wenn nicht vorher die Sonne liefert.",
    ),
)

_CATCHING_UP = Text(
    en="5.3 kWh are missing by 07:00: needs 29 min at 16 A.",
    de="5,3 kWh fehlen bis 07:00: braucht 29 min mit 16 A.",
)


def page() -> str:
    """The whole page, with a sentence for each reason as an example."""
    lines = [_HEAD]
    for stage in StageName:
        lines += [f"\n## `{stage}`: {_STAGES[stage]}\n", "| reason | English | Deutsch |", "|---|---|---|"]
        for reason in Reason:
            if live_stage(reason) is stage:
                catches_up = reason is Reason.DEADLINE_CHARGING
                facts = replace(_EXAMPLE, forecast=_CATCHING_UP) if catches_up else _EXAMPLE
                for text in _said(reason, facts):
                    lines.append(f"| `{reason}` | {text.en} | {text.de} |")
    return "\n".join(lines) + "\n"


def _said(reason: Reason, facts: Facts) -> list[Text]:
    """The sentence of a reason; several where it depends on whose hand is at the Wattpilot."""
    hands = ManualReason if reason is Reason.MANUAL else [facts.hand]
    return [sentence(reason, replace(facts, hand=hand)) for hand in hands]


if __name__ == "__main__":
    sys.stdout.write(page())
