"""Sunpilot without Docker: `sunpilot-standalone demo`, `run` or `key`."""

import argparse
import asyncio
import contextlib
import io
import socket
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr

from sunpilot.api.grafana import Grafana
from sunpilot.api.key import first_key
from sunpilot.bridge.settings import WattpilotSettings
from sunpilot.recorder.settings import RecorderSettings
from sunpilot.runtime.address import Broker, StoreAddress
from sunpilot.runtime.clock import ScaledClock, SystemClock
from sunpilot.runtime.process import until_signal
from sunpilot.runtime.settings import load, read_secret
from sunpilot.simulator.demo import world_settings
from sunpilot.simulator.world import WorldSettings
from sunpilot.standalone.demo import START, demo
from sunpilot.standalone.embedded import ACCOUNT, LOOPBACK, embedded_broker, embedded_store, free_port
from sunpilot.standalone.location import locate
from sunpilot.standalone.secret import lasting_password, random_password
from sunpilot.standalone.settings import StandaloneSettings
from sunpilot.standalone.swarm import Place, Swarm
from sunpilot.standalone.tenancy import sole_tenant


def main() -> None:
    """Run what the first argument names."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a locale of ASCII alone must not end what prints "…"
    parser = argparse.ArgumentParser(prog="sunpilot-standalone", description=__doc__)
    parser.add_argument("what", choices=["demo", "run", "key"])
    what = parser.parse_args().what
    settings = load(StandaloneSettings)
    try:
        if what == "key":
            print(read_secret(settings.key_file).get_secret_value())
            return
        _require_port(settings, what)
        if what == "demo":
            world = replace(
                world_settings(box_profile=settings.demo_wattpilot), battery_wh=1000 * settings.demo_battery_kwh
            )
            password = random_password()
            with (
                tempfile.TemporaryDirectory(prefix="sunpilot-demo-") as folder,
                _place(settings, Path(folder), password, password.get_secret_value()) as place,
            ):
                asyncio.run(until_signal(lambda: _demo(settings, place, world)))
        else:
            _private(settings.data)
            with sole_tenant(settings.data):
                password = lasting_password(settings.mqtt_password_file)
                with _place(settings, settings.data, password, f"in {settings.mqtt_password_file}") as place:
                    asyncio.run(until_signal(lambda: _run(settings, place)))
    except KeyboardInterrupt:  # before the handlers stand
        sys.exit(130)
    except (OSError, RuntimeError, ValueError) as error:
        sys.exit(str(error))


@contextlib.contextmanager
def _place(settings: StandaloneSettings, folder: Path, mqtt_password: SecretStr, where: str) -> Iterator[Place]:
    """Broker and store, up; ``where`` is what a person reads after "password"."""
    key = first_key(folder / "api-key")
    store_password = random_password()
    onlooker_port = free_port(settings.mqtt_port)
    with (
        embedded_broker(folder, password=mqtt_password, onlooker_port=onlooker_port) as broker,
        embedded_store(folder, password=store_password) as store,
    ):
        print(f"MQTT: {LOOPBACK}:{onlooker_port} (version 3.1.1), user {ACCOUNT}, password {where}")
        yield Place(
            broker=Broker(LOOPBACK, broker.port, ACCOUNT, mqtt_password),
            store=StoreAddress(LOOPBACK, store.port, store_password),
            host=settings.host,
            port=settings.port,
            key=key,
            password=settings.password,
            proxy=settings.api_proxy,
            log_level=settings.log_level,
            memory=folder,
            home_assistant=settings.home_assistant,
        )


async def _demo(settings: StandaloneSettings, place: Place, world: WorldSettings) -> None:
    clock = ScaledClock(START, settings.demo_scale)
    async with demo(clock, place, world, print, settings.demo_source):
        await asyncio.Event().wait()


async def _run(settings: StandaloneSettings, place: Place) -> None:
    recorder = load(RecorderSettings)
    if recorder.influx_url is not None:
        recorder = recorder.model_copy(update={"spool": settings.spool})
        place = replace(place, recorder=recorder, grafana=Grafana(url=settings.grafana_url or None))
        print(
            f"History: {recorder.influx_url}, bucket {recorder.influx_bucket}; what waits for it is in {recorder.spool}"
        )
    wattpilot = await locate(load(WattpilotSettings), print)
    swarm = Swarm(SystemClock(), place, wattpilot)
    print(f"Sunpilot: http://{place.host}:{place.port}   (its first visit asks for the set-up code: make key)")
    if wattpilot.host is not None and wattpilot.password is None:
        print("The Wattpilot's password is missing: stop, and start with WATTPILOT_PASSWORD=<the app's> make run")
    print("Inverters are added on the page, or by REST: see 'Your own house' in the README.")
    await swarm.run()


def _private(folder: Path) -> None:
    """Make the folder for its owner alone; one that is there belongs to somebody, and stays as it is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _require_port(settings: StandaloneSettings, what: str) -> None:
    """End with one sentence when the port is taken, before anything is started."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            address = f"{settings.host}:{settings.port}"
            sys.exit(
                f"{address} cannot be used ({error.strerror}); choose another port: SUNPILOT_PORT=7081 make {what}"
            )


if __name__ == "__main__":
    main()
