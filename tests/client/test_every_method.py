"""Every method of every client over a real socket, with and without async, and what it gives back."""

import inspect
from decimal import Decimal

import pytest
from client.desks import GEORGIAN, KINDS, RUSSIAN, desk

from emulator import client as public
from emulator.client import smscenter, smsoffice, ubill
from emulator.client.sync_transport import SyncTransport

either = pytest.mark.parametrize("kind", KINDS)


@either
async def test_smsoffice_sends_and_tells_what_became_of_it(sms_emulator, kind):
    sms = sms_emulator
    async with desk(kind, "smsoffice", sms) as ask:
        sent = await ask("send", GEORGIAN, "გამარჯობა, your code is 123456", reference="login-1", urgent=True)
        assert sent == smsoffice.Sent("login-1")
        assert await ask("message_status", GEORGIAN, "login-1") == smsoffice.MessageStatus("Pending", "pending")
        await sms.settle()
        assert await ask("message_status", GEORGIAN, "login-1") == smsoffice.MessageStatus("Delivered", "delivered")
        assert await ask("balance") == 999
    (message,) = await sms.messages()
    assert message.text == "გამარჯობა, your code is 123456"


@either
async def test_smsoffice_tells_which_numbers_were_left_out(sms_emulator, kind):
    sms = sms_emulator
    await sms.patch_account("smsoffice", stoplist=["995577000008"])
    async with desk(kind, "smsoffice", sms) as ask:
        sent = await ask("send", [GEORGIAN, "995577000008"], "Hello", flash=True, scheduled_at=1, reference="mine")
        assert sent == smsoffice.Sent("mine", ("995577000008",))


@pytest.mark.parametrize("method", ["send", "send_xml"])
@either
async def test_ubill_sends_and_reports(sms_emulator, kind, method):
    sms = sms_emulator
    async with desk(kind, "ubill", sms) as ask:
        sent = await ask(method, [GEORGIAN, "995577654321"], "გამარჯობა <&>", otp=True, stop_list=False)
        await sms.settle()
        assert await ask("report", sent.sms_id) == (
            ubill.Delivery(GEORGIAN, 1, "delivered", "1"), ubill.Delivery("995577654321", 1, "delivered", "1"),
        )  # fmt: skip
        assert await ask("balance") == 998
    assert {message.text for message in await sms.messages()} == {"გამარჯობა <&>"}


@either
async def test_ubill_keeps_brand_names(sms_emulator, kind):
    async with desk(kind, "ubill", sms_emulator) as ask:
        made = await ask("create_brand_name", "my-shop")
        brands = {brand.id: (brand.name, brand.authorized) for brand in await ask("brand_names")}
        assert brands == {1: ("emulator", 1), made: ("my-shop", 0)}


@either
async def test_sms_center_sends_prices_and_tells_over_http(sms_emulator, kind):
    sms = sms_emulator
    async with desk(kind, "smscenter", sms) as ask:
        assert await ask("cost", RUSSIAN, "привет") == smscenter.Cost(Decimal(1), 1)
        sent = await ask("send", RUSSIAN, "привет", id="order-17", sender="Shop", maxsms=2, more={"tinyurl": "0"})
        assert sent == smscenter.Sent("order-17", 1, Decimal(1), Decimal(999))
        await sms.settle()
        status = await ask("status", RUSSIAN, "order-17", details=True)
        assert (status.code, status.status, status.error, status.more["message"]) == (1, "delivered", 0, "привет")
        assert status.at.tzinfo is not None
        assert [one.code for one in await ask("statuses", [(RUSSIAN, "order-17"), (RUSSIAN, 99)])] == [1, -3]
        assert await ask("balance") == Decimal(999)
        assert await ask("delete", RUSSIAN, "order-17") is None
        with pytest.raises(smscenter.NoSuchMessage):
            await ask("status", RUSSIAN, "order-17")


@either
async def test_sms_center_sends_prices_and_tells_over_soap(sms_emulator, kind):
    sms = sms_emulator
    async with desk(kind, "smscenter", sms) as ask:
        assert await ask("get_sms_cost", RUSSIAN, "привет") == smscenter.Cost(Decimal(1), 1)
        assert await ask("get_sms_cost2", RUSSIAN, "привет" * 20, "maxsms=1") == smscenter.Cost(Decimal(1), 1)
        assert (await ask("send_sms", RUSSIAN, "привет", id=17, sender="Shop")).id == "17"
        assert (await ask("send_sms2", RUSSIAN, "привет" * 20, "maxsms=1", id=18)).parts == 1
        await sms.settle()
        assert (await ask("get_status", RUSSIAN, 17, all=1)).more["message"] == "привет"
        assert (await ask("get_status2", RUSSIAN, 18)).status == "delivered"
        assert await ask("get_balance") == Decimal(998)
        with pytest.raises(smscenter.NoSuchMessage):
            await ask("get_status", RUSSIAN, 99)


@either
async def test_sms_center_calls_and_tells_of_numbers_and_of_what_was_sent(sms_emulator, kind):
    sms = sms_emulator
    await sms.patch_account("smscenter", senders=["Shop"])
    async with desk(kind, "smscenter", sms) as ask:
        call = await ask("call_with_code", RUSSIAN)
        assert (call.parts, call.cost, len(call.code)) == (1, Decimal(1), 6)
        asked = await ask("hlr", RUSSIAN, id="hlr-1")
        assert (asked.id, asked.cost) == ("hlr-1", Decimal("0.3"))
        await ask("ping", RUSSIAN, more={"cost": "0"})
        await sms.settle()
        found = await ask("status", RUSSIAN, "hlr-1", details=True)
        assert (found.code, found.error, len(found.more["imsi"])) == (1, 0, 15)
        (owner,) = await ask("owners", RUSSIAN)
        assert (owner.phone, owner.mcc) == (RUSSIAN, found.more["mcc"])
        assert [one.phone for one in await ask("owners", [RUSSIAN, "77011234567"])] == [RUSSIAN, "77011234567"]
        ping, hlr, first = await ask("history", phones=RUSSIAN)
        assert (first.text, first.status, hlr.sender, ping.cost) == (call.code, "delivered", "HLR", Decimal("0.30"))
        assert await ask("history", before=first.place + 1, count=5) == (first,)
        assert await ask("received") == ()
        await sms.incoming(RUSSIAN, "79000000001", "STOP", provider="smscenter")
        (came,) = await ask("received", 1)
        assert (came.phone, came.text, came.to) == (RUSSIAN, "STOP", "79000000001")
        assert await ask("sender_names") == ("Shop",)


@either
async def test_an_apikey_does_for_sms_center(sms_emulator, kind):
    apikey = sms_emulator.smscenter.apikey
    async with desk(kind, "smscenter", sms_emulator, login="", psw="", apikey=apikey) as ask:
        assert await ask("balance") == await ask("get_balance") == Decimal(1000)


_BOTH = [
    (public.SmsOffice, public.AsyncSmsOffice), (public.Ubill, public.AsyncUbill),
    (public.SmsCenter, public.AsyncSmsCenter),
]  # fmt: skip


@pytest.mark.parametrize(("plain", "waiting"), _BOTH, ids=lambda one: one.__name__)
def test_both_kinds_have_the_same_methods_with_the_same_types(plain, waiting):
    def methods(made):
        common = dir(SyncTransport)
        return {name: inspect.signature(method) for name, method in inspect.getmembers(made, inspect.isfunction)
                if name[0] != "_" and name not in common}

    assert methods(plain) == methods(waiting)
    assert all(inspect.iscoroutinefunction(getattr(waiting, name)) for name in methods(waiting))
    documented = {name: inspect.getdoc(getattr(plain, name)) for name in methods(plain)}
    assert documented == {name: inspect.getdoc(getattr(waiting, name)) for name in methods(waiting)}
    assert all(documented.values())


@pytest.mark.parametrize(("plain", "waiting"), _BOTH, ids=lambda one: one.__name__)
def test_the_real_provider_is_the_default(plain, waiting):
    from emulator.providers import found

    home = plain("me").base_url
    assert home == waiting("me").base_url
    assert home.startswith("https://")
    assert any(provider.home.startswith(home) for provider in found().values())
