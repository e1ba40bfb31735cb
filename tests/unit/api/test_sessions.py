"""Charging sessions by REST: newest first, page by page, and as a table."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sunpilot.api.session_table import table
from sunpilot.contract.session import Session
from tests.unit.api.conftest import World

PATH = "/api/v1/wattpilots/1/sessions"
MORNING = datetime(2026, 6, 21, 6, 0, tzinfo=UTC)


def session(hours: int, **fields: Any) -> Session:
    begin = MORNING + timedelta(hours=hours)
    return Session(id=int(begin.timestamp()), at=begin, started_at=begin, **fields)


async def keep(world: World, *sessions: Session) -> None:
    await world.learn()
    for one in sessions:
        await world.store.redis.zadd(world.store.keys.sessions(1), {one.model_dump_json(): one.id})


async def test_sessions_come_newest_first_and_page_by_page(world: World) -> None:
    await keep(world, *(session(hours, starts=hours) for hours in range(5)))
    answer = await world.http.get(PATH)
    assert [one["starts"] for one in answer.json()] == [4, 3, 2, 1, 0]
    assert "link" not in answer.headers
    starts, address = [], f"{PATH}?limit=2"
    for _ in range(3):
        answer = await world.http.get(address)
        starts.append([one["starts"] for one in answer.json()])
        address = answer.headers.get("link", "<>").split(">")[0][1:]
    assert starts == [[4, 3], [2, 1], [0]]
    assert address == ""


async def test_one_session_by_its_number(world: World) -> None:
    await keep(world, session(0), session(1, energy_wh=12.0))
    one = session(1)
    assert (await world.http.get(f"{PATH}/{one.id}")).json()["energy_wh"] == 12.0
    answer = await world.http.get(f"{PATH}/7")
    assert answer.status_code == 404
    assert PATH in answer.json()["detail"]


async def test_what_is_not_there_or_cannot_be_is_refused(world: World) -> None:
    for path in ("sessions", "sessions.csv", "sessions/1"):
        assert (await world.http.get(f"/api/v1/wattpilots/7/{path}")).status_code == 404
        assert (await world.stranger.get(f"/api/v1/wattpilots/1/{path}")).status_code == 401
    await world.learn()
    for query in ("limit=0", "limit=5001", "cursor=x"):
        assert (await world.http.get(f"{PATH}?{query}")).status_code == 422
    assert (await world.http.get(PATH)).json() == []


@pytest.mark.parametrize(("path", "accept"), [(f"{PATH}.csv", "*/*"), (PATH, "text/csv")])
async def test_a_table_for_a_spreadsheet(world: World, path: str, accept: str) -> None:
    ended_at = MORNING + timedelta(hours=9)
    whole = session(
        1, ended_at=ended_at, energy_wh=8000.5, sun_wh=6000.0, grid_wh=2000.0, cost=1.12, saved=1.44, starts=2
    )
    await keep(world, session(0), whole.model_copy(update={"reasons_s": {"started": 30.0}}))
    answer = await world.http.get(path, headers={"Accept": accept})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-disposition"] == 'attachment; filename="sunpilot-wattpilot-1-sessions.csv"'
    assert answer.text.count("\r\n") == 3
    first, second = csv.DictReader(io.StringIO(answer.text))
    assert (first["started_at"], first["ended_at"]) == ("2026-06-21T07:00:00Z", "2026-06-21T15:00:00Z")
    assert (first["energy_wh"], first["sun_share_pct"], first["cost"]) == ("8000.5", "75", "1.12")
    assert (first["started_s"], second["started_s"]) == ("30", "")
    assert (second["energy_wh"], second["ended_at"], second["sun_share_pct"]) == ("", "", "")


def test_nothing_in_a_table_is_run_as_a_formula() -> None:
    names = ("=1+1", "@x", "+1", "-1", "\tx", 'a",b')
    rows = list(csv.reader(io.StringIO(table([session(0, reasons_s=dict.fromkeys(names, 1.0), saved=-0.5)], "EUR"))))
    assert not any(cell.startswith(("=", "@", "+", "\t", "\r")) for row in rows for cell in row)
    assert [cell for row in rows for cell in row if cell.startswith("-")] == ["-0.5"]
    assert 'a",b_s' in rows[0]


def test_an_empty_table_has_its_names() -> None:
    assert table([], None).startswith("started_at,ended_at,plugged_s,")


async def test_money_in_a_table_stays_in_its_own_currency_when_the_house_gets_another(world: World) -> None:
    await keep(world, session(0, cost=1.12, saved=1.44, currency="EUR"), session(1, cost=2.0, saved=0.5))

    async def money() -> list[tuple[str, str, str]]:
        answer = await world.http.get(PATH, headers={"Accept": "text/csv"})
        return [(row["cost"], row["saved"], row["currency"]) for row in csv.DictReader(io.StringIO(answer.text))]

    assert await money() == [("2", "0.5", ""), ("1.12", "1.44", "EUR")]
    house_id = (await world.add(wattpilot_id=1))["house_id"]
    await world.http.patch(f"/api/v1/houses/{house_id}", json={"currency": "CHF"})
    assert await money() == [("2", "0.5", "CHF"), ("1.12", "1.44", "EUR")]


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "E1R", None, 978])
async def test_a_currency_is_three_capital_letters(world: World, currency: Any) -> None:
    house_id = (await world.add())["house_id"]
    assert (await world.http.patch(f"/api/v1/houses/{house_id}", json={"currency": currency})).status_code == 422
