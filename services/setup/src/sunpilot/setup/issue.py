"""What the set-up hands out: to each service its own secrets, to broker and store their configuration."""

from collections.abc import Mapping
from pathlib import Path

from sunpilot.setup.accounts import (
    ACCOUNTS,
    BRIDGES,
    BROKER_UID,
    GRAFANA_UID,
    HEALTH,
    INFLUXDB_UID,
    RECORDER,
    RECORDER_UID,
    SERVICES,
    SIMULATOR_UID,
    STORE_GID,
    STORE_UID,
    bridge_account,
)
from sunpilot.setup.certificate import Certificate
from sunpilot.setup.password_file import password_file
from sunpilot.setup.vault import Vault

LASTING = ("influxdb-password", "influxdb-token", "grafana-password")
"""What databases took when they were made, and go by ever since: these outlive a renewal of all secrets."""

_STORE_CONFIGURATION = """\
# Written by Sunpilot's set-up.
dir /data
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
requirepass {password}
"""


_TLS_LISTENER = """\
# Written by Sunpilot's set-up.
listener 8883
certfile /secrets/broker/tls/server.crt
keyfile /secrets/broker/tls/server.key
tls_version tlsv1.2
"""


def issue_all(
    vault: Vault, broker_folder: Path, wattpilot_password: str = "", certificate: Certificate | None = None
) -> int:
    """Make what is missing and write what changed; gives the number of files written. Raises OSError.

    ``broker_folder`` holds ``mosquitto.conf`` and ``acl``; ``wattpilot_password`` is for bridge 1,
    and may be empty. With a certificate, the broker listens for bridges on other machines too.
    """
    vault.prepare()
    passwords = {account: vault.secret(account) for account in ACCOUNTS}
    return sum(
        (
            _issue_to_broker(vault, broker_folder, passwords),
            _issue_tls(vault, certificate),
            _issue_to_store(vault),
            _issue_to_services(vault, passwords),
            _issue_to_bridges(vault, passwords, wattpilot_password),
            _issue_to_history(vault, passwords),
        )
    )


def _issue_to_broker(vault: Vault, folder: Path, passwords: Mapping[str, str]) -> int:
    files = {name: (folder / name).read_text(encoding="utf-8") for name in ("mosquitto.conf", "acl")}
    files["passwords"] = password_file(passwords)
    files["health/mosquitto_sub"] = f"-u {HEALTH}\n-P {passwords[HEALTH]}\n"  # options of the health check's client
    return sum(vault.issue(f"broker/{name}", text, BROKER_UID) for name, text in files.items())


def _issue_tls(vault: Vault, certificate: Certificate | None) -> int:
    files = {"conf.d/tls.conf": _TLS_LISTENER if certificate else ""}
    if certificate is not None:
        files |= {"tls/server.crt": certificate.chain, "tls/server.key": certificate.key}
    return sum(vault.issue(f"broker/{name}", text, BROKER_UID) for name, text in files.items())


def _issue_to_store(vault: Vault) -> int:
    password = vault.secret("store")
    files = {"valkey.conf": _STORE_CONFIGURATION.format(password=password), "password": password}
    return sum(vault.issue(f"store/{name}", text, STORE_UID, STORE_GID) for name, text in files.items())


def _issue_to_services(vault: Vault, passwords: Mapping[str, str]) -> int:
    key, store = vault.secret("api-key"), vault.secret("store")
    written = vault.issue("api/api-key", key, SERVICES["api"]) + vault.issue("simulator/api-key", key, SIMULATOR_UID)
    for name, uid in SERVICES.items():
        written += vault.issue(f"{name}/broker-password", passwords[name], uid)
        written += vault.issue(f"{name}/store-password", store, uid)
    return written


def _issue_to_bridges(vault: Vault, passwords: Mapping[str, str], wattpilot_password: str) -> int:
    written = 0
    for number, uid in BRIDGES.items():
        name = bridge_account(number)
        written += vault.issue(f"{name}/broker-password", passwords[name], uid)
    return written + vault.issue("bridge-1/wattpilot-password", wattpilot_password, BRIDGES[1])


def _issue_to_history(vault: Vault, passwords: Mapping[str, str]) -> int:
    """The tokens of recorder and Grafana are not among these: InfluxDB makes them (`sunpilot.setup.tokens`)."""
    return (
        vault.issue(f"{RECORDER}/broker-password", passwords[RECORDER], RECORDER_UID)
        + vault.issue("influxdb/admin-password", vault.secret("influxdb-password"), INFLUXDB_UID)
        + vault.issue("influxdb/admin-token", vault.secret("influxdb-token"), INFLUXDB_UID)
        + vault.issue("grafana/admin-password", vault.secret("grafana-password"), GRAFANA_UID)
    )
