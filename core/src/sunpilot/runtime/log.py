"""Logging: one line per event, no secrets, and one line per streak of the same fault."""

import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

Log = structlog.typing.FilteringBoundLogger

_SECRET_NAME = re.compile(r"token|password|secret|api_?key|hash|hmac", re.IGNORECASE)
_SECRET_IN_TEXT = re.compile(r"((?:api_key|token|password|code|secret)=)[^&\s\"']+", re.IGNORECASE)


def redact(_log: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last net under secrets: a structlog processor that blanks values by name and query parameters in texts."""
    for name, value in event.items():
        if name != "event" and _SECRET_NAME.search(name):
            event[name] = "***"
        elif isinstance(value, str):
            event[name] = _SECRET_IN_TEXT.sub(r"\1***", value)
    return event


def make_log(service: str, level: str = "info") -> Log:
    """A logger for a service, writing to standard error: for eyes on a terminal, as JSON otherwise."""
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    log: Log = structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        service=service,
    )
    return log


class Streaks:
    """Tells a lasting fault once when it begins and once when it ends, however often it happens between."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._counts: dict[str, int] = {}

    def failed(self, what: str, **details: object) -> None:
        """Count a fault; the first of a streak is logged."""
        self._counts[what] = self._counts.get(what, 0) + 1
        if self._counts[what] == 1:
            self._log.warning(what, **details)

    def ended(self, what: str) -> None:
        """End a streak; says how often it happened. Does nothing where there was none."""
        count = self._counts.pop(what, 0)
        if count:
            self._log.info(f"over: {what}", times=count)
