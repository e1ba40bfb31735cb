"""The simulator's command line and environment."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from sunpilot.simulator.__main__ import PASSWORD_VARIABLE, TOKEN_VARIABLE, parser, settings
from sunpilot.simulator.clouds import Clouds, Sky
from sunpilot.simulator.world import WorldSettings


def chosen(*arguments: str) -> WorldSettings:
    return settings(parser().parse_args(arguments))


def test_without_arguments_it_is_the_default_world(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PASSWORD_VARIABLE, raising=False)
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    assert chosen() == WorldSettings()


def test_sky_seed_start_and_cloud_are_chosen() -> None:
    world = chosen("--clouds", "broken", "--seed", "7", "--start", "2026-06-21T10:30+02:00", "--upload-interval", "5")
    assert world.clouds == Clouds(Sky.BROKEN, 7)
    assert world.start is not None
    assert world.start.utcoffset() == timedelta(hours=2)
    assert world.upload_interval_s == 5


def test_secrets_come_from_the_environment_and_stay_out_of_the_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, "open sesame")
    monkeypatch.setenv(TOKEN_VARIABLE, "T" * 32)
    world = chosen()
    assert (world.password, world.token) == ("open sesame", "T" * 32)
    assert "open sesame" not in repr(world)
    assert "T" * 32 not in repr(world)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--day", "sunny"], "belong together"),
        (["--day-file", "days.csv"], "belong together"),
        (["--day-file", "/nowhere/days.csv", "--day", "sunny"], "cannot be read"),
        (["--start", "2026-06-21T10:30"], "needs an offset"),
        (["--upload-interval", "0"], "1 s or more"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(arguments: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        chosen(*arguments)


@pytest.mark.parametrize("arguments", [["--http-port", "99999"], ["--start", "noon"], ["--clouds", "foggy"]])
def test_the_command_line_says_what_is_allowed(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        chosen(*arguments)
    assert re.search(r"0\.\.65535|2026-06-21T10:30|clear.*broken.*overcast", capsys.readouterr().err)


def test_a_token_of_another_length_is_refused_without_being_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, "too-short")
    with pytest.raises(ValueError, match="has 32 characters") as refusal:
        chosen()
    assert "too-short" not in str(refusal.value)


def test_a_recorded_day_is_read(tmp_path: Path) -> None:
    path = tmp_path / "days.csv"
    rows = "".join(f"sunny,{minute * 60},1000,200\n" for minute in range(1440))
    path.write_text("day,t_s,pv_w,load_w\n" + rows)
    recorded = chosen("--day-file", str(path), "--day", "sunny").recorded
    assert recorded is not None
    assert set(recorded.pv_minutes_w) == {1000.0}


def test_the_generation_of_the_wattpilot_is_chosen() -> None:
    assert chosen("--box-profile", "flex-43").box_profile == "flex-43"
    assert chosen("--box-paired").box_paired
    with pytest.raises(ValueError, match="v2-42"):
        WorldSettings(box_profile="v9")
