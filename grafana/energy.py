"""Energy: days, months and charging sessions, where it came from, and what it cost.

All of it stands on the day totals and sessions that the controller counts: a gap in the readings is in none of them,
and the prices are those of the day.
"""

from grafana.colour import BATTERY, CAR, GRID, HOUSE, SUN
from grafana.dashboard import HOUSE as CHOOSE_HOUSE
from grafana.dashboard import WATTPILOT as CHOOSE_WATTPILOT
from grafana.dashboard import Dashboard, Fact
from grafana.language import Text
from grafana.panel import NOTHING, Panel
from grafana.query import HOUSE as OF_HOUSE
from grafana.query import WATTPILOT, Query
from grafana.series import Series

COST = '"import_wh" * "import_price" / 1000 - "export_wh" * "feed_in_price" / 1000'
"""What was paid, less what was earned; of days without prices nothing is known."""

SAVED = '"car_sun_wh" * "import_price" / 1000 - "car_sun_wh" * "feed_in_price" / 1000'
"""What the cars' sun would have cost from the grid, less what it would have earned."""

KNOWN_SUN = '"pv_wh" > 0 AND "pv_export_wh" >= 0'
KNOWN_LOAD = '"load_wh" > 0 AND "load_import_wh" >= 0'
"""Days of which a share can be told: x / 0 would be 0, and days of an older version lack the parts."""

ALL_KEPT = "731d"

CURRENCY = Fact("currency", f'SELECT last("currency") FROM "day" WHERE {OF_HOUSE}')
"""A unit of Grafana cannot come from the database, a title can name one that does."""


def of_days(columns: str, needs: str = "") -> Query:
    """One value per day."""
    condition = f" AND {needs}" if needs else ""
    return Query(f'SELECT {columns} FROM "day" WHERE {OF_HOUSE}{condition} AND $timeFilter')


def summed(value: str) -> Query:
    """The sum of a product over all days."""
    return Query(
        f'SELECT sum("part") AS "value" FROM (SELECT {value} AS "part" FROM "day" WHERE {OF_HOUSE} AND $timeFilter)'
    )


def figure(title: Text, about: Text, query: Query, colour: str, unit: str, decimals: int = 0) -> Panel:
    """One figure over all days shown."""
    series = (Series("value", title, colour),)
    return Panel(
        "stat",
        title,
        about,
        (query,),
        series,
        unit=unit,
        decimals=decimals,
        width=4,
        height=4,
        without_value=Text("–", "–"),
    )


FIGURES = (
    figure(
        Text("Sun", "Sonne"),
        Text(
            "What the roof delivered in the days shown, as far as it is known.",
            "Was das Dach in den gezeigten Tagen lieferte, soweit es bekannt ist.",
        ),
        of_days('sum("pv_wh") / 1000 AS "value"'),
        SUN,
        "kwatth",
    ),
    figure(
        Text("Self-consumption", "Eigenverbrauch"),
        Text(
            "The share of the sun that was not sold, of the time in which the sun was known.",
            "Der Anteil der Sonne, der nicht eingespeist wurde, in der Zeit, in der die Sonne bekannt war.",
        ),
        of_days('100 - 100 * sum("pv_export_wh") / sum("pv_wh") AS "value"', KNOWN_SUN),
        SUN,
        "percent",
    ),
    figure(
        Text("Self-sufficiency", "Autarkie"),
        Text(
            "The share of all consumption that was not bought, of the time in which the consumption was known.",
            "Der Anteil des Verbrauchs, der nicht bezogen wurde, in der Zeit, in der der Verbrauch bekannt war.",
        ),
        of_days('100 - 100 * sum("load_import_wh") / sum("load_wh") AS "value"', KNOWN_LOAD),
        HOUSE,
        "percent",
    ),
    figure(
        Text("Cars' share of sun", "Sonnenanteil der Autos"),
        Text(
            "What the house buys counts to the cars first: without them, so much less would have been bought.",
            "Netzbezug zählt zuerst zu den Autos, denn ohne sie wäre so viel weniger bezogen worden.",
        ),
        of_days('100 * sum("car_sun_wh") / sum("car_wh") AS "value"', '"car_wh" > 0'),
        CAR,
        "percent",
    ),
    figure(
        Text("Cost in $currency", "Kosten in $currency"),
        Text(
            "What was bought less what was sold, at the prices set for the house on each day. Below zero you earned.",
            "Bezug abzüglich Einspeisung zu den Preisen, die für das Haus an jedem Tag eingestellt waren. Unter null "
            "wurde verdient.",
        ),
        summed(COST),
        GRID,
        "none",
        2,
    ),
    figure(
        Text("Saved in $currency by the sun", "Gespart in $currency durch Sonne"),
        Text(
            "What the cars' sun would have cost from the grid, less what selling it would have earned.",
            "Was die Sonne der Autos aus dem Netz gekostet hätte, abzüglich dessen, was ihr Verkauf gebracht hätte.",
        ),
        summed(SAVED),
        CAR,
        "none",
        2,
    ),
)


def bars(
    title: Text, about: Text, columns: str, series: tuple[Series, ...], needs: str = "", nothing: Text = NOTHING
) -> Panel:
    """Energies of each day on one another, in kWh."""
    return Panel(
        "timeseries",
        title,
        about,
        (of_days(columns, needs),),
        series,
        unit="kwatth",
        decimals=1,
        bars=True,
        stacked=True,
        without_value=nothing,
    )


USE_OF_SUN = bars(
    Text("Where the sun went, by day", "Wohin die Sonne ging, je Tag"),
    Text(
        "Used in the house, cars and home battery included, or sold. Used is as far as the sun was known.",
        "Im Haus genutzt, Autos und Speicher dabei, oder eingespeist. Genutzt gilt, soweit die Sonne bekannt war.",
    ),
    '"pv_wh" / 1000 - "pv_export_wh" / 1000 AS "used", "export_wh" / 1000 AS "sold"',
    (Series("used", Text("used", "genutzt"), SUN), Series("sold", Text("sold", "eingespeist"), GRID)),
)
SUPPLY = bars(
    Text("What the house lived on, by day", "Wovon das Haus lebte, je Tag"),
    Text(
        "All consumption, cars included: bought, or own. Own is as far as the consumption was known.",
        "Der ganze Verbrauch, Autos dabei: bezogen oder eigen. Eigen gilt, soweit der Verbrauch bekannt war.",
    ),
    '"load_wh" / 1000 - "load_import_wh" / 1000 AS "own", "import_wh" / 1000 AS "bought"',
    (Series("own", Text("own", "eigen"), SUN), Series("bought", Text("bought", "bezogen"), GRID)),
)
CARS = bars(
    Text("What the cars took, by day", "Was die Autos nahmen, je Tag"),
    Text(
        "What the house buys counts to the cars first; the rest is sun.",
        "Netzbezug zählt zuerst zu den Autos; der Rest ist Sonne.",
    ),
    '"car_sun_wh" / 1000 AS "sun", "car_wh" / 1000 - "car_sun_wh" / 1000 AS "bought"',
    (Series("sun", Text("sun", "Sonne"), SUN), Series("bought", Text("bought", "bezogen"), GRID)),
)
STORED = bars(
    Text("Home battery, by day", "Hausspeicher, je Tag"),
    Text("Charged above zero, discharged below.", "Über null geladen, darunter entladen."),
    '"battery_charged_wh" / 1000 AS "charged", 0 - "battery_discharged_wh" / 1000 AS "discharged"',
    (
        Series("charged", Text("charged", "geladen"), BATTERY),
        Series("discharged", Text("discharged", "entladen"), HOUSE),
    ),
    '"battery_charged_wh" >= 0',
    Text("no home battery", "kein Hausspeicher"),
)
BALANCE = Panel(
    "timeseries",
    Text("Cost by day, in $currency", "Kosten je Tag, in $currency"),
    Text(
        "Bought less sold, at the prices of that day. Below zero you earned.",
        "Bezug abzüglich Einspeisung zu den Preisen des Tages. Unter null wurde verdient.",
    ),
    (of_days(f'{COST} AS "cost"'),),
    (Series("cost", Text("Cost", "Kosten"), GRID),),
    decimals=2,
    bars=True,
)
COVERAGE = Panel(
    "timeseries",
    Text("How much of each day is known", "Wie viel von jedem Tag bekannt ist"),
    Text(
        "The share of the day for which there were readings, and in which all the sun and all the consumption were "
        "known. The figures of a day speak of that share only; the day that runs is not over.",
        "Der Anteil des Tages, für den es Messwerte gab, und in dem die ganze Sonne und der ganze Verbrauch bekannt "
        "waren. Die Zahlen eines Tages gelten nur für ihn; der laufende Tag ist noch nicht zu Ende.",
    ),
    (
        of_days(
            '"measured_s" / 864 AS "known", "pv_measured_s" / 864 AS "sun", "load_measured_s" / 864 AS "consumption"'
        ),
    ),
    (
        Series("known", Text("known", "bekannt"), GRID),
        Series("sun", Text("sun", "Sonne"), SUN),
        Series("consumption", Text("consumption", "Verbrauch"), HOUSE),
    ),
    unit="percent",
    decimals=0,
    least=0,
    most=100,
    bars=True,
)

_MONTHLY = (
    'SELECT sum("pv") AS "pv", sum("load") AS "load", sum("bought") AS "bought", sum("sold") AS "sold", '
    'sum("car") AS "car", sum("cost") AS "cost" FROM (SELECT "pv_wh" / 1000 AS "pv", "load_wh" / 1000 AS "load", '
    '"import_wh" / 1000 AS "bought", "export_wh" / 1000 AS "sold", "car_wh" / 1000 AS "car", '
    f'{COST} AS "cost" FROM "day" WHERE {OF_HOUSE} AND $timeFilter) GROUP BY "month"'
)


def _share(value: str, name: str, needs: str) -> Query:
    """A share of each month; a month without a day of which it can be told is left out."""
    return Query(
        f'SELECT {value} AS "{name}" FROM "day" WHERE {OF_HOUSE} AND {needs} AND $timeFilter GROUP BY "month"',
        table=True,
    )


MONTHS = Panel(
    "table",
    Text("Months", "Monate"),
    Text(
        "All months that are kept, whatever range of time is shown. The oldest and the running one may not be whole.",
        "Alle aufbewahrten Monate, welcher Zeitraum auch gezeigt wird. Der älteste und der laufende sind oft "
        "nicht ganz.",
    ),
    (
        Query(_MONTHLY, table=True),
        _share('100 - 100 * sum("pv_export_wh") / sum("pv_wh")', "self_consumption", KNOWN_SUN),
        _share('100 - 100 * sum("load_import_wh") / sum("load_wh")', "self_sufficiency", KNOWN_LOAD),
        _share('100 * sum("car_sun_wh") / sum("car_wh")', "car_sun", '"car_wh" > 0'),
    ),
    (
        Series("month", Text("Month", "Monat")),
        Series("pv", Text("Sun", "Sonne"), unit="kwatth", decimals=0),
        Series("load", Text("Consumption", "Verbrauch"), unit="kwatth", decimals=0),
        Series("bought", Text("Bought", "Bezogen"), unit="kwatth", decimals=0),
        Series("sold", Text("Sold", "Eingespeist"), unit="kwatth", decimals=0),
        Series("self_consumption", Text("Self-consumption", "Eigenverbrauch"), unit="percent", decimals=0),
        Series("self_sufficiency", Text("Self-sufficiency", "Autarkie"), unit="percent", decimals=0),
        Series("car", Text("Cars", "Autos"), unit="kwatth", decimals=0),
        Series("car_sun", Text("Cars' share of sun", "Sonnenanteil der Autos"), unit="percent", decimals=0),
        Series("cost", Text("Cost in $currency", "Kosten in $currency"), decimals=2),
    ),
    width=24,
    last=ALL_KEPT,
    merged=True,
    without=("Time",),
    sort_by="month",
)

SESSIONS = Panel(
    "table",
    Text("Charging sessions", "Ladevorgänge"),
    Text(
        "From plug-in to unplug. Sun and grid are of the part that readings covered, so they may be less than "
        "the energy.",
        "Vom Einstecken bis zum Abziehen. Sonne und Netz gelten für den Teil, den Messwerte abdecken; sie können also "
        "weniger sein als die Energie.",
    ),
    (
        Query(
            'SELECT "plugged_s", "charging_s", "energy_wh" / 1000 AS "energy", "sun_wh" / 1000 AS "sun", '
            '"grid_wh" / 1000 AS "grid", "cost", "saved", "currency", "peak_w", "starts", "phase_switches" '
            f'FROM "session" WHERE {WATTPILOT} AND $timeFilter',
            table=True,
        ),
    ),
    (
        Series("Time", Text("Plugged in", "Eingesteckt")),
        Series("plugged_s", Text("There for", "Dauer"), unit="s"),
        Series("charging_s", Text("Charged for", "Geladen"), unit="s"),
        Series("energy", Text("Energy", "Energie"), unit="kwatth", decimals=1),
        Series("sun", Text("Sun", "Sonne"), unit="kwatth", decimals=1),
        Series("grid", Text("Grid", "Netz"), unit="kwatth", decimals=1),
        Series("cost", Text("Cost", "Kosten"), decimals=2),
        Series("saved", Text("Saved", "Gespart"), decimals=2),
        Series("currency", Text("Currency", "Währung")),
        Series("peak_w", Text("Peak", "Spitze"), unit="watt"),
        Series("starts", Text("Starts", "Starts"), decimals=0),
        Series("phase_switches", Text("Phase switches", "Phasenwechsel"), decimals=0),
    ),
    width=24,
    sort_by="Time",
)

ENERGY = Dashboard(
    "energy",
    Text("Energy", "Energie"),
    Text(
        "Days, months and sessions: where the energy came from, where it went, and what it cost.",
        "Tage, Monate und Ladevorgänge: woher die Energie kam, wohin sie ging, und was sie kostete.",
    ),
    (*FIGURES, USE_OF_SUN, SUPPLY, CARS, STORED, BALANCE, COVERAGE, MONTHS, SESSIONS),
    (CHOOSE_HOUSE, CHOOSE_WATTPILOT, CURRENCY),
    since="now-30d/d",
    refresh="5m",
)
