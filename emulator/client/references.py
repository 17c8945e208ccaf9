"""What a send is called by us: unique, so that it can be asked for when its reply is lost."""

import secrets
from collections.abc import Iterable
from threading import Lock

_OCTETS = 10
MOST_USED = 100_000


def new_reference() -> str:
    """Twenty hex digits that nobody else has: they fit where smsoffice.ge takes 20 characters and SMS Center 40."""
    return secrets.token_hex(_OCTETS)


class Used:
    """References under which something was accepted: of one used twice, "there is such a message" proves nothing about
    the second. At most `most` are remembered, the oldest forgotten first. Safe for several threads."""

    def __init__(self, most: int = MOST_USED) -> None:
        self._most = most
        self._known: dict[tuple[str, str], None] = {}
        self._lock = Lock()

    def add(self, numbers: Iterable[str], reference: str) -> None:
        """Something was accepted for them."""
        with self._lock:
            for number in numbers:
                self._known[number, reference] = None
                if len(self._known) > self._most:
                    del self._known[next(iter(self._known))]

    def has(self, number: str, reference: str) -> bool:
        """Was something accepted before?"""
        return (number, reference) in self._known
