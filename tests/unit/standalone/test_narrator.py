"""What the demo says on the terminal."""

from datetime import UTC, datetime, timedelta

from sunpilot.contract.decision import Decision, Inputs, Reason, Text
from sunpilot.contract.setpoint import Action
from sunpilot.runtime.bus import Delivery
from sunpilot.standalone.demo import Narrator

NOON = datetime(2026, 6, 21, 10, tzinfo=UTC)


def _delivery(second: int, reason: Reason, amps: int, sentence: str) -> Delivery:
    decision = Decision(
        at=NOON + timedelta(seconds=second),
        reason=reason,
        text=Text(en=sentence, de=sentence),
        action=Action.CHARGE,
        amps=amps,
        phases=3,
        mode="sun",
        stages=(),
        inputs=Inputs(),
    )
    return Delivery("sunpilot/wattpilot/900/decision", decision.encode(), retained=False)


def test_a_sentence_is_not_said_again_while_only_the_current_changes_that_it_does_not_name() -> None:
    said: list[str] = []
    narrate = Narrator(said.append)
    for second, amps in enumerate((6, 9, 6, 12)):
        narrate(_delivery(second, Reason.CAR_FULL, amps, "The car is full."))
    assert said == ["12:00:00  The car is full."]


def test_a_countdown_alone_says_nothing_and_another_current_does() -> None:
    said: list[str] = []
    narrate = Narrator(said.append)
    narrate(_delivery(0, Reason.FOLLOWING_SUN, 6, "6 A, 9 s left"))
    narrate(_delivery(1, Reason.FOLLOWING_SUN, 6, "6 A, 8 s left"))
    narrate(_delivery(2, Reason.FOLLOWING_SUN, 7, "7 A, 7 s left"))
    assert said == ["12:00:00  6 A, 9 s left", "12:00:02  7 A, 7 s left"]
