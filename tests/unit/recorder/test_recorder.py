"""The recorder in virtual time: outages, crashes, refusals, full disks. At the end the counts are equal, or say why."""

import asyncio
import itertools
import json
import os
import shutil
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sunpilot.contract.service import Refusal
from sunpilot.contract.wait import WaitCode
from sunpilot.recorder import refused, writer
from sunpilot.recorder.answer import Answer
from sunpilot.recorder.ledger import Ledger
from sunpilot.recorder.segment import Segment
from sunpilot.recorder.wait import SUBSCRIPTION, session
from tests.support.virtual_time import START, run
from tests.unit.recorder.scene import Scene

SETTLE_S = 120.0
"""Longer than the longest pause between two tries, and a report."""

UNDER_LOAD = 10
"""Messages a second; a house whose car charges says 1.9."""

DOWN = Answer(None, b"ConnectionRefusedError")


def play(scene: Scene, story: Callable[[Scene], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        scene.start()
        await story(scene)
        await scene.stop()

    run(main())


def said(code: str, message: str) -> bytes:
    return json.dumps({"code": code, "message": message}).encode()


@pytest.fixture(autouse=True)
def _no_flush(monkeypatch: pytest.MonkeyPatch) -> None:
    """No machine loses its power here, and an hour has thousands of flushes."""
    monkeypatch.setattr(os, "fsync", lambda _handle: None)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path / "spool")


def test_what_is_said_is_in_the_database_within_seconds(scene: Scene) -> None:
    async def story(scene: Scene) -> None:
        await scene.clock.sleep(1)
        scene.say()
        await scene.clock.sleep(4)
        assert scene.bucket.energies == [1]
        assert not scene.session.under_way

    play(scene, story)


def test_an_hour_without_the_database_under_load_loses_nothing_and_doubles_nothing(scene: Scene) -> None:
    async def story(scene: Scene) -> None:
        await scene.live(60, UNDER_LOAD)
        scene.bucket.door = lambda _lines: DOWN
        await scene.live(3600, UNDER_LOAD)
        assert any("InfluxDB" in what for what in scene.report.waits_for)
        tries = len(scene.bucket.writes)
        assert 60 <= tries <= 200  # about once a minute, and more often at first
        scene.bucket.door = lambda _lines: None
        await scene.live(SETTLE_S, UNDER_LOAD)
        await scene.clock.sleep(SETTLE_S)
        assert scene.bucket.energies == scene.everything
        assert len(scene.bucket.energies) == 37_800
        assert scene.report.waits_for == ()
        assert scene.report.recording is not None
        assert scene.report.recording.written == scene.report.recording.received == 37_800
        assert scene.report.recording.spool_bytes == 0

    play(scene, story)


def test_hours_without_the_recorder_are_made_up_for_at_their_own_times(scene: Scene) -> None:
    async def story(scene: Scene) -> None:
        await scene.live(10)
        await scene.stop()
        await scene.live(3600)
        await scene.clock.sleep(4 * 3600)
        scene.start()
        await scene.clock.sleep(SETTLE_S)
        assert scene.bucket.energies == scene.everything
        times_s = sorted(int(time) / 1e9 for series, time in scene.bucket.points if series.startswith(b"status"))
        assert max(late - soon for soon, late in itertools.pairwise(times_s)) < 1.1

    play(scene, story)


def test_a_crash_between_the_databases_take_and_the_spools_deletion_doubles_nothing(
    scene: Scene, tmp_path: Path
) -> None:
    """At every single write of a minute, the machine dies right after the database has taken it."""

    async def story(scene: Scene) -> None:
        crashes = 0
        while crashes < 20:
            taken = asyncio.Event()
            copy = tmp_path / f"after {crashes}"

            def die(copy: Path = copy, taken: asyncio.Event = taken) -> None:
                if not taken.is_set():
                    shutil.copytree(scene.folder, copy)
                    taken.set()

            scene.bucket.after = die
            while not taken.is_set():
                await scene.live(1, 7)
            await scene.stop()
            scene.folder = copy  # the disk as it was at that moment
            crashes += 1
            scene.start()
        await scene.clock.sleep(SETTLE_S)
        assert scene.bucket.energies == scene.everything

    play(scene, story)


def test_a_crash_before_the_acknowledgement_doubles_nothing(scene: Scene) -> None:
    async def story(scene: Scene) -> None:
        await scene.live(5, 3)
        for _ in range(10):
            scene.say()
            for _ in range(4):  # somewhere between arrival and acknowledgement
                await asyncio.sleep(0)
            await scene.stop()
            scene.start()
            await scene.live(2, 3)
        await scene.clock.sleep(SETTLE_S)
        assert scene.bucket.energies == scene.everything

    play(scene, story)


def test_a_full_spool_gives_up_the_oldest_and_says_how_many_and_of_which_time(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "spool", spool_bytes=200_000)

    async def story(scene: Scene) -> None:
        scene.bucket.door = lambda _lines: DOWN
        await scene.live(1800, 2)
        await scene.clock.sleep(60)
        before = scene.report.recording
        assert before is not None
        assert before.spool_bytes <= 200_000
        scene.bucket.door = lambda _lines: None
        await scene.clock.sleep(SETTLE_S)
        after = scene.report.recording
        assert after is not None
        assert after.lost > 1000
        assert scene.bucket.energies == scene.everything[after.lost :]  # the oldest are missing, and only they
        assert after.received == scene.said == after.written + after.lost
        assert after.lost_from == START + timedelta(microseconds=1)
        last_lost = START + timedelta(seconds=(after.lost - 1) // 2, microseconds=after.lost)
        assert after.lost_to is not None
        assert abs(after.lost_to - last_lost) < timedelta(milliseconds=1)
        told = [call.kwargs["messages"] for call in scene.log.calls if "spool is full" in call.args[0]]
        assert sum(told) == after.lost

    play(scene, story)


@pytest.mark.parametrize("status", [400, 422])
def test_only_the_points_with_the_wrong_type_are_put_aside_and_kept_in_a_file(scene: Scene, status: int) -> None:
    bad = {b"energy_wh=%d.0" % number for number in (1, 77, 78, 500)}

    def door(lines: Sequence[bytes]) -> Answer | None:
        conflict = any(any(one + b"," in line for one in bad) for line in lines)
        return Answer(status, said("unprocessable entity", "field type conflict")) if conflict else None

    async def story(scene: Scene) -> None:
        scene.bucket.door = door
        await scene.live(100, 5)
        await scene.clock.sleep(SETTLE_S)
        assert scene.bucket.energies == [one for one in scene.everything if one not in (1, 77, 78, 500)]
        recording = scene.report.recording
        assert recording is not None
        assert (recording.received, recording.written, recording.put_aside) == (500, 496, 4)
        text = (scene.folder / "refused.lines").read_text(encoding="utf-8")
        assert text.count("energy_wh=") == 4
        assert text.startswith(f"# {status}: field type conflict\nstatus,wattpilot=1 ")

    play(scene, story)


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (
            said("unprocessable entity", 'partial write: field type conflict: input field "grid_w" on measurement "a"'),
            Refusal.TYPE_CONFLICT,
        ),
        (  # InfluxDB 3 Core
            b'{"error":"partial write of line protocol occurred","data":[{"error_message":"invalid column type"}]}',
            Refusal.TYPE_CONFLICT,
        ),
        (said("unprocessable entity", "partial write: points beyond retention policy dropped=1"), Refusal.TOO_OLD),
        (said("invalid", "unable to parse 'x': missing fields"), Refusal.UNREADABLE),
        (said("unprocessable entity", "the moon is full"), Refusal.OTHER),
    ],
)
def test_a_database_that_refuses_every_point_is_told_with_when_and_why(
    scene: Scene, body: bytes, refusal: Refusal
) -> None:
    async def story(scene: Scene) -> None:
        scene.bucket.door = lambda _lines: Answer(422, body)
        await scene.live(60, 2)
        await scene.clock.sleep(SETTLE_S)
        recording = scene.report.recording
        assert recording is not None
        assert (recording.received, recording.put_aside, recording.lost) == (120, 120, 0)
        assert recording.refused_for is refusal
        assert recording.refused_at is not None
        assert timedelta(0) < scene.clock.now() - recording.refused_at < timedelta(seconds=SETTLE_S + 10)
        before = recording.refused_at
        scene.bucket.door = lambda _lines: None
        await scene.live(60, 2)
        await scene.stop()
        scene.start()
        await scene.clock.sleep(SETTLE_S)
        recording = scene.report.recording
        assert recording is not None
        assert (recording.written, recording.put_aside, recording.refused_at) == (120, 120, before)

    play(scene, story)


def test_what_is_refused_beyond_the_bound_of_its_file_is_counted_as_lost(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refused, "LIMIT_BYTES", 5000)

    async def story(scene: Scene) -> None:
        scene.bucket.door = lambda _lines: Answer(422, said("unprocessable entity", "field type conflict"))
        await scene.live(300, 1)
        await scene.clock.sleep(SETTLE_S)
        recording = scene.report.recording
        assert recording is not None
        kept = (scene.folder / "refused.lines").read_text(encoding="utf-8").count("energy_wh=")
        assert 0 < kept < 300
        assert (recording.put_aside, recording.lost, recording.lost_refused) == (kept, 300 - kept, 300 - kept)
        assert recording.received == 300
        assert recording.lost_from is not None
        assert recording.lost_to is not None
        assert abs(recording.lost_from - START - timedelta(seconds=kept)) < timedelta(seconds=1)
        assert abs(recording.lost_to - START - timedelta(seconds=299)) < timedelta(seconds=1)

    play(scene, story)


def test_damage_on_the_disk_is_reported_as_loss_and_does_not_wait_for_ever(scene: Scene) -> None:
    async def story(scene: Scene) -> None:
        scene.bucket.door = lambda _lines: DOWN
        await scene.live(60)
        (file,) = scene.folder.glob("*.lines")
        text = file.read_bytes()
        file.write_bytes(text.replace(b"energy_wh=7.0", b"energy_wh=8.0"))
        scene.bucket.door = lambda _lines: None
        await scene.clock.sleep(SETTLE_S)
        recording = scene.report.recording
        assert recording is not None
        assert scene.bucket.energies == [number for number in scene.everything if number != 7]
        assert (recording.received, recording.written, recording.lost, recording.lost_damaged) == (60, 59, 1, 1)
        assert recording.lost_from is not None
        assert (recording.spool_bytes, recording.oldest_s) == (0, None)

    play(scene, story)


def test_a_session_that_the_broker_refuses_is_waited_for_until_it_is_let_in(scene: Scene) -> None:
    async def story(scene: Scene) -> None:
        await scene.live(5)
        scene.session.say(session("Not authorized"))
        await scene.clock.sleep(1)
        (wait,) = scene.report.waits
        assert wait.code is WaitCode.SESSION
        assert "Not authorized" in wait.text.en
        scene.session.say(SUBSCRIPTION)
        await scene.clock.sleep(1)
        assert [one.code for one in scene.report.waits] == [WaitCode.SUBSCRIPTION]
        scene.session.say(None)
        await scene.clock.sleep(1)
        assert scene.report.waits == ()

    play(scene, story)


def test_one_disk_that_two_wait_for_is_waited_for_until_both_have_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal has its disk back first, while the writer still cannot put refused points aside."""

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    async def story(scene: Scene) -> None:
        scene.bucket.door = lambda _lines: Answer(422, said("unprocessable entity", "field type conflict"))
        with monkeypatch.context() as patch:
            patch.setattr(writer, "put_aside", fail)
            with monkeypatch.context() as inner:
                await scene.live(5)
                inner.setattr(Segment, "append", fail)
                await scene.live(5)
            await scene.live(10)
            assert [one.code for one in scene.report.waits] == [WaitCode.SPOOL_DISK]
        await scene.clock.sleep(SETTLE_S)
        assert scene.report.waits == ()

    play(scene, story)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(None, b"NameResolutionError"), WaitCode.DATABASE),
        (Answer(401, said("unauthorized", "unauthorized access")), WaitCode.DATABASE_REFUSES),
        (Answer(403, said("forbidden", "insufficient permissions")), WaitCode.DATABASE_RIGHT),
        (Answer(404, said("not found", 'bucket "x" not found')), WaitCode.DATABASE_BUCKET),
        (Answer(400, b"Client sent an HTTP request to an HTTPS server.\n"), WaitCode.DATABASE_STRANGE),
        (Answer(301, b""), WaitCode.DATABASE_STRANGE),
        (Answer(503, b""), WaitCode.DATABASE_BUSY),
        (Answer(500, said("internal error", "shard is gone")), WaitCode.DATABASE_BUSY),
    ],
)
def test_what_a_person_or_time_can_mend_is_said_and_waited_for(scene: Scene, answer: Answer, code: WaitCode) -> None:
    async def story(scene: Scene) -> None:
        scene.bucket.door = lambda _lines: answer
        await scene.live(90)
        report = scene.report
        (wait,) = report.waits
        assert wait.code is code
        assert report.waits_for == (wait.text.en,)
        scene.bucket.door = lambda _lines: None
        await scene.clock.sleep(SETTLE_S)
        assert scene.bucket.energies == scene.everything
        assert scene.report.waits_for == ()
        assert not (scene.folder / "refused.lines").exists()

    play(scene, story)


def test_a_server_that_asks_for_patience_is_left_alone_for_so_long(scene: Scene) -> None:
    async def story(scene: Scene) -> None:
        scene.bucket.door = lambda _lines: Answer(429, b"", retry_after="300")
        scene.say()
        await scene.clock.sleep(250)
        assert len(scene.bucket.writes) == 1
        await scene.clock.sleep(60)
        assert len(scene.bucket.writes) == 2

    play(scene, story)


def test_a_batch_that_is_too_large_is_sent_in_parts_and_the_next_ones_are_smaller(scene: Scene) -> None:
    async def story(scene: Scene) -> None:
        scene.bucket.door = lambda lines: Answer(413, b"") if len(lines) > 100 else None
        for _ in range(3):
            await scene.live(1, 1000)
            await scene.clock.sleep(SETTLE_S)
        assert scene.bucket.energies == scene.everything
        assert sum(size > 100 for size in scene.bucket.writes) < 25

    play(scene, story)


def test_one_line_that_is_too_large_alone_does_not_make_later_batches_small(scene: Scene) -> None:
    async def story(scene: Scene) -> None:
        scene.bucket.door = lambda lines: Answer(413) if any(b"energy_wh=100.0" in line for line in lines) else None
        await scene.live(1, 1000)
        await scene.clock.sleep(SETTLE_S)
        assert scene.bucket.energies == [number for number in scene.everything if number != 100]
        scene.bucket.writes.clear()
        await scene.live(1, 1000)
        await scene.clock.sleep(SETTLE_S)
        assert max(scene.bucket.writes) >= 1000

    play(scene, story)


def test_a_disk_that_takes_nothing_holds_the_acknowledgements_back(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(scene: Scene) -> None:
        await scene.live(5)
        with monkeypatch.context() as patch:

            def fail(*_: object) -> None:
                raise OSError(28, "No space left on device")

            patch.setattr(Segment, "append", fail)
            await scene.live(300)
            (waits,) = scene.report.waits_for
            assert "No space left on device" in waits
            assert len(scene.session.under_way) == 200
        await scene.clock.sleep(SETTLE_S)
        assert scene.bucket.energies == scene.everything
        assert scene.report.waits_for == ()

    play(scene, story)


def test_a_folder_that_cannot_be_opened_is_waited_for(scene: Scene) -> None:
    scene.folder.parent.mkdir(exist_ok=True)
    scene.folder.write_text("in the way", encoding="utf-8")

    async def story(scene: Scene) -> None:
        await scene.live(60)
        assert any("spool" in what for what in scene.report.waits_for)
        scene.folder.unlink()
        await scene.clock.sleep(SETTLE_S)
        assert scene.bucket.energies == scene.everything

    play(scene, story)


def test_a_bad_payload_is_counted_and_stops_nothing(scene: Scene) -> None:
    async def story(scene: Scene) -> None:
        scene.say()
        scene.session.publish(b"{not json")
        scene.say()
        await scene.clock.sleep(SETTLE_S)
        assert scene.bucket.energies == [1, 2]
        assert scene.report.dropped == 1
        assert not scene.session.under_way

    play(scene, story)


def test_a_broker_that_has_forgotten_the_recorder_is_counted_as_a_gap(scene: Scene) -> None:
    async def story(scene: Scene) -> None:
        await scene.live(5)
        await scene.clock.sleep(SETTLE_S)
        await scene.stop()
        scene.session.is_known = False
        scene.start()
        await scene.clock.sleep(SETTLE_S)
        assert scene.report.recording is not None
        assert scene.report.recording.gaps == 1

    play(scene, story)


def test_a_full_disk_does_not_make_the_writer_hammer_the_database_over_a_refused_point(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def door(lines: Sequence[bytes]) -> Answer | None:
        return (
            Answer(422, said("unprocessable entity", "field type conflict"))
            if any(b"energy_wh=3.0," in line for line in lines)
            else None
        )

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    async def story(scene: Scene) -> None:
        scene.bucket.door = door
        with monkeypatch.context() as patch:
            patch.setattr(writer, "put_aside", fail)
            for _ in range(3):
                scene.say()
                await scene.clock.sleep(5)
            before = len(scene.bucket.writes)
            await scene.clock.sleep(600)
            assert 5 <= len(scene.bucket.writes) - before <= 100
            assert any("No space left" in what for what in scene.report.waits_for)
        await scene.clock.sleep(SETTLE_S)
        assert scene.bucket.energies == [1, 2]
        assert (scene.folder / "refused.lines").read_text(encoding="utf-8").count("energy_wh=3.0") == 1
        assert scene.report.waits_for == ()

    play(scene, story)


@pytest.mark.parametrize(("kind", "work"), [(Ledger, "save"), (Segment, "delete")])
def test_a_full_spool_on_a_disk_that_fails_counts_no_message_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type, work: str
) -> None:
    scene = Scene(tmp_path / "spool", spool_bytes=20_000)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    async def story(scene: Scene) -> None:
        scene.bucket.door = lambda _lines: DOWN
        with monkeypatch.context() as patch:
            patch.setattr(kind, work, fail)
            await scene.live(300)
        scene.bucket.door = lambda _lines: None
        await scene.clock.sleep(SETTLE_S)
        recording = scene.report.recording
        assert recording is not None
        assert recording.received == scene.said == recording.written + recording.lost
        told = [call.kwargs["messages"] for call in scene.log.calls if "spool is full" in call.args[0]]
        assert sum(told) == recording.lost > 0

    play(scene, story)


def test_times_that_no_clock_tells_are_dropped_and_stop_nothing(scene: Scene) -> None:
    """One beyond the calendar would end the recorder each time that it looks at the oldest point."""

    async def story(scene: Scene) -> None:
        for time in ("9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
            reading = {"source": "mqtt-meter", "measured_at": time, "received_at": time, "grid_w": 1.0}
            scene.session.publish(json.dumps(reading).encode(), "sunpilot/inverter/1/reading")
        service = {"online": True, "version": "1", "started_at": "2026-06-01T00:00:00Z", "uptime_s": 1e300}
        scene.session.publish(json.dumps(service).encode(), "sunpilot/service/api/main")
        scene.say()
        await scene.clock.sleep(SETTLE_S)
        assert scene.bucket.energies == [1]
        assert scene.report.dropped == 4
        assert not scene.session.under_way

    play(scene, story)
