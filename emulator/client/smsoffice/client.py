"""smsoffice.ge without async."""

from collections.abc import Sequence
from typing import Unpack

from emulator.client.blocking import Blocking
from emulator.client.calls import PATIENT, Patience
from emulator.client.smsoffice.calls import Calls, MessageStatus, SendOptions, Sent
from emulator.providers.smsoffice.client import BASE_URL


class SmsOffice(Blocking):
    """An account of smsoffice.ge.

        with SmsOffice(key, "MyShop") as sms:
            sms.send("995577123456", "Hello", reference="order-17")

    Every method raises a SmsOfficeError: a class for each code, or SmsOfficeReplyLost, ...NotReached, ...Unavailable.
    """

    def __init__(
        self, key: str, sender: str = "", *, base_url: str = BASE_URL, patience: Patience = PATIENT
    ) -> None:
        super().__init__(base_url, patience)
        self._calls = Calls(key, sender)

    def send(self, to: str | Sequence[str], content: str, **options: Unpack[SendOptions]) -> Sent:
        """Send a text (at most 1000 characters) to numbers (`995577123456`). Options: SendOptions."""
        return self.run(self._calls.send(to, content, options))

    def message_status(self, destination: str, reference: str) -> MessageStatus:
        """What became of the message to one number."""
        return self.run(self._calls.message_status(destination, reference))

    def balance(self) -> int:
        """Messages left."""
        return self.run(self._calls.balance())
