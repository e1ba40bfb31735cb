"""Where the Wattpilot is: ``WATTPILOT_HOST``, ``WATTPILOT_PASSWORD`` or ``WATTPILOT_PASSWORD_FILE``, ``WATTPILOT_ID``
and ``WATTPILOT_BASE``.
"""

import ipaddress
import re
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from sunpilot.bridge.writes import BaseName
from sunpilot.runtime.settings import read_secret

_ADDRESS = re.compile(r"(?:\[(?P<six>[^\[\]]*)\]|(?P<name>[^:\[\]]*))(?::(?P<port>[0-9]{1,5}))?")
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")


class WattpilotSettings(BaseSettings):
    """One Wattpilot. Without a host or a password the bridge runs, and says that it waits for them.

    ``host`` may end in ``:port``. ``password`` is the one set in the Solar.wattpilot app; a file that is missing or
    empty counts as none. ``base`` is how the box was set up: A on Default, B parked on Eco.
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
        if host is not None and not _is_address(host):
            raise ValueError(
                "must be the Wattpilot's address alone, such as 192.168.1.50 or wattpilot.local; a port follows after "
                "a colon, and an IPv6 address stands in brackets"
            )
        return host

    @model_validator(mode="after")
    def _read_password_file(self) -> Self:
        if self.password_file is not None and not _is_blank(self.password_file):
            self.password = read_secret(self.password_file)
        return self


def _is_address(host: str) -> bool:
    """``name``, ``name:port`` or the same with an IPv4 address or an IPv6 address in brackets, that can exist."""
    parts = _ADDRESS.fullmatch(host)
    if parts is None or not 0 < int(parts["port"] or 80) <= 65535:
        return False
    try:
        if parts["six"] is not None:
            return ipaddress.IPv6Address(parts["six"]).scope_id is None
        labels = parts["name"].split(".")
        if labels[-1].isdigit():  # no top-level domain is a number: it is meant as IPv4
            return bool(ipaddress.IPv4Address(parts["name"]))
    except ValueError:
        return False
    return len(parts["name"]) <= 253 and all(_LABEL.fullmatch(label) for label in labels)


def _is_blank(path: Path) -> bool:
    try:
        return not path.read_bytes().strip()
    except FileNotFoundError:
        return True
    except OSError:
        return False  # it is there: reading it will say what is wrong
