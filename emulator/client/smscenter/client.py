"""SMS Center without async."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Unpack

from emulator.client.bulk import CHUNK, NumberResult
from emulator.client.calls import Patience
from emulator.client.smscenter.calls import (
    Numbers,
    SendOptions,
    SoapSendOptions,
)
from emulator.client.smscenter.product_calls import ProductCalls
from emulator.client.smscenter.products import Products
from emulator.client.smscenter.results import Cost, MessageStatus, Sent
from emulator.client.sync_transport import SyncOptions


class SmsCenter(Products):
    """An account of SMS Center: login with psw (plain or md5), or apikey.

        with SmsCenter(login, psw) as sms:
            sms.send("79001234567", "Hello", id=17)
            sms.status("79001234567", 17)

    `keep_limits`: more requests than the page allows within a real minute (5 for a message's status, 1 for several, 10
    for the balance) are not sent but raise TooManyRequests, which has `retry_after`. `at_once`: requests under way at
    once, 14 unless told otherwise and 4 for statuses (`{"status": 4}`): more are error 9. `patience` of a call is
    instead of the client's.
    Every method raises a SmsCenterError: a class for each error, or SmsCenterReplyLost, ...NotReached, ...Unavailable.
    `from_env()` reads SMSCENTER_LOGIN and SMSCENTER_PSW, or SMSCENTER_APIKEY, and, where set, SMSCENTER_BASE_URL.
    """

    calls = ProductCalls

    def __init__(
        self, login: str = "", psw: str = "", *, apikey: str = "", keep_limits: bool = False,
        **options: Unpack[SyncOptions],
    ) -> None:  # fmt: skip
        self._calls = ProductCalls(login, psw, apikey, keep_limits)
        super().__init__(self._calls, options)

    def send(self, to: Numbers, text: str, **options: Unpack[SendOptions]) -> Sent:
        """Send a text (at most 1000 characters) to numbers (`79001234567`). Options: SendOptions."""
        return self.run(self._calls.send(to, text, options))

    def send_many(
        self, to: Iterable[str], text: str, *, chunk: int = CHUNK, **options: Unpack[SendOptions]
    ) -> list[NumberResult]:  # fmt: skip
        """Send a text to many numbers, so many in a request, one request after the other → what became of each."""
        return self._send_many(to, chunk, lambda some: self._calls.send(some, text, options))

    def cost(self, to: Numbers, text: str, *, patience: Patience | None = None) -> Cost:
        """What it would cost; nothing is sent."""
        return self.run(self._calls.cost(to, text, patience))

    def status(
        self, phone: str, id: str | int, *, details: bool = False, patience: Patience | None = None
    ) -> MessageStatus:  # fmt: skip
        """What became of the message to one number. Raises NoSuchMessage."""
        return self.run(self._calls.status(phone, id, details, patience))

    def statuses(
        self, pairs: Sequence[tuple[str, str | int]], *, details: bool = False, patience: Patience | None = None
    ) -> tuple[MessageStatus, ...]:
        """The same for several (number, id), in their order; code -3 where there is none. Once a minute."""
        return self.run(self._calls.statuses(pairs, details, patience))

    def delete(self, phone: str, id: str | int, *, patience: Patience | None = None) -> None:
        """Forget a message at SMS Center. Raises NotDeleted."""
        return self.run(self._calls.delete(phone, id, patience))

    def balance(self, *, patience: Patience | None = None) -> Decimal:
        """Money left, in the account's currency. Ten times a minute at most."""
        return self.run(self._calls.balance(patience))

    def send_sms(self, to: Numbers, text: str, **options: Unpack[SoapSendOptions]) -> Sent:
        """`send` over SOAP. Options: SoapSendOptions."""
        return self.run(self._calls.send_sms(to, text, options))

    def send_sms2(self, to: Numbers, text: str, query: str, **options: Unpack[SoapSendOptions]) -> Sent:
        """`send` over SOAP with more parameters of HTTP: `maxsms=3&translit=1`."""
        return self.run(self._calls.send_sms(to, text, options, query))

    def get_sms_cost(self, to: Numbers, text: str, *, patience: Patience | None = None) -> Cost:
        """`cost` over SOAP."""
        return self.run(self._calls.get_sms_cost(to, text, patience=patience))

    def get_sms_cost2(self, to: Numbers, text: str, query: str, *, patience: Patience | None = None) -> Cost:
        """`cost` over SOAP with more parameters of HTTP."""
        return self.run(self._calls.get_sms_cost(to, text, query, patience))

    def get_status(
        self, phone: str, id: str | int, *, all: int = 0, patience: Patience | None = None
    ) -> MessageStatus:  # fmt: skip
        """`status` over SOAP; `all` 0, 1 or 2: how much is told."""
        return self.run(self._calls.get_status(phone, id, all, patience=patience))

    def get_status2(
        self, phone: str, id: str | int, query: str = "", *, all: int = 0, patience: Patience | None = None
    ) -> MessageStatus:  # fmt: skip
        """`status` over SOAP with more parameters of HTTP."""
        return self.run(self._calls.get_status(phone, id, all, query, patience))

    def get_balance(self, *, patience: Patience | None = None) -> Decimal:
        """`balance` over SOAP."""
        return self.run(self._calls.get_balance(patience))
