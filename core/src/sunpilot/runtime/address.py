"""Where broker and store are, and how to identify there. Apart from their clients: the bridge needs no store."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is, and the account to use.

    With ``tls`` the connection is encrypted, and the broker must show a certificate for ``host`` that ``ca_file``, or
    else the system, trusts.
    """

    host: str
    port: int
    username: str | None = None
    password: SecretStr | None = None
    tls: bool = False
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """Where the store is."""

    host: str
    port: int
    password: SecretStr | None = None
