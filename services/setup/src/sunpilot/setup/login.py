"""What a person enters to log in at the broker, or at Grafana."""

import os

from sunpilot.setup.accounts import PEOPLE
from sunpilot.setup.vault import Vault

GRAFANA = "grafana"


def login(vault: Vault, account: str) -> str:
    """The fields of MQTT Explorer's connection form by their names there, or those of Grafana's."""
    password = vault.known("grafana-password" if account == GRAFANA else account)
    if password is None:
        return "There are no accounts yet: start Sunpilot once with `docker compose up -d`.\n"
    if account == GRAFANA:
        title = f"http://<address of the machine>:{os.environ.get('GRAFANA_PORT', '3000')}"
        return _form(title, {"Username": "admin", "Password": password})
    fields = {
        "Name": "Sunpilot",
        "Validate certificate": "off",
        "Encryption (tls)": "off",
        "Protocol": "mqtt://",
        "Host": "the address of the machine that runs Sunpilot",
        "Port": os.environ.get("BROKER_PORT", "1883"),
        "Username": account,
        "Password": password,
    }
    return _form(f"{account}: {PEOPLE[account]}", fields)


def _form(title: str, fields: dict[str, str]) -> str:
    return f"{title}\n\n" + "".join(f"  {name:<21} {value}\n" for name, value in fields.items())
