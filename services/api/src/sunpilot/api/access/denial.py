"""Why an asker is turned away, told apart by what must be done. ``kind`` is for programs, the text for people."""


class DeniedError(Exception):
    """Turned away."""

    status = 401
    kind = "urn:sunpilot:log-in"

    @property
    def headers(self) -> dict[str, str]:
        """What the answer's header says besides."""
        return {"WWW-Authenticate": "Bearer"} if self.status == 401 else {}


class NotLoggedInError(DeniedError):
    """Nobody knows who asks: log in, or send a key."""

    def __init__(self) -> None:
        super().__init__(
            "Log in (POST /api/v1/login), or send an API key as 'Authorization: Bearer <key>'; "
            "the command sunpilot-key shows the first one."
        )


class NoPasswordYetError(DeniedError):
    """There is no password to log in with: set one."""

    kind = "urn:sunpilot:no-password-yet"

    def __init__(self) -> None:
        super().__init__(
            "No password is set yet: set one (PUT /api/v1/password) with the set-up code, which the command "
            "sunpilot-key shows; or send that code as 'Authorization: Bearer <key>'."
        )


class WrongPasswordError(DeniedError):
    """It is another password."""

    kind = "urn:sunpilot:wrong-password"

    def __init__(self) -> None:
        super().__init__(
            "This is not the password. Forgotten? PUT /api/v1/password takes the set-up code instead, which the "
            "command sunpilot-key shows."
        )


class ScopeTooSmallError(DeniedError):
    """The key is known, and may do less."""

    status = 403
    kind = "urn:sunpilot:scope-too-small"

    def __init__(self, needed: str, given: str) -> None:
        super().__init__(f"This needs a key with the scope '{needed}'; yours has '{given}'. Make one on the page.")


class ForeignOriginError(DeniedError):
    """A browser was told to send this by another site's page, or does not say by whose."""

    status = 403
    kind = "urn:sunpilot:foreign-origin"

    def __init__(self) -> None:
        super().__init__(
            "Changes are taken from Sunpilot's own page only: the header Origin must name the address that Host names. "
            "Scripts send an API key instead of a cookie; a reverse proxy must pass Host on."
        )


class SlowDownError(DeniedError):
    """Too many wrong passwords: wait."""

    status = 429
    kind = "urn:sunpilot:slow-down"

    def __init__(self, wait_s: int) -> None:
        super().__init__(
            f"Too many wrong passwords; try again in {wait_s} s. The set-up code, which sunpilot-key shows, is "
            f"taken at once."
        )
        self.wait_s = wait_s

    @property
    def headers(self) -> dict[str, str]:
        """How long to wait, in seconds."""
        return {"Retry-After": str(self.wait_s)}
