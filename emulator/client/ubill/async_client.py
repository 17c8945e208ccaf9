"""uBill with async."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Unpack

from emulator.client.calls import PATIENT, Patience
from emulator.client.looping import Looping
from emulator.client.ubill.calls import Brand, Calls, Delivery, SendOptions, Sent
from emulator.providers.ubill.client import BASE_URL

if TYPE_CHECKING:
    from aiohttp import ClientSession


class AsyncUbill(Looping):
    """An account of uBill, as Ubill with `await` before every call."""

    def __init__(
        self, key: str, brand_id: int = 1, *, base_url: str = BASE_URL, patience: Patience = PATIENT,
        session: "ClientSession | None" = None,
    ) -> None:  # fmt: skip
        super().__init__(base_url, patience, session)
        self._calls = Calls(key, brand_id)

    async def send(self, to: str | Sequence[str], text: str, **options: Unpack[SendOptions]) -> Sent:
        """Send a text to numbers (`995577123456`). Options: SendOptions."""
        return await self.run(self._calls.send(to, text, options))

    async def send_xml(self, to: str | Sequence[str], text: str, **options: Unpack[SendOptions]) -> Sent:
        """The same over uBill's XML address."""
        return await self.run(self._calls.send_xml(to, text, options))

    async def report(self, sms_id: int) -> tuple[Delivery, ...]:
        """What became of a send, number by number."""
        return await self.run(self._calls.report(sms_id))

    async def balance(self) -> int:
        """SMS left."""
        return await self.run(self._calls.balance())

    async def brand_names(self) -> tuple[Brand, ...]:
        """The account's brands; `authorized`: 0 waits, 1 approved, 2 refused."""
        return await self.run(self._calls.brand_names())

    async def create_brand_name(self, name: str) -> int:
        """Ask for a new brand (2 to 11 of a-z A-Z 0-9 . - and space) → its id. People at uBill approve it."""
        return await self.run(self._calls.create_brand_name(name))
