"""How often within a window: sliding windows of sandbox time, as plain serialisable state."""

from collections.abc import Iterable

from emulator.core.units import Timestamp


class RateWindows:
    """Moments of past events by key, oldest first; `marks` is the whole state. What has left its window is dropped
    when the key is asked for again, and all stale keys now and then, so that it does not grow with the traffic."""

    def __init__(self, marks: dict[str, list[Timestamp]]) -> None:
        self.marks = marks

    def within(self, key: str, since: Timestamp) -> int:
        """How many events of the key lie after a moment."""
        marks = self.marks.get(key)
        if marks is None:
            return 0
        while marks and marks[0] <= since:
            marks.pop(0)
        if not marks:
            del self.marks[key]
        return len(marks)

    def streak(self, key: str, at: Timestamp, gap: int) -> int:
        """How many events of the key came without a break of `gap` between two of them, if one now would be the next;
        a streak that is broken is forgotten."""
        marks = self.marks.get(key)
        if marks is None:
            return 0
        if at - marks[-1] >= gap:
            del self.marks[key]
            return 0
        return len(marks)

    def prolong(self, key: str, at: Timestamp) -> None:
        """A streak, if there is one, goes on up to now, without another event."""
        marks = self.marks.get(key)
        if marks is not None:
            marks[-1] = at

    def oldest(self, key: str) -> Timestamp | None:
        """The first event still kept."""
        marks = self.marks.get(key)
        return marks[0] if marks else None

    def mark(self, keys: Iterable[str], at: Timestamp, keep: int) -> None:
        """An event of each key happened; `keep` is the longest window that anybody asks about, in microseconds. At 1024
        keys and whenever they have doubled since stale ones go: that hangs on nothing but the state itself, so that a
        state goes on in the same way after it was written down."""
        marks = self.marks
        for key in keys:
            known = marks.get(key)
            if known is not None:
                known.append(at)
                continue
            size = len(marks)
            if size >= 1024 and size & (size - 1) == 0:
                marks = self.marks = {k: moments for k, moments in marks.items() if moments[-1] > at - keep}
            marks[key] = [at]
