"""wait_call.php: the number to be dialled, the call that comes or does not (facts, 5.5 and 6)."""

import hashlib

import pytest
from providers.smscenter.desk import TO, Desk
from support import Receiver, receiver

import emulator
from emulator.client import AsyncSmsCenter
from emulator.client.smscenter import parse_awaited_call
from emulator.control_client.records import CallRefused


@pytest.mark.contract("smscenter.wait-call.answer")
def test_the_answer_is_the_number_to_be_dialled(desk):
    told = desk.json("wait_call", phone=TO)
    assert told == {"phone": "74950000001", "all_phones": ["74950000001", "74950000002"]}
    assert len(told["phone"]) >= 10
    assert desk.get("wait_call", phone=TO, fmt="1") == b"74950000001"
    assert desk.get("wait_call", phone=TO, fmt="0") == b"phone = 74950000001"
    assert desk.get("wait_call", phone=TO, fmt="2").startswith(b"<result>\n<phone>74950000001</phone>\n<all_phones>")
    own = Desk(switches={"wait-call-numbers": "77001234567"})
    assert own.json("wait_call", phone=TO) == {"phone": "77001234567", "all_phones": ["77001234567"]}
    assert (desk.left, desk.messages()) == (1000, [])


@pytest.mark.contract(
    "smscenter.wait-call.error-1", "smscenter.wait-call.error-2", "smscenter.wait-call.error-4",
    "smscenter.wait-call.error-9",
)
def test_what_is_wrong_is_an_error_by_fmt(desk):
    same = {"error": desk.json("send")["error"], "error_code": 1}
    assert desk.json("senders", add="1", sender="X") == desk.json("wait_call") == same
    assert "[smscenter.wait-call.error-1]" in desk.why()
    assert desk.get("wait_call", phone="abc", fmt="1") == b"0,-1"
    assert desk.json("wait_call", {"login": "alex", "psw": "x"}, phone=TO)["error_code"] == 2
    assert Desk(blocked=True).json("wait_call", phone=TO)["error_code"] == 4
    desk.in_flight = 15
    assert desk.json("wait_call", phone=TO)["error_code"] == 9


def receiving() -> Receiver:
    return receiver()


@pytest.mark.contract("smscenter.wait-call.callback")
async def test_the_subscriber_s_call_is_told_once_with_both_signatures():
    async with (
        receiving() as handler,
        emulator.running(clock="frozen", callback_url=handler.url) as sms,
        AsyncSmsCenter(sms.smscenter.login, sms.smscenter.psw, base_url=sms.base_url) as client,
    ):
        awaited = await client.await_call(f"+{TO}")
        assert awaited.phone in awaited.all_phones
        with pytest.raises(CallRefused) as refused:
            await sms.subscriber_calls(TO, to="70000000000")
        assert (refused.value.status, TO in refused.value.hint) == (409, True)
        made = await sms.subscriber_calls(f"8{TO[1:]}", to=f"+7 ({awaited.phone[1:4]}) {awaited.phone[4:]}")
        assert (made.to, made.way, made.provider) == (awaited.phone, "call", "smscenter")
        await sms.settle()
        (told,) = handler.came
        assert list(told) == ["waitcall", "phone", "ts", "md5", "sha1"]
        assert (told["waitcall"], told["phone"]) == ("1", TO)
        signed = f"{TO}:{told['ts']}:{sms.smscenter.callback_secret}".encode()
        assert told["md5"] == hashlib.md5(signed).hexdigest()
        assert told["sha1"] == hashlib.sha1(signed).hexdigest()
        assert parse_awaited_call(told, secret=sms.smscenter.callback_secret).phone == TO
        assert await client.received() == ()
        with pytest.raises(CallRefused):
            await sms.subscriber_calls(TO)


@pytest.mark.contract("smscenter.wait-call.life")
async def test_a_call_is_awaited_for_as_long_as_the_switch_says_also_after_a_restore():
    async with (
        emulator.running(clock="frozen") as sms,
        AsyncSmsCenter(sms.smscenter.login, sms.smscenter.psw, base_url=sms.base_url) as client,
    ):
        await client.await_call(TO)
        await sms.snapshot("waiting")
        await sms.advance(301)
        with pytest.raises(CallRefused) as refused:
            await sms.subscriber_calls(TO)
        assert refused.value.code == "not-awaited"
        await sms.restore("waiting")
        await sms.advance(300)
        assert (await sms.subscriber_calls(TO)).way == "call"
        await sms.patch_account("smscenter", switches={"wait-call-seconds": 5})
        await client.await_call(TO)
        await sms.advance(6)
        with pytest.raises(CallRefused):
            await sms.subscriber_calls(TO, provider="smscenter")


@pytest.mark.contract("smscenter.wait-call.callback")
async def test_the_number_that_is_dialled_is_told_as_it_was_given_out():
    async with (
        emulator.running(clock="frozen") as sms,
        AsyncSmsCenter(sms.smscenter.login, sms.smscenter.psw, base_url=sms.base_url) as client,
    ):
        await sms.patch_account("smscenter", switches={"wait-call-numbers": "89001234567"})
        awaited = await client.await_call(TO)
        assert (await sms.subscriber_calls(TO)).to == awaited.phone == "89001234567"
