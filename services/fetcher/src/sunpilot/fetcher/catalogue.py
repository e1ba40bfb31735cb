"""The kinds of sources: for each kind of settings, how to open it and what it may be asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from sunpilot.contract.inverter import SolarEdgeV1
from sunpilot.contract.inverter import Source as SourceSettings
from sunpilot.fetcher.http import Get
from sunpilot.fetcher.solaredge import SolarEdge
from sunpilot.fetcher.source import Budget, Source


@dataclass(frozen=True, slots=True)
class Kind:
    """``open`` takes the settings, the stored token (None: there is none) and the way to ask; it raises
    `SourceError` when the source cannot be asked as it is configured.
    """

    open: Callable[[SourceSettings, SecretStr | None, Get], Source]
    budget: Callable[[SourceSettings], Budget]


CATALOGUE: Mapping[type[SourceSettings], Kind] = {
    SolarEdgeV1: Kind(SolarEdge, lambda settings: Budget(settings.calls_per_day, settings.floor_s)),
}
