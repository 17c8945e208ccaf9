"""smsoffice.ge without async."""

from collections.abc import Iterable, Sequence
from typing import Unpack

from emulator.client.bulk import CHUNK, NumberResult
from emulator.client.calls import Patience
from emulator.client.smsoffice.calls import Calls, MessageStatus, SendOptions, Sent
from emulator.client.sync_transport import SyncOptions, SyncTransport


class SmsOffice(SyncTransport):
    """An account of smsoffice.ge.

        with SmsOffice(key, "MyShop") as sms:
            sms.send("995577123456", "Hello", reference="order-17")

    Every method raises a SmsOfficeError: a class for each code, or SmsOfficeReplyLost, ...NotReached, ...Unavailable.
    `patience` of a call is instead of the client's. `from_env()` reads SMSOFFICE_KEY and, where set, SMSOFFICE_SENDER
    and SMSOFFICE_BASE_URL.
    """

    calls = Calls

    def __init__(self, key: str, sender: str = "", **options: Unpack[SyncOptions]) -> None:
        self._calls = Calls(key, sender)
        super().__init__(self._calls, options)

    def send(self, to: str | Sequence[str], content: str, **options: Unpack[SendOptions]) -> Sent:
        """Send a text (at most 1000 characters) to numbers (`995577123456`). Options: SendOptions."""
        return self.run(self._calls.send(to, content, options))

    def send_many(
        self, to: Iterable[str], content: str, *, chunk: int = CHUNK, **options: Unpack[SendOptions]
    ) -> list[NumberResult]:  # fmt: skip
        """Send a text to many numbers, so many in a request, one request after the other → what became of each."""
        return self._send_many(to, chunk, lambda some: self._calls.send(some, content, options))

    def message_status(self, destination: str, reference: str, *, patience: Patience | None = None) -> MessageStatus:
        """What became of the message to one number."""
        return self.run(self._calls.message_status(destination, reference, patience))

    def balance(self, *, patience: Patience | None = None) -> int:
        """Messages left."""
        return self.run(self._calls.balance(patience))
