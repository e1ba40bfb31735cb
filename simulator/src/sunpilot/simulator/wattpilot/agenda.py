"""What a device will do by itself, some seconds from now."""

from collections.abc import Callable


class Agenda:
    """Actions that wait for their time, which passes only in `pass_by`."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, Callable[[], None]]] = []

    def after(self, delay_s: float, act: Callable[[], None]) -> None:
        """Do something `delay_s` seconds from now."""
        self._waiting.append((delay_s, act))

    def pass_by(self, dt_s: float) -> None:
        """Let `dt_s` seconds pass, and do what is due."""
        moved = [(left_s - dt_s, act) for left_s, act in self._waiting]
        self._waiting = [(left_s, act) for left_s, act in moved if left_s > 0]
        for left_s, act in moved:
            if left_s <= 0:
                act()

    def clear(self) -> None:
        """Forget all of it, as a reboot does."""
        self._waiting.clear()
