"""How each Wattpilot is, as its bridge tells. Pure."""

from sunpilot.api.diagnosis.finding import Area, Finding, Verdict
from sunpilot.api.diagnosis.remedy import CORRECT_PASSWORD, ENTER_WATTPILOT
from sunpilot.contract.decision import Text
from sunpilot.contract.status import LinkState, ManualReason, Status

_LINKS = {
    LinkState.UNCONFIGURED: Text(en="unconfigured", de="noch nicht eingerichtet"),
    LinkState.CONNECTING: Text(en="connecting", de="wird gesucht"),
    LinkState.AUTHENTICATING: Text(en="authenticating", de="prüft das Passwort"),
    LinkState.WRONG_PASSWORD: Text(en="wrong password", de="falsches Passwort"),
    LinkState.INITIALISING: Text(en="initialising", de="sendet seine ersten Werte"),
}
_ADVICE = {
    LinkState.UNCONFIGURED: ENTER_WATTPILOT,
    LinkState.WRONG_PASSWORD: CORRECT_PASSWORD,
    LinkState.CONNECTING: Text(
        en="is WATTPILOT_HOST right, the Wattpilot switched on, and in the same network?",
        de="stimmt WATTPILOT_HOST, ist der Wattpilot an und im selben Netz?",
    ),
}

_UNTIL = Text(
    en="this ends when the car is unplugged, after the time that was set, or by `resume`",
    de="das endet beim Ausstecken, nach der eingestellten Zeit oder mit `resume`",
)
_HANDS = {
    ManualReason.CHANGED: (
        Text(en="somebody changed a setting at the Wattpilot", de="jemand hat am Wattpilot etwas verstellt"),
        _UNTIL,
    ),
    ManualReason.REQUESTED: (
        Text(en="somebody set a property of it directly", de="jemand hat eine seiner Eigenschaften direkt gesetzt"),
        _UNTIL,
    ),
    ManualReason.RESISTED: (
        Text(en="it took back what Sunpilot wrote", de="er hat zurückgenommen, was Sunpilot schrieb"),
        Text(
            en="does another program, such as evcc or Home Assistant, steer it too? " + _UNTIL.en,
            de="steuert ihn noch ein anderes Programm, etwa evcc oder Home Assistant? " + _UNTIL.de,
        ),
    ),
    ManualReason.CONTESTED: (
        Text(
            en="its settings were changed three times within 10 minutes",
            de="seine Einstellungen wurden in 10 Minuten dreimal verändert",
        ),
        Text(
            en="switch off the other program that steers it; this ends when the car is unplugged, or by `resume`",
            de="schalte das andere Programm ab, das ihn steuert; das endet beim Ausstecken oder mit `resume`",
        ),
    ),
    ManualReason.OCPP: (
        Text(en="an OCPP server is in control", de="ein OCPP-Server steuert ihn"),
        Text(en="switch OCPP off in the Solar.wattpilot app", de="schalte OCPP in der App Solar.wattpilot ab"),
    ),
    ManualReason.BOX_MODE: (
        Text(
            en="its mode is not the one that WATTPILOT_BASE says",
            de="sein Modus ist nicht der, den WATTPILOT_BASE nennt",
        ),
        Text(
            en="choose Default (base A) or Eco (base B) in the Solar.wattpilot app",
            de="wähle in der App Solar.wattpilot Default (Basis A) oder Eco (Basis B)",
        ),
    ),
}


def wattpilot(wattpilot_id: int, status: Status) -> Finding:
    """Whether it is online, and Sunpilot's to steer."""

    def found(verdict: Verdict, en: str, de: str, advice: Text | None = None) -> Finding:
        name = f"Wattpilot {wattpilot_id}"
        return Finding(verdict, Area.WATTPILOT, Text(en=name, de=name), Text(en=en, de=de), advice, wattpilot_id)

    if not status.is_online:
        verdict = Verdict.FAULTY if status.link is LinkState.WRONG_PASSWORD else Verdict.WAITS
        link = _LINKS[status.link]
        advice = _ADVICE.get(status.link)
        return found(verdict, f"is not online: {link.en}", f"ist nicht verbunden: {link.de}", advice)
    if status.manual is not None:
        why, advice = _HANDS[status.manual.reason]
        return found(
            Verdict.WAITS,
            f"is online, and Sunpilot keeps its hands off: {why.en}",
            f"ist verbunden, und Sunpilot greift nicht ein: {why.de}",
            advice,
        )
    model, firmware = status.device_type, status.firmware
    if not model:
        return found(Verdict.WELL, "is online", "ist verbunden")
    return found(
        Verdict.WELL,
        f"is online ({model}, firmware {firmware or 'unknown'})",
        f"ist verbunden ({model}, Firmware {firmware or 'unbekannt'})",
    )
