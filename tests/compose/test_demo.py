"""The demo in containers: it charges, and goes on charging whatever is killed under it."""

import asyncio
import time
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from bench.table import show
from sunpilot.contract.decision import Decision
from sunpilot.contract.message import decode
from sunpilot.contract.reading import Reading
from sunpilot.contract.setpoint import Ack, Result
from sunpilot.contract.status import Status
from sunpilot.contract.topics import Topics
from sunpilot.runtime.address import Broker
from sunpilot.runtime.bus import Delivery
from sunpilot.runtime.log import make_log
from sunpilot.runtime.mqtt import MqttBus
from tests.compose.project import Project, eventually

VICTIMS = ("fetcher", "controller", "wp-bridge-demo", "api", "broker", "store", "simulator")
TOPICS = Topics()
recoveries: dict[str, float] = {}


LEAST_A, MOST_A = 6, 16
PHASE_SWITCH_S = 300.0


class Witness:
    """When each link of the chain last spoke live, and every write that must not be."""

    def __init__(self) -> None:
        self.charging_at_s = self.read_at_s = self.decided_at_s = 0.0
        self.switched_at_s = float("-inf")
        self.forbidden: list[Ack] = []

    def hear(self, delivery: Delivery) -> None:
        if delivery.retained or not delivery.payload:
            return
        now_s = time.time()
        match delivery.topic.rsplit("/", 1)[-1]:
            case "reading":  # by its own time: after a loss of the broker, the last one is sent again
                self.read_at_s = decode(Reading, delivery.payload).received_at.timestamp()
            case "decision" if decode(Decision, delivery.payload).action == "charge":
                self.decided_at_s = decode(Decision, delivery.payload).at.timestamp()
            case "status" if (decode(Status, delivery.payload).power_w or 0) > 1000:
                self.charging_at_s = now_s
            case "ack":
                self._judge(decode(Ack, delivery.payload), now_s)

    def _judge(self, ack: Ack, now_s: float) -> None:
        wrong = ack.result is Result.REFUSED
        if ack.key == "amp" and isinstance(ack.value, int):
            wrong |= not LEAST_A <= ack.value <= MOST_A
        if ack.key == "psm" and ack.result is Result.STORED:
            wrong |= now_s - self.switched_at_s < PHASE_SWITCH_S
            self.switched_at_s = now_s
        if wrong:
            self.forbidden.append(ack)

    async def sees_the_chain_at_work(self, begin_s: float, limit_s: float) -> None:
        """Wait until every link has spoken after a moment."""
        async with asyncio.timeout(limit_s):
            while min(self.charging_at_s, self.read_at_s, self.decided_at_s) <= begin_s:
                await asyncio.sleep(0.1)


@pytest.fixture(scope="module")
def demo(project: Project) -> Iterator[Project]:
    project.compose("--profile", "demo", "up", "--detach", "--wait")
    yield project
    if recoveries:
        show("Recovery from a kill", ("killed", "charging_again_after_s"), rows(), "recovery.csv")


def rows() -> list[tuple[str, str]]:
    return [(name, f"{seconds:.1f}") for name, seconds in recoveries.items()]


def test_the_car_charges_within_two_minutes_of_the_first_up(demo: Project) -> None:
    eventually("the car charges", lambda: bool(demo.simulated()["car_w"] > 1000), 120)


def test_a_second_up_of_the_demo_changes_nothing(demo: Project) -> None:
    before = demo.started()
    demo.compose("--profile", "demo", "up", "--detach", "--wait")
    assert demo.started() == before


def test_the_page_is_open_for_reading(demo: Project) -> None:
    program = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:7080/api/v1/wattpilots').status)"
    assert demo.compose("exec", "-T", "api", "python", "-c", program).strip() == "200"


async def test_the_chain_recovers_from_every_kill_and_writes_nothing_forbidden(demo: Project) -> None:
    password = SecretStr(demo.password("explorer"))
    bus = MqttBus(Broker("127.0.0.1", demo.broker_port, "explorer", password), "witness", make_log("test", "critical"))
    witness = Witness()
    for topic in (TOPICS.inverter("+", "reading"), TOPICS.wattpilot(900, "+")):
        bus.subscribe(topic, witness.hear)
    bus.start()
    try:
        for victim in VICTIMS:
            await witness.sees_the_chain_at_work(time.time(), 300)
            await asyncio.to_thread(kill, demo, victim)
            begin_s = time.time()
            await witness.sees_the_chain_at_work(begin_s, 120)
            await asyncio.to_thread(eventually, "the api answers", lambda: bool(demo.get("/api/v1/health")), 30)
            recoveries[victim] = time.time() - begin_s
            assert demo.inspect(victim)["RestartCount"] == 1
    finally:
        await bus.stop()
    assert witness.forbidden == []


def kill(project: Project, service: str) -> None:
    """Kill the process, not the container: what the engine is told to end, it does not start again."""
    project.try_compose("exec", "-T", service, "sh", "-c", "kill -9 -1")
