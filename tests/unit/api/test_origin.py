"""Whose page sent a request, and by which name it found us."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunpilot.api.access.origin import is_at_home, is_over_tls, is_own


@pytest.mark.parametrize(
    ("origin", "host", "own"),
    [
        ("http://nas:7080", "nas:7080", True),
        ("http://nas", "nas", True),
        ("http://nas", "nas:80", True),
        ("https://nas", "nas", True),  # a proxy in front ends TLS
        ("https://nas", "nas:443", True),
        ("https://NAS.lan", "nas.LAN", True),
        ("http://[fd00::1]:7080", "[fd00::1]:7080", True),
        ("http://nas:8080", "nas:7080", False),  # another program of the same machine
        ("http://nas", "nas:7080", False),
        ("http://evil.example", "nas:7080", False),
        ("http://nas:7080.evil.example", "nas:7080", False),
        ("http://nas:7080@evil.example", "nas:7080", False),
        ("null", "nas:7080", False),
        ("file://", "nas:7080", False),
        ("", "", False),
        ("http://nas:port", "nas:7080", False),
        (None, "nas:7080", None),
    ],
)
def test_a_page_is_ours_when_it_came_from_the_address_that_was_asked_for(
    origin: str | None, host: str, own: bool | None
) -> None:
    assert is_own(origin, None, host) is own


@pytest.mark.parametrize("fetch_site", ["cross-site", "same-site", "none", ""])
def test_a_browser_that_says_it_was_another_site_is_believed(fetch_site: str) -> None:
    assert is_own("http://nas:7080", fetch_site, "nas:7080") is False
    assert is_own(None, fetch_site, "nas:7080") is False


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_nonsense_is_never_ours_and_breaks_nothing(origin: str, fetch_site: str, host: str) -> None:
    assert is_own(f"http://evil.example{origin}", None, "nas:7080") is False
    is_own(origin, None, host)
    is_own(None, fetch_site, host)
    is_at_home(host)


@pytest.mark.parametrize(
    "host", ["192.168.1.10", "10.0.0.1:7080", "[::1]:7080", "nas", "localhost:80", "nas.fritz.box"]
)
def test_names_of_a_home_are_at_home(host: str) -> None:
    assert is_at_home(host)


@pytest.mark.parametrize(
    "host", ["", "evil.example", "lan.example:7080", "192.168.1.10.example", "evil.xlan", "[", "a.local.", ":80"]
)
def test_other_names_are_not(host: str) -> None:
    assert not is_at_home(host)


def test_tls_in_front_shows_in_the_origin() -> None:
    assert is_over_tls("https://nas")
    assert not is_over_tls("http://nas")
    assert not is_over_tls(None)
