"""Lets askers in: by the first key, another key, a log-in's cookie, or because reading is open."""

from dataclasses import dataclass, field
from datetime import date

from pydantic import SecretStr

from sunpilot.api.access.asker import Asker, Kind
from sunpilot.api.access.denial import ForeignOriginError, NoPasswordYetError, NotLoggedInError, ScopeTooSmallError
from sunpilot.api.access.hasher import Hasher
from sunpilot.api.access.keyring import Keyring
from sunpilot.api.access.logins import Login, Logins
from sunpilot.api.access.origin import is_at_home, is_own
from sunpilot.api.access.password import Password
from sunpilot.api.access.scope import Scope
from sunpilot.api.journal import Journal
from sunpilot.runtime.clock import Clock
from sunpilot.runtime.log import Log, Streaks
from sunpilot.runtime.store import Store, StoreDownError, StoreRefusedError

OPEN_READING_S = 180.0
"""Open reading closes by itself after this time, unless it is opened again."""

NOTE_S = 60.0
"""How often it is stored who was there."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What a request says about its asker. ``reads``: it changes nothing; ``key`` and ``cookie`` are secrets."""

    reads: bool
    key: str | None = field(default=None, repr=False)
    cookie: str | None = field(default=None, repr=False)
    host: str = ""
    origin: str | None = None
    fetch_site: str | None = None

    @property
    def names_asker(self) -> bool:
        """Whether it says who asks, be it true or not."""
        return self.key is not None or self.cookie is not None


class Access:
    """Knows the first key always, all else once the store has been read. Open reading lives in memory only."""

    def __init__(
        self,
        first_key: SecretStr,
        store: Store,
        journal: Journal,
        clock: Clock,
        log: Log,
        hasher: Hasher,
        given_password: SecretStr | None = None,
    ) -> None:
        self._clock = clock
        self._streaks = Streaks(log)
        self._open_until_s: float | None = None
        self.keyring = Keyring(store, journal)
        self.logins = Logins(store, journal)
        self.password = Password(first_key, store, journal, clock, self.logins, hasher, given_password)
        self.is_restored = False

    async def restore(self) -> None:
        """Read what is stored; does nothing the second time, because nobody else writes it."""
        if not self.is_restored:
            await self.logins.restore()
            await self.keyring.restore()
            await self.password.restore()
            self.is_restored = True

    def require_restored(self) -> None:
        """Raises `StoreDownError` as long as password, log-ins and keys are not known."""
        if not self.is_restored:
            raise StoreDownError("the store does not answer")

    def open_reading(self) -> float:
        """Let everyone read for a while; gives the seconds."""
        self._open_until_s = self._clock.monotonic() + OPEN_READING_S
        return OPEN_READING_S

    def close_reading(self) -> None:
        """Let only those read who may."""
        self._open_until_s = None

    @property
    def is_reading_open(self) -> bool:
        """Whether everyone may read."""
        return self._open_until_s is not None and self._clock.monotonic() < self._open_until_s

    @property
    def today(self) -> date:
        """The day in UTC."""
        return self._clock.now().date()

    def identify(self, visit: Visit) -> Asker | None:
        """Who asks; None for a stranger. Raises `ForeignOriginError`."""
        is_ours = is_own(visit.origin, visit.fetch_site, visit.host)
        if not visit.reads and is_ours is False:
            raise ForeignOriginError
        asker = self._with_key(visit.key) if visit.key is not None else self._with_cookie(visit.cookie)
        if asker is not None:
            if asker.kind is Kind.LOGIN and not visit.reads and not is_ours:
                raise ForeignOriginError
            return asker
        if visit.key is None and visit.reads and self.is_reading_open and is_at_home(visit.host):
            return Asker(Kind.OPEN_READING, Scope.READ)
        return None

    def require(self, asker: Asker | None, needed: Scope) -> None:
        """Raises `NotLoggedInError`, `NoPasswordYetError` or `ScopeTooSmallError` where the asker may not."""
        if asker is not None and asker.scope.covers(needed):
            return
        if asker is not None and asker.kind is not Kind.OPEN_READING:
            raise ScopeTooSmallError(needed, asker.scope)
        if self.is_restored and not self.password.is_set:
            raise NoPasswordYetError
        raise NotLoggedInError

    def renewed(self, asker: Asker | None) -> Login | None:
        """The log-in that lasts longer now, because the asker came with it for the first time today."""
        if asker is None or asker.kind is not Kind.LOGIN:
            return None
        return self.logins.use(asker.entry, self.today)

    def still_admits(self, asker: Asker | None) -> bool:
        """Whether an asker who was let in may stay: not after log-out, revocation, or the end of open reading."""
        match asker:
            case None:
                return False
            case Asker(kind=Kind.FIRST_KEY):
                return True
            case Asker(kind=Kind.KEY):
                return self.keyring.has(asker.entry)
            case Asker(kind=Kind.LOGIN):
                return self.logins.holds(asker.entry, self.today)
            case _:
                return self.is_reading_open

    async def run(self) -> None:
        """Store now and then who was there. While the store is away, it is stored later."""
        what = "the last use of keys and log-ins cannot be stored"
        while True:
            await self._clock.sleep(NOTE_S)
            try:
                if self.is_restored:
                    await self.keyring.note_use()
                    await self.logins.note_use(self.today)
            except (StoreDownError, StoreRefusedError) as error:
                self._streaks.failed(what, why=str(error))
            else:
                self._streaks.ended(what)

    def _with_key(self, secret: str) -> Asker | None:
        if self.password.is_setup_code(secret):
            return Asker(Kind.FIRST_KEY, Scope.CONFIGURE)
        key = self.keyring.find(secret)
        if key is None:
            return None
        self.keyring.use(key, self.today)
        return Asker(Kind.KEY, key.scope, str(key.id))

    def _with_cookie(self, token: str | None) -> Asker | None:
        found = None if token is None else self.logins.find(token, self.today)
        return None if found is None else Asker(Kind.LOGIN, Scope.CONFIGURE, found[0])
