"""Tries a source before it is configured: one measurement, and nothing kept of it."""

import asyncio
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from sunpilot.contract.decision import Text
from sunpilot.contract.reading import Quality, Reading
from sunpilot.contract.source import Outcome
from sunpilot.contract.source_test import SourceTest, SourceTestAnswer
from sunpilot.fetcher.catalogue import Polled, kind_of
from sunpilot.fetcher.feed import Feed
from sunpilot.fetcher.measurement import Measurement, SourceError
from sunpilot.fetcher.source import Credentials, Lines
from sunpilot.fetcher.stamp import Stamp

LONGEST_S = 9.0
"""The answer is due after 10 s, in real time."""

WORKS = Text(en="The source works.", de="Die Quelle funktioniert.")
NO_GRID = Text(
    en="The source answers, but gives no grid power: without it nothing can be charged by the sun. Check that a meter "
    "at the grid connection is set up, and that these settings lead to it.",
    de="Die Quelle antwortet, liefert aber keine Netzleistung: ohne sie lässt sich nicht nach der Sonne laden. Bitte "
    "prüfen, ob ein Zähler am Netzanschluss eingerichtet ist und diese Einstellungen zu ihm führen.",
)
GENERATION = Text(
    en="The source works and gives generation, but no grid power. That is enough for an inverter that adds to a house; "
    "to measure a house's connection, a meter must be set up there, and these settings must lead to it.",
    de="Die Quelle funktioniert und liefert Erzeugung, aber keine Netzleistung. Das genügt für einen Wechselrichter, "
    "der zusätzlich erzeugt; um den Netzanschluss zu messen, muss dort ein Zähler eingerichtet sein, und diese "
    "Einstellungen müssen zu ihm führen.",
)
_TOO_SLOW = SourceError(
    Outcome.NETWORK,
    Text(
        en=f"No answer has come within {LONGEST_S:.0f} s: check address and network, then try again.",
        de=f"In {LONGEST_S:.0f} s ist keine Antwort gekommen: bitte Adresse und Netzwerk prüfen, dann noch einmal "
        "versuchen.",
    ),
)
_NO_MESSAGE = SourceError(
    Outcome.SILENT,
    Text(
        en=f"The meter has sent nothing within {LONGEST_S:.0f} s: check that it is switched on, that it publishes at "
        "this broker, and that device and topics are spelled as it does; one that sends more seldom needs another try.",
        de=f"Der Zähler hat in {LONGEST_S:.0f} s nichts gesendet: bitte prüfen, ob er eingeschaltet ist, an diesen "
        "Broker sendet und ob Gerät und Topics genau so geschrieben sind; sendet er seltener, bitte noch einmal "
        "versuchen.",
    ),
)


class GivenCredentials:
    """A token that was given for this trial alone. What OAuth would grant is not kept: consent follows later."""

    code = None
    grant = None
    unstored = None

    def __init__(self, token: str | None) -> None:
        self.token = None if token is None else SecretStr(token)

    async def keep_grant(self, grant: SecretStr) -> None:
        """Nothing is kept of a trial."""


def credentials_for(test: SourceTest, feeds: Mapping[str, Feed]) -> Credentials:
    """The given token or, where none is given, what is stored for the source in the named slot: but a token is only
    shown where it was meant to be shown.
    """
    feed = feeds.get(test.slot or "")
    if test.token is None and feed is not None and feed.assignment.settings.token_goes_to == test.source.token_goes_to:
        return feed.record.credentials(feed.assignment.secrets)
    return GivenCredentials(test.token)


async def run(test: SourceTest, credentials: Credentials, lines: Lines) -> SourceTestAnswer:
    """Measure once with the settings to try."""
    try:
        async with asyncio.timeout(LONGEST_S):
            measurement = await _measure(test, credentials, lines)
    except TimeoutError:
        return _failed(_TOO_SLOW if isinstance(kind_of(test.source), Polled) else _NO_MESSAGE)
    except SourceError as error:
        return _failed(error)
    reading = measurement.reading(lines.clock.now(), measurement.quality)
    return SourceTestAnswer(outcome=Outcome.OK, text=_said(reading), reading=reading, device=measurement.device)


SUSPECT = Text(
    en="The source answers, but its powers contradict each other: check how its meter is set up.",
    de="Die Quelle antwortet, aber ihre Leistungen widersprechen sich: bitte die Einrichtung ihres Zählers prüfen.",
)


def _said(reading: Reading) -> Text:
    if reading.quality is Quality.SUSPECT:
        return SUSPECT
    if reading.grid_w is None:
        return NO_GRID if reading.pv_w is None else GENERATION
    return WORKS


async def _measure(test: SourceTest, credentials: Credentials, lines: Lines) -> Measurement:
    kind = kind_of(test.source)
    if isinstance(kind, Polled):
        polled = kind.open(credentials, lines)
        try:
            return await polled.poll(lines.clock.now())
        finally:
            await polled.close()
    first: asyncio.Future[Measurement | SourceError] = asyncio.get_running_loop().create_future()

    def heard(news: Measurement | SourceError) -> None:
        if not first.done():
            first.set_result(news)

    listening = asyncio.ensure_future(kind.open(credentials, lines).run(heard))
    try:
        waits: list[asyncio.Future[Any]] = [listening, first]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        if not first.done():
            listening.result()  # raises what ended it
            raise _NO_MESSAGE
        news = first.result()
    finally:
        listening.cancel()
        await asyncio.wait([listening])
    if isinstance(news, SourceError):
        raise news
    return Stamp().put(news, lines.clock.now())[0]


def _failed(error: SourceError) -> SourceTestAnswer:
    return SourceTestAnswer(outcome=error.outcome, text=error.text)
