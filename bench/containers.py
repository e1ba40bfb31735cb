"""What the containers cost: image size, start-up time, and memory and idle CPU of each, with the demo at work.

PSS counts shared pages once; CPU is the control group's, so health checks are in it. Linux and root only (`/proc`).
"""

import subprocess
import time
from pathlib import Path

from bench.table import show
from tests.compose.project import DEMO, HISTORY, SERVICES, Project

WATCH_S = 60.0
SETTLE_S = 30.0


def main() -> None:
    """Measure and print."""
    project = Project("sunpilot-bench")
    project.compose("build", "--quiet")
    try:
        begin_s = time.monotonic()
        project.compose("up", "--detach")
        created_s = time.monotonic() - begin_s
        project.compose("up", "--detach", "--wait")
        healthy_s = time.monotonic() - begin_s
        show("Containers, idle: no Wattpilot, no inverter", COLUMNS, measure(project, SERVICES), "containers_idle.csv")
        project.compose("--profile", "demo", "up", "--detach", "--wait")
        show("Containers, the demo charging", COLUMNS, measure(project, (*SERVICES, *DEMO)), "containers_demo.csv")
        profiles = ("--profile", "demo", "--profile", "history")
        project.compose(*profiles, "up", "--detach", "--wait", *SERVICES, *DEMO, *HISTORY)
        show("Containers of history, the demo charging", COLUMNS, measure(project, HISTORY), "containers_history.csv")
    finally:
        project.down()
    rows = [
        ("image of every service (MB)", image_mb(project.image)),
        ("`up -d` until all containers run, first time (s)", f"{created_s:.1f}"),
        ("`up -d --wait` until all are healthy, first time (s)", f"{healthy_s:.1f}"),
    ]
    show("Image and start-up", ("figure", "value"), rows, "containers_start.csv")


COLUMNS = ("container", "pss_mib", "limit_mib", "cpu_percent")


def measure(project: Project, services: tuple[str, ...]) -> list[tuple[str, str, str, str]]:
    """One row per container."""
    time.sleep(SETTLE_S)
    before = {service: cpu_s(project, service) for service in services}
    time.sleep(WATCH_S)
    return [
        (
            service,
            f"{pss_mib(project, service):.1f}",
            f"{project.inspect(service)['HostConfig']['Memory'] / 2**20:.0f}",
            f"{100 * (cpu_s(project, service) - before[service]) / WATCH_S:.2f}",
        )
        for service in services
    ]


def pss_mib(project: Project, service: str) -> float:
    """Memory of all processes in a container."""
    total_kib = 0
    for pid in pids(project, service):
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        total_kib += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total_kib / 1024


def cpu_s(project: Project, service: str) -> float:
    """CPU time that a container has used since its start, finished health checks included."""
    container = project.inspect(service)["Id"]
    old = Path(f"/sys/fs/cgroup/cpuacct/docker/{container}/cpuacct.usage")
    if old.exists():
        return int(old.read_text(encoding="ascii")) / 1e9
    for folder in (f"system.slice/docker-{container}.scope", f"docker/{container}"):
        path = Path("/sys/fs/cgroup") / folder / "cpu.stat"
        if path.exists():
            return int(path.read_text(encoding="ascii").split()[1]) / 1e6
    raise FileNotFoundError(f"no control group of {service} was found")


def pids(project: Project, service: str) -> list[int]:
    """The processes of a container, as the host numbers them."""
    command = ["docker", "top", f"{project.name}-{service}-1", "-eo", "pid"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    return [int(line) for line in answer.stdout.split()[1:]]


def image_mb(image: str) -> str:
    """The image with its base, as the engine counts it."""
    command = ["docker", "image", "inspect", "--format", "{{.Size}}", image]
    return f"{int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) / 1e6:.0f}"


if __name__ == "__main__":
    main()
