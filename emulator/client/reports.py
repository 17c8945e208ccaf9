"""Delivery reports as values, and the state machine that puts them in order.

Reports come twice, late, out of order, and contradict each other. Reports (and settle_reports over a list) takes each
and says whether it is news:

    scheduled ─► pending ─► sent ─► unknown ─► delivered ─► read
                                          └──► undelivered | expired | rejected | deleted | error

A state only ever moves to the right; from a final one nothing leads away, but from delivered to read.
"""

import hmac
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager
from datetime import datetime
from threading import Lock
from typing import Generic, Protocol, TypeAlias, TypeVar

import msgspec

from emulator.core.statuses import Status

Fields: TypeAlias = Mapping[str, str] | Iterable[tuple[str, str]]
"""Parameters of a query or form: a mapping, or pairs (what Flask, Django, Starlette and aiohttp have, all do)."""

_RANKS: dict[Status, int] = {"scheduled": 0, "pending": 1, "sent": 2, "unknown": 3, "read": 5}
_FINAL = 4


Key: TypeAlias = tuple[str, str, str]
"""What a report is about: provider, id, number."""


class BadCallback(ValueError):
    """No report that may be believed. `status`: what to answer, 403 for a wrong key or signature, 400 for the rest."""

    def __init__(self, why: str, status: int = 400) -> None:
        super().__init__(why)
        self.status = status


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider says became of one message to one number.

    `id`: what the send was called (smsoffice: your reference; uBill: smsID; SMS Center: its id). `status`: one of our
    words, the same for all providers; `word`: as the provider says it. `at`: the moment of the change, with its zone,
    where it is told and can be read. `error`: the provider's delivery error, 0 for none.
    """

    provider: str
    id: str
    number: str
    status: Status
    word: str = ""
    at: datetime | None = None
    reason: str = ""
    error: int = 0
    operator: str = ""

    @property
    def key(self) -> Key:
        """What it is about."""
        return self.provider, self.id, self.number

    @property
    def final(self) -> bool:
        """Is this the end (but for delivered, which may be read)?"""
        return rank(self.status) >= _FINAL


def rank(status: Status) -> int:
    """How far a message is. `unknown` is no end: some providers say it and report delivery later."""
    return _RANKS.get(status, _FINAL)


def follows(new: Status, old: Status) -> bool:
    """May a message go from `old` to `new`?"""
    if rank(old) >= _FINAL:
        return (old, new) == ("delivered", "read")
    return rank(new) > rank(old)


class ReportStore(Protocol):
    """Where the newest state of every message is kept: Reports in memory, or a table of yours for several processes.

    `taking` holds the message until the block is over, so that whoever brings the same report meanwhile waits: it gives
    whether the report is news, keeps it when the block ends well, and nothing of it when the block raises. In a
    database that is one transaction with the row locked, and what the report leads to belongs into the same.
    """

    def taking(self, report: Report) -> AbstractContextManager[bool]: ...


class AsyncReportStore(Protocol):
    """The same for `Callbacks.answer_async`."""

    def taking(self, report: Report) -> AbstractAsyncContextManager[bool]: ...


L = TypeVar("L")


class Held(Generic[L]):
    """One message's lock, for as long as anybody holds it or waits for it."""

    def __init__(self, lock: L) -> None:
        self.lock = lock
        self.users = 0


class Reports:
    """The newest state of every message; in memory, at most `most` of them, the longest untouched forgotten first. Safe
    for several threads. For several processes: a ReportStore of yours.
    """

    def __init__(self, most: int = 100_000) -> None:
        self._most = most
        self._known: dict[Key, Report] = {}
        self._lock = Lock()
        self._held: dict[Key, Held[Lock]] = {}

    def take(self, report: Report) -> bool:
        """Is it news? False for one that came already, comes late, or contradicts an end."""
        with self.taking(report) as news:
            return news

    @contextmanager
    def taking(self, report: Report) -> Iterator[bool]:
        """Is it news, to be kept when the block ends well."""
        with self._holding(report.key):
            known = self._known.get(report.key)
            news = known is None or follows(report.status, known.status)
            yield news
            if news:
                with self._lock:
                    self._known.pop(report.key, None)
                    self._known[report.key] = report
                    if len(self._known) > self._most:
                        del self._known[next(iter(self._known))]

    @contextmanager
    def _holding(self, key: Key) -> Iterator[None]:
        with self._lock:
            held = self._held.setdefault(key, Held(Lock()))
            held.users += 1
        try:
            with held.lock:
                yield
        finally:
            with self._lock:
                held.users -= 1
                if not held.users:
                    del self._held[key]

    def get(self, key: Key) -> Report | None:
        """The newest report of a message."""
        return self._known.get(key)

    def __len__(self) -> int:
        return len(self._known)

    def all(self) -> list[Report]:
        """The newest report of each message."""
        with self._lock:
            return list(self._known.values())


def settle_reports(reports: Iterable[Report]) -> dict[Key, Report]:
    """What a heap of reports comes to: (provider, id, number) → the report that holds, in whatever order they came.

    Of contradicting ends the one that came first holds.
    """
    settled = Reports(most=2**62)
    for report in reports:
        settled.take(report)
    return {report.key: report for report in settled.all()}


def first_of(fields: Fields) -> dict[str, str]:
    """Parameters by name in lower case, the first of each name."""
    found: dict[str, str] = {}
    for name, value in fields.items() if isinstance(fields, Mapping) else fields:
        found.setdefault(str(name).lower(), str(value))
    return found


def same(given: str, wanted: str) -> bool:
    """Compared in constant time. An empty secret is never the same as anything."""
    return bool(wanted) and hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())
