"""What a service waits for, and what to do about it. Pure."""

from collections.abc import Iterable

from sunpilot.api.diagnosis.remedy import CORRECT_PASSWORD, ENTER_WATTPILOT, look_at
from sunpilot.contract.decision import Text
from sunpilot.contract.service import ServiceState
from sunpilot.contract.wait import WaitCode


def awaited(state: ServiceState) -> Text:
    """What it waits for, as a part of a sentence."""
    if not state.waits:  # it is of an older version, elsewhere, and has English alone
        return _listed(Text(en=what, de=what) for what in state.waits_for)
    return _listed(one.text for one in state.waits)


def advice(state: ServiceState) -> Text | None:
    """What to do, where there is something to do."""
    some = [_ADVICE[one.code] for one in state.waits if one.code in _ADVICE]
    return _listed(some) if some else None


def _listed(texts: Iterable[Text]) -> Text:
    some = list(texts)
    return Text(en="; ".join(one.en.rstrip(".") for one in some), de="; ".join(one.de.rstrip(".") for one in some))


_DATABASE = Text(
    en="nothing is lost yet, what comes waits in the recorder's spool; does InfluxDB run "
    "(with Docker: `docker compose ps influxdb`, `docker compose logs influxdb`), and is SUNPILOT_INFLUX_URL its "
    "address?",
    de="noch ist nichts verloren, was kommt, wartet im Zwischenspeicher des Recorders; läuft InfluxDB "
    "(mit Docker: `docker compose ps influxdb`, `docker compose logs influxdb`), und ist SUNPILOT_INFLUX_URL seine "
    "Adresse?",
)
_TOKEN = Text(
    en="run `docker compose up -d`, which makes the token anew where InfluxDB does not know it; without Docker, put "
    "one that may write into the bucket into SUNPILOT_INFLUX_TOKEN or SUNPILOT_INFLUX_TOKEN_FILE",
    de="`docker compose up -d` macht das Token neu, wenn InfluxDB es nicht kennt; ohne Docker gehört eines, das in den "
    "Bucket schreiben darf, in SUNPILOT_INFLUX_TOKEN oder SUNPILOT_INFLUX_TOKEN_FILE",
)
_BROKER_REFUSES = Text(
    en="look at `docker compose logs broker`: the account `recorder` must be let in with a session, and be allowed to "
    "read what `mosquitto/acl` gives it; it is tried again every few seconds",
    de="sieh nach mit `docker compose logs broker`: das Konto `recorder` braucht eine Sitzung und darf lesen, was "
    "`mosquitto/acl` ihm gibt; es wird alle paar Sekunden neu versucht",
)
_ADVICE = {
    WaitCode.BROKER: Text(
        en=f"does the broker run, and is its address right? Otherwise {look_at('broker').en}",
        de=f"läuft der Broker, und stimmt seine Adresse? Sonst {look_at('broker').de}",
    ),
    WaitCode.STORE: Text(
        en=f"does the store run, and are its address and password right? Otherwise {look_at('store').en}",
        de=f"läuft der Speicher, und stimmen Adresse und Passwort? Sonst {look_at('store').de}",
    ),
    WaitCode.STORE_REFUSES: Text(
        en=f"{look_at('api', 'store').en}; is the disk full?",
        de=f"{look_at('api', 'store').de}; ist die Platte voll?",
    ),
    WaitCode.INVERTER: Text(
        en="add one on the page or by REST: POST /api/v1/inverters",
        de="trage einen auf der Seite oder per REST ein: POST /api/v1/inverters",
    ),
    WaitCode.WATTPILOT_SETTINGS: ENTER_WATTPILOT,
    WaitCode.WATTPILOT_LINK: Text(
        en="is WATTPILOT_HOST right, the Wattpilot switched on, and in the same network?",
        de="stimmt WATTPILOT_HOST, ist der Wattpilot an und im selben Netz?",
    ),
    WaitCode.WATTPILOT_REFUSES: CORRECT_PASSWORD,
    WaitCode.WATTPILOT_LOGIN: Text(
        en=f"is WATTPILOT_HOST right? Otherwise report it with model, firmware and log: {look_at('wp-bridge').en}",
        de=f"stimmt WATTPILOT_HOST? Sonst melde es mit Modell, Firmware und Protokoll: {look_at('wp-bridge').de}",
    ),
    WaitCode.WATTPILOT_METER: Text(
        en="switch the Wattpilot off and on, or update its firmware",
        de="schalte den Wattpilot aus und ein oder aktualisiere seine Firmware",
    ),
    WaitCode.DATABASE_SETTINGS: Text(
        en="set SUNPILOT_INFLUX_URL and a token, or stop the recorder",
        de="setze SUNPILOT_INFLUX_URL und ein Token, oder beende den Recorder",
    ),
    WaitCode.DATABASE: _DATABASE,
    WaitCode.DATABASE_BUSY: _DATABASE,
    WaitCode.DATABASE_STRANGE: _DATABASE,
    WaitCode.DATABASE_REFUSES: _TOKEN,
    WaitCode.DATABASE_RIGHT: _TOKEN,
    WaitCode.DATABASE_BUCKET: Text(
        en="are SUNPILOT_INFLUX_BUCKET and SUNPILOT_INFLUX_ORG what InfluxDB has?",
        de="sind SUNPILOT_INFLUX_BUCKET und SUNPILOT_INFLUX_ORG so, wie InfluxDB sie hat?",
    ),
    WaitCode.SPOOL_DISK: Text(
        en="make room on the disk, and see that it can be written to; meanwhile the broker keeps what comes",
        de="schaffe Platz auf der Platte, und sieh nach, ob man auf sie schreiben kann; solange behält der Broker, was "
        "kommt",
    ),
    WaitCode.SESSION: _BROKER_REFUSES,
    WaitCode.SUBSCRIPTION: _BROKER_REFUSES,
}
