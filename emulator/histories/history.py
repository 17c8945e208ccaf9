"""A delivery history as a plain value: which reports of a message go out, and when. Its words, and its token."""

import re
from collections.abc import Iterator
from typing import Any, get_args

import msgspec

from emulator.core.statuses import Status

AGAIN = 30.0
"""Seconds after which a report comes again whose first answer was lost."""


class HistoryEvent(msgspec.Struct, frozen=True):
    """A report, `after` seconds of sandbox time from the send. `changed`: as of that second; without it as of now.
    `again`: the answer to it is lost, and it comes once more. `early`: it comes before the reply to the send."""

    status: Status
    after: float = 2.0
    changed: float | None = None
    again: bool = False
    early: bool = False


class History(msgspec.Struct, frozen=True):
    """What is reported of each message of a test, in this order. str() says it in words, `token` so that it can be
    played again."""

    events: tuple[HistoryEvent, ...]

    @property
    def statuses(self) -> tuple[Status, ...]:
        """The states as they are told, a report that comes again left out."""
        return tuple(event.status for event in self.events)

    @property
    def token(self) -> str:
        return ",".join(map(_written, self.events)) or "nothing"

    def __repr__(self) -> str:
        return f"<History {self.token}>"

    def __str__(self) -> str:
        if not self.events:
            return "1. nothing is ever reported"
        return "; ".join(f"{number}. {words}" for number, words in enumerate(self._words(), 1))

    def _words(self) -> Iterator[str]:
        told: set[str] = set()
        for event in self.events:
            once_more = " again" if event.status in told else ""
            when = "before the reply to the send" if event.early else f"{event.after:g} s after the send"
            older = f", as of {event.changed:g} s after it" if event.changed is not None else ""
            lost = f"; its answer is lost and it comes again {AGAIN:g} s later" if event.again else ""
            yield f"{event.status} reported{once_more} {when}{older}{lost}"
            told.add(event.status)


NORMAL = History((HistoryEvent("delivered"),))

_EVENT = re.compile(r"(?P<status>[a-z]+)@(?:(?P<early>reply)|(?P<after>[\d.]+))(?:/(?P<changed>[\d.]+))?(?P<again>x2)?")


def _written(event: HistoryEvent) -> str:
    when = "reply" if event.early else f"{event.after:g}"
    changed = "" if event.changed is None else f"/{event.changed:g}"
    return f"{event.status}@{when}{changed}{'x2' if event.again else ''}"


def read_token(token: str) -> History:
    """The history of a token. Raises ValueError, saying what a token looks like."""
    if token == "nothing":
        return History(())
    return History(tuple(_read(word) for word in token.split(",")))


def _read(word: str) -> HistoryEvent:
    found = _EVENT.fullmatch(word.strip())
    if found is None or found["status"] not in get_args(Status):
        raise ValueError(f"{word!r} is no report of a delivery history; one is written as delivered@2 (state and "
                         "seconds after the send), delivered@reply (before the reply), pending@3/1 (as of second 1) "
                         "or delivered@2x2 (its answer is lost), joined by commas; or `nothing`")  # fmt: skip
    said: dict[str, Any] = {"status": found["status"], "again": found["again"] is not None}
    try:
        if found["early"]:
            said |= {"after": 0.0, "early": True}
        else:
            said["after"] = float(found["after"])
        if found["changed"]:
            said["changed"] = float(found["changed"])
    except ValueError:
        raise ValueError(f"{word!r}: seconds are written as 2 or 2.5") from None
    return HistoryEvent(**said)
