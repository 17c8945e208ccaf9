"""What has gone out of a sandbox and is not answered yet: whoever moves its clock waits for these."""

import asyncio
from typing import Any

from emulator.sandboxes import Sandbox

Waiting = asyncio.Future[Any]


class UnderWay:
    """Futures by sandbox; a future that is done is forgotten."""

    def __init__(self) -> None:
        self._by_sandbox: dict[Sandbox, set[Waiting]] = {}

    def add(self, sandbox: Sandbox, waiting: Waiting) -> None:
        self._by_sandbox.setdefault(sandbox, set()).add(waiting)
        waiting.add_done_callback(lambda done: self._done(sandbox, done))

    def _done(self, sandbox: Sandbox, waiting: Waiting) -> None:
        left = self._by_sandbox.get(sandbox)
        if left is not None:
            left.discard(waiting)
            if not left:
                del self._by_sandbox[sandbox]
        if not waiting.cancelled():
            waiting.result()

    def of(self, sandbox: Sandbox) -> set[Waiting]:
        return self._by_sandbox.get(sandbox, set())

    def all(self) -> list[Waiting]:
        return [waiting for left in self._by_sandbox.values() for waiting in left]
