"""A person's raw writes by ``set/<key>``."""

import asyncio

import pytest

from sunpilot.contract.property import Value
from sunpilot.contract.setpoint import Ack, Action, Result
from sunpilot.contract.status import ManualReason
from tests.unit.bridge.twin import TOPICS, Site


@pytest.mark.parametrize(
    ("key", "payload", "value"),
    [
        ("amp", "13", 13),
        ("frc", "1", 1),
        ("psm", "1", 1),
        ("dwo", "12000", 12000),
        ("dwo", "null", None),
        ("acs", "1", 1),
        ("trx", "0", 0),
        ("fup", "true", True),
        ("fst", "99000", 99000),
    ],
)
async def test_a_raw_property_is_stored_confirmed_and_manual(key: str, payload: str, value: Value, site: Site) -> None:
    await site.charge()
    begun = len(site.acks)
    await site.request(key, payload)
    assert site.box.properties[key] == value
    manual = site.status.manual
    assert manual is not None
    assert (manual.reason, manual.key) == (ManualReason.REQUESTED, key)
    await asyncio.sleep(25.0)
    acks = [ack for ack in site.acks[begun:] if ack.of is None]
    assert acks == [
        Ack(key=key, value=value, result=Result.STORED),
        Ack(key=key, value=value, result=Result.CONFIRMED),
    ]
    await site.order(Action.STOP)
    assert site.results[-1] == (None, Result.MANUAL)
    await site.order(Action.STOP, resume=True)
    assert site.frc == 1


@pytest.mark.parametrize(
    ("key", "payload"), [("amp", "17"), ("amp", "5"), ("amp", "x"), ("amp", b"\xff"), ("rst", "1"), ("cak", "1")]
)
async def test_a_bad_value_is_said_so_and_changes_nothing(key: str, payload: str | bytes, site: Site) -> None:
    await site.charge()
    before = dict(site.box.properties)
    await site.request(key, payload)
    ack = site.acks[-1]
    assert (ack.key, ack.value, ack.result) == (key, None, Result.BAD_VALUE)
    assert ack.text
    assert site.status.manual is None
    assert {name: site.box.properties[name] for name in ("amp", "frc", "psm")} == {
        name: before[name] for name in ("amp", "frc", "psm")
    }


async def test_a_refusal_is_said_with_the_device_s_words_and_is_not_manual(site: Site) -> None:
    await site.charge()
    site.box.set_fault("reject_writes", True)
    await site.request("amp", "13")
    assert site.acks[-1] == Ack(key="amp", value=13, result=Result.REFUSED, device_text="write rejected")
    assert site.status.manual is None


async def test_a_raw_write_that_is_not_answered_timed_out_and_may_have_worked(site: Site) -> None:
    await site.charge()
    site.box.set_fault("no_response", True)
    await site.request("amp", "13")
    await asyncio.sleep(15.0)
    assert ("amp", Result.TIMED_OUT) in site.results
    site.box.set_fault("no_response", False)
    await site.keep_charging(60.0)
    assert site.amp == 13
    assert site.status.manual is not None


async def test_without_a_link_a_raw_write_is_answered_and_forgotten(site: Site) -> None:
    await site.charge()
    site.box.set_fault("refuse", True)
    site.box.set_fault("drop_all", True)
    await asyncio.sleep(2.0)
    await site.request("amp", "13")
    assert site.acks[-1] == Ack(key="amp", value=13, result=Result.OFFLINE)
    site.box.set_fault("refuse", False)
    await site.keep_charging(60.0)
    assert site.amp == 10


async def test_while_one_is_in_flight_the_last_value_of_each_key_wins(site: Site) -> None:
    await site.charge()
    begun = len(site.acks)
    site.box.set_fault("late_response", 4)
    topic = TOPICS.wattpilot(1, "set/amp")
    for payload in (b"7", b"8", b"9", b"11"):
        site.broker.publish(topic, payload, False)
        await asyncio.sleep(0.2)
    site.broker.publish(TOPICS.wattpilot(1, "set/dwo"), b"5000", False)
    await asyncio.sleep(20.0)
    said = [(ack.key, ack.value, ack.result) for ack in site.acks[begun:] if ack.result is not Result.CONFIRMED]
    assert said == [
        ("amp", 8, Result.SUPERSEDED),
        ("amp", 9, Result.SUPERSEDED),
        ("amp", 7, Result.STORED),
        ("amp", 11, Result.STORED),
        ("dwo", 5000, Result.STORED),
    ]
    assert (site.amp, site.box.properties["dwo"]) == (11, 5000)


async def test_a_person_waits_for_no_floor_but_that_of_the_phases(site: Site) -> None:
    await site.charge(8, 1)
    for amps in (16, 6, 16):
        await site.request("amp", str(amps))
        assert site.amp == amps
    await site.request("psm", "2")
    assert site.acks[-1] == Ack(key="psm", value=2, result=Result.HELD)
    await asyncio.sleep(290.0)
    assert site.psm == 2
    assert ("psm", Result.STORED) in site.results


async def test_resume_forgets_a_raw_write_that_still_waits(site: Site) -> None:
    await site.charge(8, 1)
    await site.request("psm", "2")
    await site.order(Action.CHARGE, 8, phases=1, resume=True)
    assert Ack(key="psm", value=2, result=Result.SUPERSEDED) in site.acks
    await site.keep_charging(360.0, 8, 1)
    assert site.psm == 1


async def test_a_retained_request_is_dropped_for_it_would_come_again_at_each_start(site: Site) -> None:
    site.broker.retained[TOPICS.wattpilot(1, "set/amp")] = b"7"
    await site.charge()
    assert site.report.dropped == 1
    assert site.amp == 10


async def test_a_raw_write_is_not_taken_for_ours_later(site: Site) -> None:
    await site.charge()
    await site.request("frc", "0")
    await site.request("amp", "12")
    assert site.memory.written == {}
    await site.stop()
    await site.start()
    await asyncio.sleep(120.0)
    assert site.frc == 0


async def test_setpoints_are_confirmed_by_telemetry(site: Site) -> None:
    await site.charge(10, 1)
    await asyncio.sleep(60.0)
    assert {("psm", 1), ("amp", 10), ("frc", 0)} == set(site.confirmed)
    assert len(site.confirmed) == 3
    await site.order(Action.STOP)
    await asyncio.sleep(0.5)
    assert ("frc", 1) not in site.confirmed
    await asyncio.sleep(8.0)
    assert site.confirmed[-1] == ("frc", 1)


async def test_what_telemetry_does_not_show_is_not_confirmed(site: Site) -> None:
    await site.charge(10)
    site.box.set_fault("load_limit", 8)
    await asyncio.sleep(15.0)
    begun = len(site.confirmed)
    await site.keep_charging(180.0, 12)
    assert site.confirmed[begun:] == []
