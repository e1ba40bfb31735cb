"""What the recorder waits for, in words. Pure."""

from collections.abc import Mapping

from sunpilot.contract.decision import Text
from sunpilot.contract.wait import Wait, WaitCode


def _wait(code: WaitCode, en: str, de: str) -> Wait:
    return Wait(code=code, text=Text(en=en, de=de))


SETTINGS = _wait(
    WaitCode.DATABASE_SETTINGS,
    "SUNPILOT_INFLUX_URL (where InfluxDB is), and its token",
    "SUNPILOT_INFLUX_URL (wo InfluxDB ist) und ein Token dafür",
)

SUBSCRIPTION = _wait(
    WaitCode.SUBSCRIPTION,
    "the right to listen: the broker refuses a subscription of the recorder",
    "das Recht mitzuhören: der Broker lehnt ein Abonnement des Recorders ab",
)

MENDABLE: Mapping[int, Wait] = {
    401: _wait(
        WaitCode.DATABASE_REFUSES,
        "a valid token for InfluxDB: it refuses ours",
        "ein gültiges Token für InfluxDB: es lehnt unseres ab",
    ),
    403: _wait(
        WaitCode.DATABASE_RIGHT,
        "the right to write: InfluxDB's token may not write into the bucket",
        "das Recht zu schreiben: das Token für InfluxDB darf nicht in den Bucket schreiben",
    ),
    404: _wait(
        WaitCode.DATABASE_BUCKET,
        "the bucket in InfluxDB: it knows no such bucket or organization",
        "den Bucket in InfluxDB: es kennt keinen solchen Bucket oder keine solche Organisation",
    ),
}
"""What a person can mend, by the HTTP status that InfluxDB answers."""


def session(why: str) -> Wait:
    """The broker does not let the recorder's lasting session in."""
    return _wait(
        WaitCode.SESSION,
        f"its session at the MQTT broker, which the broker refuses ({why})",
        f"seine Sitzung am MQTT-Broker, die der Broker ablehnt ({why})",
    )


def spool_disk(error: OSError) -> Wait:
    """The disk of the spool does not work."""
    why = error.strerror or str(error)
    return _wait(WaitCode.SPOOL_DISK, f"the disk of the spool ({why})", f"die Platte des Zwischenspeichers ({why})")


def database(fault: str) -> Wait:
    """The database does not answer."""
    return _wait(
        WaitCode.DATABASE,
        f"InfluxDB, which does not answer ({fault})",
        f"InfluxDB, das nicht antwortet ({fault})",
    )


def busy(status: int) -> Wait:
    """It answers that it cannot now."""
    return _wait(
        WaitCode.DATABASE_BUSY,
        f"InfluxDB, which is busy or unwell (HTTP {status})",
        f"InfluxDB, das überlastet oder gestört ist (HTTP {status})",
    )


def strange(status: int) -> Wait:
    """What answers is no InfluxDB."""
    return _wait(
        WaitCode.DATABASE_STRANGE,
        f"InfluxDB at SUNPILOT_INFLUX_URL: what is there answers HTTP {status}, as InfluxDB never does",
        f"InfluxDB unter SUNPILOT_INFLUX_URL: was dort ist, antwortet mit HTTP {status}, wie es InfluxDB nie tut",
    )
