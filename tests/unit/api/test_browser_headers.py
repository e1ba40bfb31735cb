"""What every answer tells browsers, word for word: one source too many is an open door."""

import pytest

from tests.unit.api.conftest import World

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", None),  # 503 while the page is not built
        ("/docs", 200),
        ("/openapi.json", 200),
        ("/healthz", 200),
        ("/oauth/solaredge", 200),
        ("/api/v1/access", 200),
        ("/api/v1/houses", 401),
        ("/nothing", 404),
    ],
)
async def test_every_answer_has_the_strict_headers_and_no_other_policy(
    world: World, path: str, status: int | None
) -> None:
    answer = await world.stranger.get(path)
    assert status in (None, answer.status_code)
    assert {name: answer.headers.get_list(name) for name in HEADERS} == {
        name: [value] for name, value in HEADERS.items()
    }
    assert answer.headers["Cache-Control"] in ("no-store", "no-cache")
