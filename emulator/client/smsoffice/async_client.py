"""smsoffice.ge with async: every method of SmsOffice, awaited."""

from typing import Unpack

from emulator.client.async_transport import AsyncOptions, AsyncTransport, awaited
from emulator.client.smsoffice.calls import Calls
from emulator.client.smsoffice.client import SmsOffice


class AsyncSmsOffice(AsyncTransport):
    """An account of smsoffice.ge, as SmsOffice with `await` before every call."""

    calls = Calls

    def __init__(self, key: str, sender: str = "", **options: Unpack[AsyncOptions]) -> None:
        self._calls = Calls(key, sender)
        super().__init__(self._calls, options)

    send = awaited(SmsOffice.send)
    send_many = awaited(SmsOffice.send_many)
    message_status = awaited(SmsOffice.message_status)
    balance = awaited(SmsOffice.balance)
