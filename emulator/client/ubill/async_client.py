"""uBill with async."""

from collections.abc import Iterable, Sequence
from typing import Unpack

from emulator.client.async_transport import AsyncOptions, AsyncTransport
from emulator.client.bulk import CHUNK, NumberResult
from emulator.client.calls import Patience
from emulator.client.ubill.calls import Brand, Calls, Delivery, SendOptions, Sent


class AsyncUbill(AsyncTransport):
    """An account of uBill, as Ubill with `await` before every call."""

    calls = Calls

    def __init__(self, key: str, brand_id: int = 1, **options: Unpack[AsyncOptions]) -> None:
        self._calls = Calls(key, brand_id)
        super().__init__(self._calls, options)

    async def send(self, to: str | Sequence[str], text: str, **options: Unpack[SendOptions]) -> Sent:
        """Send a text to numbers (`995577123456`). Options: SendOptions."""
        return await self.run(self._calls.send(to, text, options))

    async def send_many(
        self, to: Iterable[str], text: str, *, chunk: int = CHUNK, **options: Unpack[SendOptions]
    ) -> list[NumberResult]:  # fmt: skip
        """Send a text to many numbers, so many in a request, one request after the other → what became of each."""
        return await self._send_many(to, chunk, lambda some: self._calls.send(some, text, options))

    async def send_xml(self, to: str | Sequence[str], text: str, **options: Unpack[SendOptions]) -> Sent:
        """The same over uBill's XML address."""
        return await self.run(self._calls.send_xml(to, text, options))

    async def report(self, sms_id: int, *, patience: Patience | None = None) -> tuple[Delivery, ...]:
        """What became of a send, number by number."""
        return await self.run(self._calls.report(sms_id, patience))

    async def balance(self, *, patience: Patience | None = None) -> int:
        """SMS left."""
        return await self.run(self._calls.balance(patience))

    async def brand_names(self, *, patience: Patience | None = None) -> tuple[Brand, ...]:
        """The account's brands; `authorized`: 0 waits, 1 approved, 2 refused."""
        return await self.run(self._calls.brand_names(patience))

    async def create_brand_name(self, name: str, *, patience: Patience | None = None) -> int:
        """Ask for a new brand (2 to 11 of a-z A-Z 0-9 . - and space) → its id. People at uBill approve it."""
        return await self.run(self._calls.create_brand_name(name, patience))
