"""The states of a message: the same words in scenarios, control API, fixtures and page.

Each provider folder has one table from these words to its own.
"""

from typing import Literal, get_args

Status = Literal[
    "scheduled", "pending", "sent", "delivered", "read", "undelivered", "expired", "rejected", "deleted", "error",
    "unknown",
]  # fmt: skip

STATUSES: tuple[Status, ...] = get_args(Status)
FINAL: tuple[Status, ...] = ("delivered", "read", "undelivered", "expired", "rejected", "deleted", "error", "unknown")
"""States after which nothing more is due by itself. A plan may still lead on from them: providers do that."""
ARRIVED: frozenset[Status] = frozenset({"delivered", "read"})
"""States in which the subscriber has the message."""
