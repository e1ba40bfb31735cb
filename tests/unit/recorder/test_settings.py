"""The recorder's settings: what is wrong with one is said in a sentence, and no secret stands in an address."""

import pytest

from sunpilot.recorder.settings import RecorderSettings
from sunpilot.runtime.settings import load


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("INFLUX_URL", "influxdb:8086", "begins with http:// or https://"),
        ("INFLUX_URL", "http://", "begins with http:// or https://"),
        ("INFLUX_URL", "http://admin:hidden@influxdb:8086", "SUNPILOT_INFLUX_TOKEN is for that"),
        ("INFLUX_URL", "http://influxdb:8086/?token=hidden", "SUNPILOT_INFLUX_TOKEN is for that"),
        # InfluxDB answers 400 without an organization, which would look as if every single point were wrong.
        ("INFLUX_ORG", "", "at least 1 character"),
        ("INFLUX_BUCKET", "", "at least 1 character"),
    ],
)
def test_a_bad_setting_is_said_in_a_sentence_without_its_secret(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(f"SUNPILOT_{name}", value)
    with pytest.raises(SystemExit) as end:
        load(RecorderSettings)
    assert str(end.value).startswith(f"SUNPILOT_{name}: ")
    assert sentence in str(end.value)
    assert "hidden" not in str(end.value)


def test_without_an_address_nothing_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUNPILOT_INFLUX_URL", "")
    assert load(RecorderSettings).influx_url is None
