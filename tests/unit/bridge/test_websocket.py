"""The WebSocket to the Wattpilot, where it cannot be opened."""

import asyncio

import pytest

from sunpilot.bridge.websocket import open_websocket


@pytest.mark.parametrize("host", ["[", "fe80::1", "127.0.0.1:99999", "a..b", "a" * 64, "127.0.0.1:x", ""])
def test_an_address_that_cannot_exist_is_a_failed_connection_and_no_fault_of_the_program(host: str) -> None:
    with pytest.raises(ConnectionError):
        asyncio.run(open_websocket(host))  # its name look-up takes a thread, which virtual time does not know
