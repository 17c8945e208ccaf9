"""uBill with async: every method of Ubill, awaited."""

from typing import Unpack

from emulator.client.async_transport import AsyncOptions, AsyncTransport, awaited
from emulator.client.ubill.calls import Calls
from emulator.client.ubill.client import Ubill


class AsyncUbill(AsyncTransport):
    """An account of uBill, as Ubill with `await` before every call."""

    calls = Calls

    def __init__(self, key: str, brand_id: int = 1, **options: Unpack[AsyncOptions]) -> None:
        self._calls = Calls(key, brand_id)
        super().__init__(self._calls, options)

    send = awaited(Ubill.send)
    send_many = awaited(Ubill.send_many)
    send_xml = awaited(Ubill.send_xml)
    report = awaited(Ubill.report)
    balance = awaited(Ubill.balance)
    brand_names = awaited(Ubill.brand_names)
    create_brand_name = awaited(Ubill.create_brand_name)
