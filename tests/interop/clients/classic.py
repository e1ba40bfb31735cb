"""`wattpilot` 0.2 logs in, reads, and writes amp and frc: ``classic.py HOST PASSWORD``; what it saw as JSON."""

import json
import sys
import time
from collections.abc import Callable

from wattpilot import Wattpilot

PATIENCE_S = 20


def wait(what: str, condition: Callable[[], bool]) -> None:
    """Wait until the condition holds."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.05)


def main(host: str, password: str) -> None:
    """Talk to the box once."""
    box = Wattpilot(host, password)
    box.connect()
    wait("the first status", lambda: bool(box.allPropsInitialized))
    found = dict(box.allProps)
    box.send_update("amp", 10)
    wait("the new current", lambda: bool(box.allProps["amp"] == 10))
    box.send_update("frc", 1)
    wait("the stop", lambda: not box.allProps["alw"])
    print(  # noqa: T201
        json.dumps(
            {
                "serial": box.serial,
                "found": {"properties": len(found), "amp": found["amp"]},
                "after": {key: box.allProps[key] for key in ("amp", "frc", "alw", "modelStatus")},
            }
        )
    )


main(*sys.argv[1:])
