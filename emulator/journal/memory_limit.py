"""The bound over all journals of a process."""

from collections import deque
from typing import Protocol

PROCESS_LIMIT = 256 * 1024 * 1024


class Bounded(Protocol):
    """A journal. `skipped`: so many of its lines stand for entries that it dropped by itself."""

    used: int
    skipped: int

    def drop_oldest(self) -> None: ...


class MemoryLimit:
    """What all journals may weigh together. `lines` names whose entry is the next oldest; an entry that its own
    journal dropped meanwhile is skipped when its turn comes."""

    def __init__(self, limit: int = PROCESS_LIMIT) -> None:
        self.limit = limit
        self.used = 0
        self.lines: deque[Bounded] = deque()
        """A journal for each entry, in the order in which they were written; it adds them itself."""
        self._stale = 0
        """Lines of entries that their own journals dropped."""

    def __len__(self) -> int:
        return len(self.lines)

    def make_room(self) -> None:
        """Too much was written: the oldest entries go."""
        while self.used > self.limit and self.lines:
            self._drop_first()

    def passed_over(self, journal: Bounded) -> None:
        """A journal is about to drop its oldest entry by itself."""
        journal.skipped += 1
        self._stale += 1
        if self._stale > 64 and self._stale * 2 > len(self.lines):
            self._sweep()

    def _drop_first(self) -> None:
        journal = self.lines.popleft()
        if journal.skipped:
            journal.skipped -= 1
            self._stale -= 1
        else:
            journal.drop_oldest()

    def _sweep(self) -> None:
        """Take the stale lines out: of each journal the first ones, as many as it skips."""
        kept: deque[Bounded] = deque()
        for journal in self.lines:
            if journal.skipped:
                journal.skipped -= 1
            else:
                kept.append(journal)
        self.lines, self._stale = kept, 0

    def forget(self, journal: Bounded) -> None:
        """A journal is gone: its lines too."""
        self.used -= journal.used
        self.lines = deque(line for line in self.lines if line is not journal)
        self._stale -= journal.skipped
