"""Replay: what was recorded is decided the same again, and a difference is told."""

import json
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from sunpilot.contract.house import HomeBattery, House
from sunpilot.contract.order import Deadline, Mode
from sunpilot.controller.replay import differences, main, recorded
from tests.unit.controller.household import NOON, Charger, Household


def log() -> list[str]:
    """A day's worth of kinds of decisions."""
    home = Household(
        Charger(1, deadline=Deadline(energy_wh=20_000, at=NOON + timedelta(hours=4), set_at=NOON)),
        Charger(2, mode=Mode.MINIMUM),
        house=House(id=1, name="H", battery=HomeBattery.BATTERY_FIRST),
    )
    home.soc_pct = 50
    lines = []
    for step in range(400):
        home.pv_w = 9000 if step // 80 % 2 == 0 else 300
        home.battery_w = 1000 if step < 200 else -500
        home.with_readings = not 300 < step < 330
        home.pass_time(5)
        lines += [
            recorded(one.outcome.situation, one.outcome.judgement)
            for one in home.chargers.values()
            if one.outcome is not None
        ]
    return lines


def test_every_kind_of_decision_is_made_the_same_again() -> None:
    lines = log()
    assert len({json.loads(line)["judgement"]["verdict"]["reason"] for line in lines}) > 6
    assert list(differences(lines)) == []


def test_a_decision_that_differs_is_told() -> None:
    record = json.loads(log()[-1])
    record["judgement"]["verdict"]["amps"] = 31
    (found,) = differences([json.dumps(record)])
    assert found.record.judgement.verdict.amps == 31


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [("", 0, "0 decisions"), ("{}", 2, "line 1 is no record: situation"), ("\n{", 2, "line 2 is no record")],
)
def test_what_is_no_record_is_said(
    text: str,
    status: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["replay", str(path)])
    assert main() == status
    assert said in "".join(capsys.readouterr())


def test_without_a_file_it_says_how(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["replay"])
    assert main() == 2
    assert "FILE=" in capsys.readouterr().err
