"""Charger: what one Wattpilot measured, offered and answered."""

from grafana.colour import BATTERY, CAR, FAULT, GRID, HOUSE, PALE, SUN
from grafana.dashboard import WATTPILOT as CHOOSE_WATTPILOT
from grafana.dashboard import Dashboard
from grafana.language import Text
from grafana.panel import Panel
from grafana.query import EVERY, LOST, SINCE_DAY_BEFORE, WATTPILOT, Query
from grafana.series import Series
from grafana.today import CHANGES

CAR_STATES = (
    ("idle", Text("no car", "kein Auto"), HOUSE),
    ("charging", Text("charges", "lädt"), CAR),
    ("waiting", Text("waits", "wartet"), PALE),
    ("complete", Text("complete", "fertig"), SUN),
    ("error", Text("error", "Fehler"), FAULT),
)

RESULTS = (
    ("confirmed", Text("confirmed by what it measured", "durch Messung bestätigt"), CAR),
    ("stored", Text("taken", "angenommen"), CAR),
    ("unchanged", Text("had it already", "war schon so"), HOUSE),
    ("held", Text("held back to spare it", "zur Schonung zurückgehalten"), PALE),
    ("superseded", Text("a newer value came first", "ein neuerer Wert kam zuvor"), PALE),
    ("manual", Text("another hand is respected", "eine andere Hand geht vor"), BATTERY),
    ("done", Text("given back", "zurückgegeben"), HOUSE),
    ("offline", Text("Wattpilot not in sight", "Wattpilot nicht zu sehen"), FAULT),
    ("refused", Text("refused", "abgelehnt"), FAULT),
    ("timed_out", Text("no answer", "keine Antwort"), FAULT),
    ("bad_value", Text("cannot be written", "nicht schreibbar"), FAULT),
    ("fenced", Text("from an overtaken controller", "von einem abgelösten Regler"), FAULT),
)


def of_status(columns: str, extra: str = EVERY) -> Query:
    """What the Wattpilot said."""
    return Query(f'SELECT {columns} FROM "status" WHERE {WATTPILOT} AND $timeFilter {extra}'.rstrip())


def phases(quantity: str) -> str:
    """The columns of a quantity on three phases."""
    return ", ".join(f'mean("{quantity.format(phase)}") AS "l{phase}"' for phase in (1, 2, 3))


PHASES = (
    Series("l1", Text("L1", "L1"), CAR),
    Series("l2", Text("L2", "L2"), BATTERY),
    Series("l3", Text("L3", "L3"), HOUSE),
)

FIGURES = (
    Panel(
        "stat",
        Text("Energy", "Energie"),
        Text(
            "How far the Wattpilot's own lifetime counter went on in the time shown.",
            "Wie weit der eigene Zähler des Wattpilot in der gezeigten Zeit weiterlief.",
        ),
        (of_status('spread("energy_wh") / 1000 AS "value"', ""),),
        (Series("value", Text("Energy", "Energie"), CAR),),
        unit="kwatth",
        decimals=1,
        width=4,
        height=4,
    ),
    Panel(
        "stat",
        Text("Starts", "Starts"),
        Text(
            "How often Sunpilot started a charge by the sun. A charge by order is none, nor is going on after a phase "
            "switch.",
            "Wie oft Sunpilot wegen der Sonne ein Laden startete. Laden auf Bestellung zählt nicht, Weiterladen nach "
            "einem Phasenwechsel auch nicht.",
        ),
        (
            Query(
                f'SELECT count("changed") AS "value" FROM "decision" WHERE {WATTPILOT} AND "changed" = 1 '
                "AND \"reason\" = 'started' AND $timeFilter"
            ),
        ),
        (Series("value", Text("Starts", "Starts"), SUN),),
        width=4,
        height=4,
        decimals=0,
        without_value=Text("none", "keine"),
    ),
    Panel(
        "stat",
        Text("Phase switches", "Phasenwechsel"),
        Text(
            "Of the sessions that began in the time shown. Each one wears the contactor a little.",
            "Der Ladevorgänge, die in der gezeigten Zeit begannen. Jeder nutzt das Schütz ein wenig ab.",
        ),
        (Query(f'SELECT sum("phase_switches") AS "value" FROM "session" WHERE {WATTPILOT} AND $timeFilter'),),
        (Series("value", Text("Phase switches", "Phasenwechsel"), SUN),),
        width=4,
        height=4,
        decimals=0,
        without_value=Text("no session", "kein Ladevorgang"),
    ),
    Panel(
        "stat",
        Text("Hottest", "Am wärmsten"),
        Text("The warmest sensor in the Wattpilot.", "Der wärmste Fühler im Wattpilot."),
        (of_status('max("temperature_c") AS "value"', ""),),
        (Series("value", Text("Temperature", "Temperatur")),),
        unit="celsius",
        decimals=0,
        width=4,
        height=4,
        limits=((60, SUN), (75, FAULT)),
        without_value=Text("not told", "nicht gesagt"),
    ),
    Panel(
        "stat",
        Text("Errors", "Fehler"),
        Text(
            "The highest error code that the Wattpilot reported; 0 is none.",
            "Der höchste Fehlercode, den der Wattpilot meldete; 0 ist keiner.",
        ),
        (of_status('max("error") AS "value"', ""),),
        (Series("value", Text("Error code", "Fehlercode")),),
        width=4,
        height=4,
        decimals=0,
        limits=((1, FAULT),),
        without_value=Text("not told", "nicht gesagt"),
    ),
    Panel(
        "stat",
        Text("Out of sight", "Nicht zu sehen"),
        Text(
            "How often the connection to the Wattpilot was lost; a restart of the bridge counts too.",
            "Wie oft die Verbindung zum Wattpilot verloren ging; ein Neustart der Bridge zählt mit.",
        ),
        (Query(f'SELECT count("step") AS "value" FROM {LOST}'),),
        (Series("value", Text("Losses", "Verluste")),),
        width=4,
        height=4,
        decimals=0,
        limits=((1, SUN), (10, FAULT)),
        without_value=Text("never", "nie"),
    ),
)

CAR_STATE = Panel(
    "state-timeline",
    Text("Car", "Auto"),
    Text("What the Wattpilot says of the car.", "Was der Wattpilot über das Auto sagt."),
    (of_status('last("car") AS "car"'),),
    (Series("car", Text("Car", "Auto"), words=CAR_STATES),),
    width=24,
    height=4,
)
CURRENTS = Panel(
    "timeseries",
    Text("Current", "Strom"),
    Text(
        "Drawn on each phase, and offered to the car per phase.",
        "Auf jeder Phase gezogen, und dem Auto je Phase angeboten.",
    ),
    (of_status(f'{phases("current_l{}_a")}, last("offered_a") AS "offered"'),),
    (*PHASES, Series("offered", Text("offered", "angeboten"), GRID, steps=True)),
    unit="amp",
    least=0,
)
VOLTAGES = Panel(
    "timeseries",
    Text("Voltage", "Spannung"),
    Text("At the Wattpilot, on each phase.", "Am Wattpilot, auf jeder Phase."),
    (of_status(phases("voltage_l{}_v")),),
    PHASES,
    unit="volt",
)
POWER = Panel(
    "timeseries",
    Text("Power and phases", "Leistung und Phasen"),
    Text(
        "What the car draws, and on how many phases it may.", "Was das Auto zieht, und auf wie vielen Phasen es darf."
    ),
    (of_status('mean("power_w") AS "power", last("phases") AS "phases"'),),
    (
        Series("power", Text("Power", "Leistung"), CAR, unit="watt", thick=True),
        Series("phases", Text("Phases", "Phasen"), PALE, decimals=0, steps=True, own_axis=True),
    ),
    least=0,
)
TEMPERATURE = Panel(
    "timeseries",
    Text("Temperature", "Temperatur"),
    Text(
        "The warmest sensor in the Wattpilot, and the current to which it limits itself by temperature.",
        "Der wärmste Fühler im Wattpilot, und der Strom, auf den er sich nach der Temperatur begrenzt.",
    ),
    (of_status('max("temperature_c") AS "temperature", min("temperature_a") AS "limit"'),),
    (
        Series("temperature", Text("Temperature", "Temperatur"), FAULT, unit="celsius"),
        Series("limit", Text("limit", "Grenze"), GRID, unit="amp", steps=True, own_axis=True),
    ),
)
ANSWERS = Panel(
    "bargauge",
    Text("Answers to setpoints", "Antworten auf Sollwerte"),
    Text(
        "How requests to the Wattpilot ended. Many without an answer, or refused, point to the connection or to "
        "settings of "
        "the Wattpilot.",
        "Wie Anfragen an den Wattpilot endeten. Viele ohne Antwort oder abgelehnte deuten auf die Verbindung oder auf "
        "Einstellungen des Wattpilot.",
    ),
    (
        Query(
            f'SELECT count("n") FROM "ack" WHERE {WATTPILOT} AND $timeFilter GROUP BY "result"',
            by_tag="$tag_result",
        ),
    ),
    tuple(Series(result, text, colour) for result, text, colour in RESULTS),
    decimals=0,
    least=0,
)
PER_SESSION = Panel(
    "timeseries",
    Text("Starts and phase switches per session", "Starts und Phasenwechsel je Ladevorgang"),
    Text(
        "Each pair stands where the car was plugged in. Going on after a phase switch is no start.",
        "Jedes Paar steht dort, wo das Auto eingesteckt wurde. Weiterladen nach einem Phasenwechsel ist kein Start.",
    ),
    (
        Query(
            f'SELECT "starts", "phase_switches" AS "switches" FROM "session" WHERE {WATTPILOT} AND {SINCE_DAY_BEFORE}'
        ),
    ),
    (
        Series("starts", Text("Starts", "Starts"), SUN),
        Series("switches", Text("Phase switches", "Phasenwechsel"), BATTERY),
    ),
    decimals=0,
    least=0,
    points=True,
)

CHARGER = Dashboard(
    "charger",
    Text("Charger", "Ladestation"),
    Text("What one Wattpilot measured, offered and answered.", "Was ein Wattpilot maß, anbot und antwortete."),
    (*FIGURES, CAR_STATE, POWER, CURRENTS, VOLTAGES, TEMPERATURE, ANSWERS, PER_SESSION),
    (CHOOSE_WATTPILOT,),
    since="now-24h",
    refresh="1m",
    marks=(CHANGES,),
)
