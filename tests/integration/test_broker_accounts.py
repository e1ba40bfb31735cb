"""Every account against every branch of topics, on a real Mosquitto with Sunpilot's own access list.

The table below is the contract's list of who says what to whom; it is written down here a second time on purpose.
"""

import os
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from sunpilot.setup.accounts import ACCOUNTS
from sunpilot.setup.issue import issue_all
from sunpilot.setup.password_file import password_hash
from sunpilot.setup.vault import Vault
from tests.support.backends import Server, sunpilot_broker

BROKER_FOLDER = Path(__file__).parents[2] / "mosquitto"
TESTER = "tester"
BRIDGES = (1, 2, 8, 900)

INVERTER = {"fetch": {"api", "operator"}, "reading": {"fetcher"}, "source": {"fetcher"}}
WATTPILOT = {
    "status": {"bridge"},
    "online": {"bridge"},
    "ack": {"bridge"},
    "memory": {"bridge"},
    "setpoint": {"controller"},
    "decision": {"controller"},
    "session": {"controller"},
    "set/amp": {"api", "operator"},
    "mode": {"api"},
    "override": {"api"},
    "mode/set": {"operator", "homeassistant"},
    "override/set": {"operator", "homeassistant"},
}
HEARD_BY_THE_BRIDGE = {"setpoint", "set/amp", "memory"}
HEARD_BY_THE_CONTROLLER = {"status", "ack"}
HEARD_BY_THE_RECORDER = {"status", "online", "setpoint", "ack", "decision", "session"}

WRITERS: dict[str, set[str]] = {
    **{f"sunpilot/inverter/5/{leaf}": writers for leaf, writers in INVERTER.items()},
    **{
        f"sunpilot/wattpilot/{n}/{leaf}": {f"bridge-{n}" if writer == "bridge" else writer for writer in writers}
        for n in BRIDGES
        for leaf, writers in WATTPILOT.items()
    },
    **{f"sunpilot/service/{name}/main": {name} for name in ("fetcher", "controller", "api", "recorder")},
    **{f"sunpilot/service/bridge/{n}": {f"bridge-{n}"} for n in BRIDGES},
    "sunpilot/house/5/day": {"controller"},
    "sunpilot/config": {"api"},
    "sunpilot/source/test/q7": {"api"},
    "sunpilot/source/test/q7/answer": {"fetcher"},
    "sunpilot/elsewhere": set(),
    "homeassistant/device/sunpilot/config": {"api"},
    "homeassistant/status": {"homeassistant"},
    "homeassistant/switch/lamp": set(),
    "cellar/meter/power": {"meter"},
}


def readers(topic: str) -> set[str]:
    """Who hears of a topic."""
    heard_by = {"fetcher", "explorer", "operator"}
    root, *steps = topic.split("/")
    match root, steps:
        case "homeassistant", _:
            heard_by |= {"homeassistant"} | ({"api"} if steps[-1] in ("status", "config") else set())
        case "sunpilot", ["wattpilot", number, *rest]:
            leaf = "/".join(rest)
            heard_by |= {"api", "homeassistant"}
            heard_by |= {"controller"} if leaf in HEARD_BY_THE_CONTROLLER else set()
            heard_by |= {f"bridge-{number}"} if leaf in HEARD_BY_THE_BRIDGE else set()
            heard_by |= {"recorder"} if leaf in HEARD_BY_THE_RECORDER else set()
        case "sunpilot", _:
            heard_by |= {"api", "homeassistant"}
            heard_by |= {"controller"} if topic in ("sunpilot/config", "sunpilot/inverter/5/reading") else set()
            heard_by |= {"recorder"} if steps[0] == "service" or steps[-1] in ("reading", "source", "day") else set()
        case _:
            heard_by |= {"meter"}
    return heard_by


class Guest:
    """A client with its own network thread, and what the broker answered."""

    def __init__(self, server: Server, username: str | None, password: str | None) -> None:
        self.answers: queue.Queue[str] = queue.Queue()
        self.verdicts: dict[int, str] = {}
        self.heard: set[str] = set()
        self.changed = threading.Condition()
        self.client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self.client.on_connect = lambda _c, _d, _f, code, _p: self.answers.put(str(code))
        self.client.on_subscribe = lambda *_: self.answers.put("subscribed")
        self.client.on_publish = self._on_publish
        self.client.on_message = self._on_message
        if username is not None:
            self.client.username_pw_set(username, password)
        self.client.connect(server.host, server.port)
        self.client.loop_start()

    def answer(self) -> str:
        return self.answers.get(timeout=5)

    def _on_publish(self, _c: object, _d: object, mid: int, code: Any, _p: object) -> None:
        with self.changed:
            self.verdicts[mid] = str(code)
            self.changed.notify()

    def _on_message(self, _c: object, _d: object, message: Any) -> None:
        with self.changed:
            self.heard.add(message.topic)
            self.changed.notify()

    def wait(self, condition: Any) -> bool:
        with self.changed:
            return bool(self.changed.wait_for(condition, timeout=5))


@contextmanager
def guest(server: Server, username: str | None, password: str | None) -> Iterator[Guest]:
    visitor = Guest(server, username, password)
    try:
        yield visitor
    finally:
        visitor.client.disconnect()
        visitor.client.loop_stop()


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Vault]:
    """What `setup` makes, and one account more, which may do everything."""
    folder = tmp_path_factory.mktemp("secrets")
    for path in (folder, *folder.parents[:2]):
        path.chmod(0o755)
    is_root = os.geteuid() == 0
    vault = Vault(folder) if is_root else Vault(folder, chown=lambda _path, _uid, _gid: None)
    issue_all(vault, BROKER_FOLDER)
    for name, text in (
        ("passwords", f"{TESTER}:{password_hash(TESTER, TESTER)}\n"),
        ("acl", f"\nuser {TESTER}\ntopic readwrite #\n"),
    ):
        path = folder / "broker" / name
        path.chmod(0o600)
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    return folder, vault


@pytest.fixture(scope="module")
def server(vault: tuple[Path, Vault]) -> Iterator[Server]:
    with sunpilot_broker(vault[0]) as broker:
        yield broker


@pytest.mark.parametrize("account", ACCOUNTS)
def test_an_account_writes_its_own_topics_and_no_other(server: Server, vault: tuple[Path, Vault], account: str) -> None:
    with guest(server, account, vault[1].secret(account)) as visitor:
        assert visitor.answer() == "Success"
        sent = {topic: visitor.client.publish(topic, b"1", qos=1).mid for topic in WRITERS}
        assert visitor.wait(lambda: len(visitor.verdicts) == len(sent))
        allowed = {topic for topic, mid in sent.items() if visitor.verdicts[mid] != "Not authorized"}
    assert allowed == {topic for topic, writers in WRITERS.items() if account in writers}


@pytest.mark.parametrize("account", ACCOUNTS)
def test_an_account_hears_what_is_meant_for_it_and_nothing_else(
    server: Server, vault: tuple[Path, Vault], account: str
) -> None:
    with guest(server, account, vault[1].secret(account)) as visitor, guest(server, TESTER, TESTER) as tester:
        assert (visitor.answer(), tester.answer()) == ("Success", "Success")
        for topic_filter in ("#", "sunpilot/wattpilot/1/#"):  # a filter of one's own opens nothing
            visitor.client.subscribe(topic_filter, qos=1)
            assert visitor.answer() == "subscribed"
        for topic in WRITERS:
            tester.client.publish(topic, b"1", qos=1)
        assert tester.wait(lambda: len(tester.verdicts) == len(WRITERS))
        expected = {topic for topic in WRITERS if account in readers(topic)}
        assert visitor.wait(lambda: visitor.heard >= expected)
        # Whatever was passed on at all lies before the answer to a later request.
        visitor.client.subscribe("nothing", qos=1)
        assert visitor.answer() == "subscribed"
    assert visitor.heard == expected


def test_only_explorer_operator_and_the_health_check_see_the_brokers_own_figures(
    server: Server, vault: tuple[Path, Vault]
) -> None:
    seen: set[str] = set()
    for account in ACCOUNTS:
        with guest(server, account, vault[1].secret(account)) as visitor:
            assert visitor.answer() == "Success"
            visitor.client.subscribe("$SYS/broker/uptime", qos=1)  # retained: it comes at once
            assert visitor.answer() == "subscribed"
            visitor.client.subscribe("nothing", qos=1)
            assert visitor.answer() == "subscribed"
            if visitor.heard:
                seen.add(account)
    assert seen == {"explorer", "operator", "health"}


@pytest.mark.parametrize(
    ("username", "password"),
    [(None, None), ("explorer", None), ("explorer", ""), ("explorer", "explorer"), ("admin", "admin")],
)
def test_who_has_no_account_or_not_its_password_is_refused(
    server: Server, username: str | None, password: str | None
) -> None:
    with guest(server, username, password) as visitor:
        assert visitor.answer() == "Not authorized"
