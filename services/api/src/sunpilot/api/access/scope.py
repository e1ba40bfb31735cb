"""What an asker may do, in three steps of which each contains the ones before. Pure."""

from enum import StrEnum


class Scope(StrEnum):
    """``read`` sees everything; ``control`` gives orders besides (mode, override, deadline); ``configure`` does all."""

    READ = "read"
    CONTROL = "control"
    CONFIGURE = "configure"

    def covers(self, needed: "Scope") -> bool:
        """Whether who has this may do what needs the other."""
        steps = list(Scope)
        return steps.index(self) >= steps.index(needed)
