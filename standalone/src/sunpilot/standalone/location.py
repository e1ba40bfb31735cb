"""Where the Wattpilot is, when nobody has said so: looked up in the network, and told."""

from collections.abc import Awaitable, Callable

from sunpilot.bridge.discovery import Found, discover
from sunpilot.bridge.settings import WattpilotSettings

HOW = "start with WATTPILOT_HOST=<its address> WATTPILOT_PASSWORD=<the app's> make run"


async def locate(
    wattpilot: WattpilotSettings,
    say: Callable[[str], None],
    search: Callable[[], Awaitable[tuple[Found, ...]]] = discover,
) -> WattpilotSettings:
    """The settings with the address of the one Wattpilot in the network, where they have none; says what was found."""
    if wattpilot.host is not None:
        return wattpilot
    say("WATTPILOT_HOST is not set: looking for a Wattpilot in the network …")
    try:
        found = await search()
    except OSError as error:
        say(f"The network cannot be searched ({error.strerror or error}): {HOW}")
        return wattpilot
    match found:
        case ():
            say(f"No Wattpilot answers. If you have one: {HOW}")
        case (one,):
            say(f"Found the Wattpilot {one.serial} at {one.host}.")
            return wattpilot.model_copy(update={"host": one.host})
        case several:
            listed = ", ".join(f"{one.serial} at {one.host}" for one in several)
            say(f"Found several Wattpilots ({listed}); choose one: WATTPILOT_HOST={several[0].host} make run")
    return wattpilot
