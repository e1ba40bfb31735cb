"""The names of all topics, in one place."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topics:
    """Builds topic names under a root. The id ``"+"`` gives the filter for all."""

    root: str = "sunpilot"

    def inverter(self, inverter_id: int | str, leaf: str) -> str:
        """``fetch``, ``reading`` or ``source`` of an inverter."""
        return f"{self.root}/inverter/{inverter_id}/{leaf}"

    def wattpilot(self, wattpilot_id: int | str, leaf: str) -> str:
        """``status``, ``online``, ``setpoint``, ``ack``, ``memory``, ``decision``, ``mode``, ``override``, … of a
        Wattpilot.
        """
        return f"{self.root}/wattpilot/{wattpilot_id}/{leaf}"

    def house(self, house_id: int | str, leaf: str) -> str:
        """``day`` of a house."""
        return f"{self.root}/house/{house_id}/{leaf}"

    def service(self, name: str, instance: str) -> str:
        """A service's own report."""
        return f"{self.root}/service/{name}/{instance}"

    def source_test(self, request: str) -> str:
        """Asks the fetcher to try the settings that the store holds for this request. ``"+"`` gives the filter."""
        return f"{self.root}/source/test/{request}"

    def source_test_answer(self, request: str) -> str:
        """The fetcher's `SourceTestAnswer`."""
        return f"{self.source_test(request)}/answer"

    @property
    def config(self) -> str:
        """Which entity changed."""
        return f"{self.root}/config"

    def id_of(self, topic: str) -> int | None:
        """The inverter's, Wattpilot's or house's number in a topic; None where it has none."""
        steps = topic.removeprefix(f"{self.root}/").split("/")
        number = steps[1] if len(steps) > 1 else ""
        return int(number) if number.isascii() and number.isdigit() and len(number) <= 9 else None
