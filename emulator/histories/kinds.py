"""The kinds of delivery histories: by which a history is recognised, and one of each to begin with."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from emulator.core.statuses import FINAL
from emulator.histories.history import NORMAL, History, HistoryEvent

LATE = 5.0
"""Reports in time come within this many seconds."""
NEVER_WAITED = 60.0
"""How late a late report is where the test never moved the sandbox's clock."""


def _finals(history: History) -> list[str]:
    return [status for status in history.statuses if status in FINAL]


def _as_of(event: HistoryEvent) -> float:
    return event.after if event.changed is None else event.changed


KINDS: dict[str, tuple[Callable[[History], bool], str]] = {
    "missing": (lambda one: not _finals(one), "what became of the message is never reported"),
    "late": (
        lambda one: any(event.after >= LATE for event in one.events),
        "a report comes after the sandbox time that the test waited for",
    ),
    "early": (lambda one: any(event.early for event in one.events), "a report comes before the reply to the send"),
    "retried": (
        lambda one: any(event.again for event in one.events),
        "the handler fails once: its answer does not arrive, and the report comes again",
    ),
    "duplicated": (lambda one: len(set(one.statuses)) < len(one.events), "a state is reported twice"),
    "reordered": (
        lambda one: any(_as_of(b) < _as_of(a) for a, b in pairwise(one.events)),
        "an older state is reported after a newer one, with its old moment",
    ),
    "regressing": (
        lambda one: any(
            a.status in FINAL and b.status not in FINAL and _as_of(b) >= _as_of(a) for a, b in pairwise(one.events)
        ),
        "after an end the message is reported as on its way",
    ),
    "contradictory": (lambda one: len(set(_finals(one))) > 1, "two different ends are reported"),
    "undelivered": (lambda one: set(_finals(one)) - {"delivered"} != set(), "another end than delivered is reported"),
}
"""Each kind: is a history of that kind, and what that means. A history may be of several; the normal one is of none."""


def kinds_of(history: History) -> tuple[str, ...]:
    """The kinds of a history; () for the normal one."""
    return tuple(name for name, (fits, _) in KINDS.items() if fits(history))


def moments(waits: Sequence[float]) -> tuple[float, ...]:
    """When a late report comes: just after the first and the last moment until which the test waited."""
    if not waits:
        return (NEVER_WAITED,)
    return tuple(dict.fromkeys(max(LATE, float(int(end) + 2)) for end in (min(waits), max(waits))))


def classics(waits: Sequence[float]) -> tuple[History, ...]:
    """One or two of each kind, the shortest first."""
    first, then, old = HistoryEvent("delivered"), HistoryEvent("delivered", 3.0), HistoryEvent("pending", 3.0, 1.0)
    return (
        NORMAL,
        History(()),
        *(History((HistoryEvent("delivered", late),)) for late in moments(waits)),
        History((HistoryEvent("delivered", 0.0, early=True),)),
        History((HistoryEvent("delivered", again=True),)),
        History((HistoryEvent("undelivered"),)),
        History((first, then)),
        History((first, old)),
        History((first, HistoryEvent("pending", 3.0))),
        History((first, HistoryEvent("undelivered", 3.0))),
        History((HistoryEvent("undelivered"), then)),
        *(History((first, HistoryEvent("delivered", late))) for late in moments(waits)),
    )
