"""Addresses of notification services, as Apprise writes them: which are allowed, and what of one may be shown.

An address is a secret as a whole: tokens stand in any place of it. Apprise knows far more services than these, among
them some that touch this machine (files, the desktop, the system's log, other programs) or that read files of it; only
what sends over the network, and is named here, is used.
"""

import re
from urllib.parse import unquote

from sunpilot.contract.decision import Text

MOST_CHARACTERS = 1000

SERVICES: dict[str, tuple[str, ...]] = {
    "Apprise API": ("apprise", "apprises"),
    "Bark": ("bark", "barks"),
    "Discord": ("discord",),
    "E-mail": ("mailto", "mailtos"),
    "Google Chat": ("gchat",),
    "Gotify": ("gotify", "gotifys"),
    "Home Assistant": ("hassio", "hassios"),
    "JSON by HTTP": ("json", "jsons"),
    "Join": ("join",),
    "LaMetric": ("lametric", "lametrics"),
    "Matrix": ("matrix", "matrixs"),
    "Mattermost": ("mmost", "mmosts"),
    "Microsoft Teams": ("workflow", "workflows"),
    "Nextcloud": ("ncloud", "nclouds"),
    "Nextcloud Talk": ("nctalk", "nctalks"),
    "ntfy": ("ntfy", "ntfys"),
    "Prowl": ("prowl",),
    "Pushbullet": ("pbul",),
    "Pushover": ("pover",),
    "Rocket.Chat": ("rocket", "rockets"),
    "Signal API": ("signal", "signals"),
    "SimplePush": ("spush",),
    "Slack": ("slack",),
    "Synology Chat": ("synology", "synologys"),
    "Telegram": ("tgram",),
    "Threema": ("threema",),
}
"""The schemes of each allowed service."""

SCHEMES = frozenset(scheme for schemes in SERVICES.values() for scheme in schemes)

_FILE_PARAMETERS = ("template", "pgp", "pgppub", "pgpprv", "wkd", "e2ee")
"""By these, Apprise reads or writes files of this machine."""

_READS_FILES = re.compile(rf"[?&;#][^=&;\w]*({'|'.join(_FILE_PARAMETERS)})\W*=", re.IGNORECASE)


class BadAddressError(ValueError):
    """This address is not used. The text says why, and repeats nothing of it but the scheme."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def scheme_of(address: str) -> str:
    """The scheme of an allowed address; raises `BadAddressError`."""
    if len(address) > MOST_CHARACTERS or not all("!" <= letter <= "~" for letter in address):
        raise BadAddressError(_NOT_PLAIN)
    scheme, colon, rest = address.partition("://")
    scheme = scheme.lower()
    if not colon or not rest or not scheme.replace("-", "").isalnum():
        raise BadAddressError(_NO_SERVICE)
    if scheme not in SCHEMES:
        raise BadAddressError(_not_among(scheme[:20]))
    if _READS_FILES.search(unquote(unquote(address))):
        raise BadAddressError(_USES_FILES)
    return scheme


_NOT_PLAIN = Text(
    en=f"an address has no blanks, line ends or letters beyond ASCII, and {MOST_CHARACTERS} characters at most; "
    f"write others as in %20",
    de=f"eine Adresse hat keine Leerzeichen, keine Zeilenenden, nur ASCII-Zeichen und höchstens {MOST_CHARACTERS} "
    f"davon; schreibe andere wie %20",
)
_NO_SERVICE = Text(
    en="an address begins with its service, as in ntfys://ntfy.sh/topic",
    de="eine Adresse beginnt mit ihrem Dienst, wie in ntfys://ntfy.sh/thema",
)
_USES_FILES = Text(
    en=f"leave out the parameters {', '.join(_FILE_PARAMETERS)}: they use files of this machine",
    de=f"lass die Parameter {', '.join(_FILE_PARAMETERS)} weg: sie benutzen Dateien dieses Rechners",
)


def _not_among(scheme: str) -> Text:
    allowed = ", ".join(sorted(SCHEMES))
    return Text(
        en=f"'{scheme}' is not among the services that Sunpilot sends to; what touches this machine itself, as file, "
        f"dbus, syslog or macosx, never is. Use one of: {allowed}",
        de=f"'{scheme}' gehört nicht zu den Diensten, an die Sunpilot sendet; was diesen Rechner selbst berührt, wie "
        f"file, dbus, syslog oder macosx, gehört nie dazu. Möglich sind: {allowed}",
    )


def shown(scheme: str) -> str:
    """All that is ever shown of an address."""
    return f"{scheme}://…"
