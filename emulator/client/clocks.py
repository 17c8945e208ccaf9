"""Real seconds for drivers without a loop."""

from emulator.clock import real_now
from emulator.core.units import SECOND


def now() -> float:
    """Real seconds that only rise."""
    return real_now() / SECOND
