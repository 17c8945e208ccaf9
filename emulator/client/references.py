"""What a send is called by us: unique, so that it can be asked for when its reply is lost."""

import secrets
from threading import Lock

_OCTETS = 10
MOST_USED = 100_000


def new_reference() -> str:
    """Twenty hex digits that nobody else has: they fit where smsoffice.ge takes 20 characters and SMS Center 40. A
    letter is first: SMS Center takes digits alone for a number, and refuses one that is large."""
    return secrets.choice("abcdef") + secrets.token_hex(_OCTETS)[1:]


class Used:
    """References under which something was accepted, for whatever numbers (each can be written in several ways): of one
    used twice, "there is such a message" proves nothing about the second. At most MOST_USED are remembered, the oldest
    forgotten first. Safe for several threads."""

    def __init__(self) -> None:
        self._known: dict[str, None] = {}
        self._lock = Lock()

    def first(self, reference: str) -> bool:
        """Something was accepted: was nothing before?"""
        with self._lock:
            fresh = reference not in self._known
            self._known[reference] = None
            if len(self._known) > MOST_USED:
                del self._known[next(iter(self._known))]
        return fresh
