"""The Wattpilot's own meter: grid voltage and frequency with their noise, power, and the energy counters."""

import random
from collections import deque

from sunpilot.simulator.car import NOMINAL_V, POWER_FACTOR

VOLTAGE_NOISE_V = 1.5
FREQUENCY_NOISE_HZ = 0.02
AVERAGE_S = 30


class EnergyMeter:
    """Measures once a second."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._recent_w: deque[float] = deque(maxlen=AVERAGE_S)
        self.volts = NOMINAL_V
        """Voltage of L1, L2, L3."""
        self.frequency_hz = 50.0
        self.power_w = 0.0
        """Power to the car now."""
        self.session_wh = 0.0
        """Energy since plug-in."""
        self.total_wh = 0.0
        """Energy since this meter was made."""
        self.nrg = self._nrg((0.0, 0.0, 0.0))

    @property
    def average_w(self) -> float:
        """Mean power of the last 30 s."""
        return sum(self._recent_w) / len(self._recent_w) if self._recent_w else 0.0

    def sample_grid(self) -> None:
        """Draw this second's voltage and frequency."""
        one, two, three = (v + self._rng.uniform(-VOLTAGE_NOISE_V, VOLTAGE_NOISE_V) for v in NOMINAL_V)
        self.volts = (one, two, three)
        self.frequency_hz = 50.0 + self._rng.uniform(-FREQUENCY_NOISE_HZ, FREQUENCY_NOISE_HZ)

    def measure(self, dt_s: float, currents_a: tuple[float, float, float]) -> None:
        """Take the present currents as those of the last `dt_s` seconds."""
        self.nrg = self._nrg(currents_a)
        self.power_w = self.nrg[11]
        self._recent_w.append(self.power_w)
        energy_wh = self.power_w * dt_s / 3600
        self.session_wh += energy_wh
        self.total_wh += energy_wh

    def _nrg(self, currents_a: tuple[float, float, float]) -> tuple[float, ...]:
        """The 16 numbers of `nrg`: U L1–L3 and N, I L1–L3, P L1–L3 and N, P total, power factor L1–L3 and N in %."""
        powers_w = [POWER_FACTOR * v * a for v, a in zip(self.volts, currents_a, strict=True)]
        factors = [100.0 * POWER_FACTOR if a else 0.0 for a in currents_a]
        return (*self.volts, 0.5, *currents_a, *powers_w, 0.0, sum(powers_w), *factors, 0.0)
