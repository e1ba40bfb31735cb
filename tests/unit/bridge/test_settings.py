"""Where the Wattpilot is, from the environment."""

from pathlib import Path

import pytest

from sunpilot.bridge.settings import WattpilotSettings
from sunpilot.bridge.writes import BaseName
from sunpilot.runtime.settings import load


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "PASSWORD", "PASSWORD_FILE", "ID", "BASE"):
        monkeypatch.delenv(f"WATTPILOT_{name}", raising=False)


def test_all_settings_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATTPILOT_HOST", "192.0.2.7:8080")
    monkeypatch.setenv("WATTPILOT_PASSWORD", "Sonne+2026!")
    monkeypatch.setenv("WATTPILOT_ID", "3")
    monkeypatch.setenv("WATTPILOT_BASE", "B")
    settings = load(WattpilotSettings)
    assert (settings.host, settings.id, settings.base) == ("192.0.2.7:8080", 3, BaseName.B)
    assert settings.password is not None
    assert settings.password.get_secret_value() == "Sonne+2026!"
    assert "Sonne" not in repr(settings)


@pytest.mark.parametrize("host", ["192.0.2.7:8080", "cloud:91234567"])
def test_an_address_that_can_exist_is_taken(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATTPILOT_HOST", host)
    assert load(WattpilotSettings).host == host


@pytest.mark.parametrize("host", ["fe80::1", "192.0.2.700", "a/ws", "cloud:wattpilot"])
def test_an_address_that_cannot_exist_ends_the_start_with_a_sentence(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATTPILOT_HOST", host)
    with pytest.raises(SystemExit, match=r"^WATTPILOT_HOST: must be the Wattpilot's address alone"):
        load(WattpilotSettings)


def test_nothing_and_empty_values_mean_not_set_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATTPILOT_HOST", "")
    monkeypatch.setenv("WATTPILOT_PASSWORD", "")
    settings = load(WattpilotSettings)
    assert (settings.host, settings.password, settings.id, settings.base) == (None, None, 1, BaseName.A)


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_a_password_file_that_is_missing_or_blank_counts_as_none(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "password"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv("WATTPILOT_PASSWORD_FILE", str(path))
    assert load(WattpilotSettings).password is None


def test_a_password_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "password"
    path.write_text("Pässwört 12€\n", encoding="utf-8")
    monkeypatch.setenv("WATTPILOT_PASSWORD_FILE", str(path))
    password = load(WattpilotSettings).password
    assert password is not None
    assert password.get_secret_value() == "Pässwört 12€"


@pytest.mark.parametrize(
    ("name", "value"), [("HOST", "http://192.0.2.7/ws"), ("ID", "0"), ("ID", "one"), ("BASE", "C")]
)
def test_a_bad_setting_ends_the_start_and_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"WATTPILOT_{name}", value)
    with pytest.raises(SystemExit, match=f"WATTPILOT_{name}"):
        load(WattpilotSettings)
