"""A twin of SolarEdge's monitoring cloud: API V1 with its keys, API V2 with keys and OAuth, limits, and faults at will.

Everything is computed in memory, without sockets: a `Call` goes in, an `Answer` comes out.
"""

from sunpilot.simulator.solaredge.cloud import Cloud
from sunpilot.simulator.solaredge.subscription import Subscription

__all__ = ["Cloud", "Subscription"]
