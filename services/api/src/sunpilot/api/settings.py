"""The api's settings."""

from pathlib import Path

from pydantic import Field

from sunpilot.api.grafana import Grafana
from sunpilot.api.homeassistant.discovery import HomeAssistant
from sunpilot.api.homeassistant.entity import Language
from sunpilot.runtime.settings import StoreSettings


class ApiSettings(StoreSettings):
    """Where to listen, where the API key lies, and what Home Assistant is told. 127.0.0.1 keeps everything on this
    machine. ``homeassistant`` false takes back what was announced. Grafana is at ``grafana_url``, or
    on ``grafana_port`` of the page's own host.
    """

    api_host: str = "127.0.0.1"
    api_port: int = Field(default=7080, ge=0, le=65535)
    api_key_file: Path = Path("var/api-key")
    homeassistant: bool = True
    homeassistant_prefix: str = Field(default="homeassistant", pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$")
    homeassistant_language: Language = "en"

    grafana_url: str = Field(default="", pattern=r"^(https?://[^\s<>\"]+)?$")
    grafana_port: int | None = Field(default=None, ge=1, le=65535)

    @property
    def grafana(self) -> Grafana:
        """Where the page finds the dashboards."""
        return Grafana(self.grafana_url or None, self.grafana_port)

    @property
    def home_assistant(self) -> HomeAssistant:
        """How Home Assistant is told."""
        return HomeAssistant(self.homeassistant, self.homeassistant_prefix, self.homeassistant_language)
