"""What recorder and Grafana log in with at InfluxDB: a token each, for one bucket and one action, made by the database.

InfluxDB 2 chooses the value of a token itself and tells it once (POST /api/v2/authorizations); from 2.9 on it keeps
a hash only. So the value lies in the vault, and is made anew only when the database does not know it.
"""

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from sunpilot.setup.accounts import GRAFANA_UID, RECORDER, RECORDER_UID
from sunpilot.setup.vault import Vault

BUCKET = "sunpilot"
ADMINISTRATOR = "influxdb-token"
"""The vault's name of the token that InfluxDB was set up with."""

TIMEOUT_S = 20.0

UNAUTHORIZED = 401
MISSING = (404, 405)
"""How a server answers that writes and reads like InfluxDB 2, and has no authorizations."""


class TokenError(Exception):
    """InfluxDB gave no token; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who gets a token, and what it allows: ``write`` or ``read``."""

    name: str
    action: str
    uid: int

    @property
    def description(self) -> str:
        """How InfluxDB lists the token."""
        return f"Sunpilot: {self.name}"

    @property
    def master(self) -> str:
        """The vault's name of the token."""
        return f"{self.name}-influxdb-token"


HOLDERS = (Holder(RECORDER, "write", RECORDER_UID), Holder("grafana", "read", GRAFANA_UID))


@dataclass(frozen=True, slots=True)
class Database:
    """InfluxDB at a URL, as its administrator sees it."""

    url: str
    token: str = field(repr=False)

    def knows(self, token: str) -> bool:
        """Whether this token is good for anything: only an unknown one is answered with 401."""
        return self._ask("GET", "/api/v2/buckets?limit=1", token=token)[0] != UNAUTHORIZED

    def bucket(self) -> tuple[str, str] | None:
        """The ids of the bucket and its organization; None where the server has no such thing to manage."""
        status, answer = self._ask("GET", "/api/v2/buckets?" + urllib.parse.urlencode({"name": BUCKET}))
        if status in MISSING:
            return None
        if status == UNAUTHORIZED:
            raise TokenError(
                f"InfluxDB at {self.url} refuses the administrator's token: its data and the secrets do not belong"
                " together; restore both from the same backup, or remove the volume influxdb to begin a new history"
            )
        found = answer.get("buckets") or []
        if not found:
            raise TokenError(f"InfluxDB at {self.url} has no bucket named {BUCKET} (status {status})")
        return found[0]["id"], found[0]["orgID"]

    def grant(self, holder: Holder, bucket_id: str, org_id: str) -> str:
        """A new token in place of all that this holder had before."""
        _, answer = self._ask("GET", "/api/v2/authorizations?" + urllib.parse.urlencode({"orgID": org_id}))
        for old in answer.get("authorizations") or []:
            if old.get("description") == holder.description:
                self._ask("DELETE", f"/api/v2/authorizations/{old['id']}")
        resource = {"type": "buckets", "id": bucket_id, "orgID": org_id}
        wanted = {
            "orgID": org_id,
            "description": holder.description,
            "permissions": [{"action": holder.action, "resource": resource}],
        }
        status, answer = self._ask("POST", "/api/v2/authorizations", wanted)
        token = answer.get("token")
        if not isinstance(token, str):
            raise TokenError(f"InfluxDB at {self.url} made no token for {holder.name} (status {status})")
        return token

    def _ask(
        self, method: str, path: str, body: dict[str, Any] | None = None, token: str | None = None
    ) -> tuple[int, dict[str, Any]]:
        request = urllib.request.Request(  # noqa: S310  (the URL is a setting)
            self.url.rstrip("/") + path,
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Token {token or self.token}", "Content-Type": "application/json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
                return answer.status, _object(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, {}
        except OSError as error:
            why = getattr(error, "reason", error)
            raise TokenError(f"InfluxDB at {self.url} does not answer: {why}") from None


def _object(text: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(text or b"{}")
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def hand_out_tokens(vault: Vault, url: str) -> tuple[int, bool]:
    """Give each holder its token; gives the number of files written, and whether the tokens are scoped.

    Where the server makes no tokens (as InfluxDB 3 Core), all holders get the administrator's. Raises OSError and
    `TokenError`.
    """
    database = Database(url, vault.secret(ADMINISTRATOR))
    written, scoped = 0, True
    for holder in HOLDERS:
        token = vault.known(holder.master)
        if token is None or not database.knows(token):
            bucket = database.bucket()
            if bucket is None:
                token, scoped = database.token, False
            else:
                token = database.grant(holder, *bucket)
                vault.keep(holder.master, token)
        written += vault.issue(f"{holder.name}/influxdb-token", token, holder.uid)
    return written, scoped
