"""The nine things that a client of the Wattpilot must be able to do, in virtual time against the simulated one.

The tenth, a day of faults, is the soak test; the eleventh, that clients by others get on with the simulated Wattpilot,
is in tests/interop.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import pytest

from sunpilot.bridge.auth import derive_key as derive_in_the_bridge
from sunpilot.contract.setpoint import Action, Result
from sunpilot.contract.status import Car, LinkState, ManualReason
from sunpilot.simulator.wattpilot.auth import derive_key as derive_in_the_box
from sunpilot.simulator.wattpilot.profile import PROFILES
from tests.unit.bridge.twin import Site

LOCAL_PROFILES = sorted(set(PROFILES) - {"cloud"})


@pytest.fixture
async def site(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    """A site with the box that the test asks for."""
    for name in ("HOST", "PASSWORD", "PASSWORD_FILE", "ID", "BASE"):
        monkeypatch.delenv(f"WATTPILOT_{name}", raising=False)
    async with Site(box=getattr(request, "param", {})) as one:
        yield one


def properties(site: Site) -> dict[str, Any]:
    """What the box holds; a type checker takes an item it has seen asserted for constant."""
    return dict(site.box.properties)


async def charge(site: Site, amps: int = 10, phases: Any = None) -> None:
    """A car that charges by a setpoint."""
    site.box.person_sets("frc", 1)
    site.box.plug_in()
    await site.start()
    await keep_ordering(site, 60, amps, phases)
    assert site.box.power_w > 1000


async def keep_ordering(site: Site, seconds: float, amps: int = 10, phases: Any = None) -> None:
    """A controller that renews its setpoint every 30 s."""
    for _ in range(round(seconds / 30)):
        await site.order(Action.CHARGE, amps, phases=phases)
        await asyncio.sleep(29.0)


@pytest.mark.parametrize(
    ("algorithm", "serial", "password", "key"),
    [
        ("pbkdf2", "91234567", "Sonne+2026!", "P6Ha1Dv2B1UiV6w48g6RkwgdE8E/bHZo"),
        ("bcrypt", "91234567", "Sonne+2026!", "ToFuza2wip2Wq7nmV/u9HkqDgw71lTK"),
        ("pbkdf2", "31000123", "Pässwört 12€", "RCJT1PmKh6+xV4odFFI1v7ANmFGm3fx+"),
        ("bcrypt", "31000123", "Pässwört 12€", "m7ymENAYqBEMH8UEZSrjxdi.1Zpze3W"),
    ],
)
def test_1_bridge_and_box_derive_the_published_key_each_by_code_of_its_own(
    algorithm: str, serial: str, password: str, key: str
) -> None:
    assert derive_in_the_bridge(algorithm, password, serial) == key
    assert derive_in_the_box(password, serial, algorithm) == key


@pytest.mark.parametrize("site", [{"profile": name} for name in LOCAL_PROFILES], indirect=True, ids=LOCAL_PROFILES)
async def test_2_it_logs_in_to_every_generation_and_steers_it(site: Site) -> None:
    await charge(site)
    status = site.statuses[-1]
    assert (status.car, status.requested_a, status.phases) == (Car.CHARGING, 10, 3)
    assert (status.device_type, status.firmware) == (site.box.profile.devicetype, site.box.profile.firmware)
    assert status.power_w == pytest.approx(site.box.power_w, abs=60)
    assert site.connected == 1


async def test_2_a_wrong_password_is_tried_gently_and_works_once_it_is_right(site: Site) -> None:
    site.box_password = "another one"
    await site.start()
    await asyncio.sleep(25.0)
    assert site.connected == 1
    assert LinkState.WRONG_PASSWORD in {status.link for status in site.statuses}
    await asyncio.sleep(15.0)
    assert site.connected == 2
    site.box_password = "Sonne+2026!"
    await asyncio.sleep(75.0)
    assert site.statuses[-1].is_online


@pytest.mark.parametrize("fault", [None, "delta_in_burst"])
async def test_3_it_is_online_only_after_the_last_piece_of_the_status(fault: str | None, site: Site) -> None:
    site.box.set_fault("slow_full_status", 12.0)
    if fault is not None:
        site.box.set_fault(fault, True)
    await site.start()
    await asyncio.sleep(6.5)
    assert site.statuses[-1].link is LinkState.INITIALISING
    await asyncio.sleep(6.0)
    assert site.statuses[-1].is_online
    assert site.statuses[-1].energy_wh is not None


@pytest.mark.parametrize("site", [{"profile": "flex-43"}], indirect=True, ids=str)
async def test_3_a_flex_on_a_bad_link_may_take_55_seconds_for_its_single_piece(site: Site) -> None:
    site.box.set_fault("slow_full_status", 55)
    await site.start()
    await asyncio.sleep(49.0)
    assert site.statuses[-1].link is LinkState.INITIALISING
    await asyncio.sleep(6.0)
    assert site.statuses[-1].is_online
    assert site.connected == 1


@pytest.mark.parametrize("site", [{"profile": "nopartial"}], indirect=True, ids=str)
async def test_3_a_single_piece_without_partial_is_the_last_one(site: Site) -> None:
    await site.start()
    assert site.statuses[-1].is_online


async def test_4_current_force_state_and_phases_are_set_and_acknowledged(site: Site) -> None:
    await charge(site, 8, phases=1)
    assert {key: properties(site)[key] for key in ("amp", "psm", "frc")} == {"amp": 8, "psm": 1, "frc": 0}
    assert {ack.key: ack.value for ack in site.acks if ack.result is Result.STORED} == {"amp": 8, "psm": 1, "frc": 0}


@pytest.mark.parametrize(
    ("key", "payload", "value"),
    [("amp", "10", 10), ("frc", "1", 1), ("lmo", "4", 4), ("dwo", "5000", 5000), ("dwo", "null", None),
     ("trx", "0", 0), ("fup", "true", True)],
)  # fmt: skip
async def test_4_a_text_on_mqtt_becomes_the_type_that_the_box_wants(
    key: str, payload: str, value: object, site: Site
) -> None:
    await site.start()
    site.box.person_sets("dwo", 1.0)
    await asyncio.sleep(2.0)
    await site.request(key, payload)
    assert properties(site)[key] == value
    assert type(properties(site)[key]) is type(value)
    assert [(ack.key, ack.value) for ack in site.acks if ack.result is Result.STORED] == [(key, value)]


@pytest.mark.parametrize(
    ("key", "payload"), [("amp", '"16"'), ("amp", "17"), ("amp", "5"), ("amp", "10.5"), ("car", "2")]
)
async def test_5_what_cannot_be_written_is_said_and_never_sent(key: str, payload: str, site: Site) -> None:
    await site.start()
    before = properties(site)[key]
    await site.request(key, payload)
    assert site.acks[-1].result is Result.BAD_VALUE
    assert site.acks[-1].text
    assert properties(site)[key] == before


async def test_5_a_refusal_and_a_lost_answer_are_said_and_the_old_value_stays(site: Site) -> None:
    await site.start()
    site.box.set_fault("reject_writes", True)
    await site.request("amp", "10")
    assert (site.acks[-1].result, site.acks[-1].device_text) == (Result.REFUSED, "write rejected")
    site.box.set_fault("no_response", True)
    await site.request("amp", "9")
    await asyncio.sleep(11.0)
    assert (site.acks[-1].result, site.acks[-1].key) == (Result.TIMED_OUT, "amp")
    assert properties(site)["amp"] == 16


async def test_6_a_stop_and_a_start_are_confirmed_by_the_meter(site: Site) -> None:
    await charge(site)
    await site.order(Action.STOP)
    assert ("frc", 1) not in site.confirmed
    await asyncio.sleep(8.0)
    assert ("frc", 1) in site.confirmed
    assert site.statuses[-1].power_w == 0
    await keep_ordering(site, 60)
    assert site.confirmed[-1] == ("frc", 0)
    assert (site.statuses[-1].power_w or 0) > 6000


async def test_7_phases_go_down_and_up_with_time_between_and_the_car_never_seems_unplugged(site: Site) -> None:
    site.box.set_fault("phase_switch_unplugs", True)
    await charge(site, 8)
    begun = len(site.statuses)
    toggles_s, phases = [], properties(site)["fsp"]
    for second in range(1500):
        if second % 30 == 0:
            await site.order(Action.CHARGE, 8, phases=1 if second // 120 % 2 == 0 else 3)
        else:
            await asyncio.sleep(1.0)
        if properties(site)["fsp"] != phases:
            toggles_s.append(second)
            phases = properties(site)["fsp"]
    assert len(toggles_s) >= 3
    assert all(later_s - earlier_s >= 300 for earlier_s, later_s in pairwise(toggles_s))
    assert all(status.has_car and status.manual is None for status in site.statuses[begun:])


async def test_8_silence_is_answered_by_a_question_and_then_by_a_new_connection(site: Site) -> None:
    await charge(site)
    assert site.cable is not None
    silent, asked = site.cable, len(site.cable.said)
    site.box.set_fault("silence", True)
    await asyncio.sleep(58.0)
    assert len(silent.said) == asked
    await asyncio.sleep(5.0)
    assert [json.loads(text)["type"] for text in silent.said[asked:]][-1] == "requestFullStatus"
    assert site.statuses[-1].is_online
    await asyncio.sleep(15.0)
    assert not site.statuses[-1].is_online
    site.box.set_fault("silence", False)
    await asyncio.sleep(70.0)
    assert site.statuses[-1].is_online


async def test_8_a_box_that_restarted_behind_an_open_socket_is_found_within_75_seconds(site: Site) -> None:
    await charge(site)
    before = site.connected
    site.box.set_fault("reboot_half_open", True)
    await asyncio.sleep(76.0)
    assert site.connected == before + 1
    await asyncio.sleep(5.0)
    assert site.statuses[-1].is_online


@pytest.mark.parametrize(("key", "value"), [("amp", 8), ("frc", 1), ("psm", 1)])
async def test_9_a_change_by_another_hand_is_respected_and_shown(key: str, value: int, site: Site) -> None:
    await charge(site)
    site.box.set_fault(f"foreign_{key}", value)
    await keep_ordering(site, 60)
    manual = site.statuses[-1].manual
    assert manual is not None
    assert (manual.reason, manual.key) == (ManualReason.CHANGED, key)
    assert properties(site)[key] == value
