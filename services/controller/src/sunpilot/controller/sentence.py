"""One sentence for each reason, in English and German, with the numbers it rests on."""

from dataclasses import dataclass

from sunpilot.contract.decision import Reason, StageName, Text
from sunpilot.contract.status import ManualReason
from sunpilot.controller.duration import duration
from sunpilot.controller.hand import HANDS


@dataclass(frozen=True, slots=True)
class Facts:
    """What a sentence may mention; ``hand`` tells which one is at the Wattpilot."""

    surplus_w: float | None = None
    break_even_w: float | None = None
    amps: int | None = None
    power_w: float | None = None
    phases: int | None = None
    seconds_left: float | None = None
    reading_age_s: float | None = None
    soc_pct: float | None = None
    soc_goal_pct: float | None = None
    forecast: Text | None = None
    hand: ManualReason = ManualReason.CHANGED


# {surplus}, {break_even}, {power}: kW; {amps}: A; {phases}: in words; {hold}: what stays; {left}, {until}: time;
# {age}: the reading's; {soc}, {soc_goal}: %; {forecast}: a sentence of its own.
_SENTENCES: dict[Reason, tuple[str, str]] = {
    Reason.NO_CAR: ("No car is connected.", "Kein Auto angeschlossen."),
    Reason.WAITING_FOR_SUN: (
        "Waiting for sun: {surplus} surplus, charging pays from {break_even}.",
        "Warte auf Sonne: {surplus} Überschuss, Laden lohnt ab {break_even}.",
    ),
    Reason.STARTING_SOON: (
        "{surplus} surplus: starting in {left}.",
        "{surplus} Überschuss: Start in {left}.",
    ),
    Reason.AWAITING_READING: (
        "{surplus} surplus, {age} ago: starting when the next reading confirms it.",
        "{surplus} Überschuss, vor {age}: Start, wenn der nächste Messwert es bestätigt.",
    ),
    Reason.STARTED: (
        "Starting at {amps}, {power}, for {surplus} surplus.",
        "Start mit {amps}, {power}, bei {surplus} Überschuss.",
    ),
    Reason.FOLLOWING_SUN: (
        "Charging at {amps}, {power}: closest to {surplus} surplus.",
        "Lade mit {amps}, {power}: am nächsten an {surplus} Überschuss.",
    ),
    Reason.AT_MINIMUM: (
        "Charging at the minimum of {amps}, {power}, with {surplus} surplus.",
        "Lade mit dem Minimum von {amps}, {power}, bei {surplus} Überschuss.",
    ),
    Reason.AT_MAXIMUM: (
        "Charging at the maximum of {amps}, {power}, with {surplus} surplus.",
        "Lade mit dem Maximum von {amps}, {power}, bei {surplus} Überschuss.",
    ),
    Reason.STOPPING_SOON: (
        "Only {surplus} surplus, below {break_even}: stopping in {left}.",
        "Nur {surplus} Überschuss, unter {break_even}: Stopp in {left}.",
    ),
    Reason.STOPPED: (
        "Stopping: {surplus} surplus is below {break_even}.",
        "Stopp: {surplus} Überschuss ist unter {break_even}.",
    ),
    Reason.SWITCHING_PHASES: (
        "Changing to {phases} for {surplus} surplus: {amps}, {power}, in {left}.",
        "Wechsel auf {phases} für {surplus} Überschuss: {amps}, {power}, in {left}.",
    ),
    Reason.RESTING: (
        "{surplus} surplus, but the charger rests for another {left}.",
        "{surplus} Überschuss, aber die Ladestation pausiert noch {left}.",
    ),
    Reason.SHARING: (
        "Another Wattpilot goes first: {surplus} surplus is left for this one, charging pays from {break_even}.",
        "Ein anderer Wattpilot geht vor: {surplus} Überschuss bleibt für diesen, Laden lohnt ab {break_even}.",
    ),
    Reason.BATTERY_FIRST: (
        "The home battery comes first, up to {soc_goal}; it is at {soc}. {surplus} surplus is left for the car.",
        "Der Hausspeicher geht vor, bis {soc_goal}; er steht bei {soc}. Fürs Auto bleiben {surplus} Überschuss.",
    ),
    Reason.DEADLINE_WAITING: (
        "Waiting for sun: {surplus} surplus. {forecast}",
        "Warte auf Sonne: {surplus} Überschuss. {forecast}",
    ),
    Reason.DEADLINE_CHARGING: (
        "Charging at {amps}, {power}, also from the grid. {forecast}",
        "Lade mit {amps}, {power}, auch aus dem Netz. {forecast}",
    ),
    Reason.CAR_FULL: ("The car is full or wants no more.", "Das Auto ist voll oder will nicht mehr."),
    Reason.CAR_NOT_DRAWING: (
        "{amps} offered, but the car does not draw; it may be asleep.",
        "{amps} angeboten, aber das Auto lädt nicht; vielleicht schläft es.",
    ),
    Reason.ORDER_FULL: (
        "Full power as ordered: {amps}, {power}{until}.",
        "Volle Leistung wie bestellt: {amps}, {power}{until}.",
    ),
    Reason.ORDER_FIXED: ("{amps}, {power} as ordered{until}.", "{amps}, {power} wie bestellt{until}."),
    Reason.ORDER_OFF: ("Off as ordered{until}.", "Aus wie bestellt{until}."),
    Reason.ORDER_MINIMUM: (
        "Minimum of {amps}, {power}, as ordered{with_surplus}.",
        "Minimum von {amps}, {power}, wie bestellt{with_surplus}.",
    ),
    Reason.FUSE: (
        "The main fuse leaves {amps} for the car{until}.",
        "Die Hauptsicherung lässt dem Auto {amps}{until}.",
    ),
    Reason.LIMITS: (
        "Wattpilot, cable and settings together leave no current to charge with.",
        "Wattpilot, Kabel und Einstellungen lassen zusammen keinen Ladestrom zu.",
    ),
    Reason.STALE_HOLD: (
        "The last usable reading is {age} old: {hold}{until}.",
        "Der letzte brauchbare Messwert ist {age} alt: {hold}{until}.",
    ),
    Reason.STALE_STOP: (
        "Stopped: the last usable reading is {age} old; nothing starts without a fresh one.",
        "Gestoppt: der letzte brauchbare Messwert ist {age} alt; ohne frischen startet nichts.",
    ),
    Reason.OWN_POWER_UNKNOWN: (
        "The charger's own power at the reading's time is unknown: {hold}.",
        "Die eigene Ladeleistung zur Messzeit ist unbekannt: {hold}.",
    ),
    Reason.SUSPECT: (
        "The last reading contradicts itself: {hold}.",
        "Der letzte Messwert widerspricht sich: {hold}.",
    ),
    Reason.NO_STATUS: (
        "Waiting for the Wattpilot: it has not reported for 30 s.",
        "Warte auf den Wattpilot: seit 30 s keine Meldung.",
    ),
    Reason.NO_PHASES: (
        "Waiting for the Wattpilot to say how many phases it uses.",
        "Warte darauf, dass der Wattpilot sagt, wie viele Phasen er nutzt.",
    ),
    Reason.BOX_ERROR: (
        "The Wattpilot reports an error: not charging.",
        "Der Wattpilot meldet einen Fehler: kein Laden.",
    ),
    Reason.RELEASED: (
        "Smart charging is off: the Wattpilot does what it is set to.",
        "Smartes Laden ist aus: der Wattpilot tut, was er selbst eingestellt hat.",
    ),
    Reason.FIRST_READING: (
        "Waiting for a first fresh reading: {hold}.",
        "Warte auf einen ersten frischen Messwert: {hold}.",
    ),
}

_STAGES: dict[StageName, frozenset[Reason]] = {
    StageName.CAR: frozenset({Reason.NO_CAR}),
    StageName.DATA: frozenset(
        {
            Reason.STALE_STOP,
            Reason.OWN_POWER_UNKNOWN,
            Reason.SUSPECT,
            Reason.NO_STATUS,
            Reason.NO_PHASES,
            Reason.FIRST_READING,
            Reason.BOX_ERROR,
        }
    ),
    StageName.SUN: frozenset(
        {Reason.WAITING_FOR_SUN, Reason.STOPPED, Reason.SHARING, Reason.BATTERY_FIRST, Reason.DEADLINE_WAITING}
    ),
    StageName.START: frozenset({Reason.STARTING_SOON, Reason.AWAITING_READING, Reason.RESTING}),
    StageName.DONE: frozenset({Reason.CAR_FULL, Reason.ORDER_OFF, Reason.MANUAL, Reason.RELEASED}),
}


def sentence(reason: Reason, facts: Facts) -> Text:
    """The sentence for a reason."""
    english, german = HANDS[facts.hand] if reason is Reason.MANUAL else _SENTENCES[reason]
    return Text(en=english.format_map(_words(facts, "en")), de=german.format_map(_words(facts, "de")))


def live_stage(reason: Reason) -> StageName:
    """The stage on which a decision with this reason stands; whatever is not waiting or over is charging."""
    return next((stage for stage, reasons in _STAGES.items() if reason in reasons), StageName.CHARGE)


def _words(facts: Facts, language: str) -> dict[str, str]:
    german = language == "de"
    left = _duration(facts.seconds_left, german)
    until = "" if facts.seconds_left is None else (f", noch {left}" if german else f", {left} left")
    surplus = _kilowatt(facts.surplus_w, german)
    with_surplus = f", bei {surplus} Überschuss" if german else f", with {surplus} surplus"
    return {
        "surplus": surplus,
        "with_surplus": "" if facts.surplus_w is None else with_surplus,
        "break_even": _kilowatt(facts.break_even_w, german),
        "power": _kilowatt(facts.power_w, german),
        "phases": _phases(facts.phases, german),
        "amps": "0 A" if facts.amps is None else f"{facts.amps} A",
        "hold": _hold(facts.amps, german),
        "left": left,
        "until": until,
        "age": _duration(facts.reading_age_s, german),
        "soc": _percent(facts.soc_pct, german),
        "soc_goal": _percent(facts.soc_goal_pct, german),
        "forecast": "" if facts.forecast is None else facts.forecast.de if german else facts.forecast.en,
    }


def _hold(amps: int | None, german: bool) -> str:
    if amps is None:
        return "kein Start" if german else "not starting"
    return f"es bleibt bei {amps} A" if german else f"staying at {amps} A"


def _phases(phases: int | None, german: bool) -> str:
    if phases == 1:
        return "eine Phase" if german else "one phase"
    return "drei Phasen" if german else "three phases"


def _kilowatt(power_w: float | None, german: bool) -> str:
    if power_w is None:
        return "unbekannt" if german else "unknown"
    text = f"{power_w / 1000 + 0.0:.1f} kW".replace("-0.0", "0.0")
    return text.replace(".", ",") if german else text


def _percent(share_pct: float | None, german: bool) -> str:
    if share_pct is None:
        return "unbekannt" if german else "unknown"
    return f"{share_pct:.0f} %"


def _duration(seconds: float | None, german: bool) -> str:
    if seconds is None:
        return "unbekannt" if german else "unknown"
    return duration(seconds)
