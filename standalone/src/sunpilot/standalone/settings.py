"""Settings of the standalone Sunpilot, from the environment."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from sunpilot.api.homeassistant.discovery import HomeAssistant
from sunpilot.api.homeassistant.entity import Language
from sunpilot.api.settings import ProxyAddresses, read_password
from sunpilot.simulator.demo import Way


class StandaloneSettings(BaseSettings):
    """Where the page is served and where data are kept. The Wattpilot's own settings are the bridge's.

    ``password_file`` and ``api_proxy`` are the api's: a file with the page's password, and the address of a reverse
    proxy. ``grafana_url`` is where the page leads to for history. ``mqtt_port`` is where onlookers find the broker;
    while it is taken, another one serves. ``demo_wattpilot`` is the demo's generation of Wattpilot, as the simulator
    names it, ``demo_source`` how its house is measured, ``demo_battery_kwh`` the capacity of its battery (0: none).
    """

    model_config = SettingsConfigDict(env_prefix="SUNPILOT_", hide_input_in_errors=True, env_ignore_empty=True)

    host: str = "127.0.0.1"
    port: int = Field(default=7080, ge=0, le=65535)
    password_file: Path | None = None
    api_proxy: ProxyAddresses | None = None
    mqtt_port: int = Field(default=1883, ge=0, le=65535)
    data: Path = Path("var")
    log_level: str = Field(default="warning", pattern=r"^(debug|info|warning|error)$")
    grafana_url: str = Field(default="", pattern=r"^(https?://[^\s<>\"]+)?$")
    demo_source: Way = Way.CLOUD
    demo_scale: float = Field(default=30.0, gt=0, le=60)
    demo_wattpilot: str = "v2-42"
    demo_battery_kwh: float = Field(default=0.0, ge=0, le=100)
    homeassistant: bool = True
    homeassistant_language: Language = "en"

    @property
    def home_assistant(self) -> HomeAssistant:
        """How a Home Assistant at the embedded broker is told."""
        return HomeAssistant(self.homeassistant, language=self.homeassistant_language)

    @property
    def key_file(self) -> Path:
        """The API key's file."""
        return self.data / "api-key"

    @property
    def password(self) -> SecretStr | None:
        """The page's password, where a file gives one. Raises ValueError with a sentence."""
        return None if self.password_file is None else read_password(self.password_file)

    @property
    def spool(self) -> Path:
        """Where history waits for its database."""
        return self.data / "spool"

    @property
    def mqtt_password_file(self) -> Path:
        """The file of the broker's password."""
        return self.data / "mqtt-password"
