"""An inverter's two sources, and what becomes of the secrets in their slots when they change."""

from collections.abc import Mapping
from typing import Any

from sunpilot.api.journal import Command
from sunpilot.api.source_request import GivenSource, changed, check_token, keeps_token
from sunpilot.contract.inverter import Inverter
from sunpilot.contract.keys import Keys, slot
from sunpilot.contract.source_settings import Source

SOURCES = ("source", "fallback")
"""The names of an inverter's two sources."""


def slot_of(inverter_id: int, source: str) -> str:
    """Where the secrets of an inverter's ``source`` or ``fallback`` are stored."""
    return slot(inverter_id, fallback=source == "fallback")


def changed_sources(before: Inverter, changes: Mapping[str, Any]) -> dict[str, GivenSource | None]:
    """The sources that a request changes, by name; None: it goes. Raises `InvalidError`."""
    sources: dict[str, GivenSource | None] = {}
    for name in SOURCES:
        if name in changes:
            old, change = getattr(before, name), changes[name]
            sources[name] = None if change is None else changed(old, change, name)
            if (source := sources[name]) is not None:
                check_token(source, old, name)
    return sources


def secret_commands(keys: Keys, slot_name: str, source: GivenSource | None, before: Source | None) -> list[Command]:
    """What a new, changed or gone (None) source makes of the secrets in its slot."""
    commands: list[Command] = []
    if source is None or not keeps_token(source, before):
        commands = [("HDEL", key, slot_name) for key in (keys.codes, keys.tokens)]
    if source is not None and source.token is not None:
        commands.append(("HSET", keys.tokens, slot_name, source.token.get_secret_value()))
    return commands
