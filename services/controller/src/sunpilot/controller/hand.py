"""What is said while another hand is at the Wattpilot: whose it is, and what ends it; in English and German."""

from sunpilot.contract.status import ManualReason

HANDS: dict[ManualReason, tuple[str, str]] = {
    ManualReason.CHANGED: (
        "Somebody changed the Wattpilot by hand: hands off{until}.",
        "Jemand hat den Wattpilot von Hand verstellt: Sunpilot hält sich raus{until}.",
    ),
    ManualReason.REQUESTED: (
        "Somebody set a property of the Wattpilot directly: hands off{until}.",
        "Jemand hat eine Einstellung des Wattpilot direkt gesetzt: Sunpilot hält sich raus{until}.",
    ),
    ManualReason.RESISTED: (
        "The Wattpilot keeps taking back what Sunpilot sets; perhaps another program steers it: hands off{until}.",
        (
            "Der Wattpilot nimmt stets zurück, was Sunpilot einstellt; vielleicht steuert ihn ein anderes Programm: "
            "Sunpilot hält sich raus{until}."
        ),
    ),
    ManualReason.CONTESTED: (
        (
            "Another hand changed the Wattpilot three times within 10 minutes: hands off until the car is unplugged, "
            "or you let Sunpilot resume."
        ),
        (
            "Der Wattpilot wurde in 10 Minuten dreimal von anderer Hand verstellt: Sunpilot hält sich raus, bis das "
            "Auto abgesteckt wird oder du Sunpilot wieder übernehmen lässt."
        ),
    ),
    ManualReason.OCPP: (
        "An OCPP server controls the Wattpilot: hands off until OCPP is switched off in the Solar.wattpilot app.",
        (
            "Ein OCPP-Server steuert den Wattpilot: Sunpilot hält sich raus, bis OCPP in der App Solar.wattpilot "
            "ausgeschaltet ist."
        ),
    ),
    ManualReason.BOX_MODE: (
        (
            "The Wattpilot is in another mode than it was set up for: hands off until that mode is chosen again in the "
            "Solar.wattpilot app."
        ),
        (
            "Der Wattpilot steht in einem anderen Modus als eingerichtet: Sunpilot hält sich raus, bis in der App "
            "Solar.wattpilot wieder der richtige gewählt ist."
        ),
    ),
}
"""{until}: the time left, where time ends it."""
