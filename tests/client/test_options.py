"""A misspelled option of a client's call is refused, not lost."""

from datetime import datetime

import pytest

from emulator.client import SmppClient, SmsCenter, SmsOffice, Ubill

NOWHERE = "http://127.0.0.1:9"


@pytest.mark.parametrize(("call", "said"), [
    (lambda: SmsOffice("k", "s", base_url=NOWHERE).send("995577123456", "x", refrence="r"), "'reference'"),
    (lambda: Ubill("k", base_url=NOWHERE).send("995577123456", "x", otpp=True), "'otp'"),
    (lambda: Ubill("k", base_url=NOWHERE).send_xml("995577123456", "x", colour="red"), "it takes brand_id"),
    (lambda: SmsCenter("l", "p", base_url=NOWHERE).send("79001234567", "x", sendr="s"), "'sender'"),
    (lambda: SmsCenter("l", "p", base_url=NOWHERE).send_sms("79001234567", "x", tim="s"), "'time'"),
])  # fmt: skip
def test_an_option_that_the_call_does_not_take_is_a_type_error(call, said):
    with pytest.raises(TypeError, match=said):
        call()


async def test_over_smpp_too():
    client = SmppClient("127.0.0.1", "id", "password", port=9)
    with pytest.raises(TypeError, match="'receipt'"):
        await client.submit("79001234567", "x", reciept=True)


@pytest.mark.parametrize(("to", "wrong", "said"), [
    (995577123456, TypeError, "found 995577123456"), ([995577123456], TypeError, "found 995577123456"),
    (None, TypeError, "found None"), ("995577123456,995599123456", ValueError, "several numbers: give a list"),
    (["79001234567;79007654321"], ValueError, "several numbers: give a list"),
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


def test_the_status_at_smsoffice_is_that_of_one_number():
    client = SmsOffice("k", "s", base_url=NOWHERE)
    with pytest.raises(ValueError, match="several numbers"):
        client.message_status("995577123456,995599123456", "r")
