"""Recorder and Grafana each get a token that allows one thing, from InfluxDB itself, once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sunpilot.setup.tokens import ADMINISTRATOR, TokenError, hand_out_tokens
from sunpilot.setup.vault import Vault
from tests.support.backends import free_port
from tests.support.influxdb import BUCKET_ID, ORGANIZATION_ID, FakeInfluxDb, fake_influxdb


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    vault = Vault(tmp_path, chown=lambda _path, _uid, _gid: None)
    vault.prepare()
    return vault


@pytest.fixture
def influxdb(vault: Vault) -> Iterator[FakeInfluxDb]:
    with fake_influxdb(FakeInfluxDb(vault.secret(ADMINISTRATOR))) as fake:
        yield fake


def issued(folder: Path) -> dict[str, str]:
    return {name: (folder / name / "influxdb-token").read_text(encoding="utf-8") for name in ("recorder", "grafana")}


def test_the_recorder_may_only_write_and_grafana_only_read_one_bucket(
    influxdb: FakeInfluxDb, vault: Vault, tmp_path: Path
) -> None:
    assert hand_out_tokens(vault, influxdb.url) == (2, True)
    resource = {"type": "buckets", "id": BUCKET_ID, "orgID": ORGANIZATION_ID}
    allowed = {name: influxdb.may(token) for name, token in issued(tmp_path).items()}
    assert allowed == {
        "recorder": [{"action": "write", "resource": resource}],
        "grafana": [{"action": "read", "resource": resource}],
    }


def test_a_second_time_changes_nothing(influxdb: FakeInfluxDb, vault: Vault, tmp_path: Path) -> None:
    hand_out_tokens(vault, influxdb.url)
    before, known = issued(tmp_path), dict(influxdb.authorizations)
    assert hand_out_tokens(vault, influxdb.url) == (0, True)
    assert (issued(tmp_path), influxdb.authorizations) == (before, known)


def test_a_token_that_the_database_does_not_know_is_made_anew(
    influxdb: FakeInfluxDb, vault: Vault, tmp_path: Path
) -> None:
    hand_out_tokens(vault, influxdb.url)
    before = issued(tmp_path)
    lost = next(key for key, one in influxdb.authorizations.items() if one["description"] == "Sunpilot: recorder")
    del influxdb.authorizations[lost]  # as after the restore of an older history
    assert hand_out_tokens(vault, influxdb.url) == (1, True)
    after = issued(tmp_path)
    assert after["grafana"] == before["grafana"]
    assert after["recorder"] != before["recorder"]
    assert influxdb.may(after["recorder"])


def test_renewed_tokens_replace_the_old_ones_and_touch_nobody_elses(
    influxdb: FakeInfluxDb, vault: Vault, tmp_path: Path
) -> None:
    foreign = {"orgID": ORGANIZATION_ID, "description": "mine", "permissions": [], "token": "t", "id": "f"}
    influxdb.authorizations["f"] = foreign
    hand_out_tokens(vault, influxdb.url)
    before = issued(tmp_path)
    vault.forget(but=(ADMINISTRATOR,))
    assert hand_out_tokens(vault, influxdb.url) == (2, True)
    assert [influxdb.may(token) for token in before.values()] == [None, None]
    assert sorted(one["description"] for one in influxdb.authorizations.values()) == [
        "Sunpilot: grafana",
        "Sunpilot: recorder",
        "mine",
    ]


def test_where_the_server_makes_no_tokens_the_administrators_is_handed_out_and_it_is_said(
    influxdb: FakeInfluxDb, vault: Vault, tmp_path: Path
) -> None:
    influxdb.has_authorizations = False
    assert hand_out_tokens(vault, influxdb.url) == (2, False)
    assert set(issued(tmp_path).values()) == {influxdb.administrator}
    influxdb.has_authorizations = True  # after an upgrade
    assert hand_out_tokens(vault, influxdb.url) == (2, True)
    assert influxdb.administrator not in issued(tmp_path).values()


def test_secrets_of_another_installation_end_with_what_to_do(influxdb: FakeInfluxDb, vault: Vault) -> None:
    influxdb.administrator = "another"
    with pytest.raises(TokenError, match="do not belong together") as caught:
        hand_out_tokens(vault, influxdb.url)
    assert vault.secret(ADMINISTRATOR) not in str(caught.value)


def test_a_missing_bucket_is_named(influxdb: FakeInfluxDb, vault: Vault) -> None:
    influxdb.buckets = []
    with pytest.raises(TokenError, match="no bucket named sunpilot"):
        hand_out_tokens(vault, influxdb.url)


def test_a_database_that_does_not_answer_is_named(vault: Vault) -> None:
    with pytest.raises(TokenError, match="does not answer"):
        hand_out_tokens(vault, f"http://127.0.0.1:{free_port()}")
