"""System: how old what Sunpilot knows is, what is left of quotas, who is online, and whether history is whole."""

from grafana.charger import RESULTS
from grafana.colour import CAR, FAULT, GRID, HOUSE, SUN
from grafana.dashboard import INVERTER as CHOOSE_INVERTER
from grafana.dashboard import WATTPILOT as CHOOSE_WATTPILOT
from grafana.dashboard import Dashboard
from grafana.language import Text
from grafana.panel import Panel
from grafana.query import EVERY, INVERTER, LOST, WATTPILOT, Query
from grafana.series import Series

ONLINE = (("0", Text("gone", "fort"), FAULT), ("1", Text("online", "online"), CAR))

SERVICES = Panel(
    "state-timeline",
    Text("Services", "Dienste"),
    Text(
        "Each service reports every 30 s. A gap on all of them is one of the recorder or of the broker.",
        "Jeder Dienst meldet sich alle 30 s. Eine Lücke bei allen ist eine des Recorders oder des Brokers.",
    ),
    (
        Query(
            'SELECT last("online") AS "online" FROM "service" WHERE $timeFilter '
            'GROUP BY time($__interval), "service", "instance" fill(null)',
            by_tag="$tag_service $tag_instance",
        ),
    ),
    words=ONLINE,
    width=24,
    step="1m",
)
AGES = Panel(
    "timeseries",
    Text("Age of what decisions rest on", "Alter dessen, worauf Entscheidungen beruhen"),
    Text(
        "How old the last reading was when the controller decided. It rises while a source is silent.",
        "Wie alt der letzte Messwert war, als der Regler entschied. Es steigt, solange eine Quelle schweigt.",
    ),
    (Query(f'SELECT max("reading_age_s") AS "age" FROM "decision" WHERE {WATTPILOT} AND $timeFilter {EVERY}'),),
    (Series("age", Text("Reading", "Messwert"), SUN),),
    unit="s",
    least=0,
)
DELAY = Panel(
    "timeseries",
    Text("Age of readings on arrival", "Alter der Messwerte bei Ankunft"),
    Text(
        "How long a value was under way from the meter to Sunpilot, by inverter and source.",
        "Wie lange ein Wert vom Zähler bis Sunpilot unterwegs war, je Wechselrichter und Quelle.",
    ),
    (
        Query(
            'SELECT max("age_s") AS "age" FROM "reading" WHERE $timeFilter '
            'GROUP BY time($__interval), "inverter", "source" fill(null)',
            by_tag="$tag_inverter $tag_source",
        ),
    ),
    unit="s",
    least=0,
)
QUOTA = Panel(
    "timeseries",
    Text("Calls to the cloud", "Aufrufe der Cloud"),
    Text(
        "Of the quota of the source in use, what is used and what is left. A local source has none.",
        "Vom Kontingent der genutzten Quelle: was verbraucht und was übrig ist. Eine lokale Quelle hat keines.",
    ),
    (
        Query(
            'SELECT last("calls_used") AS "used", last("calls_left") AS "left" '
            f'FROM "source" WHERE {INVERTER} AND $timeFilter {EVERY}'
        ),
    ),
    (
        Series("used", Text("used", "verbraucht"), GRID, steps=True),
        Series("left", Text("left", "übrig"), CAR, steps=True),
    ),
    decimals=0,
    least=0,
    without_value=Text("no quota", "kein Kontingent"),
)
SUCCESS = Panel(
    "timeseries",
    Text("Attempts to measure that went well", "Gelungene Messversuche"),
    Text("Of all attempts that were told of.", "Von allen gemeldeten Versuchen."),
    (Query(f'SELECT 100 * mean("ok") AS "ok" FROM "source" WHERE {INVERTER} AND $timeFilter {EVERY}'),),
    (Series("ok", Text("went well", "gelungen"), CAR),),
    unit="percent",
    decimals=0,
    least=0,
    most=100,
    step="10m",
)
LATENCY = Panel(
    "timeseries",
    Text("From setpoint to answer", "Vom Sollwert zur Antwort"),
    Text(
        "How long the bridge took to answer a setpoint; the confirmation by what the Wattpilot measures comes later.",
        "Wie lange die Bridge für die Antwort auf einen Sollwert brauchte; die Bestätigung durch Messung kommt später.",
    ),
    (
        Query(
            f'SELECT max("after_s") AS "after" FROM "ack" WHERE {WATTPILOT} AND $timeFilter '
            'GROUP BY time($__interval), "result" fill(null)',
            by_tag="$tag_result",
        ),
    ),
    tuple(Series(result, text, colour) for result, text, colour in RESULTS),
    unit="s",
    least=0,
    points=True,
)
LOSSES = Panel(
    "timeseries",
    Text("Lost connections to the Wattpilot", "Verlorene Verbindungen zum Wattpilot"),
    Text("How often, in each step of the picture.", "Wie oft, in jedem Schritt des Bildes."),
    (Query(f'SELECT count("step") AS "lost" FROM {LOST} AND $timeFilter GROUP BY time($__interval) fill(none)'),),
    (Series("lost", Text("lost", "verloren"), FAULT),),
    decimals=0,
    least=0,
    bars=True,
    without_value=Text("never", "nie"),
)
UPTIME = Panel(
    "timeseries",
    Text("Time since each service started", "Zeit seit dem Start jedes Dienstes"),
    Text("A fall is a restart.", "Ein Abfall ist ein Neustart."),
    (
        Query(
            'SELECT last("uptime_s") AS "uptime" FROM "service" WHERE $timeFilter '
            'GROUP BY time($__interval), "service", "instance" fill(null)',
            by_tag="$tag_service $tag_instance",
        ),
    ),
    unit="s",
    least=0,
    step="1m",
)


def of_recorder(columns: str) -> Query:
    """What the recorder says of itself."""
    return Query(f'SELECT {columns} FROM "service" WHERE "service" = \'recorder\' AND $timeFilter {EVERY}')


SPOOL = Panel(
    "timeseries",
    Text("Waiting for the database", "Wartet auf die Datenbank"),
    Text(
        "What the recorder keeps on its own disk until the database took it. It grows while the database is "
        "away, and is "
        "written afterwards.",
        "Was der Recorder auf eigener Platte hält, bis die Datenbank es nahm. Es wächst, solange die Datenbank "
        "fort ist, und "
        "wird danach geschrieben.",
    ),
    (of_recorder('max("spool_bytes") AS "bytes", max("oldest_s") AS "oldest"'),),
    (
        Series("bytes", Text("spool", "Puffer"), HOUSE, unit="bytes"),
        Series("oldest", Text("oldest message", "älteste Nachricht"), SUN, unit="s", own_axis=True),
    ),
    least=0,
    step="1m",
)
RECORDED = Panel(
    "timeseries",
    Text("Messages recorded", "Aufgezeichnete Nachrichten"),
    Text(
        "Per second: heard from the broker, and taken by the database.",
        "Je Sekunde: vom Broker gehört, und von der Datenbank angenommen.",
    ),
    (
        of_recorder(
            'non_negative_derivative(max("received"), 1s) AS "received", '
            'non_negative_derivative(max("written"), 1s) AS "written"'
        ),
    ),
    (
        Series("received", Text("heard", "gehört"), GRID),
        Series("written", Text("in the database", "in der Datenbank"), CAR),
    ),
    unit="cps",
    decimals=1,
    least=0,
    step="1m",
)
MISSING = Panel(
    "timeseries",
    Text("Not in the history", "Nicht in der Geschichte"),
    Text(
        "Messages that the database refused (put aside in a file), or that were lost because the spool was full, since "
        "the spool was first made; and how often the broker had forgotten the recorder, so that some may be missing.",
        "Nachrichten, die die Datenbank ablehnte (in einer Datei abgelegt) oder die verloren gingen, weil der Puffer "
        "voll war, seit es den Puffer gibt; und wie oft der Broker den Recorder vergessen hatte, so dass welche fehlen "
        "können.",
    ),
    (of_recorder('max("put_aside") AS "aside", max("lost") AS "lost", max("gaps") AS "gaps"'),),
    (
        Series("aside", Text("put aside", "beiseitegelegt"), SUN, steps=True),
        Series("lost", Text("lost", "verloren"), FAULT, steps=True),
        Series("gaps", Text("times the broker forgot", "vom Broker vergessen"), HOUSE, steps=True),
    ),
    decimals=0,
    least=0,
    step="1m",
)
DROPPED = Panel(
    "timeseries",
    Text("Bad messages dropped", "Verworfene schlechte Nachrichten"),
    Text(
        "Since each service started. Anything above 0 is worth a look into its log.",
        "Seit dem Start jedes Dienstes. Alles über 0 ist einen Blick ins Log wert.",
    ),
    (
        Query(
            'SELECT max("dropped") AS "dropped" FROM "service" WHERE $timeFilter '
            'GROUP BY time($__interval), "service", "instance" fill(null)',
            by_tag="$tag_service $tag_instance",
        ),
    ),
    decimals=0,
    least=0,
    step="1m",
)

SYSTEM = Dashboard(
    "system",
    Text("System", "System"),
    Text(
        "How old what Sunpilot knows is, what is left of quotas, who is online, and whether history is whole.",
        "Wie alt ist, was Sunpilot weiß, was von Kontingenten übrig ist, wer online ist, und ob die Geschichte "
        "ganz ist.",
    ),
    (SERVICES, AGES, DELAY, QUOTA, SUCCESS, LATENCY, LOSSES, SPOOL, RECORDED, MISSING, DROPPED, UPTIME),
    (CHOOSE_INVERTER, CHOOSE_WATTPILOT),
    since="now-24h",
    refresh="1m",
)
