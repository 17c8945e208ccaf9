"""All transports on uvloop, whose transports are asyncio's by their methods alone."""

import asyncio
from contextlib import suppress

import aiohttp
import pytest

import emulator
from emulator.client import SmppClient, SmsCenter

uvloop = pytest.importorskip("uvloop", reason="the extra [speed] is not installed")

RULES = [{"when": {"operation": "send", "provider": "smsoffice"}, "then": {"reply": {"fault": "reset"}}, "times": 1}]


async def _all() -> set[str]:
    async with emulator.running(clock="frozen", scenario={"rules": RULES}) as sms, aiohttp.ClientSession() as session:
        query = {"key": sms.smsoffice.key, "destination": "995577123456", "sender": "smsoffice", "content": "Hi"}
        with suppress(aiohttp.ClientError):  # the connection is reset by the rule
            await session.get(f"{sms.base_url}/api/v2/send/", params=query)
        assert (await sms.requests())[0].fault == "reset"
        async with session.get(f"{sms.base_url}/api/v2/send/", params=query) as answer:
            assert (await answer.json())["ErrorCode"] == 0
        smpp = sms.smscenter.smpp
        where = {"host": sms.smpp_host, "port": sms.smpp_port}
        async with SmppClient(system_id=smpp["system_id"], password=smpp["password"], **where) as client:
            sent = await client.submit("79001234567", "Hello", sender="Shop")
            await sms.advance(5)
            report = await anext(aiter(client.receipts()))
            assert report.id in sent.ids
        client = SmsCenter(sms.smscenter.login, sms.smscenter.psw, base_url=sms.base_url)
        await asyncio.to_thread(client.send_sms, "79001234568", "Over SOAP")
        await sms.settle()
        assert all(one.accepted for one in await sms.callbacks())
        return {one.status for one in await sms.messages()}


def test_every_transport_works_on_uvloop():
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(_all()) == {"delivered"}
