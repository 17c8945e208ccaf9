"""What SMS Center's page allows within a minute, kept on the client's side: a request too many is not sent.

(facts, 8: more is error 9; frequent errors get an address blocked.) No clock: `now` is any rising number of seconds.
"""

from collections import deque
from threading import Lock
from typing import Literal

from emulator.client.smscenter.errors import TooManyRequests

Kind = Literal["one", "many", "balance"]

IN_A_MINUTE: dict[Kind, int] = {"one": 5, "many": 1, "balance": 10}
"""Requests for the status of one message, for that of several at once, for the balance."""
WINDOW = 60.0
_SAID: dict[Kind, str] = {
    "one": "status requests for a message", "many": "request for several statuses", "balance": "balance requests",
}  # fmt: skip
_SWEPT = 1000
"""So many messages are remembered before those are forgotten that nobody asked for of late."""


class Allowed:
    """When was asked for what. Safe for several threads."""

    def __init__(self) -> None:
        self._asked: dict[tuple[Kind, str], deque[float]] = {}
        self._lock = Lock()

    def ask(self, kind: Kind, about: str, now: float) -> None:
        """One request more. Raises TooManyRequests, with `retry_after`, when it would be one too many."""
        with self._lock:
            asked = self._asked.setdefault((kind, about), deque())
            while asked and now - asked[0] >= WINDOW:
                asked.popleft()
            if len(asked) >= IN_A_MINUTE[kind]:
                raise _held_back(kind, WINDOW - (now - asked[0]))
            asked.append(now)
            if len(self._asked) > _SWEPT:
                self._asked = {key: moments for key, moments in self._asked.items() if now - moments[-1] < WINDOW}


def _held_back(kind: Kind, seconds: float) -> TooManyRequests:
    many = f"{IN_A_MINUTE[kind]} {_SAID[kind]} a minute"
    held = TooManyRequests(f"not sent: {many} may be made; again in {seconds:.0f} s", code=9)
    held.retry_after = seconds
    return held
