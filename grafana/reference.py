"""The page about Grafana, with all dashboards and panels, as Markdown made from the dashboards themselves.

``python -m grafana.reference`` prints it; ``make docs`` keeps it in `docs/grafana.md`.
"""

import sys
from collections.abc import Iterator

from grafana.catalogue import DASHBOARDS
from grafana.energy import CURRENCY

HEAD = """# Grafana

Days, months, sessions and what went wrong, as pictures over time. `make docs` writes this page from the dashboards.

Grafana comes with the history (`COMPOSE_PROFILES=history` in `.env`, see [installing](install.md)) and needs no
click: it opens at `http://<your NAS>:3000` with *Today*. `docker compose run --rm setup show grafana` shows what to
enter there; the password was made for you.

| in `.env` | meaning |
|---|---|
| `GRAFANA_PORT` | another port than 3000 |
| `GRAFANA_ANONYMOUS=true` | everybody in your network may look without a password, and change nothing |
| `GRAFANA_LANGUAGE=de` | the first page is in German. Every dashboard is there in both languages, in two folders |

With several houses, inverters or Wattpilots, choose above the pictures which one they show. Ids are those of the page.

A Grafana of your own shows the same: add a data source of the type InfluxDB with the uid `sunpilot`, as
`grafana/provisioning` has it, and import the files of `grafana/dashboards`.

Grafana sends nothing to anybody, and downloads no plugins. The dashboards come with the image, so changes to them are
not kept: save a copy under another name.

## What the figures rest on

- Energies of days are counted by the controller, reading by reading, and written as one point per day: nothing is
  integrated over gaps of more than 15 minutes; *How much of each day is known* shows them.
- Days are counted in every house that has an inverter at its grid connection, also while smart charging is off and
  where there is no Wattpilot yet. What cars took is counted while all Wattpilots of the house are in sight, whether
  Sunpilot rules them or not; delete one that is gone for good, for nobody knows what it does.
- The cars' share of sun: what the house imports counts to the cars first. Import and export within one reading (the
  mean of a minute, or of 15) cancel out, as they do not in the utility's meter.
- Prices are those set for the house when the day was counted; another price changes no past day. Costs are in the
  house's own currency, which stands in their titles. After another one was set, older days still count in theirs.
- Unknown is a gap, or a dash, never 0.
- Colours mean the same everywhere, and stay apart for colour-blind eyes: the sun is orange, the grid blue, the car
  green, the home battery pink, the house grey.

"""


def markdown() -> str:
    """The whole page."""
    return HEAD + "\n".join(_dashboards())


def _dashboards() -> Iterator[str]:
    for dashboard in DASHBOARDS:
        yield from (f"## {dashboard.title.en}", "", dashboard.about.en, "", "| picture | meaning |", "|---|---|")
        for panel in dashboard.panels:
            title, about = (text.replace("|", "\\|") for text in (panel.title.en, panel.about.en))
            title = title.replace(f"${CURRENCY.name}", "the house's currency")
            yield f"| {title} | {about} |"
        yield ""


if __name__ == "__main__":
    sys.stdout.write(markdown())
