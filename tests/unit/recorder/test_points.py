"""Messages become points; what is expected is written by hand, or read back by InfluxDB's own client library."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from influxdb_client.client.write.point import Point as ReferencePoint

from sunpilot.contract.decision import Decision, Inputs, Reason, Stage, StageName, Text
from sunpilot.contract.history import DayTotal
from sunpilot.contract.message import BadMessageError
from sunpilot.contract.reading import Reading
from sunpilot.contract.service import Recording, ServiceState
from sunpilot.contract.session import Session
from sunpilot.contract.setpoint import Ack, Action, Order, Result, Setpoint
from sunpilot.contract.source import Outcome, SourceState
from sunpilot.contract.status import Car, Limits, LinkState, Manual, ManualReason, Status
from sunpilot.contract.topics import Topics
from sunpilot.recorder.point import Point, line_time
from sunpilot.recorder.points import Points

NOON = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)
NOON_NS = 1_782_043_200_000_000_000
"""date --date=2026-06-21T12:00:00Z +%s, and nine zeros."""

STATUS = "sunpilot/wattpilot/7/status"
TEXT = Text(en="Sun.", de="Sonne.")


def point(topic: str, payload: bytes, *, received_at: datetime = NOON, retained: bool = False) -> Point | None:
    return Points(Topics()).point(topic, payload, received_at, retained)


def made(topic: str, payload: bytes) -> Point:
    result = point(topic, payload)
    assert result is not None
    return result


def test_a_reading_stands_at_the_end_of_its_window_and_leaves_out_what_is_unknown() -> None:
    reading = Reading(
        source="mqtt-meter",
        measured_at=NOON - timedelta(seconds=40),
        received_at=NOON,
        averaged_s=60,
        grid_w=-1500,
        grid_a=(1, None, 0.5),
    )
    assert made("sunpilot/inverter/3/reading", reading.encode()) == Point(
        "reading",
        {"inverter": "3", "source": "mqtt-meter"},
        {
            "is_from_fallback": 0.0,
            "received_at_ms": NOON_NS / 1e6,
            "averaged_s": 60.0,
            "grid_w": -1500.0,
            "grid_l1_a": 1.0,
            "grid_l3_a": 0.5,
            "quality": "ok",
            "age_s": 40.0,
        },
        NOON_NS - 40 * 10**9,
    )


def test_a_reading_without_a_time_stands_in_the_middle_of_its_possible_ages() -> None:
    reading = Reading(source="solaredge", age_s=(0, 360), received_at=NOON, grid_w=0)
    found = made("sunpilot/inverter/3/reading", reading.encode())
    assert found.time_ns == NOON_NS - 180 * 10**9
    assert found.fields["age_s"] == 180.0


def test_the_same_reading_again_is_the_same_point_however_late_it_comes() -> None:
    reading = Reading(source="solaredge", age_s=(0, 360), received_at=NOON, grid_w=5).encode()
    topic = "sunpilot/inverter/3/reading"
    later = point(topic, reading, received_at=NOON + timedelta(days=9), retained=True)
    assert later == point(topic, reading)


def test_a_status_is_flat_with_its_limits_and_its_manual_state() -> None:
    status = Status(
        link=LinkState.ONLINE,
        car=Car.CHARGING,
        allowed=True,
        power_w=4140,
        voltage_v=(230.0, 231.5, None),
        phases=3,
        limits=Limits(minimum_a=6, cable_a=20),
        manual=Manual(since=NOON, reason=ManualReason.CHANGED, key="amp", seconds_left=60),
        at=NOON - timedelta(seconds=1),
    )
    found = made(STATUS, status.encode())
    assert found.tags == {"wattpilot": "7"}
    assert found.time_ns == NOON_NS - 10**9
    assert found.fields == {
        "link": "online",
        "car": "charging",
        "allowed": 1.0,
        "power_w": 4140.0,
        "voltage_l1_v": 230.0,
        "voltage_l2_v": 231.5,
        "phases": 3.0,
        "minimum_a": 6.0,
        "cable_a": 20.0,
        "manual_since_ms": NOON_NS / 1e6,
        "manual_reason": "changed",
        "manual_key": "amp",
        "manual_seconds_left": 60.0,
        "online": 1.0,
        "has_car": 1.0,
        "manual": 1.0,
    }


def test_an_offline_status_says_nothing_of_the_car_and_no_zero() -> None:
    found = made(STATUS, Status(link=LinkState.CONNECTING, at=NOON).encode())
    assert found.fields == {"link": "connecting", "online": 0.0}


@pytest.mark.parametrize("wrong", [timedelta(days=-20_000), timedelta(days=-3), timedelta(seconds=6)])
def test_a_senders_clock_that_cannot_be_right_is_replaced_by_the_time_of_receipt(wrong: timedelta) -> None:
    status = Status(link=LinkState.ONLINE, at=NOON + wrong).encode()
    assert made(STATUS, status).time_ns == NOON_NS
    assert point(STATUS, status, retained=True) is None


def test_a_stored_copy_without_a_time_of_its_own_is_not_recorded() -> None:
    assert point(STATUS, Status(link=LinkState.ONLINE).encode(), retained=True) is None
    assert point("sunpilot/wattpilot/7/online", b"true", retained=True) is None
    assert point("sunpilot/service/api/main", ServiceState(online=False, version="1").encode(), retained=True) is None


def test_a_status_that_was_queued_for_hours_keeps_its_own_time() -> None:
    status = Status(link=LinkState.ONLINE, at=NOON)
    found = point(STATUS, status.encode(), received_at=NOON + timedelta(hours=20))
    assert found is not None
    assert found.time_ns == NOON_NS


def test_two_setpoints_of_one_microsecond_stay_two_points() -> None:
    def of(n: int) -> Point:
        setpoint = Setpoint(action=Action.CHARGE, amps=6 + n, epoch=1, n=n, reason="x", at=NOON)
        return made("sunpilot/wattpilot/7/setpoint", setpoint.encode())

    assert (of(1).time_ns, of(2).time_ns) == (NOON_NS + 1, NOON_NS + 2)
    assert of(2).fields["amps"] == 8.0


def test_an_acknowledgement_tells_how_long_it_took_since_its_setpoint() -> None:
    points = Points(Topics())
    setpoint = Setpoint(action=Action.STOP, epoch=9, n=4, reason="x", at=NOON)
    points.point("sunpilot/wattpilot/7/setpoint", setpoint.encode(), NOON)

    def after_s(of: Order, at: datetime) -> object:
        ack = Ack(of=of, key="frc", value=1, result=Result.CONFIRMED, at=at)
        found = points.point("sunpilot/wattpilot/7/ack", ack.encode(), NOON)
        assert found is not None
        assert found.tags == {"wattpilot": "7", "result": "confirmed", "key": "frc"}
        return found.fields.get("after_s")

    assert after_s(Order(epoch=9, n=4), NOON + timedelta(seconds=1.5)) == 1.5
    assert after_s(Order(epoch=9, n=3), NOON + timedelta(seconds=1.5)) is None
    assert after_s(Order(epoch=9, n=4), NOON - timedelta(seconds=1)) is None  # two machines' clocks


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, {"value": 1.0}), (10, {"value": 10.0}), (0.5, {"value": 0.5}), ("x", {"value_text": "x"}), (None, {})],
)
def test_an_acknowledged_value_has_one_type_for_each_field(value: object, expected: dict[str, object]) -> None:
    fields = made("sunpilot/wattpilot/7/ack", Ack(key="a", value=value, result=Result.STORED).encode()).fields  # type: ignore[arg-type]
    assert fields == {"count": 1.0, **expected}


def decision(reason: Reason) -> bytes:
    return Decision(
        at=NOON,
        reason=reason,
        text=TEXT,
        action=Action.CHARGE,
        amps=8,
        mode="sun",
        stages=(Stage(name=StageName.SUN, live=False), Stage(name=StageName.CHARGE, live=True)),
        inputs=Inputs(grid_w=-10, reading_is_fresh=True),
        terms={"regret_wh": 3, "unknown": None},
        countdowns={"started": 12},
    ).encode()


def test_a_decision_has_its_inputs_terms_and_countdowns_and_says_whether_its_reason_is_new() -> None:
    points = Points(Topics())
    topic = "sunpilot/wattpilot/7/decision"
    first = points.point(topic, decision(Reason.STARTED), NOON)
    assert first is not None
    assert first.tags == {"wattpilot": "7", "reason": "started"}
    assert first.fields == {
        "text_en": "Sun.",
        "text_de": "Sonne.",
        "action": "charge",
        "amps": 8.0,
        "mode": "sun",
        "grid_w": -10.0,
        "reading_is_fresh": 1.0,
        "status_is_fresh": 0.0,
        "term_regret_wh": 3.0,
        "countdown_started": 12.0,
        "stage": "charge",
        "changed": 1.0,
    }
    same, other = (points.point(topic, decision(one), NOON) for one in (Reason.STARTED, Reason.STOPPED))
    assert same is not None
    assert other is not None
    assert (same.fields["changed"], other.fields["changed"]) == (0.0, 1.0)


def test_a_session_and_a_day_are_one_point_each_however_often_they_are_said() -> None:
    session = Session(id=1, at=NOON, started_at=NOON - timedelta(hours=1), energy_wh=7, reasons_s={"sharing": 4})
    found = made("sunpilot/wattpilot/7/session", session.encode())
    assert found.time_ns == NOON_NS - 3600 * 10**9
    assert (found.fields["energy_wh"], found.fields["reason_sharing_s"]) == (7.0, 4.0)
    day = DayTotal(day="2026-06-21", began_at=NOON - timedelta(hours=14), import_wh=3)
    total = made("sunpilot/house/2/day", day.encode())
    assert total.tags == {"house": "2", "month": "2026-06"}
    assert total.time_ns == NOON_NS - 14 * 3600 * 10**9
    assert point("sunpilot/house/2/day", DayTotal(day="2026-06-21").encode()) is None


def test_a_source_and_a_service_are_recorded_with_the_recorders_own_counts() -> None:
    source = SourceState(outcome=Outcome.UNCHANGED, text=TEXT, at=NOON, next_fetch_at=NOON, calls_left=3)
    assert made("sunpilot/inverter/3/source", source.encode()).fields == {
        "outcome": "unchanged",
        "text_en": "Sun.",
        "text_de": "Sonne.",
        "next_fetch_at_ms": NOON_NS / 1e6,
        "calls_left": 3.0,
        "is_fallback": 0.0,
        "ok": 1.0,
    }
    state = ServiceState(
        online=True,
        version="1",
        started_at=NOON - timedelta(hours=1),
        uptime_s=3000,
        waits_for=("a", "b"),
        recording=Recording(received=5, oldest_s=2),
    )
    found = made("sunpilot/service/recorder/main", state.encode())
    assert found.time_ns == NOON_NS - 600 * 10**9
    assert found.tags == {"service": "recorder", "instance": "main"}
    assert found.fields["waits_for"] == 2.0
    assert found.fields["waits_text"] == "a; b"
    assert (found.fields["received"], found.fields["oldest_s"]) == (5.0, 2.0)


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        (STATUS, b"{"),
        (STATUS, b"\xff\xfe"),
        (STATUS, Status(link=LinkState.ONLINE).encode().replace(b'"v":1', b'"v":2')),
        ("sunpilot/wattpilot/seven/status", Status(link=LinkState.ONLINE).encode()),
        ("sunpilot/wattpilot/7/online", b"yes"),
    ],
)
def test_what_is_no_message_is_refused_with_a_reason(topic: str, payload: bytes) -> None:
    with pytest.raises(BadMessageError):
        point(topic, payload)


def test_a_cleared_topic_is_no_point() -> None:
    assert point(STATUS, b"") is None


def test_a_number_beyond_all_meaning_is_left_out() -> None:
    payload = Ack(key="a", value=1, result=Result.STORED).encode().replace(b'"value":1', b'"value":1' + b"0" * 400)
    assert "value" not in made("sunpilot/wattpilot/7/ack", payload).fields


texts = st.text(st.characters(codec="utf-8", exclude_characters="\n\r\t\0"), min_size=1, max_size=30)
tag_texts = texts.filter(lambda text: "\\" not in text)
names = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=8)


@given(
    tags=st.dictionaries(names, tag_texts, max_size=3),
    fields=st.dictionaries(
        names, st.one_of(st.floats(allow_nan=False, allow_infinity=False), texts), min_size=1, max_size=4
    ),
    time_ns=st.integers(0, 2**62),
)
def test_a_line_says_the_same_as_that_of_influxdbs_own_client(
    tags: dict[str, str], fields: dict[str, float | str], time_ns: int
) -> None:
    reference = ReferencePoint("m").time(time_ns)  # type: ignore[no-untyped-call]
    for name in sorted(tags):
        reference.tag(name, tags[name])
    for name in sorted(fields):
        reference.field(name, fields[name])
    ours = Point("m", dict(sorted(tags.items())), dict(sorted(fields.items())), time_ns)
    head, _, body = ours.line().decode().partition(" ")
    assert tidy(f"{head} {body}") == tidy(reference.to_line_protocol())


def tidy(line: str) -> str:
    """The client writes whole floats without a fraction, which means the same."""
    return line.replace(".0,", ",").replace(".0 ", " ")


@given(st.text(max_size=50), st.floats(), st.text(max_size=50))
def test_whatever_the_content_a_line_is_one_line_and_ends_with_its_time(tag: str, number: float, text: str) -> None:
    line = Point("m", {"t": tag}, {"n": number, "x": text, "ok": 1.0}, NOON_NS).line()
    assert b"\n" not in line
    assert b"\r" not in line
    assert line_time(line) == NOON


def test_a_point_with_nothing_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="no fields"):
        Point("m", {}, {"x": math.nan}, 1).line()
