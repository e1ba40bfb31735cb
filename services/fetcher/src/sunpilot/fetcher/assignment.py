"""What the attendant of a source is told: its settings and secrets, and whether a car waits for the sun."""

import hashlib
from dataclasses import dataclass

from sunpilot.contract.source_settings import Source
from sunpilot.fetcher.budget import Budget
from sunpilot.fetcher.catalogue import Kind, kind_of
from sunpilot.fetcher.credentials import StoredSecrets
from sunpilot.fetcher.schedule import Demand
from sunpilot.fetcher.sun import Place


@dataclass(frozen=True, slots=True)
class Assignment:
    """The source to attend to, in which slot, where its house is, and whether a car can use the sun there."""

    slot: str
    settings: Source
    secrets: StoredSecrets
    place: Place
    car: bool

    @property
    def kind(self) -> Kind:
        """How to go about the source."""
        return kind_of(self.settings)

    @property
    def budget(self) -> Budget:
        """How often it may be asked."""
        return self.kind.budget

    @property
    def demand(self) -> Demand:
        """What the schedule goes by."""
        return Demand(self.place, self.car, self.budget)

    @property
    def fingerprint(self) -> str:
        """Another one when settings or token of the source changed; tells nothing about them."""
        token = self.secrets.token.get_secret_value() if self.secrets.token else ""
        return hashlib.sha256(f"{self.settings.model_dump_json()} {token}".encode()).hexdigest()

    def has_same_quota(self, other: "Assignment") -> bool:
        """The same site by the same token, without a new consent, whose code would not hold until a block ends."""
        is_same_token = self.secrets.token == other.secrets.token
        return self._has_no_other_code(other) and is_same_token and self.settings.identity == other.settings.identity

    def opens_like(self, other: "Assignment") -> bool:
        """Whether an open source may stay open: neither settings nor token changed, and no consent was given."""
        return self._has_no_other_code(other) and self.fingerprint == other.fingerprint

    def _has_no_other_code(self, other: "Assignment") -> bool:
        return self.secrets.code is None or self.secrets.code == other.secrets.code
