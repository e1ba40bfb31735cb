"""The api's settings."""

import ipaddress
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from sunpilot.api.access.password import SHORTEST
from sunpilot.api.grafana import Grafana
from sunpilot.api.homeassistant.discovery import HomeAssistant
from sunpilot.api.homeassistant.entity import Language
from sunpilot.runtime.settings import StoreSettings, read_secret


def _addresses(text: str) -> str:
    for address in text.split(","):
        try:
            ipaddress.ip_network(address.strip())
        except ValueError:
            raise ValueError(
                f"{address!r} is no address of a reverse proxy, such as 192.168.1.2 or 172.18.0.0/16"
            ) from None
    return text


ProxyAddresses = Annotated[str, AfterValidator(_addresses)]
"""Addresses or networks, separated by commas."""


class ApiSettings(StoreSettings):
    """Where to listen, where the first API key lies, a file with a password, and what others are told.

    127.0.0.1 keeps everything on this machine. ``api_proxy`` is where a reverse proxy stands, which alone may say
    from where and how a request came. ``homeassistant`` false takes back what was announced. Grafana is at
    ``grafana_url``, or on ``grafana_port`` of the page's own host; at ``grafana_health`` the doctor asks it how it is.
    """

    api_host: str = "127.0.0.1"
    api_port: int = Field(default=7080, ge=0, le=65535)
    api_key_file: Path = Path("var/api-key")
    api_proxy: ProxyAddresses | None = None
    password_file: Path | None = None
    homeassistant: bool = True
    homeassistant_prefix: str = Field(default="homeassistant", pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$")
    homeassistant_language: Language = "en"

    grafana_url: str = Field(default="", pattern=r"^(https?://[^\s<>\"]+)?$")
    grafana_health: str = Field(default="", pattern=r"^(http://[^\s]+)?$")
    grafana_port: int | None = Field(default=None, ge=1, le=65535)

    @property
    def grafana(self) -> Grafana:
        """Where the page finds the dashboards."""
        return Grafana(self.grafana_url or None, self.grafana_port)

    @property
    def password(self) -> SecretStr | None:
        """The password for the page, where a file gives one. Raises ValueError with a sentence."""
        return None if self.password_file is None else read_password(self.password_file)

    @property
    def home_assistant(self) -> HomeAssistant:
        """How Home Assistant is told."""
        return HomeAssistant(self.homeassistant, self.homeassistant_prefix, self.homeassistant_language)


def read_password(path: Path) -> SecretStr:
    """A password for the page from a file of one line; raises ValueError with a sentence."""
    password = read_secret(path)
    if len(password.get_secret_value()) < SHORTEST:
        raise ValueError(f"the password in {path} has fewer than {SHORTEST} characters; write a longer one")
    return password
