"""Control quality: how close to zero the grid was held while cars charged, and what that took.

The figures are the controller's own integrals, with the cars' power at the time of each reading, so that the delay of a
source blames nobody. Means hide what goes up and down within them, so the figures of a quarter of an hour look better.
"""

from grafana.colour import BATTERY, CAR, GRID, HOUSE, SUN
from grafana.dashboard import HOUSE as CHOOSE_HOUSE
from grafana.dashboard import WATTPILOT as CHOOSE_WATTPILOT
from grafana.dashboard import Dashboard
from grafana.energy import figure, of_days
from grafana.language import Text
from grafana.panel import Panel
from grafana.query import EVERY, WATTPILOT, Query
from grafana.reason import REASONS
from grafana.series import Series

CHARGED = '"charging_s" > 0'

FIGURES = (
    figure(
        Text("Mean |grid| while charging", "Mittleres |Netz| beim Laden"),
        Text(
            "How far from zero the house's connection was, on average, while a car charged. Buying and selling "
            "both count, but within one measurement, as the mean of 15 minutes, they cancel out.",
            "Wie weit der Hausanschluss beim Laden im Mittel von null entfernt war. Bezug und Einspeisung "
            "zählen beide, heben sich aber innerhalb einer Messung, etwa dem Mittel von 15 Minuten, auf.",
        ),
        of_days('3600 * sum("charging_grid_wh") / sum("charging_s") AS "value"', CHARGED),
        GRID,
        "watt",
    ),
    figure(
        Text("… without the car", "… ohne Auto"),
        Text(
            "What it would have been at the same time had no car charged.",
            "Was es zur selben Zeit gewesen wäre, hätte kein Auto geladen.",
        ),
        of_days('3600 * sum("charging_without_wh") / sum("charging_s") AS "value"', CHARGED),
        HOUSE,
        "watt",
    ),
    figure(
        Text("Score", "Güte"),
        Text(
            "The share of what would have flowed through the connection that charging took away. 100 % is a "
            "grid at zero; "
            "below 0 % charging made it worse, as full power by order does.",
            "Der Anteil dessen, was durch den Anschluss geflossen wäre, den das Laden wegnahm. 100 % ist ein "
            "Netz auf null; "
            "unter 0 % hat das Laden es verschlechtert, wie volle Leistung auf Bestellung.",
        ),
        of_days(
            '100 - 100 * sum("charging_grid_wh") / sum("charging_without_wh") AS "value"', '"charging_without_wh" > 0'
        ),
        CAR,
        "percent",
    ),
    figure(
        Text("Charged for", "Geladen"),
        Text("How long cars drew current.", "Wie lange Autos Strom zogen."),
        of_days('sum("charging_s") AS "value"', CHARGED),
        CAR,
        "s",
    ),
    figure(
        Text("Starts per session", "Starts je Ladevorgang"),
        Text(
            "On average; going on after a phase switch is none. Few starts spare contactor and car.",
            "Im Mittel; Weiterladen nach einem Phasenwechsel zählt nicht. Wenige Starts schonen Schütz und Auto.",
        ),
        Query(f'SELECT mean("starts") AS "value" FROM "session" WHERE {WATTPILOT} AND $timeFilter'),
        SUN,
        "none",
        1,
    ),
    figure(
        Text("Phase switches per session", "Phasenwechsel je Ladevorgang"),
        Text("On average.", "Im Mittel."),
        Query(f'SELECT mean("phase_switches") AS "value" FROM "session" WHERE {WATTPILOT} AND $timeFilter'),
        BATTERY,
        "none",
        1,
    ),
)

BY_DAY = Panel(
    "timeseries",
    Text("Mean |grid| while charging, by day", "Mittleres |Netz| beim Laden, je Tag"),
    Text(
        "With the car, and what it would have been without. Days without charging are left out.",
        "Mit Auto, und was es ohne gewesen wäre. Tage ohne Laden fehlen.",
    ),
    (
        of_days(
            '3600 * "charging_grid_wh" / "charging_s" AS "with", '
            '3600 * "charging_without_wh" / "charging_s" AS "without"',
            CHARGED,
        ),
    ),
    (
        Series("with", Text("with the car", "mit Auto"), GRID),
        Series("without", Text("without", "ohne"), HOUSE),
    ),
    unit="watt",
    decimals=0,
    least=0,
    points=True,
)
SCORE_BY_DAY = Panel(
    "timeseries",
    Text("Score, by day", "Güte, je Tag"),
    Text(
        "100 % is a grid at zero while charging; a day of orders to charge at full power may be below 0 %.",
        "100 % ist ein Netz auf null beim Laden; ein Tag mit Bestellung voller Leistung kann unter 0 % liegen.",
    ),
    (of_days('100 - 100 * "charging_grid_wh" / "charging_without_wh" AS "score"', '"charging_without_wh" > 0'),),
    (Series("score", Text("Score", "Güte"), CAR),),
    unit="percent",
    decimals=0,
    most=100,
    points=True,
)
TIME_IN_REASONS = Panel(
    "bargauge",
    Text("Time in each reason", "Zeit in jedem Grund"),
    Text(
        "While a car was plugged in, of the sessions that began in the time shown.",
        "Während ein Auto eingesteckt war, der Ladevorgänge, die in der gezeigten Zeit begannen.",
    ),
    (Query(f'SELECT sum(/^reason_.*_s$/) FROM "session" WHERE {WATTPILOT} AND $timeFilter'),),
    tuple(Series(f"sum_reason_{reason}_s", name, colour) for reason, name, colour in REASONS),
    unit="s",
    width=12,
    height=12,
    least=0,
)
TRACKING = Panel(
    "timeseries",
    Text("How the surplus was followed", "Wie dem Überschuss gefolgt wurde"),
    Text(
        "Surplus, the car's own power and the grid, all at the time of the same reading.",
        "Überschuss, Leistung des Autos und Netz, alle zur Zeit desselben Messwerts.",
    ),
    (
        Query(
            'SELECT mean("surplus_w") AS "surplus", mean("own_w") AS "own", mean("grid_w") AS "grid" '
            f'FROM "decision" WHERE {WATTPILOT} AND $timeFilter {EVERY}'
        ),
    ),
    (
        Series("surplus", Text("Surplus", "Überschuss"), SUN),
        Series("own", Text("Car", "Auto"), CAR, thick=True),
        Series("grid", Text("Grid", "Netz"), GRID),
    ),
    unit="watt",
    width=12,
    height=12,
    last="24h",
)

CONTROL_QUALITY = Dashboard(
    "control-quality",
    Text("Control quality", "Regelgüte"),
    Text(
        "How close to zero the grid was held while cars charged, and what that took.",
        "Wie nahe an null das Netz beim Laden gehalten wurde, und was es dafür brauchte.",
    ),
    (*FIGURES, BY_DAY, SCORE_BY_DAY, TIME_IN_REASONS, TRACKING),
    (CHOOSE_HOUSE, CHOOSE_WATTPILOT),
    since="now-30d/d",
    refresh="5m",
)
