"""smsoffice.ge with async."""

from collections.abc import Iterable, Sequence
from typing import Unpack

from emulator.client.async_transport import AsyncOptions, AsyncTransport
from emulator.client.bulk import CHUNK, NumberResult
from emulator.client.calls import Patience
from emulator.client.smsoffice.calls import Calls, MessageStatus, SendOptions, Sent


class AsyncSmsOffice(AsyncTransport):
    """An account of smsoffice.ge, as SmsOffice with `await` before every call."""

    calls = Calls

    def __init__(self, key: str, sender: str = "", **options: Unpack[AsyncOptions]) -> None:
        self._calls = Calls(key, sender)
        super().__init__(self._calls, options)

    async def send(self, to: str | Sequence[str], content: str, **options: Unpack[SendOptions]) -> Sent:
        """Send a text (at most 1000 characters) to numbers (`995577123456`). Options: SendOptions."""
        return await self.run(self._calls.send(to, content, options))

    async def send_many(
        self, to: Iterable[str], content: str, *, chunk: int = CHUNK, **options: Unpack[SendOptions]
    ) -> list[NumberResult]:  # fmt: skip
        """Send a text to many numbers, so many in a request, one request after the other → what became of each."""
        return await self._send_many(to, chunk, lambda some: self._calls.send(some, content, options))

    async def message_status(
        self, destination: str, reference: str, *, patience: Patience | None = None
    ) -> MessageStatus:
        """What became of the message to one number."""
        return await self.run(self._calls.message_status(destination, reference, patience))

    async def balance(self, *, patience: Patience | None = None) -> int:
        """Messages left."""
        return await self.run(self._calls.balance(patience))
