"""`make demo` as a process: it charges within 120 s, shows itself in a browser, and ends with its children."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.backends import chromium, free_port, not_run
from tests.support.browser import FLAGS


class Demo:
    """The demo, started as make starts it."""

    def __init__(self, output: Path, *, ignore_sigint: bool) -> None:
        self.port = free_port()
        self.output = output
        # A shell starts a background process with SIGINT ignored.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN) if ignore_sigint else None
        with output.open("w", encoding="utf-8") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "sunpilot.standalone", "demo"],
                stdout=file,
                stderr=subprocess.STDOUT,
                env={**os.environ, "SUNPILOT_PORT": str(self.port), "SUNPILOT_MQTT_PORT": "0", "PYTHONUNBUFFERED": "1"},
                start_new_session=True,
            )
        if before is not None:
            signal.signal(signal.SIGINT, before)

    def wait_for(self, text: str, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while text not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, f"no {text!r} within {seconds} s:\n{self.said}"
            time.sleep(0.2)

    @property
    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def descendants(self) -> set[int]:
        found, todo = set(), [self.process.pid]
        while todo:
            pid = todo.pop()
            with contextlib.suppress(OSError):
                children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
                found |= {int(child) for child in children}
                todo += [int(child) for child in children]
        return found


@contextlib.contextmanager
def running(folder: Path, *, ignore_sigint: bool = False) -> Iterator[Demo]:
    demo = Demo(folder / "demo.log", ignore_sigint=ignore_sigint)
    try:
        yield demo
    finally:
        if demo.process.poll() is None:
            demo.process.kill()
            demo.process.wait()


def alive(pids: set[int]) -> set[int]:
    return {pid for pid in pids if Path(f"/proc/{pid}").exists()}


@pytest.mark.parametrize(
    ("number", "ignore_sigint"), [(signal.SIGINT, False), (signal.SIGINT, True), (signal.SIGTERM, False)]
)
def test_a_signal_ends_the_demo_and_its_children_within_3_s(
    tmp_path: Path, number: signal.Signals, ignore_sigint: bool
) -> None:
    with running(tmp_path, ignore_sigint=ignore_sigint) as demo:
        demo.wait_for("Sunpilot demo: http://", 20)
        children = demo.descendants()
        assert len(children) == 3  # the keepers of broker and store, and the store itself
        demo.process.send_signal(number)
        assert demo.process.wait(3) == 0
        assert not alive(children)
        assert "Traceback" not in demo.said


def test_children_do_not_outlive_a_demo_that_is_killed(tmp_path: Path) -> None:
    with running(tmp_path) as demo:
        demo.wait_for("Sunpilot demo: http://", 20)
        children = demo.descendants()
        demo.process.kill()
        demo.process.wait()
        deadline = time.monotonic() + 5
        while alive(children) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not alive(children)


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with running(tmp_path) as demo:
        demo.wait_for("Sunpilot demo: http://", 20)
        command = [sys.executable, "-m", "sunpilot.standalone", "demo"]
        settings = {**os.environ, "SUNPILOT_PORT": str(demo.port)}
        second = subprocess.run(command, capture_output=True, text=True, env=settings, timeout=30, check=False)
        assert second.returncode == 1
        assert second.stderr.strip().count("\n") == 0
        assert str(demo.port) in second.stderr


def test_a_car_charges_within_120_s_and_the_page_shows_it(tmp_path: Path) -> None:
    binary = chromium()
    if binary is None:
        not_run("chromium", "there is no Chromium")
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415  (slow to import)

    with running(tmp_path) as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=FLAGS)
        page = browser.new_page(locale="en-GB")
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        demo.wait_for("Sunpilot demo: http://", 20)
        page.goto(f"http://127.0.0.1:{demo.port}/")
        expect(page.locator(".sentence", has_text="Waiting for sun")).to_be_visible(timeout=60_000)
        expect(page.locator(".sentence", has_text="Charging at")).to_be_visible(timeout=120_000)
        assert "Starting at" in demo.said
        assert errors == []
        browser.close()
