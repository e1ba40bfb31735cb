"""The cookie of a log-in: for Sunpilot's own page alone, and out of reach for its scripts."""

from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers

from sunpilot.api.access.logins import LASTS_DAYS

NAME = "sunpilot_login"
_PATH = "/api/v1"


def cookie_in(headers: Headers) -> str | None:
    """The cookie's value in a request."""
    try:
        morsel = SimpleCookie(headers.get("Cookie", "")).get(NAME)
    except CookieError:
        return None
    return morsel.value if morsel is not None and morsel.value else None


def set_cookie(token: str, *, over_tls: bool) -> str:
    """The header Set-Cookie that makes a browser keep it. SameSite counts all ports of a host as one site, and so does
    the cookie; hence the look at Origin besides (`access.origin`).
    """
    return _header(token, LASTS_DAYS * 86_400, over_tls=over_tls)


def forget_cookie() -> str:
    """The header Set-Cookie that makes a browser forget it."""
    return _header("", 0, over_tls=False)


def _header(value: str, max_age_s: int, *, over_tls: bool) -> str:
    secure = "; Secure" if over_tls else ""
    return f"{NAME}={value}; Max-Age={max_age_s}; Path={_PATH}; HttpOnly; SameSite=Strict{secure}"
