"""The page about notifications names every service, scheme and event that there is."""

from pathlib import Path

from sunpilot.api.notification.address import SERVICES
from sunpilot.api.notification.target import Event

PAGE = (Path(__file__).parents[3] / "docs/notifications.md").read_text(encoding="utf-8")


def test_every_service_and_event_stands_on_the_page() -> None:
    for name, schemes in SERVICES.items():
        assert f"| {name} | {', '.join(f'`{scheme}://`' for scheme in schemes)} |" in PAGE
    assert [line for line in PAGE.splitlines() if "://` |" in line][-1].startswith("| Threema")
    for event in Event:
        assert f"| `{event.value}` |" in PAGE
