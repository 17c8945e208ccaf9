"""A misspelled option of a client's call is refused, not lost."""

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
