"""The real compose file, started as a project of its own beside any other on this engine."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.backends import free_port

ROOT = Path(__file__).parents[2]
SERVICES = ("broker", "store", "fetcher", "controller", "api", "wp-bridge")
DEMO = ("simulator", "wp-bridge-demo")
HISTORY = ("influxdb", "recorder")
ONE_SHOTS = ("setup", "history-setup")
PROFILES = ("demo", "second", "history")
_OURS = ("SUNPILOT", "WATTPILOT", "COMPOSE", "BROKER", "API", "GRAFANA")


@dataclass
class Project:
    """``docker compose`` with ports of its own; ``environment`` is what stands in a user's ``.env``."""

    name: str
    environment: dict[str, str] = field(default_factory=dict)
    api_port: int = field(default_factory=free_port)
    broker_port: int = field(default_factory=free_port)
    grafana_port: int = field(default_factory=free_port)

    @property
    def image(self) -> str:
        """A name of its own for the image, so that nobody else's is replaced."""
        return self.environment.get("SUNPILOT_IMAGE", self.name)

    def compose(self, *arguments: str, stdin: bytes | None = None) -> str:
        """Run a command of Compose; a failure raises with what it said."""
        answer = self.try_compose(*arguments, stdin=stdin)
        if answer.returncode != 0:
            raise AssertionError(f"docker compose {' '.join(arguments)}: {answer.stderr.decode()[-2000:]}")
        return answer.stdout.decode()

    def try_compose(self, *arguments: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
        """Run a command of Compose, whatever comes of it."""
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(_OURS)},
            "API_PORT": str(self.api_port),
            "BROKER_PORT": str(self.broker_port),
            "GRAFANA_PORT": str(self.grafana_port),
            "SUNPILOT_IMAGE": self.image,
            **self.environment,
        }
        command = ["docker", "compose", "--project-name", self.name, "--env-file", "/dev/null", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=environment, input=stdin or b"", capture_output=True, timeout=300, check=False
        )

    def inspect(self, service: str) -> dict[str, Any]:
        """What the engine says of a service's container."""
        container = f"{self.name}-{service}-1"
        answer = subprocess.run(["docker", "inspect", container], capture_output=True, timeout=20, check=True)
        found: list[dict[str, Any]] = json.loads(answer.stdout)
        return found[0]

    def down(self) -> None:
        """Remove containers, networks and volumes, of every profile."""
        profiles = [word for name in PROFILES for word in ("--profile", name)]
        self.try_compose(*profiles, "down", "--volumes", "--timeout", "2")

    def require_confined(self, service: str, most_mib: int = 128) -> None:
        """A container may do no more than it must."""
        details = self.inspect(service)
        host, config = details["HostConfig"], details["Config"]
        assert host["ReadonlyRootfs"] is True
        assert host["CapDrop"] == ["ALL"]
        assert host["SecurityOpt"] == ["no-new-privileges:true"]
        assert host["Privileged"] is False
        assert 0 < host["Memory"] <= most_mib * 2**20
        assert host["PidsLimit"] > 0
        assert host["LogConfig"]["Config"] == {"max-size": "1m", "max-file": "3"}
        assert all(mount["Type"] == "volume" for mount in details["Mounts"])
        if service in ONE_SHOTS:
            assert (config["User"], host["CapAdd"]) == ("0:0", ["CHOWN"])
        else:
            assert config["User"].split(":")[0] not in ("", "0", "root")
            assert not host["CapAdd"]
            assert host["RestartPolicy"]["Name"] == "unless-stopped"

    def started(self) -> dict[str, tuple[str, str]]:
        """Which container each service runs in, and since when."""
        details = {service: self.inspect(service) for service in SERVICES}
        return {service: (one["Id"], one["State"]["StartedAt"]) for service, one in details.items()}

    def health(self, service: str) -> str:
        """The last output of a service's health check."""
        log: list[dict[str, Any]] = self.inspect(service)["State"]["Health"]["Log"]
        return str(log[-1]["Output"])

    def password(self, account: str) -> str:
        """What a person is told of an account of the broker."""
        text = self.compose("run", "--rm", "setup", "show", account)
        return next(line.split()[-1] for line in text.splitlines() if line.strip().startswith("Password"))

    def key(self) -> str:
        """The API key, as a person looks it up."""
        return self.compose("exec", "-T", "api", "sunpilot-key").strip()

    def get(self, path: str) -> Any:
        """A GET at the api."""
        return self.call("GET", path)

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """A request to the api with its key."""
        if not hasattr(self, "_key"):
            self._key = self.key()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.api_port}{path}",
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=5) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def simulated(self) -> dict[str, Any]:
        """What is true in the simulated world."""
        program = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:7990/_sim/state').read().decode())"
        state: dict[str, Any] = json.loads(self.compose("exec", "-T", "simulator", "python", "-c", program))
        return state


def eventually(what: str, condition: Callable[[], bool], seconds: float) -> float:
    """Wait until the condition holds, and tell how long it took."""
    begin = time.monotonic()
    while time.monotonic() - begin < seconds:
        try:
            if condition():
                return time.monotonic() - begin
        except (OSError, urllib.error.URLError, AssertionError, KeyError):
            pass  # it is on its way up
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds:g} s: {what}")
