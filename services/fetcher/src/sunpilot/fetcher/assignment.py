"""What a poller is told: which inverter, where, with which token, and whether a car waits for the sun."""

import hashlib
from dataclasses import dataclass

from pydantic import SecretStr

from sunpilot.contract.inverter import Inverter
from sunpilot.fetcher.catalogue import CATALOGUE
from sunpilot.fetcher.schedule import Demand
from sunpilot.fetcher.sun import Place


@dataclass(frozen=True, slots=True)
class Assignment:
    """The inverter to attend to, its place, its source's token, and whether a car can use the sun there."""

    inverter: Inverter
    place: Place
    token: SecretStr | None
    car: bool

    @property
    def demand(self) -> Demand:
        """What the schedule goes by."""
        source = self.inverter.source
        return Demand(self.place, self.car, CATALOGUE[type(source)].budget(source))

    @property
    def fingerprint(self) -> str:
        """Another one when settings or token of the source changed; tells nothing about them."""
        token = self.token.get_secret_value() if self.token else ""
        return hashlib.sha256(f"{self.inverter.source.model_dump_json()} {token}".encode()).hexdigest()
