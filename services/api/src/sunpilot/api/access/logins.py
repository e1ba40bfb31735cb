"""Who is logged in with a browser. Only the digest of a cookie's value is stored."""

from datetime import date
from typing import Literal

from sunpilot.api.access.digest import digest, new_secret
from sunpilot.api.access.register import Register
from sunpilot.api.journal import Journal
from sunpilot.contract.message import Part
from sunpilot.runtime.store import Store

LASTS_DAYS = 30
"""A log-in that was not used for so long has ended."""

MOST = 64
"""One more ends the one that was used least lately."""


class Login(Part):
    """A log-in. ``used_on`` is the last day (UTC) of use, ``over_tls`` how the browser came."""

    v: Literal[1] = 1
    made_on: date
    used_on: date
    over_tls: bool


class Logins:
    """All log-ins, by the digest of the cookie's value."""

    def __init__(self, store: Store, journal: Journal) -> None:
        self._register = Register(Login, store.keys.logins, store, journal)
        self._journal = journal
        self._used: dict[str, date] = {}

    async def restore(self) -> None:
        """Read what is stored."""
        await self._register.restore()

    def find(self, token: str, today: date) -> tuple[str, Login] | None:
        """The log-in whose cookie has this value, with its digest."""
        entry = digest(token)
        return (entry, self._register.entries[entry]) if self.holds(entry, today) else None

    def holds(self, entry: str, today: date) -> bool:
        """Whether a log-in goes on."""
        login = self._register.entries.get(entry)
        return login is not None and (today - self._used_on(entry, login)).days <= LASTS_DAYS

    def use(self, entry: str, today: date) -> Login | None:
        """Take note of use. The first of a day gives the log-in: it lasts longer now, and so must the cookie."""
        login = self._register.entries[entry]
        if today <= self._used_on(entry, login):
            return None
        self._used[entry] = today
        return login

    async def begin(self, today: date, *, over_tls: bool) -> str:
        """A new log-in: gives the cookie's value. To be called with the journal's lock; raises as `Journal.write`."""
        oldest_first = sorted(self._register.entries, key=lambda entry: self._register.entries[entry].used_on)
        if len(oldest_first) >= MOST:
            await self._register.remove(*oldest_first[: len(oldest_first) - MOST + 1])
        token = new_secret()
        await self._register.put(digest(token), Login(made_on=today, used_on=today, over_tls=over_tls))
        return token

    async def end(self, entry: str) -> None:
        """Log out; raises as `Journal.write`."""
        async with self._journal.lock:
            await self._register.remove(entry)
        self._used.pop(entry, None)

    async def end_all(self, key: str, value: str) -> None:
        """Log everybody out and then store a value. To be called with the journal's lock; raises as `Journal.write`."""
        await self._register.clear(("SET", key, value))
        self._used.clear()

    async def note_use(self, today: date) -> None:
        """Store which were used, and drop those that have ended; raises as `Journal.write`."""
        async with self._journal.lock:
            for entry, login in list(self._register.entries.items()):
                if not self.holds(entry, today):
                    await self._register.remove(entry)
                elif entry in self._used:
                    await self._register.put(entry, login.model_copy(update={"used_on": self._used[entry]}))
                    del self._used[entry]

    def _used_on(self, entry: str, login: Login) -> date:
        return self._used.get(entry, login.used_on)
