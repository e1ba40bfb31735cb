"""Secrets are made once, and each service gets its own and nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sunpilot.setup.accounts import ACCOUNTS, BRIDGES, SERVICES
from sunpilot.setup.issue import LASTING, issue_all
from sunpilot.setup.login import login
from sunpilot.setup.vault import Vault

BROKER_FOLDER = Path(__file__).parents[3] / "mosquitto"
HISTORY = {"recorder": 7005, "influxdb": 1000, "grafana": 472}


class Owners:
    """Stands in for chown, which only root may do."""

    def __init__(self) -> None:
        self.of: dict[str, int] = {}

    def __call__(self, path: Path, uid: int, _gid: int) -> None:
        self.of[f"{path.parent.name}/{path.name.strip('.').removesuffix('.fresh')}"] = uid


@pytest.fixture
def owners() -> Owners:
    return Owners()


@pytest.fixture
def make(tmp_path: Path, owners: Owners) -> Callable[..., int]:
    def make(wattpilot_password: str = "") -> int:
        return issue_all(Vault(tmp_path, owners), BROKER_FOLDER, wattpilot_password)

    return make


def contents(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        str(path.relative_to(folder)): (path.read_text(encoding="utf-8"), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_second_time_changes_nothing(tmp_path: Path, make: Callable[..., int]) -> None:
    assert make() > 0
    before = contents(tmp_path)
    assert make() == 0
    assert contents(tmp_path) == before


def test_no_file_can_be_read_by_more_than_its_owner(tmp_path: Path, make: Callable[..., int]) -> None:
    make("secret")
    assert {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_file()} == {0o400}
    assert (tmp_path / "setup").stat().st_mode & 0o777 == 0o700


def test_every_service_owns_its_files(make: Callable[..., int], owners: Owners) -> None:
    make()
    for name, uid in SERVICES.items():
        assert {owner for path, owner in owners.of.items() if path.startswith(f"{name}/")} == {uid}
    for number, uid in BRIDGES.items():
        assert {owner for path, owner in owners.of.items() if path.startswith(f"bridge-{number}/")} == {uid}
    for name, uid in HISTORY.items():
        assert {owner for path, owner in owners.of.items() if path.startswith(f"{name}/")} == {uid}
    uids = [*SERVICES.values(), *BRIDGES.values(), *HISTORY.values()]
    assert len(set(uids)) == len(uids)


def test_all_secrets_differ(tmp_path: Path, make: Callable[..., int]) -> None:
    make()
    masters = [path.read_text(encoding="utf-8") for path in (tmp_path / "setup").iterdir() if path.is_file()]
    assert len(set(masters)) == len(masters) == len(ACCOUNTS) + 5
    assert all(len(secret) >= 40 for secret in masters)


def test_a_changed_wattpilot_password_changes_one_file(tmp_path: Path, make: Callable[..., int]) -> None:
    make()
    assert make("first") == 1
    assert make("first") == 0
    assert (tmp_path / "bridge-1" / "wattpilot-password").read_text(encoding="utf-8") == "first"


def test_a_lost_copy_is_issued_again(tmp_path: Path, make: Callable[..., int]) -> None:
    make()
    lost = tmp_path / "fetcher" / "broker-password"
    content = lost.read_text(encoding="utf-8")
    lost.unlink()
    assert make() == 1
    assert lost.read_text(encoding="utf-8") == content


def test_a_person_is_told_the_fields_of_the_connection_form(tmp_path: Path, make: Callable[..., int]) -> None:
    vault = Vault(tmp_path)
    assert "docker compose up -d" in login(vault, "explorer")
    make()
    text = login(vault, "explorer")
    assert vault.secret("explorer") in text
    assert all(field in text for field in ("Protocol", "Host", "Port", "Username", "Password"))


def test_a_renewal_makes_all_secrets_anew_but_those_that_databases_keep(
    tmp_path: Path, make: Callable[..., int]
) -> None:
    make()
    masters = tmp_path / "setup"
    before = {path.name: path.read_text(encoding="utf-8") for path in masters.iterdir() if path.is_file()}
    Vault(tmp_path).forget(but=LASTING)
    make()
    after = {path.name: path.read_text(encoding="utf-8") for path in masters.iterdir() if path.is_file()}
    assert {name for name in before if before[name] == after[name]} == set(LASTING)
    assert (tmp_path / "api" / "api-key").read_text(encoding="utf-8") == after["api-key"]


def test_a_person_is_told_grafanas_password(tmp_path: Path, make: Callable[..., int]) -> None:
    make()
    vault = Vault(tmp_path)
    text = login(vault, "grafana")
    assert all(part in text for part in ("3000", "admin", vault.secret("grafana-password")))
