"""Where a browser finds the dashboards."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grafana:
    """At a URL, or else on a port of the machine that serves the page; neither where there are no dashboards."""

    url: str | None = None
    port: int | None = None


NOWHERE = Grafana()
