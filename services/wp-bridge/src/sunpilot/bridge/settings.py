"""Where the Wattpilot is: ``WATTPILOT_HOST``, ``WATTPILOT_PASSWORD`` or ``WATTPILOT_PASSWORD_FILE``, ``WATTPILOT_ID``
and ``WATTPILOT_BASE``.
"""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from sunpilot.bridge.address import Address
from sunpilot.bridge.writes import BaseName
from sunpilot.runtime.settings import read_secret


class WattpilotSettings(BaseSettings):
    """One Wattpilot. Without a host or a password the bridge runs, and says that it waits for them.

    ``host`` may end in ``:port``, or be ``cloud:`` and the serial number. ``password`` is the one set in the
    Solar.wattpilot app; a file that is missing or empty counts as none. ``base`` is how the box was set up: A on
    Default, B parked on Eco.
    """

    model_config = SettingsConfigDict(env_prefix="WATTPILOT_", hide_input_in_errors=True, env_ignore_empty=True)

    host: str | None = None
    password: SecretStr | None = None
    password_file: Path | None = None
    id: int = Field(default=1, ge=1, le=999)
    base: BaseName = BaseName.A

    @field_validator("host")
    @classmethod
    def _is_an_address(cls, host: str | None) -> str | None:
        if host is not None:
            Address.parse(host)
        return host

    @model_validator(mode="after")
    def _read_password_file(self) -> Self:
        if self.password_file is not None and not _is_blank(self.password_file):
            self.password = read_secret(self.password_file)
        return self


def _is_blank(path: Path) -> bool:
    try:
        return not path.read_bytes().strip()
    except FileNotFoundError:
        return True
    except OSError:
        return False  # it is there: reading it will say what is wrong
