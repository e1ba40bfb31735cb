"""Settings from the environment; a bad one stops the service at start with one sentence."""

import socket
import ssl
from pathlib import Path
from typing import Self, TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from sunpilot.contract.keys import Keys
from sunpilot.contract.topics import Topics
from sunpilot.runtime.address import Broker, StoreAddress


class ServiceSettings(BaseSettings):
    """What every service is told: the broker and its account, the topic root, the name of this instance.

    ``health_file`` is where it gives a sign of life every few seconds. ``broker_tls`` encrypts;
    ``broker_ca_file`` is the authority that the broker's certificate must come from, without it one of the system's.
    """

    model_config = SettingsConfigDict(env_prefix="SUNPILOT_", hide_input_in_errors=True)

    instance: str = Field(default_factory=socket.gethostname, pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    root: str = Field(default="sunpilot", pattern=r"^[A-Za-z0-9_-]{1,32}$")
    log_level: str = Field(default="info", pattern=r"^(debug|info|warning|error)$")
    health_file: Path | None = None
    broker_host: str = "127.0.0.1"
    broker_port: int = Field(default=1883, ge=1, le=65535)
    broker_username: str | None = None
    broker_password: SecretStr | None = None
    broker_password_file: Path | None = None
    broker_tls: bool = False
    broker_ca_file: Path | None = None

    @model_validator(mode="after")
    def _read_password_file(self) -> Self:
        if self.broker_password_file is not None:
            self.broker_password = read_secret(self.broker_password_file)
        return self

    @field_validator("broker_ca_file")
    @classmethod
    def _is_an_authority(cls, path: Path | None) -> Path | None:
        try:
            ssl.create_default_context(cafile=path)
        except OSError as error:
            raise ValueError(f"{path} is no certificate of an authority: {error.strerror or error}") from None
        return path

    @property
    def broker(self) -> Broker:
        """The broker and the account."""
        return Broker(
            self.broker_host,
            self.broker_port,
            self.broker_username,
            self.broker_password,
            self.broker_tls,
            self.broker_ca_file,
        )

    @property
    def topics(self) -> Topics:
        """The topic names."""
        return Topics(self.root)


class StoreSettings(ServiceSettings):
    """What a service with a store is told besides."""

    store_host: str = "127.0.0.1"
    store_port: int = Field(default=6379, ge=1, le=65535)
    store_password: SecretStr | None = None
    store_password_file: Path | None = None

    @model_validator(mode="after")
    def _read_store_password_file(self) -> Self:
        if self.store_password_file is not None:
            self.store_password = read_secret(self.store_password_file)
        return self

    @property
    def store(self) -> StoreAddress:
        """The store and its password."""
        return StoreAddress(self.store_host, self.store_port, self.store_password)

    @property
    def keys(self) -> Keys:
        """The key names."""
        return Keys(self.root)


def read_secret(path: Path) -> SecretStr:
    """A secret from a file of one line; raises ValueError with a sentence when it cannot be had."""
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"the secret's file {path} cannot be read: {type(error).__name__}") from None
    if not text:
        raise ValueError(f"the secret's file {path} is empty")
    return SecretStr(text)


S = TypeVar("S", bound=BaseSettings)


def load(kind: type[S]) -> S:
    """Read the settings; on a bad one, end with one sentence that names it and says what it must be."""
    try:
        return kind()
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        name = "_".join(str(step) for step in fault["loc"])
        prefix = kind.model_config.get("env_prefix", "")
        setting = f"{prefix}{name}".upper() if name else "The settings"
        raise SystemExit(f"{setting}: {fault['msg'].removeprefix('Value error, ')}") from None
