"""What one source identifies with, as it is stored."""

from dataclasses import dataclass, field

from pydantic import SecretStr

from sunpilot.contract.keys import Keys
from sunpilot.runtime.leader import Leader


@dataclass(frozen=True, slots=True)
class StoredSecrets:
    """Token, code and grant of a source as they were read; None where there is none."""

    token: SecretStr | None = None
    code: SecretStr | None = None
    grant: SecretStr | None = None


@dataclass(slots=True)
class StoredCredentials:
    """See `Credentials`. Writing raises `FencedError` besides: somebody newer leads.

    There is one for each slot: a grant that was kept is the one that holds, whatever was read before.
    """

    slot: str
    keys: Keys
    leader: Leader
    secrets: StoredSecrets = StoredSecrets()
    unstored: SecretStr | None = field(default=None, init=False, repr=False)
    _kept: SecretStr | None = field(default=None, init=False, repr=False)
    _used: SecretStr | None = field(default=None, init=False, repr=False)

    @property
    def token(self) -> SecretStr | None:
        """See `Credentials.token`."""
        return self.secrets.token

    @property
    def code(self) -> SecretStr | None:
        """See `Credentials.code`."""
        return None if self.secrets.code == self._used else self.secrets.code

    @property
    def grant(self) -> SecretStr | None:
        """See `Credentials.grant`."""
        return self._kept or self.secrets.grant

    async def keep_grant(self, grant: SecretStr) -> None:
        """See `Credentials.keep_grant`."""
        self.unstored = grant
        text = grant.get_secret_value()
        await self.leader.write([("HSET", self.keys.grants, self.slot, text), ("HDEL", self.keys.codes, self.slot)])
        self._kept, self._used, self.unstored = grant, self.secrets.code, None
