"""The names of all keys in the store, in one place, with who writes them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Keys:
    """Builds key names under a root."""

    root: str = "sunpilot"

    # written by the api
    @property
    def inverters(self) -> str:
        """Hash: inverter's id → `Inverter`."""
        return f"{self.root}:inverters"

    @property
    def houses(self) -> str:
        """Hash: house's id → `House`."""
        return f"{self.root}:houses"

    @property
    def wattpilots(self) -> str:
        """Hash: Wattpilot's id → `Wattpilot`."""
        return f"{self.root}:wattpilots"

    @property
    def tokens(self) -> str:
        """Hash: inverter's id → its source's token. Only the fetcher reads it."""
        return f"{self.root}:tokens"

    @property
    def overrides(self) -> str:
        """Hash: Wattpilot's id → `Override`."""
        return f"{self.root}:overrides"

    @property
    def deadlines(self) -> str:
        """Hash: Wattpilot's id → `Deadline`."""
        return f"{self.root}:deadlines"

    @property
    def resumes(self) -> str:
        """Hash: Wattpilot's id → the last `Resume`; the controller obeys each once."""
        return f"{self.root}:resumes"

    @property
    def cars_seen(self) -> str:
        """Hash: Wattpilot's id → ``set_at`` of the `Override` under which a car was seen."""
        return f"{self.root}:cars_seen"

    @property
    def last_id(self) -> str:
        """Counter: the last id given to an inverter or a house."""
        return f"{self.root}:last_id"

    # written by the controller
    @property
    def readings(self) -> str:
        """Hash: inverter's id → last `Reading` handled."""
        return f"{self.root}:readings"

    @property
    def statuses(self) -> str:
        """Hash: Wattpilot's id → last `Status`."""
        return f"{self.root}:statuses"

    @property
    def decisions(self) -> str:
        """Hash: Wattpilot's id → last `Decision`."""
        return f"{self.root}:decisions"

    @property
    def controls(self) -> str:
        """Hash: Wattpilot's id → the controller's own state: policy state, last setpoint, last reading handled."""
        return f"{self.root}:controls"

    @property
    def releases(self) -> str:
        """Hash: Wattpilot's id → a release that is not acknowledged yet."""
        return f"{self.root}:releases"

    def power(self, wattpilot_id: int) -> str:
        """Sorted set: charger power by time of receipt."""
        return f"{self.root}:power:{wattpilot_id}"

    # written by the fetcher
    def calls(self, inverter_id: int) -> str:
        """Sorted set: calls booked against the source's quota."""
        return f"{self.root}:calls:{inverter_id}"

    def source(self, inverter_id: int) -> str:
        """The source's back-off and last values, kept over a restart."""
        return f"{self.root}:source:{inverter_id}"

    # written by each leader
    def lease(self, role: str) -> str:
        """Who leads, with a time to live."""
        return f"{self.root}:lease:{role}"

    def epoch(self, role: str) -> str:
        """The highest epoch that a leader of this role has taken."""
        return f"{self.root}:epoch:{role}"
