"""What went wrong at an inverter's Modbus interface, in words that say what to do.

Sources: SolarEdge, SunSpec implementation note (off by default, one connection, LAN only); what users report of
firmware updates that closed the port, and of programs that compete for the one connection.
"""

from sunpilot.contract.decision import Text
from sunpilot.contract.source import Outcome
from sunpilot.fetcher.measurement import SourceError
from sunpilot.fetcher.modbus.line import HungUpError, LineError, NobodyListensError, RefusedReadError, SilentError

_REFUSED = Text(
    en="The inverter refuses Modbus TCP: switch it on in SetApp (Site Communication → Modbus TCP). If it was on, as "
    "after a firmware update, switch it off and on again; if that does not help, SolarEdge's support can.",
    de="Der Wechselrichter lehnt Modbus TCP ab: bitte in SetApp einschalten (Standortkommunikation → Modbus TCP). War "
    "es an, etwa vor einem Firmware-Update, bitte aus- und wieder einschalten; hilft das nicht, dann der Support von "
    "SolarEdge.",
)
_OCCUPIED = Text(
    en="The inverter hangs up: most likely another program holds its only Modbus connection. End that one (evcc, Home "
    "Assistant, solaredge2mqtt, a Modbus leader on RS485), or let it publish by MQTT and use an MQTT meter here.",
    de="Der Wechselrichter legt auf: vermutlich hält ein anderes Programm seine einzige Modbus-Verbindung. Bitte "
    "dieses beenden (evcc, Home Assistant, solaredge2mqtt, ein Modbus-Leader an RS485), oder es per MQTT "
    "veröffentlichen lassen und hier einen MQTT-Zähler verwenden.",
)
_SILENT = Text(
    en="The inverter takes the connection but does not answer: check that no other Modbus leader is active; if it "
    "lasts, switch Modbus TCP off and on in SetApp.",
    de="Der Wechselrichter nimmt die Verbindung an, antwortet aber nicht: bitte prüfen, ob ein anderer Modbus-Leader "
    "aktiv ist; hält es an, Modbus TCP in SetApp aus- und wieder einschalten.",
)
_BUSY = Text(
    en="The inverter says that it is busy: nothing to do, Sunpilot tries again by itself.",
    de="Der Wechselrichter meldet, dass er beschäftigt ist: nichts zu tun, Sunpilot versucht es von selbst wieder.",
)
_NO_UNIT = Text(
    en="The inverter answers, but not as the unit (device id) that is set: leave unit out, or set the device id that "
    "SetApp shows; by default it is 1.",
    de="Der Wechselrichter antwortet, aber nicht unter der eingestellten Unit (Geräte-ID): bitte unit weglassen oder "
    "die Geräte-ID aus SetApp eintragen; üblich ist 1.",
)
_NO_INVERTER = Text(
    en="What answers there is no inverter that speaks SunSpec: check the address.",
    de="Was dort antwortet, ist kein Wechselrichter, der SunSpec spricht: bitte die Adresse prüfen.",
)

_KINDS = {
    "gaierror": ("nobody knows its name", "niemand kennt den Namen"),
    "TimeoutError": ("nothing answers at this address", "unter dieser Adresse antwortet nichts"),
    "OSError": ("no way leads there", "dorthin führt kein Weg"),
}
"""The kinds of `UnreachableError`, in words."""


def source_error(error: LineError) -> SourceError:
    """What a fault of the line means to the schedule and to a person."""
    if isinstance(error, NobodyListensError):
        return SourceError(Outcome.NETWORK, _REFUSED)
    if isinstance(error, HungUpError):
        return SourceError(Outcome.NETWORK, _OCCUPIED)
    if isinstance(error, SilentError):
        return SourceError(Outcome.SERVER, _SILENT)
    if isinstance(error, RefusedReadError):
        return SourceError(Outcome.SERVER, _BUSY) if error.is_busy else SourceError(Outcome.NOT_FOUND, _NO_UNIT)
    en, de = _KINDS.get(str(error), (str(error), str(error)))
    return SourceError(
        Outcome.NETWORK,
        Text(
            en=f"The inverter cannot be reached ({en}): check address, cable and that it is in the same network; "
            "Modbus TCP works by cable only.",
            de=f"Der Wechselrichter ist nicht erreichbar ({de}): bitte Adresse, Kabel und Netz prüfen; Modbus TCP "
            "geht nur über Kabel.",
        ),
    )


def no_inverter() -> SourceError:
    """Something else answers at the address."""
    return SourceError(Outcome.UNSUPPORTED, _NO_INVERTER)


def wrong_meter(slot: int, kind: str, others: dict[int, str]) -> SourceError:
    """The meter that is set does not measure the grid; ``others`` are those that do, by slot."""
    better = next(iter(others), None)
    advice = "leave meter out" if better is None else f"set meter to {better}, or leave it out"
    rat = "meter bitte weglassen" if better is None else f"meter bitte auf {better} stellen oder weglassen"
    return SourceError(
        Outcome.UNSUPPORTED,
        Text(
            en=f'The meter in slot {slot} measures "{kind}", not the grid connection: {advice}.',
            de=f"Der Zähler an Platz {slot} misst „{kind}“, nicht den Netzanschluss: {rat}.",
        ),
    )
