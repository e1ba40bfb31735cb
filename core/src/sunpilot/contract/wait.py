"""What services wait for."""

from enum import StrEnum

from sunpilot.contract.decision import Text
from sunpilot.contract.message import Part


class WaitCode(StrEnum):
    """What kind of thing is waited for; the words may change, these do not."""

    BROKER = "broker"
    STORE = "store"
    STORE_REFUSES = "store_refuses"
    TURN = "turn"
    INVERTER = "inverter"
    WATTPILOT_SETTINGS = "wattpilot_settings"
    WATTPILOT_LINK = "wattpilot_link"
    WATTPILOT_REFUSES = "wattpilot_refuses"
    WATTPILOT_LOGIN = "wattpilot_login"
    WATTPILOT_METER = "wattpilot_meter"
    DATABASE_SETTINGS = "database_settings"
    DATABASE = "database"
    DATABASE_BUSY = "database_busy"
    DATABASE_REFUSES = "database_refuses"
    DATABASE_RIGHT = "database_right"
    DATABASE_BUCKET = "database_bucket"
    DATABASE_STRANGE = "database_strange"
    SPOOL_DISK = "spool_disk"
    SESSION = "session"
    SUBSCRIPTION = "subscription"


class Wait(Part):
    """One thing that a service waits for, in words that follow "waits for" and "wartet auf"."""

    code: WaitCode
    text: Text


BROKER = Wait(code=WaitCode.BROKER, text=Text(en="the MQTT broker", de="den MQTT-Broker"))
STORE = Wait(
    code=WaitCode.STORE,
    text=Text(en="the store, which does not answer", de="den Speicher, der nicht antwortet"),
)
