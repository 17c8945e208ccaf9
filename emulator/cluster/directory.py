"""Which node owns a sandbox: asked of the database once, and remembered until it turns out to be otherwise."""

from typing import TypeAlias

from emulator.storage.postgres_nodes import Key, Nodes, SandboxHome

_MOST = 100_000
"""So many are remembered."""

Named: TypeAlias = Key | str
"""A sandbox, by a credential or its id."""


class Directory:
    """What this node has heard."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self._known: dict[Named, SandboxHome] = {}

    def known(self, named: Named) -> SandboxHome | None:
        return self._known.get(named)

    async def ask(self, named: Named) -> SandboxHome | None:
        """Raises one of FAILURES when the database is away."""
        home = self._known.get(named)
        if home is None:
            home = await (self._nodes.of_id(named) if isinstance(named, str) else self._nodes.of_credential(named))
            if home is not None:
                if len(self._known) >= _MOST:
                    self._known.clear()
                self._known[named] = home
        return home

    def forget(self, home: SandboxHome) -> None:
        """It is not there any more."""
        self._known = {named: one for named, one in self._known.items() if one != home}

    def forget_all(self) -> None:
        """Sandboxes have moved."""
        self._known.clear()
