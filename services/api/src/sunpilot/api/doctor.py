"""The command ``sunpilot-doctor``: looks at everything, and says in plain words what is wrong and what to do."""

import asyncio
import sys
import urllib.request
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TypeVar

from sunpilot.api.diagnosis import Facts, Finding, Verdict, examine
from sunpilot.api.diagnosis.history import RECORDER
from sunpilot.api.settings import ApiSettings
from sunpilot.contract.configuration import Configuration
from sunpilot.contract.message import BadMessageError, Part, decode
from sunpilot.contract.reading import Reading
from sunpilot.contract.service import ServiceState
from sunpilot.contract.source import SourceState
from sunpilot.contract.status import Status
from sunpilot.contract.topics import Topics
from sunpilot.runtime.bus import Delivery
from sunpilot.runtime.log import make_log
from sunpilot.runtime.mqtt import MqttBus
from sunpilot.runtime.settings import load
from sunpilot.runtime.store import Store, StoreDownError, StoreRefusedError, connect

CONNECT_S = 5.0
LISTEN_S = 1.5
"""A broker sends what it keeps at once after the subscription."""

_SIGNS = {Verdict.WELL: "ok   ", Verdict.WAITS: "waits", Verdict.FAULTY: "FAULT"}

M = TypeVar("M", bound=Part)


class Kept:
    """What the broker keeps of each entity."""

    def __init__(self, topics: Topics) -> None:
        self._topics = topics
        self.services: dict[tuple[str, str], ServiceState] = {}
        self.readings: dict[int, Reading] = {}
        self.sources: dict[int, SourceState] = {}
        self.statuses: dict[int, Status] = {}

    def subscribe(self, bus: MqttBus) -> None:
        """Take in all that is kept and is said from now on."""
        bus.subscribe(self._topics.service("+", "+"), self._take_service)
        bus.subscribe(self._topics.inverter("+", "reading"), lambda one: self._take(one, Reading, self.readings))
        bus.subscribe(self._topics.inverter("+", "source"), lambda one: self._take(one, SourceState, self.sources))
        bus.subscribe(self._topics.wattpilot("+", "status"), lambda one: self._take(one, Status, self.statuses))

    def _take_service(self, delivery: Delivery) -> None:
        name, instance = delivery.topic.rsplit("/", 2)[1:]
        try:
            self.services[name, instance] = decode(ServiceState, delivery.payload)
        except BadMessageError:
            self.services.pop((name, instance), None)

    def _take(self, delivery: Delivery, kind: type[M], kept: dict[int, M]) -> None:
        entity_id = self._topics.id_of(delivery.topic)
        if entity_id is None:
            return
        try:
            kept[entity_id] = decode(kind, delivery.payload)
        except BadMessageError:
            kept.pop(entity_id, None)


async def find_out(settings: ApiSettings) -> Facts:
    """Ask broker, store and, where history is kept, Grafana."""
    kept = Kept(settings.topics)
    bus = MqttBus(settings.broker, f"{settings.root}-doctor", make_log("doctor", "critical"))
    kept.subscribe(bus)
    connected = asyncio.Event()
    bus.on_connection(lambda up: connected.set() if up else None)
    bus.start()
    try:
        async with asyncio.timeout(CONNECT_S):
            await connected.wait()
        await asyncio.sleep(LISTEN_S)
    except TimeoutError:
        pass  # the diagnosis says so
    finally:
        await bus.stop()
    fault, ahead_s, configuration = await _ask_store(settings)
    records = any(name == RECORDER and state.online for (name, _), state in kept.services.items())
    return Facts(
        now=datetime.now(UTC),
        broker_answers=connected.is_set(),
        store_fault=fault,
        store_ahead_s=ahead_s,
        configuration=configuration,
        services=kept.services,
        readings=kept.readings,
        sources=kept.sources,
        statuses=kept.statuses,
        grafana_answers=await asyncio.to_thread(_grafana_answers, settings.grafana_health) if records else None,
    )


def _grafana_answers(url: str) -> bool | None:
    """Whether Grafana says that it is well; None where no address is known."""
    if not url:
        return None
    try:
        with urllib.request.urlopen(url, timeout=CONNECT_S) as answer:  # noqa: S310  (a setting)
            return bool(answer.status == HTTPStatus.OK)
    except OSError:
        return False


async def _ask_store(settings: ApiSettings) -> tuple[str | None, float | None, Configuration]:
    redis = connect(settings.store)
    store = Store(redis, settings.keys)
    try:
        seconds, microseconds = await store.call(redis.time())
        ahead_s = int(seconds) + int(microseconds) / 1e6 - datetime.now(UTC).timestamp()
        return None, ahead_s, await store.configuration()
    except (StoreDownError, StoreRefusedError) as error:
        return str(error), None, Configuration({}, {}, {}, {})
    finally:
        await redis.aclose()


def report(findings: list[Finding]) -> str:
    """The findings as lines for a person, and a last one that sums up."""
    lines = [f"{_SIGNS[one.verdict]}  {one.subject.en}: {one.text.en}" for one in findings]
    for place in range(len(findings) - 1, -1, -1):
        if (advice := findings[place].advice) is not None:
            lines.insert(place + 1, f"       → {advice.en}")
    faults = sum(one.verdict is Verdict.FAULTY for one in findings)
    waits = sum(one.verdict is Verdict.WAITS for one in findings)
    lines.append(f"\n{faults} faulty, {waits} waiting" if faults or waits else "\nall is well")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Examine and report; exit status 0: all is well, 1: something is waited for, 2: something is faulty."""
    findings = examine(asyncio.run(find_out(load(ApiSettings))))
    sys.stdout.write(report(findings))
    sys.exit(max(one.verdict for one in findings))


if __name__ == "__main__":
    main()
