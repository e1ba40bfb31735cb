"""Which properties of a Wattpilot can be written, and with what.

The device checks the exact JSON type first. Two texts are the device's own ("value must be uint8_t" and one that
contains "has no setter"); the others are ours, for the real ones are unknown.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

Check = Callable[[Any, Mapping[str, Any]], None]
"""Takes the value and the present properties; raises WriteError."""


FLOAT_MAX = 3.4e38
"""The device counts in single precision."""


class WriteError(ValueError):
    """A write the device refuses; the text is what it answers."""


def check(key: str, value: Any, properties: Mapping[str, Any]) -> None:
    """Raise WriteError unless `key` may be set to `value` now."""
    if key in CHECKS and (key in properties or key == "rst"):
        CHECKS[key](value, properties)
    elif key in properties:
        raise WriteError(f'api key "{key}" has no setter')
    else:
        raise WriteError(f'unknown api key "{key}"')


def _whole(low: int, high: int | str, kind: str = "uint8_t") -> Check:
    """A whole number from `low` to `high`; a text names the property that holds the upper bound."""

    def whole(value: Any, properties: Mapping[str, Any]) -> None:
        if type(value) is not int:
            raise WriteError(f"value must be {kind}")
        top = properties[high] if isinstance(high, str) else high
        if not low <= value <= top:
            raise WriteError(f"value must be between {low} and {top}")

    return whole


def _flag(value: Any, _: Mapping[str, Any]) -> None:
    if not isinstance(value, bool):
        raise WriteError("value must be bool")


def _number(value: Any, _: Mapping[str, Any]) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -FLOAT_MAX <= value <= FLOAT_MAX:
        raise WriteError("value must be float")


def _text(value: Any, _: Mapping[str, Any]) -> None:
    if not isinstance(value, str):
        raise WriteError("value must be string")


def _anything(_value: Any, _: Mapping[str, Any]) -> None:
    """Some keys are triggers: their value means nothing."""


def _or_null(inner: Check) -> Check:
    def optional(value: Any, properties: Mapping[str, Any]) -> None:
        if value is not None:
            inner(value, properties)

    return optional


_milliseconds = _whole(0, 2**32 - 1, "uint32_t")

CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "amp": _whole(6, "ama"),
        "mca": _whole(6, "ama"),
        "frc": _whole(0, 2),
        "psm": _whole(0, 2),
        "lmo": _whole(3, 5),
        "acs": _whole(0, 2),
        "ust": _whole(0, 2),
        "fam": _whole(0, 100),
        "pdt": _whole(0, 100),
        "trx": _or_null(_whole(0, 10)),
        "dwo": _or_null(_number),
        **dict.fromkeys(("fup", "ful", "fzf", "fap", "pdte", "pdlo", "ebe", "ebo", "su"), _flag),
        **dict.fromkeys(("fst", "zfo", "spl3", "psh", "awp"), _number),
        **dict.fromkeys(("fmt", "mcpd", "mci", "mpwst", "mptwt", "psmd", "sumd"), _milliseconds),
        "fna": _text,
        "rst": _anything,
    }
)
"""The writable properties; `rst` alone can be written and never read."""
