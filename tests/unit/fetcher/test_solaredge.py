"""SolarEdge V1 as a source: what is asked, and what each kind of failure becomes."""

import asyncio
from datetime import UTC, datetime

import pytest

from sunpilot.contract.source import Outcome
from sunpilot.contract.source_settings import SolarEdgeV1
from sunpilot.fetcher.http import HttpAnswer, HttpRequest, NoAnswerError
from sunpilot.fetcher.measurement import SourceError
from sunpilot.fetcher.solaredge.answer import retry_after_s
from sunpilot.fetcher.solaredge.v1 import SolarEdge
from tests.unit.fetcher.lines import HeldCredentials, lines

NOW = datetime(2026, 6, 21, 8, tzinfo=UTC)
TOKEN = "L4EXAMPLETOKEN0123456789ABCDEFGH"
NIGHT = (
    b'{"siteCurrentPowerFlow":{"unit":"kW","connections":[{"from":"GRID","to":"Load"}],'
    b'"GRID":{"currentPower":0.41},"LOAD":{"currentPower":0.41},"PV":{"currentPower":0.0}}}'
)


def poll(answer: HttpAnswer | OSError, settings: SolarEdgeV1 | None = None) -> tuple[float | None, str, dict[str, str]]:
    asked: list[tuple[str, dict[str, str]]] = []

    async def ask(request: HttpRequest) -> HttpAnswer:
        asked.append((request.url, dict(request.params)))
        if isinstance(answer, OSError):
            raise answer
        return answer

    source = SolarEdge(settings or SolarEdgeV1(site_id="1234567"), HeldCredentials(TOKEN), lines(ask))
    grid_w = asyncio.run(source.poll(NOW)).grid_w
    return grid_w, *asked[0]


def failure(answer: HttpAnswer | OSError) -> SourceError:
    with pytest.raises(SourceError) as caught:
        poll(answer)
    return caught.value


def test_the_current_power_flow_of_the_site_is_asked_with_the_key() -> None:
    grid_w, url, params = poll(HttpAnswer(200, "application/json", NIGHT))
    assert grid_w == 410
    assert url == "https://monitoringapi.solaredge.com/site/1234567/currentPowerFlow"
    assert params == {"api_key": TOKEN}


def test_another_address_that_speaks_the_same_api_can_be_asked() -> None:
    settings = SolarEdgeV1(site_id="7", url="http://127.0.0.1:8080")
    _, url, _ = poll(HttpAnswer(200, "application/json", NIGHT), settings)
    assert url == "http://127.0.0.1:8080/site/7/currentPowerFlow"


HTML = b"<!DOCTYPE html><html><body>Just a moment...</body></html>"
FAILURES = [
    (HttpAnswer(401, "application/problem+json", b'{"status":401}'), Outcome.AUTH, "set it again"),
    (HttpAnswer(403, "text/plain", b"Access Denied"), Outcome.FORBIDDEN, "site id"),
    (HttpAnswer(404, "", b""), Outcome.NOT_FOUND, "site id"),
    (HttpAnswer(410, "text/plain", b"see our page"), Outcome.RETIRED, "use SolarEdge V2, the inverter's Modbus TCP"),
    (HttpAnswer(429, "", b""), Outcome.RATE_LIMITED, "waits"),
    (HttpAnswer(500, "text/html", HTML), Outcome.SERVER, "status 500"),
    (HttpAnswer(503, "application/json", b"{}"), Outcome.SERVER, "status 503"),
    (HttpAnswer(302, "text/html", b""), Outcome.BAD_PAYLOAD, "status 302"),
    (HttpAnswer(400, "application/json", b"{}"), Outcome.BAD_PAYLOAD, "status 400"),
    (HttpAnswer(200, "text/html; charset=UTF-8", HTML), Outcome.BAD_PAYLOAD, "web page"),
    (HttpAnswer(200, "application/json", HTML), Outcome.BAD_PAYLOAD, "not JSON"),
    (HttpAnswer(200, "application/json", b""), Outcome.BAD_PAYLOAD, "not JSON"),
    (HttpAnswer(200, "application/json", b'{"siteCurrentPowerFlow":{}}'), Outcome.UNSUPPORTED, "meter"),
    (NoAnswerError("ConnectTimeout"), Outcome.NETWORK, "ConnectTimeout"),
    (ConnectionRefusedError(f"/site/1?api_key={TOKEN}"), Outcome.NETWORK, "ConnectionRefusedError"),
]


@pytest.mark.parametrize(("answer", "outcome", "advice"), FAILURES)
def test_each_failure_has_its_kind_and_says_what_to_do(
    answer: HttpAnswer | OSError, outcome: Outcome, advice: str
) -> None:
    error = failure(answer)
    assert error.outcome is outcome
    assert advice in error.text.en
    assert error.text.de
    assert error.text.de != error.text.en


@pytest.mark.parametrize(("answer", "outcome", "advice"), FAILURES)
def test_no_failure_carries_the_token(answer: HttpAnswer | OSError, outcome: Outcome, advice: str) -> None:
    error: BaseException | None = failure(answer)
    while error is not None:
        assert TOKEN not in f"{error!r} {error} {vars(error)}"
        error = error.__cause__ or error.__context__


def test_a_missing_token_is_said_before_anything_is_asked() -> None:
    async def ask(request: HttpRequest) -> HttpAnswer:
        raise AssertionError("asked")

    with pytest.raises(SourceError, match="No token is stored for this inverter: set it by REST") as caught:
        SolarEdge(SolarEdgeV1(site_id="1"), HeldCredentials(None), lines(ask))
    assert caught.value.outcome is Outcome.AUTH


@pytest.mark.parametrize(
    ("header", "expected_s"),
    [
        (None, None),
        ("120", 120),
        (" 0 ", 0),
        ("Sun, 21 Jun 2026 08:30:00 GMT", 1800),
        ("Sun, 21 Jun 2026 07:30:00 GMT", 0),
        ("99999999999999999999", 86400),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after_holds_seconds_or_a_date(header: str | None, expected_s: float | None) -> None:
    assert retry_after_s(header, NOW) == expected_s


@pytest.mark.parametrize("status", [429, 503])
def test_the_servers_own_wish_is_passed_on(status: int) -> None:
    assert failure(HttpAnswer(status, "", b"", "1000")).retry_after_s == 1000
