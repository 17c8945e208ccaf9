"""Replies that wait until what they tell of is written down: those of one turn of the loop leave together."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Protocol

from emulator.sandboxes.change_log import ChangeLog, NotPersisted


class HeldReply(Protocol):
    """A connection whose replies wait."""

    def release(self, octets: bytes) -> None:
        """They go out now."""


class HeldReplies:
    """`instead` makes the octets that go out where nothing could be written down."""

    def __init__(self, recorder: ChangeLog, instead: Callable[[NotPersisted], bytes]) -> None:
        self._recorder = recorder
        self._instead = instead
        self._waiting: list[tuple[HeldReply, bytes, bool]] = []
        """The connection, the reply, and whether it tells of something that is to be written down."""
        self._era = 0
        """Of the first of them."""

    def add(self, connection: HeldReply, octets: bytes) -> None:
        """A reply that leaves in a moment."""
        if not self._waiting:
            self._era = self._recorder.era
            asyncio.get_running_loop().call_soon(self.flush)
        self._waiting.append((connection, octets, not self._recorder.stuck))

    def flush(self) -> None:
        """All that wait leave as soon as what they tell of is written down."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._recorder.when_kept(partial(self._release, waiting), self._era)

    def _release(self, waiting: list[tuple[HeldReply, bytes, bool]], trouble: NotPersisted | None) -> None:
        instead = None if trouble is None else self._instead(trouble)
        for connection, octets, tells in waiting:
            connection.release(instead if tells and instead is not None else octets)
