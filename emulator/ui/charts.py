"""Two small plots: messages over time, and how many have which status. Numbers in, coordinates out."""

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from emulator.core.statuses import STATUSES
from emulator.core.units import SECOND, Timestamp
from emulator.sandboxes.sandbox import Sandbox
from emulator.ui.rendering import span
from emulator.ui.timeline import tone

NEWEST = 10_000
"""Of more messages only so many are drawn over time."""
_BARS = 40
_HEIGHT = 60
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400, 7 * 86_400)
"""Lengths of a bar in seconds."""


class Bar(NamedTuple):
    x: int
    y: int
    height: int
    title: str


class Throughput(NamedTuple):
    """Bars of `each`; the highest stands for `most` messages."""

    bars: list[Bar]
    each: str
    most: int


class StatusBar(NamedTuple):
    status: str
    tone: str
    number: int
    width: int
    """Of 100."""


def throughput(moments: Sequence[Timestamp], now: Timestamp) -> Throughput:
    """Messages taken over the time up to now: the shortest bars in which they all fit, else the newest of them."""
    if not moments:
        return Throughput([], "", 0)
    length = next((s for s in _STEPS if (now - moments[0]) < s * SECOND * _BARS), _STEPS[-1]) * SECOND
    counted = Counter((now - at) // length for at in moments)
    most = max((n for back, n in counted.items() if back < _BARS), default=0)
    bars = []
    for back in range(_BARS - 1, -1, -1):
        count = counted.get(back, 0)
        height = max(2, round(count * _HEIGHT / most)) if count else 0
        since = "now" if back == 0 else f"{span(back * length)} ago"
        bars.append(Bar((_BARS - 1 - back) * 8, _HEIGHT - height, height, f"{since}: {count}"))
    return Throughput(bars, span(length), most)


def statuses(sandbox: Sandbox) -> list[StatusBar]:
    """Counts of all messages by status."""
    counted = sandbox.engine.state.store.by_status
    most = max(counted.values(), default=1)
    return [
        StatusBar(s, tone(s), counted[s], max(1, round(100 * counted[s] / most))) for s in STATUSES if counted.get(s)
    ]


def of(sandbox: Sandbox) -> Throughput:
    """A sandbox's throughput, of its newest messages."""
    store = sandbox.engine.state.store
    newest = list(islice(reversed(store.messages), NEWEST))
    return throughput([store.batch_of(one).created_at for one in reversed(newest)], sandbox.now())
