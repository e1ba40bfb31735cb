"""Clock, log, report and settings."""

import asyncio
import io
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sunpilot.contract.message import decode
from sunpilot.contract.reading import Reading
from sunpilot.contract.service import ServiceState
from sunpilot.contract.topics import Topics
from sunpilot.contract.wait import STORE
from sunpilot.runtime.bus import Delivery, matches
from sunpilot.runtime.clock import ScaledClock
from sunpilot.runtime.log import Streaks, make_log, redact
from sunpilot.runtime.report import Report
from sunpilot.runtime.settings import ServiceSettings, load, read_secret
from tests.support.memory_bus import MemoryBroker
from tests.support.virtual_time import VirtualClock, run


def test_a_scaled_clock_keeps_its_two_times_together() -> None:
    start = datetime(2026, 6, 21, 5, 0, tzinfo=UTC)
    clock = ScaledClock(start, 1000)
    seconds, now = clock.monotonic(), clock.now()
    assert (now - start).total_seconds() == pytest.approx(seconds, abs=5)
    with pytest.raises(ValueError, match="scale"):
        ScaledClock(start, 0)


def test_virtual_time_passes_without_waiting() -> None:
    async def sleep_a_day() -> float:
        clock = VirtualClock()
        begin = clock.now()
        await clock.sleep(86_400)
        async with asyncio.timeout(10):
            await asyncio.sleep(9)
        return (clock.now() - begin).total_seconds()

    assert run(sleep_a_day()) == pytest.approx(86_409)


@pytest.mark.parametrize(
    ("topic_filter", "topic", "match"),
    [
        ("a/+/c", "a/b/c", True),
        ("a/+/c", "a/b/d", False),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("a/+", "a/b/c", False),
        ("a", "a/b", False),
    ],
)
def test_topic_filters(topic_filter: str, topic: str, match: bool) -> None:
    assert matches(topic_filter, topic) is match


def test_secrets_are_blanked_by_name_and_in_texts() -> None:
    event = redact(None, "info", {"event": "GET /x?api_key=abc123&y=1", "token": "abc", "wattpilot_password": "abc"})
    assert "abc" not in json.dumps(event)
    assert "y=1" in str(event["event"])


def test_a_streak_is_told_once_when_it_begins_and_once_when_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    output = io.StringIO()
    monkeypatch.setattr(sys, "stderr", output)
    streaks = Streaks(make_log("test"))
    for _ in range(5):
        streaks.failed("it does not answer", why="x")
    streaks.ended("it does not answer")
    streaks.ended("it does not answer")
    lines = [json.loads(line) for line in output.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["it does not answer", "over: it does not answer"]
    assert lines[1]["times"] == 5


def test_a_report_counts_what_it_drops_and_says_what_it_waits_for() -> None:
    async def main() -> ServiceState:
        broker = MemoryBroker()
        bus = broker.client()
        report = Report(bus, VirtualClock(), Topics(), "fetcher", "a", make_log("test", "critical"))
        bus.connect()
        report.waits_for(STORE)
        for _ in range(3):
            assert report.read(Reading, Delivery("sunpilot/inverter/1/reading", b"{}", False)) is None
        await asyncio.sleep(0)
        return decode(ServiceState, broker.retained["sunpilot/service/fetcher/a"])

    state = run(main())
    assert state.dropped == 3
    assert (state.waits, state.waits_for) == ((STORE,), (STORE.text.en,))
    assert state.online


@pytest.mark.parametrize("step_s", [-7200.0, 7200.0])
def test_a_report_survives_a_clock_that_is_set_and_goes_by_it(step_s: float) -> None:
    async def main() -> None:
        clock = VirtualClock()
        report = Report(MemoryBroker().client(), clock, Topics(), "fetcher", "a", make_log("test", "critical"))
        await clock.sleep(60)
        clock.step(step_s)
        state = report.state
        assert state.uptime_s == pytest.approx(60)
        assert state.started_at == clock.now() - timedelta(seconds=60)

    run(main())


def test_a_bad_setting_ends_the_service_with_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUNPILOT_BROKER_PORT", "70000")
    with pytest.raises(SystemExit) as ended:
        load(ServiceSettings)
    assert str(ended.value).startswith("SUNPILOT_BROKER_PORT: ")
    assert "\n" not in str(ended.value)


def test_a_secret_comes_from_a_file_and_its_absence_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password").write_text("geheim\n", encoding="utf-8")
    monkeypatch.setenv("SUNPILOT_BROKER_PASSWORD_FILE", str(tmp_path / "password"))
    settings = load(ServiceSettings)
    assert settings.broker.password is not None
    assert settings.broker.password.get_secret_value() == "geheim"
    assert "geheim" not in repr(settings)
    with pytest.raises(ValueError, match="cannot be read"):
        read_secret(tmp_path / "missing")
    monkeypatch.setenv("SUNPILOT_BROKER_PASSWORD_FILE", str(tmp_path / "missing"))
    with pytest.raises(SystemExit, match="cannot be read"):
        load(ServiceSettings)
