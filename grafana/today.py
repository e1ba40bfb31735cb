"""Today: what flows, what the car gets, and why."""

from grafana.colour import BATTERY, CAR, GRID, HOUSE, PALE, SUN
from grafana.dashboard import HOUSE as CHOOSE_HOUSE
from grafana.dashboard import INVERTER as CHOOSE_INVERTER
from grafana.dashboard import WATTPILOT as CHOOSE_WATTPILOT
from grafana.dashboard import Dashboard, Marks
from grafana.language import Text
from grafana.panel import Panel
from grafana.query import EVERY, INVERTER, JUST_BEFORE, SINCE_DAY_BEFORE, WATTPILOT, Query
from grafana.query import HOUSE as OF_HOUSE
from grafana.reason import REASONS
from grafana.series import Series

STEADY = ("following_sun", "at_minimum", "at_maximum", "starting_soon", "stopping_soon", "awaiting_reading")
"""Reasons that come and go with every cloud; the timeline shows them, marks would hide the pictures."""

CHANGES = Marks(
    Text("Decisions", "Entscheidungen"),
    f'SELECT "text_en", "reason" FROM "decision" WHERE {WATTPILOT} AND "changed" = 1 '
    f'AND "reason" !~ /^({"|".join(STEADY)})$/ AND $timeFilter',
    "reason",
    PALE,
)


def figure(title: Text, about: Text, value: str, colour: str, unit: str = "kwatth", needs: str = "") -> Panel:
    """One figure of the day; ``needs`` is what must hold for it to mean anything."""
    condition = f" AND {needs}" if needs else ""
    query = Query(f'SELECT {value} AS "value" FROM "day" WHERE {OF_HOUSE}{condition} AND {SINCE_DAY_BEFORE}')
    return Panel(
        "stat",
        title,
        about,
        (query,),
        (Series("value", title, colour),),
        unit=unit,
        decimals=0 if unit == "percent" else 1,
        width=4,
        height=4,
        without_value=Text("–", "–"),
    )


FIGURES = (
    figure(
        Text("Sun", "Sonne"),
        Text(
            "What the roof has delivered since midnight, as far as it is known.",
            "Was das Dach seit Mitternacht geliefert hat, soweit es bekannt ist.",
        ),
        'last("pv_wh") / 1000',
        SUN,
    ),
    figure(
        Text("Bought", "Bezogen"),
        Text("What was imported from the grid since midnight.", "Was seit Mitternacht aus dem Netz kam."),
        'last("import_wh") / 1000',
        GRID,
    ),
    figure(
        Text("Sold", "Eingespeist"),
        Text("What was exported to the grid since midnight.", "Was seit Mitternacht ins Netz ging."),
        'last("export_wh") / 1000',
        GRID,
    ),
    figure(
        Text("Into cars", "In Autos"),
        Text(
            "What all Wattpilots of the house took since midnight.",
            "Was alle Wattpilots des Hauses seit Mitternacht zogen.",
        ),
        'last("car_wh") / 1000',
        CAR,
    ),
    figure(
        Text("… of it sun", "… davon Sonne"),
        Text(
            "The cars' share of sun. What the house buys counts to the cars first: without them, so much less would "
            "have been bought.",
            "Der Sonnenanteil der Autos. Netzbezug zählt zuerst zu den Autos, denn ohne sie wäre so viel weniger "
            "bezogen worden.",
        ),
        '100 * last("car_sun_wh") / last("car_wh")',
        SUN,
        "percent",
        '"car_wh" > 0',
    ),
    figure(
        Text("Self-sufficiency", "Autarkie"),
        Text(
            "The share of all consumption that was not bought, of the time in which the consumption was known.",
            "Der Anteil des Verbrauchs, der nicht bezogen wurde, in der Zeit, in der der Verbrauch bekannt war.",
        ),
        '100 - 100 * last("load_import_wh") / last("load_wh")',
        HOUSE,
        "percent",
        '"load_wh" > 0 AND "load_import_wh" >= 0',
    ),
)

FLOW = Panel(
    "timeseries",
    Text("Power", "Leistung"),
    Text(
        "Grid: above zero is bought, below is sold. Home battery: above zero it charges. The house includes its "
        "cars. A gap "
        "means that nothing was measured.",
        "Netz: über null wird bezogen, darunter eingespeist. Hausspeicher: über null lädt er. Das Haus enthält "
        "seine Autos. "
        "Eine Lücke heißt, dass nichts gemessen wurde.",
    ),
    (
        Query(
            'SELECT mean("pv_w") AS "sun", mean("grid_w") AS "grid", mean("load_w") AS "house" '
            f'FROM "reading" WHERE {INVERTER} AND $timeFilter {EVERY}'
        ),
        Query(f'SELECT mean("power_w") AS "car" FROM "status" WHERE {WATTPILOT} AND $timeFilter {EVERY}'),
        Query(f'SELECT mean("battery_w") AS "battery" FROM "reading" WHERE {INVERTER} AND $timeFilter {EVERY}'),
    ),
    (
        Series("sun", Text("Sun", "Sonne"), SUN),
        Series("grid", Text("Grid", "Netz"), GRID, thick=True),
        Series("house", Text("House with cars", "Haus mit Autos"), HOUSE),
        Series("car", Text("Car", "Auto"), CAR, thick=True),
        Series("battery", Text("Home battery", "Hausspeicher"), BATTERY),
    ),
    unit="watt",
    width=24,
    height=11,
)

WHY = Panel(
    "state-timeline",
    Text("Why", "Warum"),
    Text(
        "The reason that held, from one change to the next. The marks on the other pictures have the whole sentence.",
        "Der Grund, der galt, von Wechsel zu Wechsel. Die Marken auf den anderen Bildern haben den ganzen Satz.",
    ),
    (
        Query(
            f'SELECT last("changed") AS "changed", "reason" FROM "decision" WHERE {WATTPILOT} AND {JUST_BEFORE}',
            table=True,
        ),
        Query(
            f'SELECT "changed", "reason" FROM "decision" WHERE {WATTPILOT} AND "changed" = 1 AND $timeFilter',
            table=True,
        ),
    ),
    (Series("reason", Text("Reason", "Grund"), words=REASONS),),
    width=24,
    height=4,
    without=("changed",),
    merged=True,
)

CURRENT = Panel(
    "timeseries",
    Text("Current per phase: asked, offered, drawn", "Strom je Phase: verlangt, angeboten, gezogen"),
    Text(
        "What Sunpilot asked for, what the Wattpilot offered, and the most that the car drew on each phase.",
        "Was Sunpilot verlangte, was der Wattpilot anbot, und was das Auto auf jeder Phase höchstens zog.",
    ),
    (
        Query(f'SELECT last("amps") AS "asked" FROM "setpoint" WHERE {WATTPILOT} AND $timeFilter {EVERY}'),
        Query(
            'SELECT last("offered_a") AS "offered", max("current_l1_a") AS "l1", max("current_l2_a") AS "l2", '
            f'max("current_l3_a") AS "l3" FROM "status" WHERE {WATTPILOT} AND $timeFilter {EVERY}'
        ),
    ),
    (
        Series("asked", Text("asked", "verlangt"), SUN, steps=True),
        Series("offered", Text("offered", "angeboten"), GRID, steps=True),
        Series("l1", Text("drawn on L1", "gezogen auf L1"), CAR),
        Series("l2", Text("drawn on L2", "gezogen auf L2"), BATTERY),
        Series("l3", Text("drawn on L3", "gezogen auf L3"), HOUSE),
    ),
    unit="amp",
    width=12,
    least=0,
)

SURPLUS = Panel(
    "timeseries",
    Text("Surplus, and what the car took of it", "Überschuss, und was das Auto davon nahm"),
    Text(
        "Surplus is what the car could take without buying: what is sold plus what the car draws, both at the "
        "time of the "
        "same reading.",
        "Überschuss ist, was das Auto ohne Bezug nehmen könnte: Einspeisung plus das, was das Auto zieht, "
        "beides zur Zeit "
        "desselben Messwerts.",
    ),
    (
        Query(
            'SELECT mean("surplus_w") AS "surplus", mean("own_w") AS "own" '
            f'FROM "decision" WHERE {WATTPILOT} AND $timeFilter {EVERY}'
        ),
    ),
    (
        Series("surplus", Text("Surplus", "Überschuss"), SUN),
        Series("own", Text("Car", "Auto"), CAR, thick=True),
    ),
    unit="watt",
    width=12,
)

BATTERY_LEVEL = Panel(
    "timeseries",
    Text("Home battery", "Hausspeicher"),
    Text("How full the home battery is.", "Wie voll der Hausspeicher ist."),
    (Query(f'SELECT mean("soc_pct") AS "soc" FROM "reading" WHERE {INVERTER} AND $timeFilter {EVERY}'),),
    (Series("soc", Text("Charge", "Ladestand"), BATTERY),),
    unit="percent",
    width=24,
    height=5,
    least=0,
    most=100,
    without_value=Text("no home battery", "kein Hausspeicher"),
)

TODAY = Dashboard(
    "today",
    Text("Today", "Heute"),
    Text("What flows now, what the car gets, and why.", "Was jetzt fließt, was das Auto bekommt, und warum."),
    (*FIGURES, FLOW, WHY, CURRENT, SURPLUS, BATTERY_LEVEL),
    (CHOOSE_HOUSE, CHOOSE_INVERTER, CHOOSE_WATTPILOT),
    since="now/d",
    refresh="30s",
    marks=(CHANGES,),
)
