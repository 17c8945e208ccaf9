"""SMS Center without async."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Unpack

from emulator.client.blocking import Blocking
from emulator.client.calls import PATIENT, Patience
from emulator.client.smscenter.calls import Calls, Numbers, SendOptions, SoapSendOptions
from emulator.client.smscenter.results import Cost, MessageStatus, Sent
from emulator.providers.smscenter.client import BASE_URL


class SmsCenter(Blocking):
    """An account of SMS Center: login with psw (plain or md5), or apikey.

        with SmsCenter(login, psw) as sms:
            sms.send("79001234567", "Hello", id=17)
            sms.status("79001234567", 17)

    `keep_limits`: more requests than the page allows within a real minute (5 for a message's status, 1 for several, 10
    for the balance) are not sent but raise TooManyRequests, which has `retry_after`.
    Every method raises a SmsCenterError: a class for each error, or SmsCenterReplyLost, ...NotReached, ...Unavailable.
    """

    def __init__(
        self, login: str = "", psw: str = "", *, apikey: str = "", base_url: str = BASE_URL,
        patience: Patience = PATIENT, keep_limits: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(base_url, patience)
        self._calls = Calls(login, psw, apikey, keep_limits)

    def send(self, to: Numbers, text: str, **options: Unpack[SendOptions]) -> Sent:
        """Send a text (at most 1000 characters) to numbers (`79001234567`). Options: SendOptions."""
        return self.run(self._calls.send(to, text, options))

    def cost(self, to: Numbers, text: str) -> Cost:
        """What it would cost; nothing is sent."""
        return self.run(self._calls.cost(to, text))

    def status(self, phone: str, id: str | int, *, details: bool = False) -> MessageStatus:
        """What became of the message to one number. Raises NoSuchMessage."""
        return self.run(self._calls.status(phone, id, details))

    def statuses(
        self, pairs: Sequence[tuple[str, str | int]], *, details: bool = False
    ) -> tuple[MessageStatus, ...]:
        """The same for several (number, id), in their order; code -3 where there is none. Once a minute."""
        return self.run(self._calls.statuses(pairs, details))

    def delete(self, phone: str, id: str | int) -> None:
        """Forget a message at SMS Center. Raises NotDeleted."""
        return self.run(self._calls.delete(phone, id))

    def balance(self) -> Decimal:
        """Money left, in the account's currency. Ten times a minute at most."""
        return self.run(self._calls.balance())

    def send_sms(self, to: Numbers, text: str, **options: Unpack[SoapSendOptions]) -> Sent:
        """`send` over SOAP. Options: SoapSendOptions."""
        return self.run(self._calls.send_sms(to, text, options))

    def send_sms2(self, to: Numbers, text: str, query: str, **options: Unpack[SoapSendOptions]) -> Sent:
        """`send` over SOAP with more parameters of HTTP: `maxsms=3&translit=1`."""
        return self.run(self._calls.send_sms(to, text, options, query))

    def get_sms_cost(self, to: Numbers, text: str) -> Cost:
        """`cost` over SOAP."""
        return self.run(self._calls.get_sms_cost(to, text))

    def get_sms_cost2(self, to: Numbers, text: str, query: str) -> Cost:
        """`cost` over SOAP with more parameters of HTTP."""
        return self.run(self._calls.get_sms_cost(to, text, query))

    def get_status(self, phone: str, id: str | int, *, all: int = 0) -> MessageStatus:
        """`status` over SOAP; `all` 0, 1 or 2: how much is told."""
        return self.run(self._calls.get_status(phone, id, all))

    def get_status2(self, phone: str, id: str | int, query: str = "", *, all: int = 0) -> MessageStatus:
        """`status` over SOAP with more parameters of HTTP."""
        return self.run(self._calls.get_status(phone, id, all, query))

    def get_balance(self) -> Decimal:
        """`balance` over SOAP."""
        return self.run(self._calls.get_balance())
