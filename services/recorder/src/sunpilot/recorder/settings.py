"""Where InfluxDB and the spool are: ``SUNPILOT_INFLUX_URL``, ``_ORG``, ``_BUCKET``, ``_TOKEN`` or ``_TOKEN_FILE``,
``SUNPILOT_SPOOL`` and ``SUNPILOT_SPOOL_MIB``.
"""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from sunpilot.runtime.settings import ServiceSettings, read_secret


class RecorderSettings(ServiceSettings):
    """Without ``influx_url`` the recorder runs, and says that it waits for it.

    ``spool_mib`` bounds what waits on the disk; a house whose car charges has about 45 MiB a day.
    """

    influx_url: str | None = None
    influx_org: str = Field(default="sunpilot", min_length=1)
    influx_bucket: str = Field(default="sunpilot", min_length=1)
    influx_token: SecretStr | None = None
    influx_token_file: Path | None = None
    spool: Path = Path("var/spool")
    spool_mib: int = Field(default=256, ge=1, le=1_000_000)

    @field_validator("influx_url")
    @classmethod
    def _is_an_address(cls, url: str | None) -> str | None:
        if not url:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("the address of InfluxDB begins with http:// or https://, such as http://influxdb:8086")
        if "@" in parts.netloc or parts.query:
            raise ValueError("no user, password or token stands in the address: SUNPILOT_INFLUX_TOKEN is for that")
        return url

    def token(self) -> SecretStr | None:
        """The token as it is now, for its file may be replaced; raises ValueError where that cannot be read."""
        return self.influx_token if self.influx_token_file is None else read_secret(self.influx_token_file)
