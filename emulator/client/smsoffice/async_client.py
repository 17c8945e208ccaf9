"""smsoffice.ge with async."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Unpack

from emulator.client.calls import PATIENT, Patience
from emulator.client.looping import Looping
from emulator.client.smsoffice.calls import Calls, MessageStatus, SendOptions, Sent
from emulator.providers.smsoffice.client import BASE_URL

if TYPE_CHECKING:
    from aiohttp import ClientSession


class AsyncSmsOffice(Looping):
    """An account of smsoffice.ge, as SmsOffice with `await` before every call."""

    def __init__(
        self, key: str, sender: str = "", *, base_url: str = BASE_URL, patience: Patience = PATIENT,
        session: "ClientSession | None" = None,
    ) -> None:  # fmt: skip
        super().__init__(base_url, patience, session)
        self._calls = Calls(key, sender)

    async def send(self, to: str | Sequence[str], content: str, **options: Unpack[SendOptions]) -> Sent:
        """Send a text (at most 1000 characters) to numbers (`995577123456`). Options: SendOptions."""
        return await self.run(self._calls.send(to, content, options))

    async def message_status(self, destination: str, reference: str) -> MessageStatus:
        """What became of the message to one number."""
        return await self.run(self._calls.message_status(destination, reference))

    async def balance(self) -> int:
        """Messages left."""
        return await self.run(self._calls.balance())
