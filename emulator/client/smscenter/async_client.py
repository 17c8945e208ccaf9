"""SMS Center with async."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Unpack

from emulator.client.async_transport import AsyncOptions
from emulator.client.bulk import CHUNK, NumberResult
from emulator.client.calls import Patience
from emulator.client.smscenter.async_products import AsyncProducts
from emulator.client.smscenter.calls import (
    Numbers,
    SendOptions,
    SoapSendOptions,
)
from emulator.client.smscenter.product_calls import ProductCalls
from emulator.client.smscenter.results import Cost, MessageStatus, Sent


class AsyncSmsCenter(AsyncProducts):
    """An account of SMS Center, as SmsCenter with `await` before every call."""

    calls = ProductCalls

    def __init__(
        self, login: str = "", psw: str = "", *, apikey: str = "", keep_limits: bool = False,
        **options: Unpack[AsyncOptions],
    ) -> None:  # fmt: skip
        self._calls = ProductCalls(login, psw, apikey, keep_limits)
        super().__init__(self._calls, options)

    async def send(self, to: Numbers, text: str, **options: Unpack[SendOptions]) -> Sent:
        """Send a text (at most 1000 characters) to numbers (`79001234567`). Options: SendOptions."""
        return await self.run(self._calls.send(to, text, options))

    async def send_many(
        self, to: Iterable[str], text: str, *, chunk: int = CHUNK, **options: Unpack[SendOptions]
    ) -> list[NumberResult]:  # fmt: skip
        """Send a text to many numbers, so many in a request, one request after the other → what became of each."""
        return await self._send_many(to, chunk, lambda some: self._calls.send(some, text, options))

    async def cost(self, to: Numbers, text: str, *, patience: Patience | None = None) -> Cost:
        """What it would cost; nothing is sent."""
        return await self.run(self._calls.cost(to, text, patience))

    async def status(
        self, phone: str, id: str | int, *, details: bool = False, patience: Patience | None = None
    ) -> MessageStatus:  # fmt: skip
        """What became of the message to one number. Raises NoSuchMessage."""
        return await self.run(self._calls.status(phone, id, details, patience))

    async def statuses(
        self, pairs: Sequence[tuple[str, str | int]], *, details: bool = False, patience: Patience | None = None
    ) -> tuple[MessageStatus, ...]:
        """The same for several (number, id), in their order; code -3 where there is none. Once a minute."""
        return await self.run(self._calls.statuses(pairs, details, patience))

    async def delete(self, phone: str, id: str | int, *, patience: Patience | None = None) -> None:
        """Forget a message at SMS Center. Raises NotDeleted."""
        return await self.run(self._calls.delete(phone, id, patience))

    async def balance(self, *, patience: Patience | None = None) -> Decimal:
        """Money left, in the account's currency. Ten times a minute at most."""
        return await self.run(self._calls.balance(patience))

    async def send_sms(self, to: Numbers, text: str, **options: Unpack[SoapSendOptions]) -> Sent:
        """`send` over SOAP. Options: SoapSendOptions."""
        return await self.run(self._calls.send_sms(to, text, options))

    async def send_sms2(self, to: Numbers, text: str, query: str, **options: Unpack[SoapSendOptions]) -> Sent:
        """`send` over SOAP with more parameters of HTTP: `maxsms=3&translit=1`."""
        return await self.run(self._calls.send_sms(to, text, options, query))

    async def get_sms_cost(self, to: Numbers, text: str, *, patience: Patience | None = None) -> Cost:
        """`cost` over SOAP."""
        return await self.run(self._calls.get_sms_cost(to, text, patience=patience))

    async def get_sms_cost2(self, to: Numbers, text: str, query: str, *, patience: Patience | None = None) -> Cost:
        """`cost` over SOAP with more parameters of HTTP."""
        return await self.run(self._calls.get_sms_cost(to, text, query, patience))

    async def get_status(
        self, phone: str, id: str | int, *, all: int = 0, patience: Patience | None = None
    ) -> MessageStatus:  # fmt: skip
        """`status` over SOAP; `all` 0, 1 or 2: how much is told."""
        return await self.run(self._calls.get_status(phone, id, all, patience=patience))

    async def get_status2(
        self, phone: str, id: str | int, query: str = "", *, all: int = 0, patience: Patience | None = None
    ) -> MessageStatus:  # fmt: skip
        """`status` over SOAP with more parameters of HTTP."""
        return await self.run(self._calls.get_status(phone, id, all, query, patience))

    async def get_balance(self, *, patience: Patience | None = None) -> Decimal:
        """`balance` over SOAP."""
        return await self.run(self._calls.get_balance(patience))
