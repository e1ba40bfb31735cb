"""``python -m sunpilot.setup``: makes what is missing; further commands tell a person a password, back up, restore."""

import argparse
import os
import sys
from pathlib import Path

from sunpilot.setup.accounts import (
    BRIDGES,
    BROKER_UID,
    GRAFANA_UID,
    INFLUXDB_UID,
    PEOPLE,
    RECORDER_UID,
    STORE_GID,
    STORE_UID,
    bridge_account,
)
from sunpilot.setup.archive import RunningError, back_up_history, restore_history
from sunpilot.setup.backup import BadArchiveError, back_up, restore
from sunpilot.setup.certificate import BadCertificateError, Certificate, brought, signed
from sunpilot.setup.issue import LASTING, issue_all
from sunpilot.setup.login import GRAFANA, login
from sunpilot.setup.tokens import TokenError, hand_out_tokens
from sunpilot.setup.vault import MASTERS, Vault

SECRETS = Path("/secrets")
BROKER_DATA = Path("/mosquitto/data")
STORE_DATA = Path("/data")
SPOOL = Path("/spool")
INFLUXDB_DATA = Path("/influxdb")
GRAFANA_DATA = Path("/grafana")
BROKER_FOLDER = Path("/opt/sunpilot/share/mosquitto")
USERS_CERTIFICATE = Path("/tls")
AUTHORITY = SECRETS / MASTERS


def main() -> None:
    """Run what the command line names; a fault ends it with one sentence."""
    arguments = _parser().parse_args()
    try:
        _run(arguments.command, arguments)
    except OSError as error:
        sys.exit(f"sunpilot-setup: {error.strerror}: {error.filename}")
    except (BadArchiveError, BadCertificateError, RunningError, TokenError) as error:
        sys.exit(f"sunpilot-setup: {error}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sunpilot-setup", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("make", help="make what is missing (the default)")
    commands.add_parser("renew", help="make all passwords anew, after `docker compose down`")
    show = commands.add_parser("show", help="what to enter to log in at the broker, or at Grafana")
    show.add_argument("account", choices=sorted([*PEOPLE, GRAFANA]))
    password = commands.add_parser("password", help="the broker password of a bridge on another machine")
    password.add_argument("account", choices=[bridge_account(number) for number in BRIDGES])
    commands.add_parser("authority", help="the certificate that a bridge on another machine trusts")
    commands.add_parser("tokens", help="have InfluxDB make the tokens of recorder and Grafana")
    commands.add_parser("backup", help="write everything but the history to standard output, as a tar archive")
    commands.add_parser("restore", help="read such an archive from standard input, after `docker compose down`")
    history = commands.add_parser("history", help="the same with the history, while the database is stopped")
    history.add_argument("what", choices=["backup", "restore"])
    return parser


def _run(command: str | None, arguments: argparse.Namespace) -> None:
    match command:
        case "show":
            sys.stdout.write(login(Vault(SECRETS), arguments.account))
        case "password":
            sys.stdout.write((Vault(SECRETS).known(arguments.account) or "") + "\n")
        case "authority":
            sys.stdout.write((AUTHORITY / "tls-ca.crt").read_text(encoding="ascii"))
        case "tokens":
            tokens(os.environ.get("INFLUX_URL", "http://influxdb:8086"))
        case "backup":
            back_up(SECRETS / MASTERS, STORE_DATA, sys.stdout.buffer)
        case "restore":
            sys.stdout.write(f"{restore(sys.stdin.buffer, SECRETS / MASTERS, STORE_DATA)} files restored\n")
            make()
        case "history" if arguments.what == "backup":
            back_up_history(INFLUXDB_DATA, sys.stdout.buffer)
        case "history":
            sys.stdout.write(f"{restore_history(sys.stdin.buffer, INFLUXDB_DATA)} files restored\n")
        case "renew":
            Vault(SECRETS).forget(but=LASTING)
            make()
        case _:
            make()


def make() -> None:
    """Hand out the secrets, and give broker, store and history their volumes."""
    names, password = os.environ.get("BROKER_TLS_NAMES", ""), os.environ.get("WATTPILOT_PASSWORD", "")
    written = issue_all(Vault(SECRETS), BROKER_FOLDER, password, certificate(names))
    os.chown(BROKER_DATA, BROKER_UID, BROKER_UID)
    os.chown(STORE_DATA, STORE_UID, STORE_GID)
    for folder, uid in ((SPOOL, RECORDER_UID), (INFLUXDB_DATA, INFLUXDB_UID), (GRAFANA_DATA, GRAFANA_UID)):
        os.chown(folder, uid, uid)
    _say(written)


def tokens(url: str) -> None:
    """Hand out the tokens of recorder and Grafana, and say how far they go."""
    written, scoped = hand_out_tokens(Vault(SECRETS), url)
    if not scoped:
        sys.stdout.write(f"{url} makes no tokens: recorder and Grafana log in with the administrator's\n")
    _say(written)


def _say(written: int) -> None:
    sys.stdout.write(f"{written} files written\n" if written else "everything is there already\n")


def certificate(names: str) -> Certificate | None:
    """The broker's certificate for these names, separated by commas; None where none are given."""
    if not names.strip():
        return None
    return brought(USERS_CERTIFICATE) or signed([name.strip() for name in names.split(",")], AUTHORITY)


if __name__ == "__main__":
    main()
