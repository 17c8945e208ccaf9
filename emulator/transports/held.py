"""Answers that wait until what they tell of is written down: those of one turn of the loop leave together."""

import asyncio
from collections.abc import Callable

from emulator.recorder import NotKept, Recorder


class Held:
    """`instead` makes the octets that go out where nothing could be written down."""

    def __init__(self, recorder: Recorder, instead: Callable[[NotKept], bytes]) -> None:
        self._recorder = recorder
        self._instead = instead
        self._waiting: dict[asyncio.Transport, bytes] = {}

    def add(self, transport: asyncio.Transport, octets: bytes) -> None:
        """An answer that leaves in a moment."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self.flush)
        self._waiting[transport] = octets

    def last(self, transport: asyncio.Transport | None) -> None:
        """Something else is about to be done on a connection: what waits for it leaves first."""
        if transport in self._waiting:
            self.flush()

    def flush(self) -> None:
        """All that wait leave now."""
        waiting, self._waiting = self._waiting, {}
        if not waiting:
            return
        instead = None
        try:
            self._recorder.keep()
        except NotKept as trouble:
            instead = self._instead(trouble)
        for transport, octets in waiting.items():
            if not transport.is_closing():
                transport.write(octets if instead is None else instead)
