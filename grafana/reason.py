"""The reasons of decisions, in a few words and in a colour for what kind of reason it is.

The page says them in the same words: `python -m grafana.reason > web/src/words/reasons.json`.
"""

import json
import sys
from dataclasses import asdict

from grafana.colour import BATTERY, CAR, FAULT, GRID, HOUSE, PALE, SUN
from grafana.language import Text

REASONS: tuple[tuple[str, Text, str], ...] = (
    ("following_sun", Text("follows the sun", "folgt der Sonne"), SUN),
    ("started", Text("starts", "startet"), SUN),
    ("at_minimum", Text("at the minimum", "am Minimum"), SUN),
    ("at_maximum", Text("at the maximum", "am Maximum"), SUN),
    ("switching_phases", Text("changes phases", "wechselt Phasen"), SUN),
    ("starting_soon", Text("about to start", "kurz vor dem Start"), SUN),
    ("stopping_soon", Text("about to stop", "kurz vor dem Stopp"), SUN),
    ("waiting_for_sun", Text("waits for sun", "wartet auf Sonne"), PALE),
    ("awaiting_reading", Text("waits for a reading", "wartet auf Messwert"), PALE),
    ("stopped", Text("stopped: too little sun", "gestoppt: zu wenig Sonne"), PALE),
    ("resting", Text("rests between charges", "pausiert"), PALE),
    ("sharing", Text("another goes first", "ein anderer geht vor"), PALE),
    ("battery_first", Text("home battery first", "Hausspeicher zuerst"), BATTERY),
    ("no_car", Text("no car", "kein Auto"), HOUSE),
    ("car_full", Text("car is full", "Auto ist voll"), CAR),
    ("car_not_drawing", Text("car does not draw", "Auto lädt nicht"), PALE),
    ("order_full", Text("full, as ordered", "voll, wie bestellt"), GRID),
    ("order_fixed", Text("fixed, as ordered", "fest, wie bestellt"), GRID),
    ("order_minimum", Text("minimum, as ordered", "Minimum, wie bestellt"), GRID),
    ("order_off", Text("off, as ordered", "aus, wie bestellt"), HOUSE),
    ("deadline_waiting", Text("deadline: waits for sun", "Frist: wartet auf Sonne"), PALE),
    ("deadline_charging", Text("deadline: charges", "Frist: lädt"), GRID),
    ("fuse", Text("main fuse", "Hauptsicherung"), FAULT),
    ("limits", Text("limits of the box", "Grenzen der Box"), FAULT),
    ("manual", Text("in another hand", "in anderer Hand"), BATTERY),
    ("released", Text("given back", "zurückgegeben"), HOUSE),
    ("first_reading", Text("waits for a first reading", "wartet auf ersten Messwert"), PALE),
    ("stale_hold", Text("old reading: holds", "alter Messwert: hält"), FAULT),
    ("stale_stop", Text("old reading: stopped", "alter Messwert: gestoppt"), FAULT),
    ("own_power_unknown", Text("own power unknown", "eigene Leistung unbekannt"), FAULT),
    ("suspect", Text("reading contradicts itself", "Messwert widersprüchlich"), FAULT),
    ("no_status", Text("Wattpilot silent", "Wattpilot stumm"), FAULT),
    ("no_phases", Text("phases unknown", "Phasen unbekannt"), FAULT),
    ("box_error", Text("error of the Wattpilot", "Fehler des Wattpilot"), FAULT),
)


def page_words() -> str:
    """The words of each reason in both languages, as the page reads them."""
    return json.dumps({reason: asdict(text) for reason, text, _ in REASONS}, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page_words())
