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
        """Hash: source's slot → its token (API key, OAuth client's secret, or password). Only the fetcher reads it."""
        return f"{self.root}:tokens"

    @property
    def codes(self) -> str:
        """Hash: source's slot → the code that OAuth's consent gave. The fetcher deletes it when it is exchanged."""
        return f"{self.root}:codes"

    def source_test(self, request: str) -> str:
        """A `SourceTest`, with a time to live; the fetcher deletes it when it is read."""
        return f"{self.root}:source_test:{request}"

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
    def notification_targets(self) -> str:
        """Hash: target's id → who is told, and of what."""
        return f"{self.root}:notification_targets"

    @property
    def notification_addresses(self) -> str:
        """Hash: target's id → its address, which is a secret."""
        return f"{self.root}:notification_addresses"

    @property
    def notification_attempts(self) -> str:
        """Hash: target's id → what became of the last message to it."""
        return f"{self.root}:notification_attempts"

    @property
    def notified(self) -> str:
        """What people were told, so that a restart does not tell it again."""
        return f"{self.root}:notified"

    @property
    def cars_seen(self) -> str:
        """Hash: Wattpilot's id → ``set_at`` of the `Override` under which a car was seen."""
        return f"{self.root}:cars_seen"

    @property
    def password(self) -> str:
        """The password's hash (Argon2id). Only the api reads it, as all that opens it."""
        return f"{self.root}:password"

    @property
    def logins(self) -> str:
        """Hash: digest of a cookie's value → a log-in. The value itself is nowhere."""
        return f"{self.root}:logins"

    @property
    def api_keys(self) -> str:
        """Hash: API key's id → its name, scope and digest. The key itself is nowhere."""
        return f"{self.root}:api_keys"

    @property
    def last_id(self) -> str:
        """Counter: the last id given to an inverter, a house or an API key."""
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

    def decided(self, wattpilot_id: int) -> str:
        """Sorted set: `Decided` by time, of the last 48 h."""
        return f"{self.root}:decided:{wattpilot_id}"

    def log(self, wattpilot_id: int) -> str:
        """List: the newest decisions with all that they rest on, newest first, to be replayed."""
        return f"{self.root}:log:{wattpilot_id}"

    def samples(self, house_id: int) -> str:
        """Sorted set: `Sample` by time, of the last 48 h."""
        return f"{self.root}:samples:{house_id}"

    def days(self, house_id: int) -> str:
        """Hash: day, as in 2026-06-21 → `DayTotal`."""
        return f"{self.root}:days:{house_id}"

    def sessions(self, wattpilot_id: int) -> str:
        """Sorted set: `Session` by its id, the running one too; the last 2000."""
        return f"{self.root}:sessions:{wattpilot_id}"

    @property
    def tallies(self) -> str:
        """Hash: Wattpilot's id → what the controller needs to go on counting its session."""
        return f"{self.root}:tallies"

    # written by the fetcher
    def calls(self, slot: str) -> str:
        """Sorted set: calls booked against the quota of the source in a slot."""
        return f"{self.root}:calls:{slot}"

    def source(self, slot: str) -> str:
        """Back-off and last values of the source in a slot, kept over a restart."""
        return f"{self.root}:source:{slot}"

    @property
    def grants(self) -> str:
        """Hash: source's slot → what OAuth granted, with the refresh token that changes at each use."""
        return f"{self.root}:grants"

    # written by each leader
    def lease(self, role: str) -> str:
        """Who leads, with a time to live."""
        return f"{self.root}:lease:{role}"

    def epoch(self, role: str) -> str:
        """The highest epoch that a leader of this role has taken."""
        return f"{self.root}:epoch:{role}"


def slot(inverter_id: int, *, fallback: bool = False) -> str:
    """The name of one of an inverter's two sources: ``1`` the first of inverter 1, ``1:fallback`` its second."""
    return f"{inverter_id}:fallback" if fallback else str(inverter_id)
