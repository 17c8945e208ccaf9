"""uBill without async."""

from collections.abc import Iterable, Sequence
from typing import Unpack

from emulator.client.bulk import CHUNK, NumberResult
from emulator.client.calls import Patience
from emulator.client.sync_transport import SyncOptions, SyncTransport
from emulator.client.ubill.calls import Brand, Calls, Delivery, SendOptions, Sent


class Ubill(SyncTransport):
    """An account of uBill.

        with Ubill(key, brand_id=7) as sms:
            sent = sms.send("995577123456", "Hello")
            sms.report(sent.sms_id)

    Every method raises a UbillError: a class for each statusID, or UbillReplyLost, ...NotReached, ...Unavailable.
    uBill cannot be asked what became of a send whose reply was lost: it may have been accepted. `patience` of a call is
    instead of the client's. `from_env()` reads UBILL_KEY and, where set, UBILL_BRAND_ID and UBILL_BASE_URL.
    """

    calls = Calls

    def __init__(self, key: str, brand_id: int = 1, **options: Unpack[SyncOptions]) -> None:
        self._calls = Calls(key, brand_id)
        super().__init__(self._calls, options)

    def send(self, to: str | Sequence[str], text: str, **options: Unpack[SendOptions]) -> Sent:
        """Send a text to numbers (`995577123456`). Options: SendOptions."""
        return self.run(self._calls.send(to, text, options))

    def send_many(
        self, to: Iterable[str], text: str, *, chunk: int = CHUNK, **options: Unpack[SendOptions]
    ) -> list[NumberResult]:  # fmt: skip
        """Send a text to many numbers, so many in a request, one request after the other → what became of each."""
        return self._send_many(to, chunk, lambda some: self._calls.send(some, text, options))

    def send_xml(self, to: str | Sequence[str], text: str, **options: Unpack[SendOptions]) -> Sent:
        """The same over uBill's XML address."""
        return self.run(self._calls.send_xml(to, text, options))

    def report(self, sms_id: int, *, patience: Patience | None = None) -> tuple[Delivery, ...]:
        """What became of a send, number by number."""
        return self.run(self._calls.report(sms_id, patience))

    def balance(self, *, patience: Patience | None = None) -> int:
        """SMS left."""
        return self.run(self._calls.balance(patience))

    def brand_names(self, *, patience: Patience | None = None) -> tuple[Brand, ...]:
        """The account's brands; `authorized`: 0 waits, 1 approved, 2 refused."""
        return self.run(self._calls.brand_names(patience))

    def create_brand_name(self, name: str, *, patience: Patience | None = None) -> int:
        """Ask for a new brand (2 to 11 of a-z A-Z 0-9 . - and space) → its id. People at uBill approve it."""
        return self.run(self._calls.create_brand_name(name, patience))
