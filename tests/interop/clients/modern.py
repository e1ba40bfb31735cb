"""`wattpilot-api` logs in, reads, and writes amp and frc: ``modern.py HOST PASSWORD``; what it saw as JSON."""

import asyncio
import json
import sys

from wattpilot_api import Wattpilot

PATIENCE_S = 20


async def main(host: str, password: str) -> None:
    """Talk to the box once."""
    async with Wattpilot(host, password) as box:
        found = dict(box.all_properties)
        await box.set_property("amp", 10)
        await box.set_property("frc", 1)
        async with asyncio.timeout(PATIENCE_S):
            while box.all_properties["alw"]:
                await asyncio.sleep(0.05)
        seen = box.all_properties
        print(  # noqa: T201
            json.dumps(
                {
                    "serial": box.serial,
                    "found": {"properties": len(found), "amp": found["amp"]},
                    "after": {key: seen[key] for key in ("amp", "frc", "alw", "modelStatus")},
                }
            )
        )


asyncio.run(main(*sys.argv[1:]))
