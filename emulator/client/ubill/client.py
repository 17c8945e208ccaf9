"""uBill without async."""

from collections.abc import Sequence
from typing import Unpack

from emulator.client.blocking import Blocking
from emulator.client.calls import PATIENT, Patience
from emulator.client.ubill.calls import Brand, Calls, Delivery, SendOptions, Sent
from emulator.providers.ubill.client import BASE_URL


class Ubill(Blocking):
    """An account of uBill.

        with Ubill(key, brand_id=7) as sms:
            sent = sms.send("995577123456", "Hello")
            sms.report(sent.sms_id)

    Every method raises a UbillError: a class for each statusID, or UbillReplyLost, ...NotReached, ...Unavailable.
    uBill cannot be asked what became of a send whose reply was lost: it may have been accepted.
    """

    def __init__(
        self, key: str, brand_id: int = 1, *, base_url: str = BASE_URL, patience: Patience = PATIENT
    ) -> None:
        super().__init__(base_url, patience)
        self._calls = Calls(key, brand_id)

    def send(self, to: str | Sequence[str], text: str, **options: Unpack[SendOptions]) -> Sent:
        """Send a text to numbers (`995577123456`). Options: SendOptions."""
        return self.run(self._calls.send(to, text, options))

    def send_xml(self, to: str | Sequence[str], text: str, **options: Unpack[SendOptions]) -> Sent:
        """The same over uBill's XML address."""
        return self.run(self._calls.send_xml(to, text, options))

    def report(self, sms_id: int) -> tuple[Delivery, ...]:
        """What became of a send, number by number."""
        return self.run(self._calls.report(sms_id))

    def balance(self) -> int:
        """SMS left."""
        return self.run(self._calls.balance())

    def brand_names(self) -> tuple[Brand, ...]:
        """The account's brands; `authorized`: 0 waits, 1 approved, 2 refused."""
        return self.run(self._calls.brand_names())

    def create_brand_name(self, name: str) -> int:
        """Ask for a new brand (2 to 11 of a-z A-Z 0-9 . - and space) → its id. People at uBill approve it."""
        return self.run(self._calls.create_brand_name(name))
