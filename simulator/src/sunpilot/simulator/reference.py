"""The reference of every fault that the simulator can be told to have, as Markdown made from the simulator itself.

``python -m sunpilot.simulator.reference`` prints it; ``make docs`` keeps it in `docs/faults.md`.
"""

import sys
from collections.abc import Iterator, Mapping

from sunpilot.simulator.meter import meter
from sunpilot.simulator.modbus import inverter
from sunpilot.simulator.solaredge import fault_table
from sunpilot.simulator.wattpilot import fault

HEAD = """# Faults that the simulator can have

Made from the simulator by `make docs`; changes belong there. How to start and steer it: [the simulator](simulator.md).

Each order names one or more faults, such as `{"silence": true}`, and leaves the others as they are; `false` ends one.
"""
WATTPILOT = """## The Wattpilot

`POST /_sim/box-faults`; `GET` lists them with what holds now. `true` takes the usual amount, a number takes that one.
What the bridge must do about each of them stands in `tests/unit/bridge/test_faults.py`.
"""
CLOUD = """## The SolarEdge cloud

`POST /_sim/cloud-faults`, with `true`, a number of calls that it is to last, or `{"seconds": 60, "share": 0.5}` for a
part of the calls; `latency_s` delays each answer. What each becomes at a source stands in
`tests/unit/fetcher/test_cloud_faults.py`.
"""
INVERTER = """## The inverter over Modbus

`POST /_sim/inverter-faults`; `{"refuse_s": 300}` closes its port for that time.
"""
METER = """## The meter on MQTT

`POST /_sim/meter-faults`; `{"every_s": 1}` sets how often it publishes.
"""


def markdown() -> str:
    """The whole page."""
    parts = [
        HEAD,
        WATTPILOT,
        "\n".join(_wattpilot()),
        "",
        CLOUD,
        "\n".join(_plain(fault_table.FAULTS)),
        "",
        INVERTER,
        "\n".join(_plain(inverter.FAULTS)),
        "",
        METER,
        "\n".join(_plain(meter.FAULTS)),
    ]
    return "\n".join(parts) + "\n"


def _wattpilot() -> Iterator[str]:
    yield from ("| fault | what it does | amount |", "|---|---|---|")
    for name, one in fault.FAULTS.items():
        effect = f"{one.effect}; happens once" if one.once else one.effect
        yield f"| `{name}` | {effect} | {_amount(one.amount)} |"


def _amount(amount: fault.Amount | None) -> str:
    if amount is None:
        return ""
    return f"{amount.default:g} ({amount.low:g} to {amount.high:g}): {amount.meaning}"


def _plain(faults: Mapping[str, str]) -> Iterator[str]:
    yield from ("| fault | what it does |", "|---|---|")
    for name, effect in faults.items():
        yield f"| `{name}` | {effect} |"


if __name__ == "__main__":
    sys.stdout.write(markdown())
