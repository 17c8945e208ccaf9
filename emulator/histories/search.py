"""The search for the shortest delivery history that a test does not survive. hypothesis draws and shrinks; without the
extra `histories` importing this fails."""

from collections.abc import Callable, Collection, Sequence

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st

from emulator.clock import real_now
from emulator.core.units import SECOND
from emulator.histories.history import NORMAL, History, HistoryEvent
from emulator.histories.kinds import classics, kinds_of, moments

MOST_EVENTS = 3
_STATUSES = ("delivered", "pending", "undelivered", "sent", "expired")
_ON_TIME = 2.0
_DRAWS = 3
"""So many draws for each history wanted: some come out the same, and those are not run again."""


class NotSurvived(Exception):
    """Told to hypothesis; nobody else sees it."""


class Search:
    """A bounded search. `survives` runs the test over a history; it is called at most `most` times before one fails
    and as often again to shrink it, each history once, and not after `seconds` of real time."""

    def __init__(self, survives: Callable[[History], bool], most: int, seconds: float) -> None:
        self._survives = survives
        self._most = most
        self._ends = real_now() + round(seconds * SECOND)
        self._known = {NORMAL: True}
        """The normal one has been run before."""

    @property
    def tried(self) -> int:
        return len(self._known)

    def shortest(self, waits: Sequence[float], without: Collection[str], number: int) -> History | None:
        """The shortest history found that the test does not survive, or None. First one of each kind is tried, the
        shortest first, then mixtures of up to three reports, drawn by `number`."""

        def wanted(history: History) -> bool:
            return not set(kinds_of(history)) & set(without)

        first = next((one for one in classics(waits) if wanted(one) and not self._tried(one)), None)
        return first or self._drawn(any_history(waits).filter(wanted), number)

    def _drawn(self, mixtures: st.SearchStrategy[History], number: int) -> History | None:
        if self.tried >= self._most:
            return None
        last: History | None = None

        @settings(
            max_examples=_DRAWS * (self._most - self.tried), database=None, deadline=None, print_blob=False,
            phases=(Phase.generate, Phase.shrink), suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False, verbosity=Verbosity.quiet,
        )  # fmt: skip
        @seed(number)
        @given(mixtures)
        def play(history: History) -> None:
            nonlocal last
            if not self._tried(history):
                last = history
                raise NotSurvived

        try:
            play()
        except NotSurvived:
            return last
        return None

    def _tried(self, history: History) -> bool:
        """Was it survived? What there was no time for was."""
        if history not in self._known:
            most = self._most * (1 if all(self._known.values()) else 2)
            if self.tried >= most or real_now() > self._ends:
                return True
            self._known[history] = self._survives(history)
        return self._known[history]


def any_history(waits: Sequence[float]) -> st.SearchStrategy[History]:
    """Up to three reports of any kind."""
    slots = (_ON_TIME, *moments(waits), 0.0)
    report = st.tuples(st.sampled_from(slots), st.sampled_from(_STATUSES), st.sampled_from(("", "old", "again")))
    return st.lists(report, max_size=MOST_EVENTS).map(_arranged)


def _arranged(drawn: list[tuple[float, str, str]]) -> History:
    """Reports in the order in which they come: those of one slot a second apart."""
    events: list[HistoryEvent] = []
    taken: dict[float, int] = {}
    for slot, status, trait in sorted(drawn, key=lambda one: one[0]):
        place = taken[slot] = taken.get(slot, -1) + 1
        after = slot + place if slot else 0.0
        events.append(HistoryEvent(
            status=status, after=after, changed=1.0 if trait == "old" and slot else None,  # type: ignore[arg-type]
            again=trait == "again", early=not slot,
        ))  # fmt: skip
    return History(tuple(events))
