"""What can be said of the compose file and the Dockerfile without starting anything."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.compose.project import ROOT, SERVICES
from tests.support.backends import docker_engine, not_run

COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
FILES = ("docker-compose.yml", "compose.tls.yml", "compose.bridge.yml")
DOCKERFILES = ("Dockerfile", "grafana/Dockerfile")

# Compose 2.20 is what a Synology has; each of these came later, or is obsolete.
TOO_NEW = {
    "an obsolete key": r"^version:",
    "2.23.1: inline configs": r"^\s+content:",
    "2.24: maps in env_file": r"env_file:\s*(\[\s*\{|\n\s+-\s+(path|required):)",
    "2.24: tags that reset": r"!(override|reset)\b",
    "20.10 has none": r"\bstart_interval:",
    "2.20.2: depends_on.required": r"\brequired:",
    "2.22: develop": r"^\s+develop:",
    "2.26: volume subpath": r"\bsubpath:",
    "2.30: hooks": r"\b(post_start|pre_stop):",
    "2.30: gpus": r"\bgpus:",
    "2.35: provider, models": r"^\s*(provider|models):",
    "2.20.3: include": r"^include:",
}


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("name", TOO_NEW)
def test_a_compose_file_needs_nothing_newer_than_2_20(file: str, name: str) -> None:
    assert re.search(TOO_NEW[name], (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE) is None


@pytest.mark.parametrize("file", DOCKERFILES)
@pytest.mark.parametrize("pattern", [r"^#\s*syntax=", r"<<-?['\"]?\w", r"FROM\s+--platform", r"--mount=", r"https?://"])
def test_the_dockerfile_needs_no_buildkit_and_names_no_address(file: str, pattern: str) -> None:
    assert re.search(pattern, (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE) is None


def test_every_image_has_a_pinned_tag() -> None:
    bases = "\n".join((ROOT / file).read_text(encoding="utf-8") for file in DOCKERFILES)
    images = [
        *re.findall(r"^\s+image: (\S+)", COMPOSE, re.MULTILINE),
        *re.findall(r"^FROM (\S+)", bases, re.MULTILINE),
    ]
    foreign = [image for image in images if "_IMAGE:-sunpilot" not in image]
    assert len(foreign) == 7
    assert all(re.fullmatch(r"[\w./-]+:\d[\w.-]*", image) for image in foreign)


def test_sunpilots_image_is_built_once_and_grafanas_once() -> None:
    assert re.findall(r"^\s+build: (\S+)", COMPOSE, re.MULTILINE) == [".", "grafana"]


@pytest.mark.parametrize("file", DOCKERFILES)
def test_hadolint_finds_nothing(file: str) -> None:
    hadolint = shutil.which("hadolint") or shutil.which("hadolint", path=str(ROOT / ".venv" / "bin"))
    if hadolint is None:
        not_run("hadolint", "hadolint is not installed")
        return
    answer = subprocess.run([hadolint, ROOT / file], capture_output=True, text=True, timeout=60, check=False)
    assert (answer.returncode, answer.stdout) == (0, "")


def test_the_example_has_two_lines_for_a_wattpilot_and_one_for_history() -> None:
    example = Path(ROOT / ".env.example").read_text(encoding="utf-8")
    lines = [line for line in example.splitlines() if not line.startswith("#")]
    assert lines == ["WATTPILOT_HOST=", "WATTPILOT_PASSWORD=", "COMPOSE_PROFILES=history"]


TWO_YEARS_DAYS = 365 + 366

HISTORY = {"influxdb", "history-setup", "recorder", "grafana"}


def config(profiles: str) -> dict[str, Any]:
    """What Compose makes of the file with these profiles."""
    if docker_engine() is None:
        not_run("docker", "no Docker Engine answers")
    answer = subprocess.run(
        ["docker", "compose", "--env-file", "/dev/null", "config", "--format", "json"],
        cwd=ROOT,
        env=os.environ | {"COMPOSE_PROFILES": profiles},
        capture_output=True,
        timeout=60,
        check=True,
    )
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def test_without_a_profile_history_is_no_part_of_it() -> None:
    core = {"setup", *SERVICES}
    assert set(config("")["services"]) == core
    assert set(config("history")["services"]) == core | HISTORY


def test_the_database_keeps_two_years_also_where_one_is_a_leap_year() -> None:
    kept = config("history")["services"]["influxdb"]["environment"]["DOCKER_INFLUXDB_INIT_RETENTION"]
    days = re.fullmatch(r"(\d+)d", kept)
    assert days is not None
    assert int(days[1]) == TWO_YEARS_DAYS


def test_the_database_is_reached_by_those_who_need_it_and_never_published() -> None:
    everything = config("history,demo,second,archive")
    reached_by = {name for name, one in everything["services"].items() if "history" in (one.get("networks") or {})}
    assert reached_by == HISTORY
    assert everything["networks"]["history"]["internal"] is True
    assert "ports" not in everything["services"]["influxdb"]
    assert [port["target"] for port in everything["services"]["grafana"]["ports"]] == [3000]
