"""A provider's account in a world: its credentials as attributes, and what a test sets on it."""

from typing import Any

from emulator.app.server import Server
from emulator.control_client.records import Record
from emulator.core.admin_commands import PatchAccount


class Account:
    """`key`, `login`, `sender` and so on are what the sandbox's account has; `callback_url`, `balance`, `stoplist`,
    `limits` and whatever else PATCH takes can be set."""

    def __init__(self, server: Server, sandbox: str, provider: str, credentials: Record) -> None:
        self.__dict__.update(_server=server, _sandbox=sandbox, _provider=provider, _credentials=credentials)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._credentials, name)

    def __setattr__(self, name: str, value: Any) -> None:
        manager = self._server.emulator
        patch = manager.patch(self._provider, {name: value})
        manager.sandboxes.by_id[self._sandbox].control(PatchAccount(self._provider, patch))
