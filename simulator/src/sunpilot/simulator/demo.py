"""The demo's world: a farmhouse with two roofs under drifting clouds, and a cloud service that is asked every 5 s.

As a process, ``python -m sunpilot.simulator.demo``, it also sets itself up at Sunpilot's api, as its owner would.
"""

import argparse
import asyncio
import logging
import signal
import urllib.error
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sunpilot.simulator.clouds import Clouds, Sky
from sunpilot.simulator.owner import Owner
from sunpilot.simulator.sun import Plane, Roof
from sunpilot.simulator.wattpilot.profile import PROFILES
from sunpilot.simulator.world import World, WorldSettings

WATTPILOT_ID = 900
"""A number of its own, so that a demo never touches a real box."""

NAME = "Demo roof"

UPLOAD_S = 5
CALLS_PER_DAY = 1_000_000
"""So many that the source may be asked every 5 s around the clock: the demo's sun shines at any hour."""

MORNING = datetime(2026, 6, 21, 10, 30, tzinfo=ZoneInfo("Europe/Berlin"))
"""Where the sun stands when the process starts; all clocks stay right."""

HTTP_PORT = 7990
BOX_PORT = 7991
MODBUS_PORT = 7992

log = logging.getLogger("sunpilot.simulator")


def world_settings(
    start: datetime | None = None, *, plugged_in: bool = False, box_profile: str = "v2-42"
) -> WorldSettings:
    """The world; ``start`` is the time that its sun shows at first (None: the clock's own time).

    Raises `ValueError` for a generation of the Wattpilot that there is not.
    """
    east, west = Plane(kwp=12, tilt_deg=40, azimuth_deg=70), Plane(kwp=12, tilt_deg=40, azimuth_deg=250)
    return WorldSettings(
        roof=Roof((east, west), ac_limit_w=15_000),
        clouds=Clouds(Sky.BROKEN, seed=3),
        start=start,
        calls_per_day=CALLS_PER_DAY,
        upload_interval_s=UPLOAD_S,
        publish_delay_s=0,
        plugged_in=plugged_in,
        box_profile=box_profile,
    )


class Way(StrEnum):
    """How the simulated house is measured: by SolarEdge's cloud, the inverter's Modbus TCP, or a meter on MQTT."""

    CLOUD = "cloud"
    MODBUS = "modbus"
    METER = "mqtt-meter"


def inverter(way: Way, world: World, settings: WorldSettings, url: str) -> dict[str, Any]:
    """What the owner tells the api about the simulated inverter; the world's doors are at the host of ``url``."""
    sources: dict[Way, dict[str, Any]] = {
        Way.CLOUD: {
            "kind": "solaredge",
            "site_id": str(settings.site_id),
            "token": settings.token,
            "url": url,
            "calls_per_day": CALLS_PER_DAY,
            "floor_s": UPLOAD_S,
            "age_s": [0, 3 * UPLOAD_S],
        },
        Way.MODBUS: {"kind": "solaredge-modbus", "host": urlsplit(url).hostname, "port": world.modbus_port},
        Way.METER: {"kind": "mqtt-meter", "preset": settings.meter, "device": world.meter.device},
    }
    return {"name": NAME, "source": sources[way], "wattpilot_id": WATTPILOT_ID}


async def live(host: str, url: str, api_url: str, key: str, box_profile: str, way: Way) -> None:
    """Run the world in real time and set it up, until SIGINT or SIGTERM. Raises `OSError` when a port is taken."""
    settings = world_settings(MORNING, plugged_in=True, box_profile=box_profile)
    world = World.build(lambda: datetime.now(UTC), asyncio.sleep, settings)
    await world.start(host, HTTP_PORT, BOX_PORT, MODBUS_PORT)
    owner = Owner(api_url, key, asyncio.sleep)
    living = asyncio.gather(world.wait(), _own(owner, inverter(way, world, settings, url)))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, living.cancel)
    try:
        with suppress(asyncio.CancelledError):
            await living
    finally:
        await world.stop()


async def _own(owner: Owner, roof: dict[str, Any]) -> None:
    await owner.set_up(roof)
    log.info("the demo's inverter is set up")
    await owner.keep_reading_open()


def main() -> None:
    """Read the command line and run; a fault ends it with one sentence."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    for server in ("uvicorn", "websockets"):
        logging.getLogger(server).setLevel(logging.WARNING)
    command_line = argparse.ArgumentParser(prog="python -m sunpilot.simulator.demo", description=__doc__)
    command_line.add_argument("--host", default="127.0.0.1", help="address to listen on")
    command_line.add_argument("--url", default=f"http://127.0.0.1:{HTTP_PORT}", help="where the fetcher finds the twin")
    command_line.add_argument("--api", required=True, help="where Sunpilot's api is")
    command_line.add_argument("--api-key-file", type=Path, required=True, help="file with the API key")
    command_line.add_argument(
        "--source", type=Way, choices=(Way.CLOUD, Way.MODBUS), default=Way.CLOUD, help="how the house is measured"
    )
    command_line.add_argument(
        "--box-profile", choices=PROFILES, default="v2-42", help="generation of the Wattpilot (default: %(default)s)"
    )
    arguments = command_line.parse_args()
    try:
        key = arguments.api_key_file.read_text(encoding="utf-8").strip()
        asyncio.run(live(arguments.host, arguments.url, arguments.api, key, arguments.box_profile, arguments.source))
    except urllib.error.HTTPError as error:
        command_line.exit(1, f"the api refuses the demo's inverter: {error.code} {error.reason}\n")
    except OSError as error:
        command_line.exit(1, f"cannot run the demo: {error}\n")


if __name__ == "__main__":
    main()
