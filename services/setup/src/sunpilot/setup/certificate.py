"""The broker's certificate for bridges on other machines: signed by a certificate authority of this installation's own,
or brought by the user.
"""

import ipaddress
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

DAYS = "3650"
_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", DAYS)


class BadCertificateError(Exception):
    """The names or the files for the certificate cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Two PEM texts: the certificate with its chain, and its key."""

    chain: str
    key: str


def brought(folder: Path) -> Certificate | None:
    """The user's own, ``server.crt`` and ``server.key``; None where there is none. Raises OSError."""
    chain, key = folder / "server.crt", folder / "server.key"
    if not chain.exists() and not key.exists():
        return None
    return Certificate(chain.read_text(encoding="ascii"), key.read_text(encoding="ascii"))


def signed(names: Sequence[str], folder: Path) -> Certificate:
    """One for these host names and addresses, kept in ``folder`` and made anew when the names change.

    The authority, ``tls-ca.crt`` and ``tls-ca.key``, is made once. Raises OSError and `BadCertificateError`.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority, authority_key = folder / "tls-ca.crt", folder / "tls-ca.key"
    chain, key, kept_names = folder / "tls-server.crt", folder / "tls-server.key", folder / "tls-names"
    if not authority.exists():
        _openssl(
            *("req", "-x509", *_NEW_KEY, "-subj", "/CN=Sunpilot certificate authority"),
            *("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"),
            *("-keyout", str(authority_key), "-out", str(authority)),
        )
        kept_names.unlink(missing_ok=True)
    alternatives = ",".join(_alternative(name) for name in names)
    if not kept_names.exists() or kept_names.read_text(encoding="ascii") != alternatives:
        _openssl(
            *("req", "-x509", *_NEW_KEY, "-CA", str(authority), "-CAkey", str(authority_key), "-subj", "/CN=Sunpilot"),
            *("-addext", f"subjectAltName={alternatives}", "-addext", "basicConstraints=critical,CA:FALSE"),
            *("-addext", "keyUsage=critical,digitalSignature", "-addext", "extendedKeyUsage=serverAuth"),
            *("-keyout", str(key), "-out", str(chain)),
        )
        kept_names.write_text(alternatives, encoding="ascii")
    return Certificate(chain.read_text(encoding="ascii"), key.read_text(encoding="ascii"))


def _alternative(name: str) -> str:
    try:
        return f"IP:{ipaddress.ip_address(name)}"
    except ValueError:
        pass
    if not name or not all(letter.isascii() and (letter.isalnum() or letter in ".-") for letter in name):
        raise BadCertificateError(f"BROKER_TLS_NAMES: {name!r} is neither a host name nor an address")
    return f"DNS:{name}"


def _openssl(*arguments: str) -> None:
    try:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=60)  # noqa: S603, S607
    except subprocess.CalledProcessError as error:
        raise BadCertificateError(f"openssl: {error.stderr.decode(errors='replace').strip()}") from None
