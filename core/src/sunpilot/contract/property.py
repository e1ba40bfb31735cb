"""The properties of a Wattpilot that a person may set raw, under their own names.

Source: Wattpilot protocol, control properties. What is not in `SETTABLE` is never written, whoever asks.
"""

import json
import re
from dataclasses import dataclass
from enum import StrEnum

from sunpilot.contract.status import Limits

Value = bool | int | float | None
"""What a property can be set to. The Wattpilot wants its exact type."""

FLOAT_MAX = 3.4e38
"""The Wattpilot counts in single precision."""


class Kind(StrEnum):
    """The type that the Wattpilot expects."""

    WHOLE = "whole number"
    NUMBER = "number"
    FLAG = "true or false"


class BadValueError(ValueError):
    """A value that cannot be written. The text says what to do, and never repeats the value."""


@dataclass(frozen=True, slots=True)
class Property:
    """One settable property: ``low`` and ``high`` bound a number, ``or_null`` says that ``null`` switches it off."""

    key: str
    kind: Kind
    meaning: str
    low: float | None = None
    high: float | None = None
    unit: str | None = None
    or_null: bool = False

    @property
    def range(self) -> str:
        """What may be sent, in words."""
        bounds = "" if self.low is None else f" from {self.low:g}" + ("" if self.high is None else f" to {self.high:g}")
        return f"{self.kind}{bounds}{f' {self.unit}' if self.unit else ''}{', or null' if self.or_null else ''}"


_ALL = (
    Property(
        "amp", Kind.WHOLE, "current per phase; at most what installation, cable and temperature allow", 6, 32, "A"
    ),
    Property("frc", Kind.WHOLE, "force state: 0 the Wattpilot decides, 1 never charge, 2 always charge", 0, 2),
    Property("psm", Kind.WHOLE, "phases: 0 the Wattpilot decides, 1 one phase, 2 three phases", 0, 2),
    Property("lmo", Kind.WHOLE, "mode: 3 Default, 4 Eco, 5 Next Trip", 3, 5),
    Property("dwo", Kind.NUMBER, "energy limit of this charge; null: none", 0, FLOAT_MAX, "Wh", or_null=True),
    Property("acs", Kind.WHOLE, "access: 0 open, 1 a card or a release is needed", 0, 1),
    Property("trx", Kind.WHOLE, "release: 0 without a card, 1 to 10 with that card, null: none", 0, 10, or_null=True),
    Property("fup", Kind.FLAG, "Eco uses the surplus that the Wattpilot itself knows of"),
    Property("ful", Kind.FLAG, "Eco uses a dynamic price"),
    Property("fst", Kind.NUMBER, "surplus from which Eco charges; 99000 parks the Wattpilot (base B)", 0, 99_000, "W"),
)
SETTABLE = {one.key: one for one in _ALL}


def read_value(key: str, payload: bytes, limits: Limits) -> Value:
    """The value in the payload of ``…/set/<key>``, of the type that the property has and within its range.

    Raises `BadValueError`.
    """
    wanted = SETTABLE.get(key)
    if wanted is None:
        raise BadValueError(f"this property cannot be set; there are: {', '.join(SETTABLE)}")
    value = _bare_value(payload)
    if value is None and wanted.or_null:
        return None
    if not _has_kind(value, wanted.kind) or not _is_within(value, wanted.low, wanted.high):
        raise BadValueError(f"{key} must be a {wanted.range}")
    if key == "amp":
        _check_current(value, limits)
    return value


def _check_current(value: Value, limits: Limits) -> None:
    if value is not None and limits.maximum_a is not None and value > limits.maximum_a:
        raise BadValueError(
            f"amp must be at most {limits.maximum_a} A: installation, cable and temperature allow no more"
        )


_BARE = re.compile(r"true|false|null|-?\d{1,39}(\.\d{1,39})?([eE][+-]?\d{1,3})?", re.ASCII)


def _bare_value(payload: bytes) -> Value:
    """A number, true, false or null. Raises `BadValueError` for anything else."""
    text = payload.decode("ascii", errors="replace").strip() if len(payload) <= 100 else ""
    if _BARE.fullmatch(text) is None:
        raise BadValueError("the payload must be a bare value: a number, true, false or null")
    try:
        value: Value = json.loads(text)
    except ValueError:  # JSON knows no leading zeros
        raise BadValueError("the payload must be a number as JSON writes it") from None
    return value


def _has_kind(value: Value, kind: Kind) -> bool:
    match kind:
        case Kind.FLAG:
            return isinstance(value, bool)
        case Kind.WHOLE:
            return isinstance(value, int) and not isinstance(value, bool)
        case Kind.NUMBER:
            return isinstance(value, int | float) and not isinstance(value, bool)


def _is_within(value: Value, low: float | None, high: float | None) -> bool:
    if value is None:
        return False
    return (low is None or value >= low) and (high is None or value <= high)
