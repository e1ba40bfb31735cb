"""Where broker and store are, and how to identify there. Apart from their clients: the bridge needs no store."""

from dataclasses import dataclass

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is, and the account to use."""

    host: str
    port: int
    username: str | None = None
    password: SecretStr | None = None


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """Where the store is."""

    host: str
    port: int
    password: SecretStr | None = None
