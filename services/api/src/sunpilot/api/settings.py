"""The api's settings."""

from pathlib import Path

from pydantic import Field

from sunpilot.runtime.settings import StoreSettings


class ApiSettings(StoreSettings):
    """Where to listen, and where the API key lies. 127.0.0.1 keeps everything on this machine."""

    api_host: str = "127.0.0.1"
    api_port: int = Field(default=7080, ge=0, le=65535)
    api_key_file: Path = Path("var/api-key")
