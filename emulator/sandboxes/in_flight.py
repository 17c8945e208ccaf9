"""What has gone out of a sandbox and is not answered yet: whoever moves its clock waits for these."""

import asyncio
from typing import Any

from emulator.sandboxes.sandbox import Sandbox

Waiting = asyncio.Future[Any]


class InFlight:
    """Futures by sandbox; a future that is done is forgotten."""

    def __init__(self) -> None:
        self._by_sandbox: dict[Sandbox, set[Waiting]] = {}
        self._quiet: dict[Sandbox, Waiting] = {}

    def open(self, sandbox: Sandbox) -> Waiting:
        """A future for something that goes out; whoever made it ends it with `close`."""
        waiting: Waiting = asyncio.get_running_loop().create_future()
        self._by_sandbox.setdefault(sandbox, set()).add(waiting)
        return waiting

    def close(self, sandbox: Sandbox, waiting: Waiting) -> None:
        """It was answered, or given up."""
        left = self._by_sandbox.get(sandbox)
        if left is not None:
            left.discard(waiting)
            if not left:
                del self._by_sandbox[sandbox]
                quiet = self._quiet.pop(sandbox, None)
                if quiet is not None and not quiet.done():
                    quiet.set_result(None)
        if not waiting.done():
            waiting.set_result(None)

    def of(self, sandbox: Sandbox) -> set[Waiting]:
        return self._by_sandbox.get(sandbox, set())

    def quiet(self, sandbox: Sandbox) -> Waiting:
        """Done as soon as nothing of a sandbox is under way."""
        if sandbox not in self._by_sandbox:
            done: Waiting = asyncio.get_running_loop().create_future()
            done.set_result(None)
            return done
        quiet = self._quiet.get(sandbox)
        if quiet is None:
            quiet = self._quiet[sandbox] = asyncio.get_running_loop().create_future()
        return quiet

    def give_up(self, sandbox: Sandbox) -> None:
        """Whoever waits for these need not wait any longer."""
        for waiting in tuple(self.of(sandbox)):
            self.close(sandbox, waiting)

    def all(self) -> list[Waiting]:
        return [waiting for left in self._by_sandbox.values() for waiting in left]
