"""One account behind three protocols: what goes in by one is asked for, paid and refused by the others."""

import pytest

from emulator.client import AsyncSmsCenter, SmppClient, SmsCenterError

TO = "79001234567"


def by_smpp(sms):
    known = sms.smscenter.smpp
    return SmppClient(sms.smpp_host, known["system_id"], known["password"], port=sms.smpp_port)


def by_http(sms):
    return AsyncSmsCenter(sms.smscenter.login, sms.smscenter.psw, base_url=sms.base_url)


@pytest.mark.sms(clock="frozen")
async def test_submitted_by_smpp_asked_for_by_soap_and_paid_from_the_balance_that_http_tells(sms_emulator):
    async with by_smpp(sms_emulator) as esme, by_http(sms_emulator) as desk:
        sent = await esme.submit(TO, "Hello", sender="Shop")
        told = await desk.get_status(TO, sent.ids[0])
        assert told.status == "pending"
        assert await desk.balance() == 999
        await sms_emulator.settle()
        assert (await desk.get_status(TO, sent.ids[0])).status == "delivered"
        assert (await desk.status(TO, sent.ids[0])).status == "delivered"
    assert [one.provider_id for one in await sms_emulator.messages()] == list(sent.ids)


@pytest.mark.sms(clock="frozen", stoplist=[TO])
async def test_a_stop_listed_number_is_told_by_a_receipt_over_smpp_and_refused_at_once_over_http(sms_emulator):
    async with by_smpp(sms_emulator) as esme, by_http(sms_emulator) as desk:
        sent = await esme.submit(TO, "Hello", sender="Shop")
        await sms_emulator.settle()
        async for report in esme.receipts():
            assert (report.id, report.status, report.error) == (sent.ids[0], "undelivered", 252)
            break
        with pytest.raises(SmsCenterError) as refused:
            await desk.send(TO, "Hello", sender="Shop2")
        assert refused.value.code == 8
        assert await desk.balance() == 1000
