"""``python -m sunpilot.setup``: makes what is missing; further commands tell a person a password, back up, restore."""

import argparse
import os
import sys
from pathlib import Path

from sunpilot.setup.accounts import BRIDGES, BROKER_UID, PEOPLE, STORE_GID, STORE_UID, bridge_account
from sunpilot.setup.backup import BadArchiveError, back_up, restore
from sunpilot.setup.certificate import BadCertificateError, Certificate, brought, signed
from sunpilot.setup.issue import issue_all
from sunpilot.setup.vault import MASTERS, Vault

SECRETS = Path("/secrets")
BROKER_DATA = Path("/mosquitto/data")
STORE_DATA = Path("/data")
BROKER_FOLDER = Path("/opt/sunpilot/share/mosquitto")
USERS_CERTIFICATE = Path("/tls")
AUTHORITY = SECRETS / MASTERS


def main() -> None:
    """Run what the command line names; a fault ends it with one sentence."""
    parser = argparse.ArgumentParser(prog="sunpilot-setup", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("make", help="make what is missing (the default)")
    show = commands.add_parser("show", help="what to enter to log in at the broker")
    show.add_argument("account", choices=sorted(PEOPLE))
    password = commands.add_parser("password", help="the broker password of a bridge on another machine")
    password.add_argument("account", choices=[bridge_account(number) for number in BRIDGES])
    commands.add_parser("backup", help="write everything worth keeping to standard output, as a tar archive")
    commands.add_parser("restore", help="read such an archive from standard input, after `docker compose down`")
    commands.add_parser("authority", help="the certificate that a bridge on another machine trusts")
    arguments = parser.parse_args()
    try:
        match arguments.command:
            case "show":
                sys.stdout.write(login(Vault(SECRETS), arguments.account))
            case "password":
                sys.stdout.write((Vault(SECRETS).known(arguments.account) or "") + "\n")
            case "authority":
                sys.stdout.write((AUTHORITY / "tls-ca.crt").read_text(encoding="ascii"))
            case "backup":
                back_up(SECRETS / MASTERS, STORE_DATA, sys.stdout.buffer)
            case "restore":
                files = restore(sys.stdin.buffer, SECRETS / MASTERS, STORE_DATA)
                sys.stdout.write(f"{files} files restored\n")
                make()
            case _:
                make()
    except OSError as error:
        sys.exit(f"sunpilot-setup: {error.strerror}: {error.filename}")
    except (BadArchiveError, BadCertificateError) as error:
        sys.exit(f"sunpilot-setup: {error}")


def make() -> None:
    """Hand out the secrets, and give broker and store their volumes."""
    names, password = os.environ.get("BROKER_TLS_NAMES", ""), os.environ.get("WATTPILOT_PASSWORD", "")
    written = issue_all(Vault(SECRETS), BROKER_FOLDER, password, certificate(names))
    os.chown(BROKER_DATA, BROKER_UID, BROKER_UID)
    os.chown(STORE_DATA, STORE_UID, STORE_GID)
    sys.stdout.write(f"{written} files written\n" if written else "everything is there already\n")


def certificate(names: str) -> Certificate | None:
    """The broker's certificate for these names, separated by commas; None where none are given."""
    if not names.strip():
        return None
    return brought(USERS_CERTIFICATE) or signed([name.strip() for name in names.split(",")], AUTHORITY)


def login(vault: Vault, account: str) -> str:
    """The fields of MQTT Explorer's connection form, by their names there."""
    password = vault.known(account)
    if password is None:
        return "There are no accounts yet: start Sunpilot once with `docker compose up -d`.\n"
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
    return f"{account}: {PEOPLE[account]}\n\n" + "".join(f"  {name:<21} {value}\n" for name, value in fields.items())


if __name__ == "__main__":
    main()
