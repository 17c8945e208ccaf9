"""SMS Center with async."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Unpack

from emulator.client.calls import PATIENT, Patience
from emulator.client.looping import Looping
from emulator.client.smscenter.calls import Calls, Numbers, SendOptions, SoapSendOptions
from emulator.client.smscenter.results import Cost, MessageStatus, Sent
from emulator.providers.smscenter.client import BASE_URL

if TYPE_CHECKING:
    from aiohttp import ClientSession


class AsyncSmsCenter(Looping):
    """An account of SMS Center, as SmsCenter with `await` before every call."""

    def __init__(
        self, login: str = "", psw: str = "", *, apikey: str = "", base_url: str = BASE_URL,
        patience: Patience = PATIENT, keep_limits: bool = False, session: "ClientSession | None" = None,
    ) -> None:  # fmt: skip
        super().__init__(base_url, patience, session)
        self._calls = Calls(login, psw, apikey, keep_limits)

    async def send(self, to: Numbers, text: str, **options: Unpack[SendOptions]) -> Sent:
        """Send a text (at most 1000 characters) to numbers (`79001234567`). Options: SendOptions."""
        return await self.run(self._calls.send(to, text, options))

    async def cost(self, to: Numbers, text: str) -> Cost:
        """What it would cost; nothing is sent."""
        return await self.run(self._calls.cost(to, text))

    async def status(self, phone: str, id: str | int, *, details: bool = False) -> MessageStatus:
        """What became of the message to one number. Raises NoSuchMessage."""
        return await self.run(self._calls.status(phone, id, details))

    async def statuses(
        self, pairs: Sequence[tuple[str, str | int]], *, details: bool = False
    ) -> tuple[MessageStatus, ...]:
        """The same for several (number, id), in their order; code -3 where there is none. Once a minute."""
        return await self.run(self._calls.statuses(pairs, details))

    async def delete(self, phone: str, id: str | int) -> None:
        """Forget a message at SMS Center. Raises NotDeleted."""
        return await self.run(self._calls.delete(phone, id))

    async def balance(self) -> Decimal:
        """Money left, in the account's currency. Ten times a minute at most."""
        return await self.run(self._calls.balance())

    async def send_sms(self, to: Numbers, text: str, **options: Unpack[SoapSendOptions]) -> Sent:
        """`send` over SOAP. Options: SoapSendOptions."""
        return await self.run(self._calls.send_sms(to, text, options))

    async def send_sms2(self, to: Numbers, text: str, query: str, **options: Unpack[SoapSendOptions]) -> Sent:
        """`send` over SOAP with more parameters of HTTP: `maxsms=3&translit=1`."""
        return await self.run(self._calls.send_sms(to, text, options, query))

    async def get_sms_cost(self, to: Numbers, text: str) -> Cost:
        """`cost` over SOAP."""
        return await self.run(self._calls.get_sms_cost(to, text))

    async def get_sms_cost2(self, to: Numbers, text: str, query: str) -> Cost:
        """`cost` over SOAP with more parameters of HTTP."""
        return await self.run(self._calls.get_sms_cost(to, text, query))

    async def get_status(self, phone: str, id: str | int, *, all: int = 0) -> MessageStatus:
        """`status` over SOAP; `all` 0, 1 or 2: how much is told."""
        return await self.run(self._calls.get_status(phone, id, all))

    async def get_status2(self, phone: str, id: str | int, query: str = "", *, all: int = 0) -> MessageStatus:
        """`status` over SOAP with more parameters of HTTP."""
        return await self.run(self._calls.get_status(phone, id, all, query))

    async def get_balance(self) -> Decimal:
        """`balance` over SOAP."""
        return await self.run(self._calls.get_balance())
