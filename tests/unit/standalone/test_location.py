"""`make run` without an address: the one Wattpilot in the network is taken, several are told."""

import asyncio

import pytest

from sunpilot.bridge.discovery import Found, read
from sunpilot.bridge.settings import WattpilotSettings
from sunpilot.standalone.location import locate

ONE = Found("91234567", "192.0.2.7")
OTHER = Found("31000123", "192.0.2.8:8080")


def located(found: tuple[Found, ...] | OSError, host: str | None = None) -> tuple[str | None, str]:
    """The address, and all that was said."""
    said: list[str] = []

    async def search() -> tuple[Found, ...]:
        if isinstance(found, OSError):
            raise found
        return found

    settings = WattpilotSettings.model_construct(host=host, password=None, id=1)
    return asyncio.run(locate(settings, said.append, search)).host, "\n".join(said)


def test_the_only_one_is_taken_and_said() -> None:
    host, said = located((ONE,))
    assert host == "192.0.2.7"
    assert "Found the Wattpilot 91234567 at 192.0.2.7." in said


def test_of_several_none_is_taken_and_all_are_told() -> None:
    host, said = located((OTHER, ONE))
    assert host is None
    assert "91234567 at 192.0.2.7" in said
    assert "31000123 at 192.0.2.8:8080" in said
    assert "WATTPILOT_HOST=192.0.2.8:8080 make run" in said


@pytest.mark.parametrize("found", [(), OSError(19, "No such device")])
def test_where_none_answers_the_setting_is_asked_for(found: tuple[Found, ...] | OSError) -> None:
    host, said = located(found)
    assert host is None
    assert "WATTPILOT_HOST=<its address>" in said


def test_an_address_that_is_set_is_not_questioned() -> None:
    assert located((ONE,), host="192.0.2.9") == ("192.0.2.9", "")


@pytest.mark.parametrize(
    ("properties", "addresses", "port", "found"),
    [
        ({b"devicefamily": b"wattpilot", b"serial": b"91234567"}, ["192.0.2.7", "192.0.2.9"], 80, ONE),
        ({b"devicefamily": b"wattpilot", b"serial": b"31000123"}, ["192.0.2.8"], 8080, OTHER),
        ({b"devicefamily": b"go-e", b"serial": b"91234567"}, ["192.0.2.7"], 80, None),
        ({b"serial": b"91234567"}, ["192.0.2.7"], 80, None),
        ({b"devicefamily": b"wattpilot"}, ["192.0.2.7"], 80, None),
        ({b"devicefamily": b"wattpilot", b"serial": None}, ["192.0.2.7"], 80, None),
        ({b"devicefamily": b"wattpilot", b"serial": b"\xff\x1b[2J"}, ["192.0.2.7"], 80, None),
        ({b"devicefamily": b"wattpilot", b"serial": b"91234567"}, [], 80, None),
    ],
)
def test_a_service_is_a_wattpilot_by_its_family_with_a_serial_and_an_address(
    properties: dict[bytes, bytes | None], addresses: list[str], port: int, found: Found | None
) -> None:
    assert read(properties, addresses, port) == found
