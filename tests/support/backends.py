"""The real servers that tests run on: which one answers here. A required one that is missing is a failure."""

import contextlib
import functools
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

MOSQUITTO_IMAGE = "eclipse-mosquitto:2.0.22"
VALKEY_IMAGE = "valkey/valkey:9-alpine"
INFLUXDB_IMAGE = "influxdb:2.9"

# No reaper container: each container here is stopped by the context that started it.
os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, and what it runs on."""

    kind: str
    host: str
    port: int


def is_required(backend: str) -> bool:
    return backend in os.environ.get("SUNPILOT_REQUIRE", "").split(",")


def not_run(backend: str, why: str) -> None:
    """A backend is missing: a failure where it is required, otherwise listed as not run."""
    if is_required(backend):
        pytest.fail(f"{backend} is required (SUNPILOT_REQUIRE), but {why}")
    pytest.skip(f"not run: {why}")


@functools.cache
def docker_engine() -> str | None:
    """The version of the Docker Engine that answers here."""
    if shutil.which("docker") is None:
        return None
    command = ["docker", "version", "--format", "{{.Server.Version}}"]
    with contextlib.suppress(subprocess.SubprocessError, OSError):
        return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
    return None


@functools.cache
def why_not(image: str) -> str | None:
    """Why nothing runs here from an image; None where it is here, or could be pulled."""
    if shutil.which("docker") is None:
        return "there is no docker command"
    if docker_engine() is None:
        return "no Docker Engine answers"
    if subprocess.run(["docker", "image", "inspect", image], capture_output=True, timeout=120, check=False).returncode:
        try:
            subprocess.run(["docker", "pull", "--quiet", image], capture_output=True, timeout=120, check=True)
        except subprocess.CalledProcessError as error:
            said = error.stderr.decode(errors="replace").strip().splitlines() or ["no word why"]
            return f"Docker Engine {docker_engine()} has no image {image}, and cannot pull it: {said[-1]}"
        except subprocess.TimeoutExpired as error:
            return f"Docker Engine {docker_engine()} has no image {image}, and no pull of it ended in {error.timeout} s"
    return None


def has_image(image: str) -> bool:
    """The image is here, or can be pulled."""
    return why_not(image) is None


def system_mosquitto() -> str | None:
    return shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name)) is not None), None)


def header() -> list[str]:
    """What pytest says at its start."""
    engine = docker_engine()
    mosquitto = "container" if has_image(MOSQUITTO_IMAGE) else system_mosquitto() or "missing: not run"
    return [
        f"docker engine: {engine or 'does not answer: containers are not run'}",
        f"mosquitto: {mosquitto}",
        f"chromium: {chromium() or 'missing: the page is not run in a browser'}",
    ]


@contextlib.contextmanager
def mosquitto(folder: Path, port: int | None = None, settings: str = "") -> Iterator[Server]:
    """A real Mosquitto: in a container where an engine answers, otherwise the system's. ``settings`` are lines more."""
    config = folder / "mosquitto.conf"
    open_to_all = f"allow_anonymous true\nset_tcp_nodelay true\n{settings}"
    if has_image(MOSQUITTO_IMAGE):
        from testcontainers.core.container import DockerContainer  # noqa: PLC0415  (slow to import)

        config.write_text(f"listener 1883\n{open_to_all}", encoding="utf-8")
        config.chmod(0o644)
        container = DockerContainer(MOSQUITTO_IMAGE).with_volume_mapping(
            str(config), "/mosquitto/config/mosquitto.conf"
        )
        container = container.with_exposed_ports(1883) if port is None else container.with_bind_ports(1883, port)
        with container:
            published = int(container.get_exposed_port(1883))
            wait_for(published)
            yield Server(f"mosquitto in a container ({MOSQUITTO_IMAGE})", "127.0.0.1", published)
        return
    binary = system_mosquitto()
    if binary is None:
        not_run("mosquitto", "neither a Docker Engine nor the system has a Mosquitto")
        return
    port = free_port() if port is None else port
    config.write_text(f"listener {port} 127.0.0.1\n{open_to_all}", encoding="utf-8")
    with subprocess.Popen([binary, "-c", str(config)], stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(port)
            yield Server(f"the system's mosquitto ({binary})", "127.0.0.1", port)
        finally:
            process.terminate()


@contextlib.contextmanager
def sunpilot_broker(folder: Path, port: int = 1883) -> Iterator[Server]:
    """Mosquitto as Sunpilot configures it, with every account; ``folder`` is what `setup` has made.

    ``port`` is the listener that the test talks to.
    """
    config = folder / "broker" / "mosquitto.conf"
    if has_image(MOSQUITTO_IMAGE):
        from testcontainers.core.container import DockerContainer  # noqa: PLC0415  (slow to import)

        owner = config.stat()
        container = (
            DockerContainer(MOSQUITTO_IMAGE)
            .with_volume_mapping(str(folder), "/secrets")
            .with_command("mosquitto -c /secrets/broker/mosquitto.conf")
            .with_tmpfs_mount("/mosquitto/data")
            .with_kwargs(user=f"{owner.st_uid}:{owner.st_gid}")
            .with_exposed_ports(port)
        )
        with container:
            published = int(container.get_exposed_port(port))
            wait_for(published)
            yield Server(f"mosquitto in a container ({MOSQUITTO_IMAGE})", "127.0.0.1", published)
        return
    binary = system_mosquitto()
    if binary is None:
        not_run("mosquitto", "neither a Docker Engine nor the system has a Mosquitto")
        return
    local = folder / "local.conf"
    (folder / "data").mkdir()
    places = {"/mosquitto/data/": f"{folder}/data/", "/secrets/": f"{folder}/"}
    listeners = {number: free_port() for number in (1883, 8883)}
    for path, target in ((config, local), (folder / "broker" / "conf.d" / "tls.conf",) * 2):
        text = path.read_text(encoding="utf-8")
        for old, new in places.items():
            text = text.replace(old, new)
        for number, free in listeners.items():
            text = text.replace(f"listener {number}", f"listener {free} 127.0.0.1")
        target.unlink(missing_ok=True)
        target.write_text(text, encoding="utf-8")
    with local.open("a", encoding="utf-8") as file:
        file.write("user root\n")
    port = listeners[port]
    with subprocess.Popen([binary, "-c", str(local)], stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(port)
            yield Server(f"the system's mosquitto ({binary})", "127.0.0.1", port)
        finally:
            process.terminate()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def wait_for(port: int, seconds: float = 20) -> None:
    """Wait until a server is there: an engine accepts for a container that does not listen yet, then hangs up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.2) as line:
            try:
                if line.recv(1):
                    return
            except TimeoutError:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")
