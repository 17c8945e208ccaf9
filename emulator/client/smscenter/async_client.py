"""SMS Center with async: every method of SmsCenter, awaited."""

from typing import Unpack

from emulator.client.async_transport import AsyncOptions, AsyncTransport, awaited
from emulator.client.smscenter.client import SmsCenter
from emulator.client.smscenter.product_calls import ProductCalls


class AsyncSmsCenter(AsyncTransport):
    """An account of SMS Center, as SmsCenter with `await` before every call."""

    calls = ProductCalls

    def __init__(
        self, login: str = "", psw: str = "", *, apikey: str = "", keep_limits: bool = False,
        **options: Unpack[AsyncOptions],
    ) -> None:  # fmt: skip
        self._calls = ProductCalls(login, psw, apikey, keep_limits)
        super().__init__(self._calls, options)

    send = awaited(SmsCenter.send)
    send_many = awaited(SmsCenter.send_many)
    cost = awaited(SmsCenter.cost)
    status = awaited(SmsCenter.status)
    statuses = awaited(SmsCenter.statuses)
    delete = awaited(SmsCenter.delete)
    balance = awaited(SmsCenter.balance)
    send_sms = awaited(SmsCenter.send_sms)
    send_sms2 = awaited(SmsCenter.send_sms2)
    get_sms_cost = awaited(SmsCenter.get_sms_cost)
    get_sms_cost2 = awaited(SmsCenter.get_sms_cost2)
    get_status = awaited(SmsCenter.get_status)
    get_status2 = awaited(SmsCenter.get_status2)
    get_balance = awaited(SmsCenter.get_balance)
    call_with_code = awaited(SmsCenter.call_with_code)
    hlr = awaited(SmsCenter.hlr)
    ping = awaited(SmsCenter.ping)
    history = awaited(SmsCenter.history)
    received = awaited(SmsCenter.received)
    owners = awaited(SmsCenter.owners)
    sender_names = awaited(SmsCenter.sender_names)
    await_call = awaited(SmsCenter.await_call)
