"""The doctor's findings: what is wrong, and what to do next."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sunpilot.api.diagnosis import Area, Facts, Finding, Verdict, examine
from sunpilot.api.doctor import report
from sunpilot.contract.configuration import Configuration
from sunpilot.contract.decision import Text
from sunpilot.contract.house import House
from sunpilot.contract.inverter import Inverter, Role
from sunpilot.contract.reading import Reading
from sunpilot.contract.service import Recording, Refusal, ServiceState
from sunpilot.contract.source import Outcome, SourceState
from sunpilot.contract.source_settings import SolarEdgeV1
from sunpilot.contract.status import LinkState, Manual, ManualReason, Status
from sunpilot.contract.wait import Wait, WaitCode
from sunpilot.contract.wattpilot import PolicySettings, Wattpilot

NOW = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)
ROOF = Inverter(id=1, name="Roof", source=SolarEdgeV1(site_id="1"), house_id=2)


def service(**changes: object) -> ServiceState:
    started_at = NOW - timedelta(hours=3)
    return ServiceState(online=True, version="1", started_at=started_at, uptime_s=3 * 3600.0).model_copy(update=changes)


def waiting(*codes: WaitCode, ends: str = "") -> dict[str, object]:
    waits = tuple(Wait(code=code, text=Text(en=f"{code} there{ends}", de=f"{code} dort{ends}")) for code in codes)
    return {"waits": waits, "waits_for": tuple(one.text.en for one in waits)}


def source(outcome: Outcome = Outcome.OK, calls_left: int | None = 200) -> SourceState:
    return SourceState(
        outcome=outcome, text=Text(en="In words.", de="In Worten."), at=NOW, next_fetch_at=NOW, calls_left=calls_left
    )


WELL = Facts(
    now=NOW,
    broker_answers=True,
    store_fault=None,
    store_ahead_s=0.01,
    configuration=Configuration({1: ROOF}, {}, {}, {}),
    services={(name, "main"): service() for name in ("fetcher", "controller", "api", "bridge")},
    readings={1: Reading(source="solaredge", measured_at=NOW - timedelta(seconds=60), received_at=NOW, grid_w=-900.0)},
    sources={1: source()},
    statuses={1: Status(link=LinkState.ONLINE)},
)


def wrong(facts: Facts) -> list[Finding]:
    return [finding for finding in examine(facts) if finding.verdict is not Verdict.WELL]


def only(facts: Facts) -> Finding:
    (finding,) = wrong(facts)
    return finding


def test_a_swarm_at_work_is_well() -> None:
    assert wrong(WELL) == []
    assert report(examine(WELL)).endswith("\nall is well\n")


def test_without_a_broker_nothing_else_is_guessed() -> None:
    findings = examine(replace(WELL, broker_answers=False))
    assert [(one.subject.en, one.verdict) for one in findings] == [("broker", Verdict.FAULTY), ("store", Verdict.WELL)]
    assert "docker compose logs broker" in str(findings[0].advice)


@pytest.mark.parametrize("changes", [{"store_fault": "the store does not answer"}, {"store_ahead_s": -90.0}])
def test_a_store_that_fails_is_a_fault(changes: dict[str, object]) -> None:
    finding = only(replace(WELL, **changes))  # type: ignore[arg-type]
    assert (finding.subject.en, finding.verdict) == ("store", Verdict.FAULTY)
    assert finding.advice


@pytest.mark.parametrize(
    ("state", "verdict", "words"),
    [
        (service(online=False), Verdict.FAULTY, "not running"),
        (service(uptime_s=3 * 3600.0 + 60), Verdict.FAULTY, "60 s ahead"),
        (service(uptime_s=3 * 3600.0 - 600), Verdict.FAULTY, "10 min ago"),
        (service(waits_for=("an inverter",)), Verdict.WAITS, "waits for an inverter"),  # of an older version
    ],
)
def test_a_service_says_what_is_wrong_with_it(state: ServiceState, verdict: Verdict, words: str) -> None:
    finding = only(replace(WELL, services={**WELL.services, ("fetcher", "main"): state}))
    assert (finding.subject.en, finding.verdict) == ("fetcher main", verdict)
    assert words in finding.text.en


WILL = ServiceState(online=False, version="1")


@pytest.mark.parametrize(
    ("key", "state", "verdict"),
    [
        (("bridge", "900"), WILL, Verdict.FAULTY),
        (("bridge", "900"), service(online=False, uptime_s=2 * 3600.0), Verdict.WAITS),
        (("recorder", "main"), service(online=False, uptime_s=2 * 3600.0), Verdict.WAITS),
        (("bridge", "main"), service(online=False, uptime_s=2 * 3600.0), Verdict.FAULTY),
    ],
)
def test_what_was_stopped_on_purpose_is_no_fault_unless_it_is_missed(
    key: tuple[str, str], state: ServiceState, verdict: Verdict
) -> None:
    finding = only(replace(WELL, services={**WELL.services, key: state}))
    assert (finding.subject.en, finding.verdict) == (" ".join(key), verdict)
    assert ("stopped 60 min ago" in finding.text.en) == (verdict is Verdict.WAITS)


def test_what_was_stopped_a_day_ago_was_taken_away_for_good() -> None:
    long_ago = service(online=False, started_at=NOW - timedelta(hours=28), uptime_s=3600.0)
    assert wrong(replace(WELL, services={**WELL.services, ("bridge", "900"): long_ago})) == []
    assert only(replace(WELL, services={**WELL.services, ("fetcher", "main"): long_ago})).subject.en == "fetcher"


@pytest.mark.parametrize("code", [code for code in WaitCode if code is not WaitCode.TURN])
def test_whatever_a_service_waits_for_is_said_in_both_languages_with_what_to_do(code: WaitCode) -> None:
    finding = only(replace(WELL, services={**WELL.services, ("recorder", "main"): service(**waiting(code))}))
    assert finding.text == Text(en=f"waits for {code} there", de=f"wartet auf {code} dort")
    assert finding.advice is not None
    assert finding.advice.en != finding.advice.de


def test_several_things_that_are_waited_for_are_one_sentence_each_with_what_to_do() -> None:
    state = service(**waiting(WaitCode.BROKER, WaitCode.DATABASE, ends="."))
    finding = only(replace(WELL, services={**WELL.services, ("recorder", "main"): state}))
    assert finding.text.de == "wartet auf broker dort; database dort"
    assert finding.advice is not None
    assert "docker compose logs broker" in finding.advice.de
    assert "docker compose ps influxdb" in finding.advice.de
    assert ".;" not in report([finding])


def test_a_failed_source_with_a_quota_is_one_sentence() -> None:
    finding = only(replace(WELL, sources={1: source(Outcome.AUTH, calls_left=5)}))
    assert finding.text == Text(en="In words; 5 calls are left of its quota", de="In Worten; 5 Abrufe bleiben ihr")


def test_a_standby_that_waits_for_its_turn_is_well() -> None:
    standby = service(**waiting(WaitCode.TURN))
    assert wrong(replace(WELL, services={**WELL.services, ("controller", "second"): standby})) == []


def test_a_source_tells_its_age_and_quota_and_a_reading_its_age() -> None:
    found = {one.area: one for one in examine(WELL) if one.id == 1}
    assert (found[Area.SOURCE].age_s, found[Area.SOURCE].calls_left) == (0.0, 200)
    assert (found[Area.READING].age_s, found[Area.READING].calls_left) == (60.0, None)


@pytest.mark.parametrize(
    ("import_price", "feed_in_price", "kwh_value", "subjects"),
    [
        (0.32, 0.08, None, []),
        (0.32, 0.08, 0.2, []),
        (0.32, 0.08, 0.32, []),
        (0.08, 0.32, None, ["prices of Home"]),
        (0.3, 0.3, None, ["prices of Home"]),
        (0.32, 0.08, 0.4, ["kwh_value of Garage"]),
        (0.32, 0.08, 0.05, ["kwh_value of Garage"]),
    ],
)
def test_prices_that_look_like_a_mistake_are_said(
    import_price: float, feed_in_price: float, kwh_value: float | None, subjects: list[str]
) -> None:
    home = House(id=2, name="Home", import_price=import_price, feed_in_price=feed_in_price)
    garage = Wattpilot(id=1, name="Garage", house_id=2, policy=PolicySettings(kwh_value=kwh_value))
    found = wrong(replace(WELL, configuration=Configuration({1: ROOF}, {2: home}, {1: garage}, {})))
    assert [one.subject.en for one in found] == subjects
    assert all(one.verdict is Verdict.WAITS and one.advice for one in found)


def test_a_service_that_never_reported_is_missed() -> None:
    services = {key: state for key, state in WELL.services.items() if key[0] != "controller"}
    assert only(replace(WELL, services=services)).subject.en == "controller"


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        (source(Outcome.AUTH), Verdict.FAULTY),
        (source(Outcome.RATE_LIMITED), Verdict.WAITS),
        (source(calls_left=0), Verdict.WAITS),
    ],
)
def test_a_source_says_what_is_wrong_and_what_is_left(state: SourceState, verdict: Verdict) -> None:
    finding = only(replace(WELL, sources={1: state}))
    assert (finding.subject.en, finding.verdict) == ("source of Roof", verdict)


def test_an_old_reading_is_waited_for_and_one_from_the_future_is_a_fault() -> None:
    reading = WELL.readings[1]
    old = reading.model_copy(update={"measured_at": NOW - timedelta(minutes=20)})
    assert "20 min old, at most 15 min" in only(replace(WELL, readings={1: old})).text.en
    early = reading.model_copy(update={"measured_at": NOW + timedelta(seconds=40)})
    assert only(replace(WELL, readings={1: early})).verdict is Verdict.FAULTY


BARN = ROOF.model_copy(update={"id": 3, "name": "Barn", "role": Role.PV})


def with_barn(**powers: float | None) -> Facts:
    reading = WELL.readings[1].model_copy(update={"grid_w": None, **powers})
    return replace(
        WELL,
        configuration=Configuration({1: ROOF, 3: BARN}, {}, {}, {}),
        sources={1: source(), 3: source()},
        readings={1: WELL.readings[1], 3: reading},
    )


def test_an_inverter_that_adds_generation_is_well_without_the_grids_power() -> None:
    assert wrong(with_barn(pv_w=2000.0)) == []


def test_each_inverter_misses_what_it_is_there_to_measure() -> None:
    assert only(with_barn(pv_w=None)).text.en == "the generation is not known"
    assert only(with_barn(pv_w=None, grid_w=100.0)).text.de == "die Erzeugung ist nicht bekannt"
    blind = WELL.readings[1].model_copy(update={"grid_w": None, "pv_w": 2000.0})
    assert only(replace(WELL, readings={1: blind})).text.en == "the grid's power is not known"


def test_a_wattpilot_that_is_well_tells_its_model_and_firmware() -> None:
    status = Status(link=LinkState.ONLINE, device_type="wattpilot_flex", firmware="43.4")
    findings = examine(replace(WELL, statuses={1: status}))
    assert "is online (wattpilot_flex, firmware 43.4)" in [one.text.en for one in findings]


@pytest.mark.parametrize(
    ("status", "verdict", "words"),
    [
        (Status(link=LinkState.UNCONFIGURED), Verdict.WAITS, "WATTPILOT_HOST"),
        (Status(link=LinkState.WRONG_PASSWORD), Verdict.FAULTY, "WATTPILOT_PASSWORD"),
        (Status(link=LinkState.CONNECTING), Verdict.WAITS, "switched on"),
        *(
            (Status(link=LinkState.ONLINE, manual=Manual(since=NOW, reason=reason)), Verdict.WAITS, "hands off")
            for reason in ManualReason
        ),
    ],
)
def test_a_wattpilot_says_what_is_missing(status: Status, verdict: Verdict, words: str) -> None:
    finding = only(replace(WELL, statuses={1: status}))
    assert (finding.subject.en, finding.verdict) == ("Wattpilot 1", verdict)
    assert words in finding.text.en + str(finding.advice)
    assert "1 waiting" in report([finding]) or "1 faulty" in report([finding])


def refusal(ago: timedelta) -> Recording:
    return Recording(
        received=12, put_aside=10, lost=2, lost_refused=2, refused_at=NOW - ago, refused_for=Refusal.TYPE_CONFLICT
    )


@pytest.mark.parametrize(
    ("counts", "verdict", "words"),
    [
        (Recording(received=9, written=9), Verdict.WELL, "9 of 9 messages are in the database"),
        (Recording(received=9, written=7, put_aside=2), Verdict.WELL, "which refused 2 (refused.lines"),
        (refusal(timedelta(minutes=50)), Verdict.FAULTY, "has refused 12 messages, the last 50 min ago: a field has"),
        (refusal(timedelta(hours=5)), Verdict.WAITS, "has refused 12 messages, the last 5 h ago: a field has"),
        (refusal(timedelta(days=8)), Verdict.WELL, "which refused 12 ("),
        (Recording(received=9, written=7, spool_bytes=900, oldest_s=4.0), Verdict.WELL, "7 of 9"),
        (
            Recording(received=9, written=7, spool_bytes=12_300_000, oldest_s=3 * 3600.0),
            Verdict.WAITS,
            "2 messages (12.3 MB) wait for the database, the oldest for 3 h",
        ),
        (
            Recording(lost=5, lost_from=NOW - timedelta(hours=2), lost_to=NOW - timedelta(hours=1)),
            Verdict.WAITS,
            "5 messages from 21 Jun 10:00 to 21 Jun 11:00 UTC are lost",
        ),
        (Recording(lost=5, lost_from=NOW - timedelta(days=9), lost_to=NOW - timedelta(days=8)), Verdict.WELL, "0 of 0"),
    ],
)
def test_history_says_what_waits_and_what_is_lost(counts: Recording, verdict: Verdict, words: str) -> None:
    services = {**WELL.services, ("recorder", "main"): service(recording=counts)}
    (finding,) = [one for one in examine(replace(WELL, services=services)) if one.area is Area.HISTORY]
    assert finding.verdict is verdict
    assert words in finding.text.en
    assert (finding.advice is None) == (verdict is Verdict.WELL)


def history(counts: Recording, **changes: object) -> list[Finding]:
    services = {**WELL.services, ("recorder", "main"): service(recording=counts, **changes)}
    return [one for one in examine(replace(WELL, services=services)) if one.area is Area.HISTORY]


@pytest.mark.parametrize("why", [*Refusal, None])
def test_each_refusal_is_a_fault_with_its_reason_and_what_to_do(why: Refusal | None) -> None:
    (finding,) = history(refusal(timedelta(seconds=9)).model_copy(update={"refused_for": why}))
    assert finding.verdict is Verdict.FAULTY
    assert finding.advice is not None
    assert "refused.lines" in finding.advice.en
    assert "refused.lines" in finding.advice.de
    assert finding.text.de != finding.text.en


def test_a_loss_says_how_much_of_it_came_of_what() -> None:
    counts = Recording(lost=9, lost_damaged=3, lost_refused=2, lost_from=NOW, lost_to=NOW)
    (finding,) = history(counts)
    assert finding.advice is not None
    for words in ("4 because the database was away", "3 because the disk", "2 because the database refused"):
        assert words in finding.advice.en
    (finding,) = history(counts.model_copy(update={"lost": 3, "lost_refused": 0}))
    assert finding.advice is not None
    assert finding.advice.en == "3 because the disk of the spool damaged them: check that disk"


@pytest.mark.parametrize(
    ("code", "oldest_s", "verdict"),
    [
        (WaitCode.DATABASE, 20.0, Verdict.WAITS),
        (WaitCode.DATABASE_REFUSES, 20.0, Verdict.WAITS),
        (WaitCode.DATABASE, None, Verdict.WELL),  # nothing has come yet
        (WaitCode.SUBSCRIPTION, 20.0, Verdict.WELL),
    ],
)
def test_records_wait_from_the_moment_that_the_database_is_waited_for(
    code: WaitCode, oldest_s: float | None, verdict: Verdict
) -> None:
    counts = Recording(received=13, written=4, spool_bytes=2261, oldest_s=oldest_s)
    (finding,) = history(counts, **waiting(code))
    assert finding.verdict is verdict
    if verdict is Verdict.WAITS:
        assert finding.text.en == "9 messages (2.3 kB) wait for the database, the oldest for 20 s"
        assert finding.text.de == "9 Nachrichten (2,3 kB) warten auf die Datenbank, die älteste seit 20 s"


@pytest.mark.parametrize(
    ("counts", "english", "german"),
    [
        (
            Recording(received=1, written=1),
            "1 of 1 message is in the database",
            "1 von 1 Nachricht ist in der Datenbank",
        ),
        (
            Recording(received=1, put_aside=1, refused_at=NOW, refused_for=Refusal.OTHER),
            "the database has refused 1 message, the last",
            "die Datenbank hat 1 Nachricht abgelehnt, die letzte",
        ),
        (
            Recording(lost=1, lost_from=NOW, lost_to=NOW),
            "1 message from 21 Jun 12:00 to 21 Jun 12:00 UTC is lost",
            "1 Nachricht vom 21.06. 12:00 bis zum 21.06. 12:00 UTC ist verloren",
        ),
        (
            Recording(received=1, spool_bytes=100, oldest_s=400.0),
            "1 message (0.1 kB) waits for the database",
            "1 Nachricht (0,1 kB) wartet auf die Datenbank",
        ),
    ],
)
def test_a_single_message_is_told_as_one(counts: Recording, english: str, german: str) -> None:
    (finding,) = history(counts)
    assert finding.text.en.startswith(english)
    assert finding.text.de.startswith(german)


def test_all_troubles_of_history_are_told() -> None:
    counts = refusal(timedelta(seconds=9)).model_copy(
        update={"lost": 1, "lost_from": NOW, "lost_to": NOW, "oldest_s": 400.0}
    )
    assert [one.verdict for one in history(counts)] == [Verdict.FAULTY, Verdict.WAITS, Verdict.WAITS]


COMPOSE_ONLY = {WaitCode.SESSION, WaitCode.SUBSCRIPTION}  # accounts that only that broker knows


@pytest.mark.parametrize("code", [code for code in WaitCode if code not in COMPOSE_ONLY])
def test_what_names_docker_says_what_to_do_without(code: WaitCode) -> None:
    states = {("fetcher", "main"): service(**waiting(code)), ("recorder", "main"): service(online=False)}
    down = Facts(now=NOW, broker_answers=False, store_fault="does not answer")
    linked = {number: Status(link=link) for number, link in enumerate(LinkState, 1)}
    told = [*examine(replace(WELL, services=states, statuses=linked)), *examine(down)]
    advice = [one.advice for one in told if one.advice is not None and "docker" in one.advice.en]
    assert len(advice) > 5
    assert [one for one in advice if not re.search("with(out)? Docker", one.en)] == []
    assert [one for one in advice if not re.search("(mit|ohne) Docker", one.de)] == []


def test_grafana_is_judged_where_it_was_asked() -> None:
    assert examine(replace(WELL, grafana_answers=True))[-1].verdict is Verdict.WELL
    assert only(replace(WELL, grafana_answers=False)).subject.en == "grafana"


def said(facts: Facts) -> list[Text]:
    """Every text of every finding."""
    return [text for one in examine(facts) for text in (one.subject, one.text, one.advice) if text is not None]


@pytest.mark.parametrize(
    "facts",
    [
        WELL,
        Facts(now=NOW, broker_answers=False, store_fault="the store does not answer"),
        Facts(now=NOW, broker_answers=True, store_fault=None, store_ahead_s=-90.0),
        replace(WELL, sources={1: source(Outcome.AUTH)}, grafana_answers=False),
        replace(WELL, sources={1: source(calls_left=0)}, readings={}),
        *(replace(WELL, statuses={1: Status(link=link)}) for link in LinkState),
        *(
            replace(WELL, statuses={1: Status(link=LinkState.ONLINE, manual=Manual(since=NOW, reason=reason))})
            for reason in ManualReason
        ),
    ],
)
def test_all_that_is_said_is_said_in_german_too(facts: Facts) -> None:
    names = {f"{name} main" for name in ("api", "bridge", "controller", "fetcher")} | {"Wattpilot 1"}
    names |= {"api", "bridge", "controller", "fetcher"}
    for text in said(facts):
        assert text.de
        assert text.de != text.en or text.en in names, text


def test_german_prices_have_a_comma() -> None:
    home = House(id=2, name="Home", import_price=0.08, feed_in_price=0.32)
    facts = replace(WELL, configuration=Configuration({1: ROOF}, {2: home}, {}, {}))
    assert only(facts).text.de == "eine verkaufte kWh bringt 0,32, eine gekaufte kostet 0,08"
