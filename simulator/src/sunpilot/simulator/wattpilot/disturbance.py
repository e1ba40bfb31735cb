"""What faults do to the picture that clients get of a Wattpilot; the device itself is not touched by them."""

from collections.abc import Mapping
from typing import Any

from sunpilot.simulator.wattpilot.reply import message

MESSAGE_PACK = bytes.fromhex("00 81 a3 72 62 74 01")
"""{"rbt": 1} with a zero before it, as newer firmware of the sister product sends it."""


def disturbed(properties: Mapping[str, Any], faults: Mapping[str, float]) -> dict[str, Any]:
    """The properties as clients are told of them."""
    shown = dict(properties)
    if "zero_nrg" in faults:
        shown["nrg"] = [0] * 16
    if "noisy_wh" in faults:
        noise_wh = 0.001 * (shown["rbt"] // 1000 % 2)
        shown["wh"] = round(shown["wh"] - noise_wh, 3) if shown["wh"] else -0.003
    if "wrong_types" in faults:
        shown |= {"car": None, "acu": None, "nrg": shown["nrg"][:12], "lot": 32}
    if "unknown_messages" in faults:
        shown["zzz"] = {"since": shown["rbt"]}
    return shown


def stray_messages(faults: Mapping[str, float]) -> list[str | bytes]:
    """What comes each second beside the changes."""
    strays: list[str | bytes] = []
    if "unknown_messages" in faults:
        strays += [message("updateSmip", partial=False, id="1"), message("news", text="from tomorrow")]
    if "broken_json" in faults:
        strays.append('{"type":"deltaStatus","status":{"amp":')
    if "binary_frames" in faults:
        strays.append(MESSAGE_PACK)
    if "oversized" in faults:
        frame = message("deltaStatus", status={"zzz": ""})
        strays.append(message("deltaStatus", status={"zzz": "z" * (round(faults["oversized"] * 1e6) - len(frame))}))
    return strays
