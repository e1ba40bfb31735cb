"""What a poller is told: which inverter, where, with which token, and whether a car waits for the sun."""

import hashlib
from dataclasses import dataclass

from sunpilot.contract.inverter import Inverter
from sunpilot.fetcher.catalogue import Polled, kind_of
from sunpilot.fetcher.credentials import StoredSecrets
from sunpilot.fetcher.schedule import Demand
from sunpilot.fetcher.source import Budget
from sunpilot.fetcher.sun import Place


@dataclass(frozen=True, slots=True)
class Assignment:
    """The inverter to attend to, its place, its source's token, and whether a car can use the sun there."""

    inverter: Inverter
    place: Place
    secrets: StoredSecrets
    car: bool

    @property
    def demand(self) -> Demand:
        """What the schedule goes by."""
        kind = kind_of(self.inverter.source)
        return Demand(self.place, self.car, kind.budget if isinstance(kind, Polled) else Budget(5.0))

    @property
    def fingerprint(self) -> str:
        """Another one when settings or token of the source changed; tells nothing about them."""
        token = self.secrets.token.get_secret_value() if self.secrets.token else ""
        return hashlib.sha256(f"{self.inverter.source.model_dump_json()} {token}".encode()).hexdigest()
