"""`python -m sunpilot.simulator`: the simulated world as a process, in real time."""

import argparse
import asyncio
import logging
import os
import signal
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sunpilot.simulator.clouds import Clouds, Sky
from sunpilot.simulator.day_file import read_day
from sunpilot.simulator.meter.publisher import BrokerAddress
from sunpilot.simulator.meter.shape import SHAPES
from sunpilot.simulator.wattpilot.profile import PROFILES
from sunpilot.simulator.world import World, WorldSettings

PASSWORD_VARIABLE = "SIMULATOR_WATTPILOT_PASSWORD"  # noqa: S105
TOKEN_VARIABLE = "SIMULATOR_SOLAREDGE_TOKEN"  # noqa: S105
API_KEY_VARIABLE = "SIMULATOR_SOLAREDGE_API_KEY"
CLIENT_SECRET_VARIABLE = "SIMULATOR_SOLAREDGE_CLIENT_SECRET"  # noqa: S105
MQTT_PASSWORD_VARIABLE = "SIMULATOR_MQTT_PASSWORD"  # noqa: S105

log = logging.getLogger("sunpilot.simulator")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    this = argparse.ArgumentParser(
        prog="python -m sunpilot.simulator",
        description="A simulated house, car, Wattpilot, SolarEdge cloud, inverter and meter.",
        epilog=f"The Wattpilot's password is read from {PASSWORD_VARIABLE}, SolarEdge's secrets from {TOKEN_VARIABLE} "
        f"(V1), {API_KEY_VARIABLE} and {CLIENT_SECRET_VARIABLE} (V2), "
        f"the password at the broker from {MQTT_PASSWORD_VARIABLE}.",
    )
    default = WorldSettings()
    this.add_argument("--host", default="127.0.0.1", help="address to listen on")
    this.add_argument("--http-port", type=port, default=7990, help="SolarEdge twin and steering")
    this.add_argument("--box-port", type=port, default=7991, help="Wattpilot twin")
    this.add_argument("--modbus-port", type=port, default=7992, help="Modbus twin of the inverter")
    this.add_argument("--mqtt", type=broker, help="broker where a meter publishes, as user@host:port or host")
    this.add_argument("--meter", choices=sorted(SHAPES), default=default.meter, help="shape of that meter")
    this.add_argument("--meter-every", type=float, default=default.meter_every_s, help="its pace, in s")
    this.add_argument(
        "--box-profile", choices=PROFILES, default=default.box_profile, help="generation of the Wattpilot"
    )
    this.add_argument("--box-paired", action="store_true", help="the Wattpilot knows the grid power by itself")
    this.add_argument("--day-file", type=Path, help="CSV of recorded days, instead of the models")
    this.add_argument("--day", help="which day of the file")
    this.add_argument("--clouds", choices=[sky.value for sky in Sky], default="clear", help="sky of the modelled day")
    this.add_argument("--seed", type=int, default=default.seed, help="of clouds and appliances")
    this.add_argument("--start", type=moment, help="time of the house's sun, such as 2026-06-21T10:30+02:00")
    this.add_argument("--battery", type=float, default=default.battery_wh, help="home battery, in Wh; 0: none")
    this.add_argument("--upload-interval", type=int, default=default.upload_interval_s, help="of the cloud, in s")
    this.add_argument("--publish-delay", type=int, default=default.publish_delay_s, help="of the cloud, in s")
    this.add_argument("--calls-per-day", type=int, default=default.calls_per_day, help="quota of the cloud")
    return this


def port(text: str) -> int:
    """A TCP port; 0 asks for any free one."""
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; a port lies in 0..65535")
    return int(text)


def broker(text: str) -> BrokerAddress:
    """Where a broker is; the account's password comes from the environment."""
    username, _, address = text.rpartition("@")
    host, colon, number = address.partition(":")
    if not host:
        raise argparse.ArgumentTypeError(f"{text!r} names no broker; write it as user@host:port, or as host alone")
    password = os.environ.get(MQTT_PASSWORD_VARIABLE)
    return BrokerAddress(host, port(number) if colon else 1883, username or None, password)


def moment(text: str) -> datetime:
    """A time as ISO 8601 writes it."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no time; write it as 2026-06-21T10:30+02:00") from error


def settings(arguments: argparse.Namespace) -> WorldSettings:
    """The world that command line and environment ask for. Raises `ValueError`."""
    default = WorldSettings()
    if (arguments.day_file is None) != (arguments.day is None):
        raise ValueError("--day-file and --day belong together")
    recorded = read_day(arguments.day_file, arguments.day, default.zone) if arguments.day_file else None
    return WorldSettings(
        token=os.environ.get(TOKEN_VARIABLE, default.token),
        api_key=os.environ.get(API_KEY_VARIABLE, default.api_key),
        client_secret=os.environ.get(CLIENT_SECRET_VARIABLE, default.client_secret),
        password=os.environ.get(PASSWORD_VARIABLE, default.password),
        clouds=Clouds(Sky(arguments.clouds), arguments.seed),
        seed=arguments.seed,
        box_profile=arguments.box_profile,
        box_paired=arguments.box_paired,
        recorded=recorded,
        start=arguments.start,
        battery_wh=arguments.battery,
        meter=arguments.meter,
        meter_every_s=arguments.meter_every,
        meter_broker=arguments.mqtt,
        calls_per_day=arguments.calls_per_day,
        upload_interval_s=arguments.upload_interval,
        publish_delay_s=arguments.publish_delay,
    )


async def live(world: World, host: str, http_port: int, box_port: int, modbus_port: int) -> None:
    """Run the world until cancelled. Raises `OSError` when a port is taken."""
    await world.start(host, http_port, box_port, modbus_port)
    log.info("SolarEdge twin and steering: http://%s:%s", host, world.http_port)
    log.info("Wattpilot twin: ws://%s:%s/ws", host, world.box_port)
    log.info("Modbus twin: %s:%s, unit 1", host, world.modbus_port)
    try:
        await world.wait()
    finally:
        await world.stop()


async def run(chosen: WorldSettings, host: str, http_port: int, box_port: int, modbus_port: int) -> None:
    """Run a world in real time until SIGINT or SIGTERM, which are handled even where a shell had them ignored."""
    world = World.build(lambda: datetime.now(UTC), asyncio.sleep, chosen)
    living = asyncio.create_task(live(world, host, http_port, box_port, modbus_port))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, living.cancel)
    with suppress(asyncio.CancelledError):
        await living
    log.info("stopped")


def main() -> None:
    """Read the command line and run."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    for server in ("uvicorn", "websockets"):
        logging.getLogger(server).setLevel(logging.WARNING)
    command_line = parser()
    arguments = command_line.parse_args()
    try:
        chosen = settings(arguments)
    except ValueError as error:
        command_line.error(str(error))
    try:
        ports = (arguments.http_port, arguments.box_port, arguments.modbus_port)
        asyncio.run(run(chosen, arguments.host, *ports))
    except OSError as error:
        command_line.exit(1, f"cannot listen: {error}\n")


if __name__ == "__main__":
    main()
