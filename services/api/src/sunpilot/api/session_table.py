"""Sessions as a table for a spreadsheet: CSV as RFC 4180 wants it, with units in the names of the columns."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import datetime

from sunpilot.contract.session import Session

MEDIA_TYPE = "text/csv; charset=utf-8; header=present"

Value = str | float | bool | datetime | None

_COLUMNS: dict[str, Callable[[Session], Value]] = {
    "started_at": lambda one: one.started_at,
    "ended_at": lambda one: one.ended_at,
    "plugged_s": lambda one: one.plugged_s,
    "charging_s": lambda one: one.charging_s,
    "energy_wh": lambda one: one.energy_wh,
    "sun_wh": lambda one: one.sun_wh,
    "battery_wh": lambda one: one.battery_wh,
    "grid_wh": lambda one: one.grid_wh,
    "sun_share_pct": lambda one: None if one.sun_share is None else one.sun_share * 100,
    "covered_s": lambda one: one.covered_s,
    "cost": lambda one: one.cost,
    "saved": lambda one: one.saved,
    "currency": lambda one: one.currency,
    "peak_w": lambda one: one.peak_w,
    "starts": lambda one: one.starts,
    "phase_switches": lambda one: one.phase_switches,
    "seen_from_start": lambda one: one.seen_from_start,
    "id": lambda one: one.id,
}

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Text that begins so is run by spreadsheets (OWASP, CSV injection)."""


def table(sessions: Sequence[Session], currency: str | None) -> str:
    """A line for each session, in the order given, after a line of names; a column for each reason that occurs.

    ``currency`` is the house's, for what an older version kept without its own; None where there is no house.
    """
    reasons = sorted({reason for one in sessions for reason in one.reasons_s})
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*_COLUMNS, *(_cell(f"{reason}_s") for reason in reasons)])
    for session in sessions:
        one = session if session.currency is not None else session.model_copy(update={"currency": currency})
        known = [_cell(value(one)) for value in _COLUMNS.values()]
        writer.writerow([*known, *(_cell(one.reasons_s.get(reason)) for reason in reasons)])
    return out.getvalue()


def _cell(value: Value) -> str:
    """A value as text; unknown is empty. Text that a spreadsheet would run is quoted by an apostrophe."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.strftime("%Y-%m-%dT%H:%M:%SZ")
        case float():
            return f"{value:.4f}".rstrip("0").rstrip(".")
        case str():
            return f"'{value}" if value.startswith(_FORMULA) else value
        case _:
            return str(value)
