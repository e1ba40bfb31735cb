"""Notifications: an address goes in and never comes out, and each thing is told once, by one."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr

from sunpilot.api.notification.address import SCHEMES, BadAddressError, scheme_of
from sunpilot.api.notification.target import Event, Outcome
from sunpilot.api.notification.targets import Targets
from sunpilot.api.service import Api
from sunpilot.contract.topics import Topics
from sunpilot.runtime.store import StoreDownError
from tests.unit.api.conftest import KEY, TOKEN, World

PATH = "/api/v1/notifications"
ADDRESS = f"ntfys://ntfy.sh/{TOKEN}"  # `world` fails a test from which the token comes out
STATUS = '{"v":1,"link":"online","car":"%s","power_w":4200.0}'


@pytest.fixture
async def phone(world: World) -> AsyncIterator[Any]:
    answer = await world.http.post(PATH, json={"name": "Phone", "url": ADDRESS, "language": "de"})
    assert answer.status_code == 201, answer.text
    yield answer.json()
    world.phone.messages.clear()


async def charge(world: World, seconds: float, car: str = "charging") -> None:
    await world.say("sunpilot/wattpilot/1/online", "true", retain=True)
    await world.say("sunpilot/wattpilot/1/status", STATUS % car, retain=True)
    await world.settle(seconds)


async def test_a_target_is_shown_without_its_address(world: World, phone: Any) -> None:
    assert phone == {
        "id": phone["id"],
        "name": "Phone",
        "service": "ntfys",
        "address": "ntfys://…",
        "events": [event.value for event in Event],
        "language": "de",
        "enabled": True,
        "last": None,
    }
    assert (await world.http.get(PATH)).json() == [phone]
    assert (await world.http.get(f"{PATH}/{phone['id']}")).json() == phone


async def test_a_change_without_the_address_keeps_it_and_a_version_may_be_asked_for(world: World, phone: Any) -> None:
    path = f"{PATH}/{phone['id']}"
    tag = (await world.http.get(path)).headers["ETag"]
    answer = await world.http.patch(path, json={"events": ["fault"]}, headers={"If-Match": tag})
    assert (answer.status_code, answer.json()["events"]) == (200, ["fault"])
    assert (await world.http.patch(path, json={"name": "X"}, headers={"If-Match": tag})).status_code == 412
    await world.http.post(f"{path}/test")
    assert world.phone.messages[-1][0] == ADDRESS
    other = f"gotify://box/{TOKEN}"
    assert (await world.http.patch(path, json={"url": other})).json()["service"] == "gotify"
    await world.http.post(f"{path}/test")
    assert world.phone.messages[-1][0] == other


async def test_a_deleted_target_leaves_nothing_behind(world: World, phone: Any) -> None:
    path = f"{PATH}/{phone['id']}"
    assert (await world.http.post(f"{path}/test")).status_code == 200
    assert (await world.http.delete(path)).status_code == 204
    for answer in (await world.http.get(path), await world.http.post(f"{path}/test"), await world.http.delete(path)):
        assert answer.status_code == 404
    keys = world.store.keys
    for key in (keys.notification_targets, keys.notification_addresses, keys.notification_attempts):
        assert await world.store.redis.hgetall(key) == {}


async def test_a_trial_says_what_became_of_it(world: World, phone: Any) -> None:
    world.phone.answers = [Outcome.SENT, Outcome.REFUSED, Outcome.NO_ANSWER]
    for outcome in ("sent", "refused", "no_answer"):
        answer = (await world.http.post(f"{PATH}/{phone['id']}/test")).json()
        assert answer["outcome"] == outcome
        assert answer["text"]["de"]
        assert (await world.http.get(PATH)).json()[0]["last"]["outcome"] == outcome
    assert world.phone.messages[0] == (ADDRESS, "Sunpilot: ein Test", "So meldet sich Sunpilot bei dir.")
    answer = await world.http.post(f"{PATH}/test", json={"url": f"json://h/{TOKEN}"})
    assert (answer.json()["outcome"], world.phone.messages[-1][1]) == ("sent", "Sunpilot: a test")


@pytest.mark.parametrize(
    "address",
    [
        f"file:///tmp/{TOKEN}",
        f"dbus://{TOKEN}",
        f"syslog://{TOKEN}",
        f"macosx://{TOKEN}",
        f"windows://{TOKEN}",
        f"http://h/{TOKEN}",
        f"mqtt://broker/{TOKEN}",
        f"{TOKEN}",
        f"ntfys://{TOKEN} ntfys://x",
        f"ntfys://{TOKEN}\n",
        "ntfys://",
        f"slack://{TOKEN}/a/b?template=/etc/passwd",
        f"slack://{TOKEN}/a/b?x=1;Template=/etc/passwd",
        f"mailtos://{TOKEN}:p@h?pgpprv%3D/etc/passwd",
        f"mailtos://{TOKEN}:p@h?a=b&%2570gp=yes",
        f"ntfys://{TOKEN}/{'x' * 1000}",
    ],
)
async def test_an_address_that_touches_this_machine_or_is_none_is_refused(world: World, address: str) -> None:
    for path, body in ((PATH, {"name": "X", "url": address}), (f"{PATH}/test", {"url": address})):
        answer = await world.http.post(path, json=body)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["at"] == "url"
    assert world.phone.messages == []


def test_every_allowed_service_is_one_that_apprise_knows_and_that_reads_no_file() -> None:
    for scheme in SCHEMES:
        assert scheme_of(f"{scheme}://host/path") == scheme
    for scheme in ("file", "dbus", "qt", "glib", "kde", "gnome", "syslog", "rsyslog", "blink1", "exec", "vapid", "fcm"):
        with pytest.raises(BadAddressError, match=scheme):
            scheme_of(f"{scheme}://host")


async def test_what_makes_no_sense_is_refused(world: World, phone: Any) -> None:
    for change in ({"events": ["sunset"]}, {"language": "fr"}, {"name": ""}, {"url": ""}, {"colour": 1}):
        assert (await world.http.patch(f"{PATH}/{phone['id']}", json=change)).status_code == 422
    for number in range(19):
        answer = await world.http.post(PATH, json={"name": str(number), "url": ADDRESS})
        assert answer.status_code == 201
    assert (await world.http.post(PATH, json={"name": "one too many", "url": ADDRESS})).status_code == 409
    for path in ("", f"/{phone['id']}"):
        assert (await world.stranger.get(PATH + path)).status_code == 401


async def test_a_charge_is_told_to_who_wants_it_in_his_language(world: World, phone: Any) -> None:
    await world.http.post(PATH, json={"name": "Faults", "url": f"json://a/{TOKEN}", "events": ["fault"]})
    await world.http.post(PATH, json={"name": "Off", "url": f"json://b/{TOKEN}", "enabled": False})
    await world.learn()
    await charge(world, 75)
    assert world.phone.messages == [(ADDRESS, "Wattpilot 1: lädt", "Das Auto zieht 4,2 kW.")]
    assert (await world.http.get(f"{PATH}/{phone['id']}")).json()["last"]["outcome"] == "sent"


async def test_a_message_that_is_not_taken_is_tried_again_and_logged_once(world: World, phone: Any) -> None:
    await world.learn()
    world.phone.answers = [Outcome.REFUSED, Outcome.NO_ANSWER]
    await charge(world, 75)
    assert len(world.phone.messages) == 1
    await world.settle(400)
    assert len(world.phone.messages) == 3
    said = [entry["event"] for entry in world.log if "notifications to Phone" in entry["event"]]
    assert said == [
        "notifications to Phone (ntfys) do not arrive",
        "over: notifications to Phone (ntfys) do not arrive",
    ]


async def test_a_message_that_went_out_goes_out_once_though_the_store_ends_at_that_moment(
    world: World, phone: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise StoreDownError("away")

    monkeypatch.setattr(Targets, "note", away)
    await world.learn()
    await charge(world, 600)
    assert len(world.phone.messages) == 1


async def test_a_restart_tells_nothing_twice(world: World, phone: Any) -> None:
    await world.learn()
    await charge(world, 75)

    async def meanwhile() -> None:
        await asyncio.sleep(1)

    await world.restart(meanwhile)
    await charge(world, 600)
    assert len(world.phone.messages) == 1


async def test_of_two_apis_one_tells_and_the_other_goes_on(world: World, phone: Any) -> None:
    await world.learn()
    bus = world.broker.client()
    second = Api(
        bus,
        world.store,
        world.clock,
        Topics(),
        "second",
        world.api._log,
        key=SecretStr(KEY),
        durable=False,
        send=world.phone.take,
    )
    bus.connect()
    running = asyncio.create_task(second.run_without_socket())
    await charge(world, 75)
    assert len(world.phone.messages) == 1
    await world.stop()
    await charge(world, 1000, car="waiting")
    assert [title for _, title, _ in world.phone.messages] == ["Wattpilot 1: lädt", "Wattpilot 1: Laden beendet"]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    bus.disconnect()


async def test_without_a_store_nothing_is_told_and_afterwards_it_is_told_once(world: World, phone: Any) -> None:
    await world.learn()
    await charge(world, 30)
    world.server.connected = False
    await world.settle(600)
    assert world.phone.messages == []
    world.server.connected = True
    await world.settle(60)
    assert len(world.phone.messages) == 1
