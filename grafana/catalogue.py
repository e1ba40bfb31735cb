"""All dashboards, as the files that Grafana reads."""

import json

from grafana.charger import CHARGER
from grafana.control_quality import CONTROL_QUALITY
from grafana.dashboard import Dashboard
from grafana.energy import ENERGY
from grafana.language import LANGUAGES
from grafana.system import SYSTEM
from grafana.today import TODAY

DASHBOARDS: tuple[Dashboard, ...] = (TODAY, ENERGY, CHARGER, CONTROL_QUALITY, SYSTEM)


def files() -> dict[str, str]:
    """The content of each file, by its path under `grafana/dashboards`: a folder per language."""
    return {
        f"{language}/{dashboard.name}.json": json.dumps(dashboard.json(language), ensure_ascii=False, indent=1) + "\n"
        for language in LANGUAGES
        for dashboard in DASHBOARDS
    }
