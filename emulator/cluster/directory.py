"""Which node owns a sandbox: asked of the database once, and remembered until it turns out to be otherwise."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from emulator.storage.postgres_nodes import Key, Nodes, SandboxHome

K = TypeVar("K")
_MOST = 100_000
"""So many are remembered."""


class Directory:
    """What this node has heard. Raises one of FAILURES when the database is away."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self._by_key: dict[Key, SandboxHome] = {}
        self._by_id: dict[str, SandboxHome] = {}

    async def by_key(self, key: Key) -> SandboxHome | None:
        return await self._remembered(self._by_key, key, self._nodes.of_credential)

    async def by_id(self, name: str) -> SandboxHome | None:
        return await self._remembered(self._by_id, name, self._nodes.of_id)

    async def _remembered(
        self, known: dict[K, SandboxHome], what: K, ask: Callable[[K], Awaitable[SandboxHome | None]]
    ) -> SandboxHome | None:  # fmt: skip
        home = known.get(what)
        if home is None:
            home = await ask(what)
            if home is not None:
                if len(known) >= _MOST:
                    known.clear()
                known[what] = home
        return home

    def forget(self, home: SandboxHome) -> None:
        """It is not there any more."""
        self._by_key = {key: one for key, one in self._by_key.items() if one != home}
        self._by_id = {name: one for name, one in self._by_id.items() if one != home}

    def forget_all(self) -> None:
        """Sandboxes have moved."""
        self._by_key.clear()
        self._by_id.clear()
