"""A Wattpilot on the network is found by mDNS: real multicast, on loopback alone."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
from zeroconf import IPVersion
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from sunpilot.bridge.discovery import SERVICE, Found, discover

LOOPBACK = ["127.0.0.1"]


def announced(name: str, port: int, **properties: str) -> AsyncServiceInfo:
    return AsyncServiceInfo(
        SERVICE,
        f"{name}.{SERVICE}",
        addresses=[socket.inet_aton("127.0.0.1")],
        port=port,
        properties=properties,
        server=f"{name}.local.",
    )


@pytest.fixture
async def network() -> AsyncIterator[AsyncZeroconf]:
    one = AsyncZeroconf(interfaces=LOOPBACK, ip_version=IPVersion.V4Only)
    yield one
    await one.async_unregister_all_services()
    await one.async_close()


async def test_a_wattpilot_is_found_among_other_devices(network: AsyncZeroconf) -> None:
    wattpilot = announced("Wattpilot_91234567", 80, devicefamily="wattpilot", serial="91234567")
    printer = announced("Printer", 80, devicefamily="printer", serial="91234568")
    for service in (wattpilot, printer):
        await network.async_register_service(service)
    async with asyncio.timeout(20):
        assert await discover(3.0, LOOPBACK) == (Found("91234567", "127.0.0.1"),)


async def test_several_are_told_apart_by_serial_number_and_port(network: AsyncZeroconf) -> None:
    for serial, port in (("91234567", 80), ("31000123", 8080)):
        await network.async_register_service(
            announced(f"Wattpilot-{serial}", port, devicefamily="wattpilot", serial=serial)
        )
    async with asyncio.timeout(20):
        found = await discover(3.0, LOOPBACK)
    assert found == (Found("31000123", "127.0.0.1:8080"), Found("91234567", "127.0.0.1"))


async def test_where_there_is_none_nothing_is_found_and_nothing_is_left_running() -> None:
    before = len(asyncio.all_tasks())
    async with asyncio.timeout(20):
        assert await discover(0.5, LOOPBACK) == ()
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == before
