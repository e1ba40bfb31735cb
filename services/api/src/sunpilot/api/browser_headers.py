"""What every answer tells browsers: own files only, in no frame, nothing kept, no address passed on.

Sources: OWASP HTTP headers cheat sheet; Content Security Policy Level 3. No Strict-Transport-Security: whoever serves
Sunpilot over TLS, a proxy, also says whether that is for ever.
"""

from starlette.datastructures import MutableHeaders

_OWN_FILES_ONLY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def add_browser_headers(headers: MutableHeaders, path: str) -> None:
    """Add them to an answer's headers, by the address that was asked for."""
    headers["Content-Security-Policy"] = _OWN_FILES_ONLY
    for name, value in _ALWAYS.items():
        headers[name] = value
    headers.setdefault("Cache-Control", "no-store" if path.startswith("/api/") else "no-cache")
