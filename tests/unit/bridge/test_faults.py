"""Every fault of the simulated Wattpilot, and what the bridge must do about it: one table, in virtual time.

What only a socket can show (frames, resets, close codes, pings) is in tests/integration/test_bridge_faults.py.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest

from sunpilot.contract.setpoint import Action, Result
from sunpilot.contract.status import Car, LinkState, ManualReason, Status
from sunpilot.simulator.wattpilot.fault import FAULTS
from tests.unit.bridge.twin import Site

ON_SOCKETS = {"crowded", "fragmented"}
RENEW_S = 30.0
QUIET = {Result.UNCHANGED, Result.CONFIRMED}
"""Answers that mean: nothing was written."""


@pytest.fixture
async def site(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    for name in ("HOST", "PASSWORD", "PASSWORD_FILE", "ID", "BASE"):
        monkeypatch.delenv(f"WATTPILOT_{name}", raising=False)
    async with Site() as one:
        yield one


async def keep_ordering(site: Site, seconds: float, amps: int = 10) -> None:
    """A controller that renews its setpoint every 30 s."""
    for _ in range(max(1, round(seconds / RENEW_S))):
        await site.order(Action.CHARGE, amps)
        await asyncio.sleep(RENEW_S - 1.0)


async def charge(site: Site) -> None:
    """A bridge whose box charges at 10 A by a setpoint."""
    site.box.person_sets("frc", 1)
    site.box.plug_in()
    await site.start()
    await keep_ordering(site, 60)
    assert site.box.power_w > 6000


def said(site: Site) -> Status:
    """What everybody is told last."""
    return site.statuses[-1]


def stored(site: Site, after: int = 0) -> list[str | None]:
    """The keys that the box has stored values of, from the answer numbered `after` on."""
    return [ack.key for ack in site.acks[after:] if ack.result is Result.STORED]


def amp(site: Site) -> int:
    current_a: int = site.box.properties["amp"]
    return current_a


def frc(site: Site) -> int:
    force_state: int = site.box.properties["frc"]
    return force_state


@dataclass(frozen=True, slots=True)
class Row:
    """A fault, and the scene in which the bridge does what it must."""

    fault: str
    must: str
    scene: Callable[[Site, str], Awaitable[None]]


async def wait_and_return(site: Site, fault: str) -> None:
    site.box.plug_in()
    site.box.set_fault(fault, True)
    await site.start()
    await asyncio.sleep(180.0)
    assert not any(status.is_online for status in site.statuses)
    assert any("Wattpilot" in what for what in site.report.waits_for)
    assert site.acks == []
    site.box.set_fault(fault, False)
    await asyncio.sleep(100.0)
    assert said(site).is_online
    assert site.report.waits_for == ()


async def back_off_from_a_wrong_password(site: Site, fault: str) -> None:
    site.box.set_fault(fault, True)
    await site.start()
    await asyncio.sleep(25.0)
    assert site.connected == 1
    assert said(site).link is LinkState.WRONG_PASSWORD
    await asyncio.sleep(600.0)
    assert site.connected <= 6  # 30, 60, 120, 240 s and up to a quarter more
    site.box.set_fault(fault, False)
    await asyncio.sleep(600.0)
    assert said(site).is_online


async def try_a_refused_login_again(site: Site, fault: str) -> None:
    site.box.set_fault(fault, True)
    await site.start()
    assert said(site).link is LinkState.WRONG_PASSWORD
    await asyncio.sleep(40.0)
    assert said(site).is_online


async def take_any_end_of_a_refused_login_alike(site: Site, fault: str) -> None:
    site.box.set_fault(fault, True)
    site.box.set_fault("auth_error_once", True)
    await try_a_refused_login_again(site, fault)


async def find_the_silence_and_return(site: Site, fault: str) -> None:
    await charge(site)
    site.box.set_fault(fault, True)
    await keep_ordering(site, 60)  # a lease that holds: nothing is written, nothing could find it but the silence
    await asyncio.sleep(17.0)
    assert not said(site).is_online
    assert said(site).power_w is None
    site.box.set_fault(fault, False)
    await keep_ordering(site, 90)
    assert said(site).is_online
    assert site.box.power_w > 6000


async def return_and_go_on(site: Site, fault: str) -> None:
    await charge(site)
    so_far = len(site.statuses)
    site.box.set_fault(fault, True)
    await asyncio.sleep(10.0)
    assert LinkState.CONNECTING in {status.link for status in site.statuses[so_far:]}
    assert said(site).is_online
    await keep_ordering(site, 60)
    assert (amp(site), frc(site)) == (10, 0)
    assert said(site).manual is None


async def say_what_was_ordered_again(site: Site, fault: str) -> None:
    await charge(site)
    await site.order(Action.STOP)
    site.box.set_fault(fault, True)  # the box forgets the force state
    assert frc(site) == 0
    for _ in range(90):
        await asyncio.sleep(1.0)
    assert said(site).is_online
    assert said(site).manual is None
    await site.order(Action.STOP)
    assert frc(site) == 1


async def not_mind(site: Site, fault: str) -> None:
    await charge(site)
    before, so_far = len(site.acks), len(site.statuses)
    site.box.set_fault(fault, True)
    await keep_ordering(site, 90)
    assert {ack.result for ack in site.acks[before:]} <= QUIET
    assert all(status.is_online and status.manual is None for status in site.statuses[so_far:])
    assert site.box.power_w > 6000


async def come_online_all_the_same(site: Site, fault: str) -> None:
    site.box.set_fault(fault, True)
    await charge(site)
    status = said(site)
    assert status.is_online
    assert (status.requested_a, status.car, status.phases) == (10, Car.CHARGING, 3)
    assert status.manual is None


async def be_patient(site: Site, fault: str) -> None:
    site.box.person_sets("frc", 1)
    site.box.set_fault(fault, 50)
    await site.start()
    await asyncio.sleep(70.0)
    assert said(site).is_online
    assert site.connected == 1


async def not_believe_what_has_no_sense(site: Site, fault: str) -> None:
    await charge(site)
    site.box.set_fault(fault, True)
    await keep_ordering(site, 90)
    assert (said(site).car, said(site).offered_a, said(site).requested_a) == (None, None, 10)
    assert (said(site).power_w or 0) > 6000  # 12 numbers are enough
    assert (frc(site), said(site).manual) == (0, None)
    site.box.set_fault(fault, False)
    await keep_ordering(site, 30)
    assert said(site).car is Car.CHARGING


async def call_the_power_unknown(site: Site, fault: str) -> None:
    await charge(site)
    site.box.set_fault(fault, True)
    await keep_ordering(site, 90)
    assert said(site).power_w is None
    assert said(site).is_online


async def ask_twice_then_connect_anew(site: Site, fault: str) -> None:
    await charge(site)
    before = site.connected
    site.box.set_fault(fault, True)
    await site.order(Action.CHARGE, 8)
    await asyncio.sleep(12.0)
    assert site.results[-1] == ("amp", Result.TIMED_OUT)
    site.box.set_fault(fault, False)
    await keep_ordering(site, 60, 8)
    assert site.connected == before + 1
    assert (amp(site), said(site).is_online, said(site).manual) == (8, True, None)


async def take_the_late_answer(site: Site, fault: str) -> None:
    await charge(site)
    before = site.connected
    site.box.set_fault(fault, True)
    await site.order(Action.CHARGE, 8)
    await asyncio.sleep(14.0)
    assert ("amp", Result.STORED) in site.results[-2:]
    assert (site.connected, amp(site)) == (before, 8)


async def count_one_answer(site: Site, fault: str) -> None:
    await charge(site)
    site.box.set_fault(fault, True)
    before = len(site.acks)
    await keep_ordering(site, 60, 8)
    assert stored(site, before).count("amp") == 1
    assert (amp(site), said(site).is_online) == (8, True)


async def say_why_and_not_hammer(site: Site, fault: str) -> None:
    await charge(site)
    site.box.set_fault(fault, True)
    before = len(site.acks)
    await keep_ordering(site, 60, 8)
    refused = [ack for ack in site.acks[before:] if ack.result is Result.REFUSED]
    assert 1 <= len(refused) <= 6
    assert refused[0].device_text == "write rejected"
    site.box.set_fault(fault, False)
    await keep_ordering(site, 30, 8)
    assert (amp(site), said(site).manual) == (8, None)


async def ask_for_no_more_than_the_box_allows(site: Site, fault: str) -> None:
    await charge(site)
    site.box.set_fault(fault, True)
    await keep_ordering(site, 60, 32)
    assert amp(site) == 16
    assert [ack.value for ack in site.acks if ack.key == "amp"][-1] == 16


async def give_way_after_three_tries(site: Site, fault: str) -> None:
    await charge(site)
    site.box.set_fault(fault, True)
    before = len(site.acks)
    await keep_ordering(site, 240, 8)
    assert stored(site, before).count("amp") <= 4
    manual = said(site).manual
    assert manual is not None
    assert (manual.reason, manual.key) == (ManualReason.RESISTED, "amp")
    assert amp(site) == 10


async def leave_it_as_the_other_hand_set_it(site: Site, fault: str) -> None:
    await charge(site)
    key = fault.removeprefix("foreign_")
    site.box.set_fault(fault, 1 if key in ("frc", "psm") else 8)
    theirs, before = site.box.properties[key], len(site.acks)
    await keep_ordering(site, 300)
    manual = said(site).manual
    assert manual is not None
    assert (manual.reason, manual.key) == (ManualReason.CHANGED, key)
    assert site.box.properties[key] == theirs
    assert {ack.result for ack in site.acks[before:]} <= {Result.MANUAL}


async def respect_another_mode(site: Site, fault: str) -> None:
    await charge(site)
    site.box.set_fault(fault, True)
    await keep_ordering(site, 120)
    manual = said(site).manual
    assert manual is not None
    assert manual.reason is ManualReason.BOX_MODE
    site.box.person_sets("lmo", 3)
    await keep_ordering(site, 60)
    assert said(site).manual is None


async def leave_it_to_ocpp(site: Site, fault: str) -> None:
    await charge(site)
    site.box.set_fault(fault, True)
    await asyncio.sleep(3.0)
    before = len(site.acks)
    await keep_ordering(site, 120, 8)
    manual = said(site).manual
    assert manual is not None
    assert manual.reason is ManualReason.OCPP
    assert {ack.result for ack in site.acks[before:]} == {Result.MANUAL}
    assert amp(site) == 10


async def tell_the_error_and_go_on_after_it(site: Site, fault: str) -> None:
    await charge(site)
    site.box.set_fault(fault, 7)
    await keep_ordering(site, 60)
    assert (said(site).error, said(site).car) == (7, Car.ERROR)
    site.box.set_fault(fault, False)
    await keep_ordering(site, 60)
    assert (said(site).error, said(site).car, said(site).manual) == (0, Car.CHARGING, None)


async def call_the_car_unknown(site: Site, fault: str) -> None:
    await charge(site)
    site.box.set_fault(fault, True)
    await keep_ordering(site, 60)
    assert (said(site).car, said(site).manual) == (None, None)
    site.box.set_fault(fault, False)
    await keep_ordering(site, 60)
    assert site.box.power_w > 6000


async def follow_the_limit(site: Site, fault: str) -> None:
    await charge(site)
    site.box.set_fault(fault, 8)
    await keep_ordering(site, 60)
    assert (said(site).limits.temperature_a, amp(site), said(site).manual) == (8, 8, None)
    site.box.set_fault(fault, False)
    await keep_ordering(site, 60)
    assert amp(site) == 10


async def tell_who_limits(site: Site, fault: str) -> None:
    await charge(site)
    site.box.set_fault(fault, 7)
    await keep_ordering(site, 60)
    assert (said(site).limits.load_a, said(site).offered_a, said(site).manual) == (7, 7, None)


async def keep_the_car_through_a_switch(site: Site, fault: str) -> None:
    site.box.set_fault(fault, True)
    await charge(site)
    so_far = len(site.statuses)
    for _ in range(12):
        await site.order(Action.CHARGE, 10, phases=1)
        await asyncio.sleep(RENEW_S - 1.0)
    assert site.box.properties["psm"] == 1
    assert site.box.power_w > 1500
    assert all(status.has_car and status.manual is None for status in site.statuses[so_far:])
    assert stored(site).count("psm") == 1


async def write_nothing_for_it(site: Site, fault: str) -> None:
    await charge(site)
    site.box.set_fault(fault, True)
    await site.order(Action.CHARGE, 7)
    await asyncio.sleep(10.0)
    before = len(site.acks)
    await keep_ordering(site, 90, 7)
    assert {ack.result for ack in site.acks[before:]} <= QUIET
    assert said(site).power_w == 0


TABLE = (
    Row("refuse", "wait in words, and return", wait_and_return),
    Row("accept_then_silence", "wait in words, and return", wait_and_return),
    Row("hello_only", "wait in words, and return", wait_and_return),
    Row("silence", "be found within 75 s", find_the_silence_and_return),
    Row("silence_without_pong", "be found within 75 s", find_the_silence_and_return),
    Row("drop_all", "return within seconds, and go on", return_and_go_on),
    Row("reset", "return within seconds, and go on", return_and_go_on),
    Row("close", "return within seconds, and go on", return_and_go_on),
    Row("reboot", "be no other hand, and get its order again", say_what_was_ordered_again),
    Row("reboot_half_open", "be no other hand, and get its order again", say_what_was_ordered_again),
    Row("auth_error_once", "be tried again after 30 s", try_a_refused_login_again),
    Row("auth_error_closes", "be tried again after 30 s", take_any_end_of_a_refused_login_alike),
    Row(
        "auth_error_always",
        "be said, and tried ever less often",
        back_off_from_a_wrong_password,
    ),
    Row("slow_full_status", "be waited for", be_patient),
    Row("no_final_chunk", "be online all the same", come_online_all_the_same),
    Row("delta_in_burst", "be online all the same", come_online_all_the_same),
    Row("no_partial", "be online all the same", come_online_all_the_same),
    Row("unknown_messages", "not be minded", not_mind),
    Row("broken_json", "not be minded", not_mind),
    Row("binary_frames", "not be minded", not_mind),
    Row("oversized", "not be minded", not_mind),
    Row("delta_storm", "not be minded", not_mind),
    Row("noisy_wh", "not be minded", not_mind),
    Row("wrong_types", "be unknown, and never a reason to write", not_believe_what_has_no_sense),
    Row("zero_nrg", "make the power unknown", call_the_power_unknown),
    Row("no_response", "be asked twice, then connected anew", ask_twice_then_connect_anew),
    Row("wrong_request_id", "be asked twice, then connected anew", ask_twice_then_connect_anew),
    Row("late_response", "count as the answer", take_the_late_answer),
    Row("duplicate_response", "count once", count_one_answer),
    Row("success_without_status", "count once", count_one_answer),
    Row("reject_writes", "be said in the device's words, not hammered", say_why_and_not_hammer),
    Row("clamp_amp", "never be met: no more is asked than allowed", ask_for_no_more_than_the_box_allows),
    Row("overridden", "be given way to after three tries", give_way_after_three_tries),
    Row("foreign_amp", "be left as it is", leave_it_as_the_other_hand_set_it),
    Row("foreign_frc", "be left as it is", leave_it_as_the_other_hand_set_it),
    Row("foreign_psm", "be left as it is", leave_it_as_the_other_hand_set_it),
    Row("foreign_lmo", "be respected until it is set back", respect_another_mode),
    Row("ocpp_in_control", "be left in control", leave_it_to_ocpp),
    Row("error", "be told, and survived", tell_the_error_and_go_on_after_it),
    Row("no_charge_controller", "make the car unknown", call_the_car_unknown),
    Row("heat", "lower the current, and not be another hand", follow_the_limit),
    Row("load_limit", "be told, and not be another hand", tell_who_limits),
    Row("phase_switch_unplugs", "not lose the car, nor switch again", keep_the_car_through_a_switch),
    Row("car_declines", "be no reason to write", write_nothing_for_it),
)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.fault} must {row.must}")
async def test_the_bridge_does_what_it_must(row: Row, site: Site) -> None:
    await row.scene(site, row.fault)


def test_every_fault_has_its_row() -> None:
    assert {row.fault for row in TABLE} | ON_SOCKETS == set(FAULTS)
