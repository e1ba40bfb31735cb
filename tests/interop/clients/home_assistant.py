"""Home Assistant's core with its MQTT integration, obeying JSON requests line by line.

The first line holds the broker: ``host``, ``port``, ``username``, ``password``. Then each line is ``[request, …]``:
``["call", domain, service, data]`` calls a service, ``["states"]`` gives all states with their attributes by entity id,
``["devices"]`` all devices by identifier, ``["complaints"]`` what was logged as a warning or worse since last asked.
"""

import asyncio
import json
import logging
import socket
import sys
import tempfile
from pathlib import Path
from types import MappingProxyType
from typing import Any

from homeassistant import bootstrap, loader
from homeassistant.auth import auth_manager_from_config
from homeassistant.config_entries import SOURCE_USER, ConfigEntries, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry
from homeassistant.setup import async_setup_component


class Complaints(logging.Handler):
    """What integrations and templates log as a warning or worse."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith(("homeassistant.components", "homeassistant.helpers.template")):
            self.said.append(f"{record.name}: {record.getMessage()}")


async def started(broker: dict[str, Any]) -> HomeAssistant:
    """Home Assistant with nothing but MQTT."""
    folder = tempfile.mkdtemp()
    (Path(folder) / "configuration.yaml").touch()
    hass = HomeAssistant(folder)
    hass.config.skip_pip = True
    hass.config_entries = ConfigEntries(hass, {})
    loader.async_setup(hass)
    await bootstrap.async_load_base_functionality(hass)
    hass.auth = await auth_manager_from_config(hass, [], [])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        own = {"server_host": ["127.0.0.1"], "server_port": probe.getsockname()[1]}
    await async_setup_component(hass, "http", {"http": own})
    await async_setup_component(hass, "mqtt", {})
    entry = ConfigEntry(
        domain="mqtt",
        title="Sunpilot's broker",
        version=1,
        minor_version=2,
        source=SOURCE_USER,
        unique_id=None,
        discovery_keys=MappingProxyType({}),
        subentries_data=None,
        options={},
        data={
            "broker": broker["host"],
            "port": broker["port"],
            "username": broker["username"],
            "password": broker["password"],
            "protocol": "5",
        },
    )
    await hass.config_entries.async_add(entry)
    await hass.async_start()
    return hass


async def answer(hass: HomeAssistant, complaints: Complaints, request: list[Any]) -> Any:
    """What a request gives."""
    match request:
        case ["call", domain, service, data]:
            await hass.services.async_call(domain, service, data, blocking=True)
            return None
        case ["states"]:
            return {
                state.entity_id: {"state": state.state, **state.as_dict()["attributes"]}
                for state in hass.states.async_all()
            }
        case ["devices"]:
            devices = device_registry.async_get(hass).devices.values()
            return {
                identifier: {"name": device.name, "model": device.model, "firmware": device.sw_version}
                for device in devices
                for _, identifier in device.identifiers
            }
        case ["complaints"]:
            said, complaints.said = complaints.said, []
            return said
        case _:
            raise ValueError(request)


async def main() -> None:
    complaints = Complaints()
    logging.getLogger().addHandler(complaints)
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    hass = await started(json.loads(await lines.readline()))
    while line := await lines.readline():
        sys.stdout.write(json.dumps(await answer(hass, complaints, json.loads(line)), default=str) + "\n")
        sys.stdout.flush()
    await hass.async_stop()


asyncio.run(main())
