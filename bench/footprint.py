"""Memory and idle CPU of each process: the standalone swarm, then each service as a process of its own.

PSS counts shared pages once. Idle: nothing is configured. Linux only (`/proc`).
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from bench.table import show
from sunpilot.standalone.embedded import embedded_broker, embedded_store, free_port

SETTLE_S = 8.0
WATCH_S = 20.0
SERVICES = ("fetcher", "controller", "bridge", "api")


def main() -> None:
    """Measure and print."""
    rows = [*standalone(), *separate()]
    show("Footprint, idle", ("process", "pss_mib", "cpu_percent"), rows, "footprint.csv")


def standalone() -> list[tuple[str, str, str]]:
    """`make run` with nothing configured: the swarm, and its broker and store."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {"SUNPILOT_DATA": folder, "SUNPILOT_PORT": str(free_port())}
        with _process("sunpilot.standalone", settings, "run") as process:
            time.sleep(SETTLE_S)
            names = {process.pid: "standalone: all services"}
            for child in _children(process.pid):
                names[child] = f"standalone: keeper of {_command(child).split('keeper ')[-1].split()[0]}"
                names |= dict.fromkeys(_children(child), "standalone: valkey-server")
            return _measure(names)


def separate() -> list[tuple[str, str, str]]:
    """Each service alone, on one embedded broker and store."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with embedded_broker(folder) as broker, embedded_store(folder) as store:
            settings = {
                "SUNPILOT_BROKER_PORT": str(broker.port),
                "SUNPILOT_STORE_PORT": str(store.port),
                "SUNPILOT_API_KEY_FILE": str(folder / "api-key"),
                "SUNPILOT_API_PORT": str(free_port()),
                "WATTPILOT_ID": "1",
            }
            processes = {service: _process(f"sunpilot.{service}", settings) for service in SERVICES}
            try:
                time.sleep(SETTLE_S)
                return _measure({process.pid: service for service, process in processes.items()})
            finally:
                for process in processes.values():
                    process.terminate()
                    process.wait()


class _process(subprocess.Popen[bytes]):  # noqa: N801  (used as a function)
    """A Python module as a process, ended on leaving."""

    def __init__(self, module: str, settings: Mapping[str, str], *arguments: str) -> None:
        environment = {**os.environ, **settings}
        super().__init__([sys.executable, "-m", module, *arguments], env=environment, stderr=subprocess.DEVNULL)

    def __exit__(self, *_: object) -> None:
        self.terminate()
        self.wait()


def _measure(names: Mapping[int, str]) -> list[tuple[str, str, str]]:
    before = {pid: cpu_s(pid) for pid in names}
    time.sleep(WATCH_S)
    return [
        (name, f"{pss_mib(pid):.1f}", f"{100 * (cpu_s(pid) - before[pid]) / WATCH_S:.2f}")
        for pid, name in names.items()
    ]


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def pss_mib(pid: int) -> float:
    """The memory of a process, shared pages in proportion, in MiB."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024


def cpu_s(pid: int) -> float:
    """The processor time of a process so far, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
