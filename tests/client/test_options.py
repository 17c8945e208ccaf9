"""A misspelled option of a client's call is refused, not lost."""

import re
from datetime import datetime

import pytest
from client.desks import KINDS, desk

from emulator.client import SmppClient, SmsCenter, SmsOffice, Ubill

NOWHERE = "http://127.0.0.1:9"
WHO = {"smsoffice": {"key": "k", "base_url": NOWHERE}, "ubill": {"key": "k", "base_url": NOWHERE},
       "smscenter": {"apikey": "k", "base_url": NOWHERE}}  # fmt: skip
either = pytest.mark.parametrize("kind", KINDS)


@pytest.mark.parametrize(("call", "said"), [
    (lambda: SmsOffice("k", "s", base_url=NOWHERE).send("995577123456", "x", refrence="r"), "'reference'"),
    (lambda: Ubill("k", base_url=NOWHERE).send("995577123456", "x", otpp=True), "'otp'"),
    (lambda: Ubill("k", base_url=NOWHERE).send_xml("995577123456", "x", colour="red"), "it takes brand_id"),
    (lambda: SmsCenter("l", "p", base_url=NOWHERE).send("79001234567", "x", sendr="s"), "'sender'"),
    (lambda: SmsCenter("l", "p", base_url=NOWHERE).send_sms("79001234567", "x", tim="s"), "'time'"),
    (lambda: SmsOffice("k", "s", base_url=NOWHERE).send("995577123456", "x", scheduled_at=True), "no True as sched"),
    (lambda: Ubill("k", base_url=NOWHERE).send("995577123456", "x", brand_id=True), "no True as brand_id"),
    (lambda: SmsCenter("l", "p", base_url=NOWHERE).send("79001234567", "x", translit=True), "no True as translit"),
    (lambda: SmsOffice("k", "s", base_url=NOWHERE, at_once=True), "no True as at_once"),
])  # fmt: skip
def test_an_option_that_the_call_does_not_take_is_a_type_error(call, said):
    with pytest.raises(TypeError, match=said):
        call()


@pytest.mark.parametrize(("more", "said"), [
    ({"cost": "1"}, "cost=1 nothing is sent"), ({"fmt": "0"}, "fmt: the call says that itself"),
    ({"psw": "p", "login": "l"}, "login, psw: the call"), ({"list": "79001112233:other"}, "list: the call"),
    ({"charset": "windows-1251"}, "charset"), ({"phones": "79001112233"}, "phones"), ({"id": "5"}, "id: the call"),
    ({"sender": "Else"}, "takes it as an option"), ({"time": "0"}, "takes it as an option"),
])  # fmt: skip
def test_what_else_a_send_says_is_nothing_that_the_call_says_itself(more, said):
    client = SmsCenter("l", "p", base_url=NOWHERE)
    with pytest.raises(ValueError, match=said):
        client.send("79001234567", "x", more=more)
    if said != "takes it as an option":
        with pytest.raises(ValueError, match=said):
            client.ping("79001234567", more=more)


async def test_over_smpp_too():
    client = SmppClient("127.0.0.1", "id", "password", port=9)
    with pytest.raises(TypeError, match="'receipt'"):
        await client.submit("79001234567", "x", reciept=True)
    with pytest.raises(TypeError, match="no True as priority"):
        await client.submit("79001234567", "x", priority=True)
    with pytest.raises(TypeError, match=r"found \['79"):
        await client.submit(["79001234567"], "x")


@pytest.mark.parametrize(("to", "wrong", "said"), [
    (995577123456, TypeError, "found 995577123456"), ([995577123456], TypeError, "found 995577123456"),
    (None, TypeError, "found None"), ("995577123456,995599123456", ValueError, "holds several"),
    (["79001234567;79007654321"], ValueError, "holds several"), (b"995577123456", TypeError, "found b'9955"),
])  # fmt: skip
def test_numbers_are_texts_and_each_is_one(to, wrong, said):
    for kind, who in ((SmsOffice, ("k", "s")), (Ubill, ("k",)), (SmsCenter, ("l", "p"))):
        with pytest.raises(wrong, match=said):
            kind(*who, base_url=NOWHERE).send(to, "x")


@pytest.mark.parametrize("at", [1780401600.0, "1780401600", 1780401600000, -1])
def test_a_moment_that_smsoffice_might_pass_over_is_not_sent(at):
    with pytest.raises(ValueError, match="scheduled_at is Unix seconds as an integer, not"):
        SmsOffice("k", "s", base_url=NOWHERE).send("995577123456", "x", scheduled_at=at)


@pytest.mark.parametrize("at", ["2026-02-01T23:30", "2026-02-01 23:30:00", 1780401600, datetime(2026, 2, 1, 23, 30)])
def test_a_moment_that_ubill_refuses_without_a_reason_is_not_sent(at):
    client = Ubill("k", base_url=NOWHERE)
    for send in (client.send, client.send_xml):
        with pytest.raises(ValueError, match="send_time is written Y-m-d H:i, such as 2026-02-01 23:30, not"):
            send("995577123456", "x", send_time=at)


@either
@pytest.mark.parametrize(("to", "wrong", "said"), [
    ("79001234567,79007654321", ValueError, "holds several"), (["79001234567"], TypeError, "found .'79001234567'."),
    (79001234567, TypeError, "found 79001234567"),
])  # fmt: skip
async def test_where_one_number_is_asked_about_several_are_refused(kind, to, wrong, said):
    for provider, method, more in (
        ("smsoffice", "message_status", ("r",)), ("smscenter", "status", (1,)), ("smscenter", "get_status", (1,)),
        ("smscenter", "delete", (1,)), ("smscenter", "await_call", ()),
    ):  # fmt: skip
        async with desk(kind, provider, None, **WHO[provider]) as ask:
            with pytest.raises(wrong, match=said):
                await ask(method, to, *more)
    async with desk(kind, "smscenter", None, **WHO["smscenter"]) as ask:
        with pytest.raises(wrong, match=said):
            await ask("statuses", [(to, 1)])


@either
@pytest.mark.parametrize("id", [True, ["1"], 1.5])
async def test_an_id_is_a_text_or_an_integer(kind, id):
    for provider, method, args, option in (
        ("smsoffice", "send", ("1", "x"), "reference"), ("smsoffice", "message_status", ("1", id), ""),
        ("ubill", "report", (id,), ""), ("ubill", "send", ("1", "x"), "brand_id"),
        ("smscenter", "send", ("1", "x"), "id"), ("smscenter", "send_sms", ("1", "x"), "id"),
        ("smscenter", "hlr", ("1",), "id"), ("smscenter", "status", ("1", id), ""),
        ("smscenter", "get_status", ("1", id), ""), ("smscenter", "delete", ("1", id), ""),
        ("smscenter", "statuses", ([("1", id)],), ""),
    ):  # fmt: skip
        async with desk(kind, provider, None, **WHO[provider]) as ask:
            with pytest.raises(TypeError, match=f"(not|no) {re.escape(str(id))}"):
                await ask(method, *args, **({option: id} if option else {}))
    with pytest.raises(ValueError, match="holds several"):
        SmsCenter("l", "p", base_url=NOWHERE).status("79001234567", "7,8")
