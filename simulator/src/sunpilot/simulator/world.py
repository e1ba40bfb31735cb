"""The whole simulator: a house with its sun, a car at a Wattpilot, a SolarEdge cloud, and the doors to them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from sunpilot.simulator.appliances import Appliances
from sunpilot.simulator.battery import Battery
from sunpilot.simulator.clouds import Clouds
from sunpilot.simulator.day_file import RecordedDay
from sunpilot.simulator.door import Door, application
from sunpilot.simulator.house import House, ModelledDay
from sunpilot.simulator.meter.meter import Meter
from sunpilot.simulator.meter.publisher import BrokerAddress, Publisher
from sunpilot.simulator.meter.shape import Message
from sunpilot.simulator.meter.steering import MeterSteering
from sunpilot.simulator.modbus.inverter import ModbusInverter
from sunpilot.simulator.modbus.server import ModbusServer
from sunpilot.simulator.modbus.steering import ModbusSteering
from sunpilot.simulator.solaredge import Cloud, Subscription
from sunpilot.simulator.solaredge.subscription import API_KEY, CLIENT_SECRET
from sunpilot.simulator.sun import Place, Plane, Roof
from sunpilot.simulator.wattpilot.box import Box
from sunpilot.simulator.wattpilot.profile import profile_named
from sunpilot.simulator.wattpilot.server import WattpilotServer

UPPER_BAVARIA = Place(48.0, 12.0, altitude_m=450)
CENTRAL_EUROPE = ZoneInfo("Europe/Berlin")
EAST_WEST = Roof(
    (Plane(kwp=10, tilt_deg=40, azimuth_deg=90), Plane(kwp=10, tilt_deg=40, azimuth_deg=270)), ac_limit_w=11_000
)
CLEAR = Clouds()
TOKEN_LENGTH = 32  # of every key of the Monitoring API V1


@dataclass(frozen=True, slots=True)
class WorldSettings:
    """What the simulated world is like. The secrets open nothing but this world.

    `token` is the key of SolarEdge's API V1, `api_key` the one of V2, `client_secret` that of an app with OAuth.
    `start` is the time that the house's sun shows when the world is built (None: the clock's own time); all clocks stay
    as they are. `recorded` takes the place of the models of sun, clouds and appliances. A meter of the shape
    `meter` publishes at `meter_broker`, if there is one. `box_paired` lets the Wattpilot know what flows at the grid,
    as an inverter of its own vendor would.
    """

    token: str = field(default="SUNPILOTSIMULATORTOKEN0000900900", repr=False)
    api_key: str = field(default=API_KEY, repr=False)
    client_secret: str = field(default=CLIENT_SECRET, repr=False)
    password: str = field(default="demo-only", repr=False)
    site_id: int = 900900
    serial: str = "90000900"
    box_profile: str = "v2-42"
    box_paired: bool = False
    place: Place = UPPER_BAVARIA
    zone: tzinfo = CENTRAL_EUROPE
    roof: Roof = EAST_WEST
    clouds: Clouds = CLEAR
    seed: int = 1
    recorded: RecordedDay | None = None
    start: datetime | None = None
    battery_wh: float = 0.0
    plugged_in: bool = True
    meter: str = "solaredge2mqtt"
    meter_every_s: float = 5.0
    meter_broker: BrokerAddress | None = None
    calls_per_day: int = 300
    upload_interval_s: int = 300
    publish_delay_s: int = 60

    def __post_init__(self) -> None:
        """Raises `ValueError` for a token or a Wattpilot that there cannot be, and for times that make no sense."""
        if len(self.token) != TOKEN_LENGTH:
            raise ValueError(f"a SolarEdge token has {TOKEN_LENGTH} characters, this one has {len(self.token)}")
        if not self.password:
            raise ValueError("the Wattpilot's password must not be empty")
        profile_named(self.box_profile)
        if self.start is not None and self.start.tzinfo is None:
            raise ValueError("the start needs an offset from UTC, such as 2026-06-21T10:30+02:00")
        if self.battery_wh < 0:
            raise ValueError("a battery holds 0 Wh (there is none) or more")
        if self.upload_interval_s < 1 or self.publish_delay_s < 0 or self.calls_per_day < 0:
            raise ValueError("the upload interval is 1 s or more, publish delay and calls a day are 0 or more")


@dataclass(slots=True)
class World:
    """The parts, wired. `http_port`, `box_port` and `modbus_port` are known after `start`."""

    house: House
    cloud: Cloud
    box: Box
    door: Door
    box_server: WattpilotServer
    modbus_server: ModbusServer
    meter: Meter
    publisher: Publisher | None
    http_port: int | None = None
    box_port: int | None = None
    modbus_port: int | None = None
    _house_runs: asyncio.Task[None] | None = None

    @classmethod
    def build(
        cls,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        settings: WorldSettings,
    ) -> "World":
        """Wire a world on the clock `now` (aware UTC) and `sleep` (seconds of that clock); nothing runs yet."""
        box = Box(now, serial=settings.serial, profile=settings.box_profile)
        if settings.plugged_in:
            box.plug_in()
        cloud = Cloud(
            now,
            Subscription(
                settings.site_id,
                settings.token,
                settings.zone,
                settings.calls_per_day,
                settings.upload_interval_s,
                settings.publish_delay_s,
                api_key=settings.api_key,
                client_secret=settings.client_secret,
            ),
        )
        modelled = ModelledDay(
            settings.place, settings.roof, settings.clouds, Appliances(settings.zone, seed=settings.seed)
        )
        inverter = ModbusInverter()
        publisher = Publisher(settings.meter_broker) if settings.meter_broker else None
        meter = Meter(settings.meter, publisher.publish if publisher else _nowhere, every_s=settings.meter_every_s)
        watchers = [cloud.observe, inverter.observe, meter.observe]
        if settings.box_paired:
            watchers.append(lambda truth: box.see_grid(truth.grid_w))
        house = House(
            now,
            sleep,
            settings.recorded or modelled,
            box,
            sun_shift=settings.start - now() if settings.start else timedelta(0),
            battery=Battery(settings.battery_wh) if settings.battery_wh else None,
            watchers=watchers,
        )
        modbus_server = ModbusServer(inverter, sleep)
        others = (ModbusSteering(modbus_server), MeterSteering(meter))
        door = Door(application(house, cloud, box, sleep, others))
        box_server = WattpilotServer(box, password=settings.password, sleep=sleep)
        return cls(house, cloud, box, door, box_server, modbus_server, meter, publisher)

    async def start(self, host: str = "127.0.0.1", http_port: int = 0, box_port: int = 0, modbus_port: int = 0) -> None:
        """Open the doors and let time pass. Raises `OSError` when a port is taken; then nothing runs."""
        try:
            self.http_port = await self.door.start(host, http_port)
            self.box_port = await self.box_server.start(host, box_port)
            self.modbus_port = await self.modbus_server.start(host, modbus_port)
        except BaseException:
            await self.stop()
            raise
        if self.publisher is not None:
            self.publisher.start(self.meter)
        self._house_runs = asyncio.create_task(self.house.run())

    async def stop(self) -> None:
        """Close the doors and stop the time. May be called at any time, also twice."""
        if self._house_runs is not None:
            self._house_runs.cancel()
            await asyncio.wait([self._house_runs])
            self._house_runs = None
        if self.publisher is not None:
            await asyncio.to_thread(self.publisher.stop)
        await asyncio.gather(self.box_server.stop(), self.door.stop(), self.modbus_server.stop())

    async def wait(self) -> None:
        """Wait as long as the started world runs; raises what ended it."""
        if self._house_runs is not None:
            await self._house_runs


def _nowhere(_message: Message) -> None:
    """Where a meter without a broker publishes."""
