"""The SMPP client against the emulator: the ordinary day, every fault of a response, every form of a receipt."""

import asyncio
import ssl
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from client.desks import RUSSIAN, desk
from client.smsc import until
from msgspec import structs
from support import PATIENCE, serving

from emulator.client import Patience, Reports, SmppClient, SmppError, smpp
from emulator.client.smpp import Settings
from emulator.core.rules.smpp_actions import FORMS, SMPP_FAULTS

QUICK = Settings(patience=Patience(connect=20, timeout=20, deadline=60, attempts=5, pause=0.01, longest_pause=0.05))
SHORT = Settings(patience=structs.replace(QUICK.patience, timeout=1.5))
"""For an answer that never comes."""


@asynccontextmanager
async def bound(sms, settings=QUICK, **how):
    who = sms.smscenter.smpp
    client = SmppClient(sms.smpp_host, who["system_id"], who["password"], port=sms.smpp_port, settings=settings, **how)
    async with client:
        yield client


async def report_of(client):
    return await asyncio.wait_for(anext(client.receipts()), PATIENCE)


@pytest.mark.parametrize("long", ["udh8", "udh16", "sar", "payload"])
@pytest.mark.sms(clock="frozen")
async def test_a_long_text_goes_out_and_its_receipt_comes(sms_emulator, long):
    sms = sms_emulator
    text = "Привет 🎉, ваш код 123456. " * 10
    async with bound(sms) as client:
        sent = await client.submit(RUSSIAN, text, long=long, sender="Shop")
        assert (await client.query(sent.id, sender="Shop")).status in ("sent", "pending")
        await sms.settle()
        report = await report_of(client)
        assert (report.provider, report.number, report.status, report.error) == ("smpp", RUSSIAN, "delivered", 0)
        assert report.id in sent.ids
        assert report.at is not None
        assert (await client.query(sent.id, sender="Shop")).status == "delivered"
    (message,) = await sms.messages()
    assert (message.text, message.status) == (text, "delivered")


@pytest.mark.contract("smscenter.hlr.smpp")
@pytest.mark.parametrize(("to", "status", "error"), [(RUSSIAN, "delivered", 0), ("79211990010", "undelivered", 1)])
@pytest.mark.sms(clock="frozen")
async def test_the_receipt_of_an_hlr_request_is_read_though_it_has_neither_parts_nor_dates(
    sms_emulator, to, status, error
):  # fmt: skip
    async with bound(sms_emulator) as client:
        sent = await client.submit(to, "__HLR__", sender="Shop")
        await sms_emulator.settle()
        report = await report_of(client)
        assert (report.id, report.status, report.error, report.at) == (sent.id, status, error, None)


@pytest.mark.sms(clock="frozen")
async def test_a_message_that_waits_is_replaced_and_cancelled(sms_emulator):
    sms = sms_emulator
    async with bound(sms) as client:
        sent = await client.submit(RUSSIAN, "Hello", sender="Shop", schedule=timedelta(hours=1))
        await client.replace(sent.id, "Good bye", sender="Shop", schedule=timedelta(hours=2))
        assert (await sms.messages())[0].text == "Good bye"
        await client.cancel(sent.id, sender="Shop", to=RUSSIAN)
        assert (await client.query(sent.id, sender="Shop")).status == "deleted"
        with pytest.raises(smpp.CancelFailed):
            await client.cancel(sent.id, sender="Shop", to=RUSSIAN)
        with pytest.raises(smpp.MessageIdUnknown):
            await client.query("4711")


async def test_wrong_credentials_are_told(sms_emulator):
    sms = sms_emulator
    system_id = sms.smscenter.smpp["system_id"]
    with pytest.raises(smpp.WrongPassword):
        await SmppClient(sms.smpp_host, system_id, "wrong", port=sms.smpp_port).open()


async def test_a_duplicate_and_no_money_are_told_each_in_its_way(sms_emulator):
    sms = sms_emulator
    async with bound(sms) as client:
        await client.submit(RUSSIAN, "Hello")
        with pytest.raises(smpp.SubmitFailed):
            await client.submit(RUSSIAN, "Hello")
        await sms.patch_account("smscenter", balance=0)
        await client.submit(RUSSIAN, "Another")
        while (report := await report_of(client)).id != "2":
            pass
        assert report.status in ("undelivered", "rejected")


@pytest.mark.sms(clock="frozen")
async def test_the_same_message_is_known_over_http(sms_emulator):
    sms = sms_emulator
    async with bound(sms) as client, desk("async", "smscenter", sms) as ask:
        sent = await client.submit(RUSSIAN, "Hello")
        await sms.settle()
        assert (await ask("status", RUSSIAN, sent.id)).status == "delivered"


@pytest.mark.parametrize("fault", ["lost", "drop", "hang", "reset", "cut", *SMPP_FAULTS])
@pytest.mark.sms(clock="frozen")
async def test_whatever_is_done_to_a_response_nothing_is_doubled_and_nothing_lost_silently(sms_emulator, fault):
    sms = sms_emulator
    await sms.add_rule(when={"operation": "send"}, then={"reply": {"fault": fault}}, times=1)
    async with bound(sms, SHORT) as client:
        task = asyncio.create_task(client.submit(RUSSIAN, "Hello"))
        if fault in ("receipt-first", "reordered"):
            await sms.wait(count=1, timeout=PATIENCE)
            await sms.advance(10)
            await client.query("1")
        try:
            await task
            said = "accepted"
        except SmppError as error:
            said = "in doubt" if error.maybe_accepted else "not accepted"
        made = len(await sms.messages())
        assert made <= 1
        assert made == {"accepted": 1, "not accepted": 0}.get(said, made), said
        await client.submit(RUSSIAN, "Another")
    texts = [message.text for message in await sms.messages()]
    assert texts == ["Hello", "Another"][-made - 1 :]


@pytest.mark.parametrize("form", [form for form in FORMS if form != "id-cut"])
@pytest.mark.sms(clock="frozen")
async def test_receipts_of_every_make_are_read(sms_emulator, form):
    sms = sms_emulator
    await sms.add_rule(when={"operation": "send"}, then={"reports": {"form": [form]}})
    async with bound(sms) as client:
        sent = await client.submit(RUSSIAN, "Hello")
        await sms.settle()
        report = await report_of(client)
        assert report.status == "delivered"
        if form != "id-hex":
            assert report.id.lstrip("0") == sent.id
        assert report.number == RUSSIAN


@pytest.mark.sms(clock="frozen")
async def test_a_receipt_that_cannot_be_read_is_told_to_the_smsc_and_the_link_goes_on(sms_emulator, caplog):
    sms = sms_emulator
    await sms.add_rule(when={"operation": "send"}, then={"reports": {"form": ["id-cut"]}}, times=1)
    async with bound(sms) as client:
        await client.submit(RUSSIAN, "Hello")
        await sms.settle()
        assert [one.accepted for one in await sms.callbacks()] == [False]
        await client.submit(RUSSIAN, "Another")
        await sms.settle()
        assert (await report_of(client)).id == "2"
    assert "unreadable deliver_sm" in caplog.text


@pytest.mark.parametrize("play", ["happy", "doubled-reports", "late-reports", "reordered-reports", "lost-reply"])
@pytest.mark.sms(clock="frozen")
async def test_in_every_play_the_end_is_known_once(sms_emulator, play):
    sms = sms_emulator
    await sms.put_scenario(play)
    seen = Reports()
    async with bound(sms) as client:
        try:
            await client.submit(RUSSIAN, "Hello", intermediate=True)
            assert play != "lost-reply"
        except smpp.SmppReplyLost:
            await until(lambda: client.bound)
        await sms.settle()
        ends = []
        while not ends:
            report = await report_of(client)
            ends += [report.status] if seen.take(report) and report.final else []
    later = [report async for report in client.receipts()]
    assert not [one for one in later if seen.take(one)]
    assert ends == ["delivered"]
    assert len(await sms.messages()) == 1


async def test_it_speaks_over_tls_to_whom_it_trusts_alone(tmp_path):
    async with serving(ca_dir=str(tmp_path), smpp_tls_port=0) as served:
        where = urlsplit(served.smpps_url or "")
        trusted = ssl.create_default_context(cadata=served.authority_pem.decode())
        trusted.check_hostname = False

        def client(tls):
            return SmppClient(where.hostname, "emulator", "emulator", port=where.port, tls=tls, settings=QUICK)

        async with client(trusted) as one:
            assert (await one.submit(RUSSIAN, "Hello")).id
        with pytest.raises(SmppError):
            await client(True).__aenter__()
