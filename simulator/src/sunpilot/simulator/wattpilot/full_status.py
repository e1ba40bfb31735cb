"""The burst of messages in which a Wattpilot tells everything it knows."""

from collections.abc import Mapping
from typing import Any

from sunpilot.simulator.wattpilot.profile import Profile
from sunpilot.simulator.wattpilot.reply import Reply, message

MOVING = ("rbt", "utc", "loc", "nrg")
"""What a change between two messages of the burst brings."""


def full_status(profile: Profile, properties: Mapping[str, Any], faults: Mapping[str, float]) -> list[Reply]:
    """The burst of this firmware, under these faults."""
    items = list(properties.items())
    size = profile.chunk_keys or len(items)
    chunks = [dict(items[at : at + size]) for at in range(0, len(items), size)]
    last = len(chunks) - 1
    pause_s = faults["slow_full_status"] / len(chunks) if "slow_full_status" in faults else profile.chunk_s
    says_partial = profile.says_partial and "no_partial" not in faults
    delta = message("deltaStatus", status={key: properties[key] for key in MOVING})
    replies: list[Reply] = []
    for number, chunk in enumerate(chunks):
        if number == last and "no_final_chunk" in faults:
            break
        partial = {"partial": number < last} if says_partial else {}
        replies.append(Reply(pause_s, message("fullStatus", **partial, status=chunk), profile.fragments))
        if "delta_in_burst" in faults and number < last:
            replies.append(Reply(0.0, delta))
    return replies


def device_lists(profile: Profile) -> list[Reply]:
    """What follows the first burst: the inverters the device has seen, and on a Flex its smart meters."""
    inverter = {
        "id": "240.123456", "paired": False, "deviceFamily": "DataManager", "label": "PV", "model": "PILOT",
        "commonName": "pilot-0.5e-240.123456", "ip": "192.0.2.30", "connected": False, "status": 0, "message": "ok",
    }  # fmt: skip
    texts = [message("clearInverters", partial=True), message("updateInverter", partial=False, **inverter)]
    if profile.is_flex:
        texts.append(message("clearSmips", partial=False))
    return [Reply(0.0, text) for text in texts]
