"""The sign of life, and the end of a process that is wedged."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from sunpilot.runtime.heart import EX_SOFTWARE, SILENCE_S, Heart
from sunpilot.runtime.log import make_log

LOG = make_log("test", "error")


@dataclass
class Line:
    silence_s: float | None = None


def test_a_beat_says_what_the_service_waits_for(tmp_path: Path) -> None:
    file = tmp_path / "health"
    waits_for = ["the broker"]
    heart = Heart(file, Line(), lambda: waits_for, LOG)
    heart.beat()
    assert file.read_text(encoding="utf-8") == "waits for the broker\n"
    waits_for.clear()
    heart.beat()
    assert file.read_text(encoding="utf-8") == "ok\n"


def test_a_file_that_cannot_be_written_harms_nothing(tmp_path: Path) -> None:
    Heart(tmp_path / "missing" / "health", Line(), list, LOG).beat()


@pytest.mark.parametrize(("silence_s", "ends"), [(None, []), (SILENCE_S, []), (SILENCE_S + 1, [EX_SOFTWARE])])
def test_a_broker_that_acknowledges_nothing_ends_the_process(
    tmp_path: Path, silence_s: float | None, ends: list[int]
) -> None:
    ended: list[int] = []
    file = tmp_path / "health"
    Heart(file, Line(silence_s), list, make_log("test", "critical"), end=ended.append).beat()
    assert ended == ends
    assert file.exists() is not bool(ends)


WEDGED = """
import asyncio, time
from types import SimpleNamespace
from sunpilot.runtime.heart import Heart
from sunpilot.runtime.log import make_log

async def main() -> None:
    async with Heart(None, SimpleNamespace(silence_s=None), list, make_log("test"), patience_s=0.1, beat_s=0.05):
        await asyncio.sleep(0.2)
        print("moves", flush=True)
        time.sleep(30)

asyncio.run(main())
"""


def test_a_process_whose_loop_stands_still_ends_itself_and_says_where() -> None:
    ended = subprocess.run([sys.executable, "-c", WEDGED], capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode == EX_SOFTWARE
    assert ended.stdout == "moves\n"
    assert "the event loop stands still" in ended.stderr
    assert 'File "<string>", line 11 in main' in ended.stderr
