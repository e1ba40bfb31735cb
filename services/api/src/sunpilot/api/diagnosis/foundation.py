"""How broker and store are. Pure."""

from sunpilot.api.diagnosis.facts import Facts
from sunpilot.api.diagnosis.finding import SET_THE_CLOCK, SKEW_S, Area, Finding, Verdict
from sunpilot.api.diagnosis.remedy import START_AGAIN, look_at
from sunpilot.contract.decision import Text

_BROKER = Text(en="broker", de="Broker")
_STORE = Text(en="store", de="Speicher")


def broker(facts: Facts) -> Finding:
    """Whether the broker answers."""
    if facts.broker_answers:
        text = Text(en="answers, and accepts the account of the api", de="antwortet und nimmt das Konto der API an")
        return Finding(Verdict.WELL, Area.BROKER, _BROKER, text)
    return Finding(
        Verdict.FAULTY,
        Area.BROKER,
        _BROKER,
        Text(
            en="does not answer, or refuses the account of the api",
            de="antwortet nicht oder lehnt das Konto der API ab",
        ),
        Text(
            en=f"{look_at('broker').en}; then {START_AGAIN.en}",
            de=f"{look_at('broker').de}; dann {START_AGAIN.de}",
        ),
    )


def store(facts: Facts) -> Finding:
    """Whether the store answers, and by the right clock."""
    if facts.store_fault is not None:
        text = Text(en=facts.store_fault, de=f"antwortet nicht, wie er soll: {facts.store_fault}")
        advice = Text(
            en=f"{look_at('store').en}; is the disk full?",
            de=f"{look_at('store').de}; ist die Platte voll?",
        )
        return Finding(Verdict.FAULTY, Area.STORE, _STORE, text, advice)
    ahead_s = facts.store_ahead_s
    if ahead_s is not None and abs(ahead_s) > SKEW_S:
        text = Text(en=f"its clock is {ahead_s:+.0f} s off", de=f"seine Uhr geht um {ahead_s:+.0f} s falsch")
        return Finding(Verdict.FAULTY, Area.STORE, _STORE, text, SET_THE_CLOCK)
    text = Text(en="answers, and its clock is right", de="antwortet, und seine Uhr stimmt")
    return Finding(Verdict.WELL, Area.STORE, _STORE, text)
