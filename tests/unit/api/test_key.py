"""The API key's file."""

import stat
from pathlib import Path

import pytest

from sunpilot.api.key import first_key, show


def test_the_first_start_makes_a_random_key_that_only_its_owner_can_read(tmp_path: Path) -> None:
    path = tmp_path / "var" / "api-key"
    key = first_key(path).get_secret_value()
    assert len(key) >= 43  # 32 random bytes in base64
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert first_key(tmp_path / "other").get_secret_value() != key


def test_the_next_start_takes_the_same_key(tmp_path: Path) -> None:
    assert first_key(tmp_path / "key") == first_key(tmp_path / "key")


def test_a_key_that_is_easy_to_guess_is_refused_without_showing_it(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hunter2\n")
    with pytest.raises(ValueError, match="20 characters") as caught:
        first_key(tmp_path / "key")
    assert "hunter2" not in str(caught.value)


def test_a_file_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="file/api-key cannot be"):
        first_key(tmp_path / "file" / "api-key")


def test_the_key_can_be_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SUNPILOT_API_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(SystemExit, match="first start"):
        show()
    key = first_key(tmp_path / "key")
    show()
    assert capsys.readouterr().out == key.get_secret_value() + "\n"
