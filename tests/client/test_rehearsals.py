"""What the emulator can have done to an answer, rehearsed on every provider: nothing doubled, nothing falsely told."""

import pytest
from client.desks import KINDS, PROVIDERS, QUICK, desk, no_id, number, own_id
from client.test_smpp import QUICK as QUICK_SMPP
from msgspec import structs

from emulator.client import Refused, ReplyLost, SmppClient, SmsError, Unavailable, smpp
from emulator.core.rules.http_actions import HTTP_FAULTS

either = pytest.mark.parametrize("kind", KINDS)
each = pytest.mark.parametrize("provider", PROVIDERS)
SHORT = structs.replace(QUICK, timeout=0.8)
READ = [*(fault for fault in HTTP_FAULTS if fault != "endless"), "split", "close"]
SENDS = {"smsoffice": ["send"], "ubill": ["send", "send_xml"], "smscenter": ["send", "send_sms"]}


async def rule(sms, provider, then, operation="send", times=1):
    await sms.add_rule(when={"provider": provider, "operation": operation}, then=then, times=times)


SPREAD = [(fault, provider, KINDS[(turn + other) % 2]) for turn, fault in enumerate(READ)
          for other, provider in enumerate(PROVIDERS)]  # fmt: skip
"""Every fault on every provider, with and without async by turns."""


@pytest.mark.parametrize(("fault", "provider", "kind"), SPREAD)
async def test_an_answer_of_an_odd_shape_is_read(sms_emulator, kind, provider, fault):
    sms = sms_emulator
    for method in SENDS[provider]:
        await rule(sms, provider, {"reply": {"fault": fault}})
        async with desk(kind, provider, sms) as ask:
            await ask(method, number(provider), f"by {method}", **no_id(provider))
            await rule(sms, provider, {"reply": {"fault": fault}}, "balance")
            assert 990 < await ask("balance") <= 1000
    assert len(await sms.messages()) == len(SENDS[provider])
    assert {one.fault for one in await sms.requests(provider=provider)} == {fault}


@pytest.mark.parametrize("fault", ["endless", "slow"])
@either
@each
async def test_an_answer_that_does_not_come_to_its_end_costs_the_time_out_and_leaves_a_doubt(
    sms_emulator, kind, provider, fault
):
    sms = sms_emulator
    await rule(sms, provider, {"reply": {"fault": fault}})
    async with desk(kind, provider, sms, SHORT) as ask:
        with pytest.raises(ReplyLost, match=r"no whole answer within 0\.8 s"):
            await ask("send", number(provider), "Hello", **no_id(provider))
    assert len(await sms.messages()) == 1


@pytest.mark.parametrize("status", [502, 503])
@either
@each
async def test_taken_and_then_5xx_is_a_doubt_and_is_not_sent_again(sms_emulator, kind, provider, status):
    sms = sms_emulator
    await rule(sms, provider, {"reply": {"status": status, "taken": True, "body": "<html>", "headers":
                                         {"Content-Type": "text/html"}}}, times=5)  # fmt: skip
    async with desk(kind, provider, sms) as ask:
        with pytest.raises(SmsError) as raised:
            await ask("send", number(provider), "Hello", **no_id(provider))
    assert isinstance(raised.value, Unavailable if status == 503 else ReplyLost)
    assert (raised.value.maybe_accepted, raised.value.status) == (True, status)
    assert raised.value.retryable
    assert len(await sms.messages()) == 1


@either
@pytest.mark.parametrize("provider", ["smsoffice", "smscenter"])
async def test_taken_and_then_5xx_is_cleared_up_where_it_can_be_asked(sms_emulator, kind, provider):
    sms = sms_emulator
    await rule(sms, provider, {"reply": {"status": 503, "taken": True}})
    async with desk(kind, provider, sms) as ask:
        assert (await ask("send", number(provider), "Hello", **own_id(provider, "mine"))).cleared_up
    assert len(await sms.messages()) == 1


@either
async def test_what_is_registered_later_than_answered_is_not_sent_twice(sms_emulator, kind):
    """The first look says "no such message"; the message is there at the second (R4)."""
    sms = sms_emulator
    await rule(sms, "smscenter", {"reply": {"fault": "lost"}, "unknown_for": 0.3})
    patient = structs.replace(QUICK, absent_after=0.5)
    async with desk(kind, "smscenter", sms, patient) as ask:
        sent = await ask("send", number("smscenter"), "Hello", id="mine")
    assert sent.cleared_up
    assert len(await sms.messages()) == 1
    assert len(await sms.requests(operation="status")) == 2


@pytest.mark.sms(clock="frozen")
@each
async def test_for_a_while_every_provider_says_that_there_is_no_such_message(sms_emulator, provider):
    """In sandbox time, whichever way it is asked for."""
    sms = sms_emulator
    await rule(sms, provider, {"unknown_for": 30})
    async with desk("async", provider, sms) as ask:
        sent = await ask("send", number(provider), "Hello", **own_id(provider, "mine"))
        questions = {
            "smsoffice": [("message_status", (number(provider), "mine"))],
            "ubill": [("report", (getattr(sent, "sms_id", 0),))],
            "smscenter": [("status", (number(provider), "mine")), ("get_status", (number(provider), "mine"))],
        }[provider]
        await sms.advance(29)
        for method, arguments in questions:
            if provider == "smsoffice":
                assert (await ask(method, *arguments)).status == "unknown"
            else:
                with pytest.raises(Refused):
                    await ask(method, *arguments)
        if provider == "smscenter":
            assert [one.code for one in await ask("statuses", [(number(provider), "mine"), ("79", "x")])] == [-3, -3]
        await sms.advance(1)
        for method, arguments in questions:
            assert await ask(method, *arguments)


@pytest.mark.sms(clock="frozen")
async def test_over_smpp_too(sms_emulator):
    sms = sms_emulator
    said = sms.smscenter.smpp
    await rule(sms, "smscenter", {"unknown_for": 30})
    async with SmppClient(
        sms.smpp_host, said["system_id"], said["password"], port=sms.smpp_port, settings=QUICK_SMPP
    ) as client:
        sent = await client.submit("79001234567", "Hello")
        with pytest.raises(smpp.MessageIdUnknown):
            await client.query(sent.id)
        await sms.advance(30)
        assert (await client.query(sent.id)).status == "delivered"
        await rule(sms, "smscenter", {"reply": {"command_status": 8, "taken": True}})
        with pytest.raises(smpp.SystemError):
            await client.submit("79001234567", "Another")
    assert len(await sms.messages()) == 2


@either
@each
async def test_a_redirect_and_a_page_of_html_are_rehearsed(sms_emulator, kind, provider):
    sms = sms_emulator
    moved = {"status": 301, "headers": {"Location": "https://elsewhere.test/"}}
    page = {"body": "<!doctype html><p>Please log in", "headers": {"Content-Type": "text/html"}}
    async with desk(kind, provider, sms) as ask:
        await rule(sms, provider, {"reply": moved})
        with pytest.raises(Refused, match=r"redirected to https://elsewhere\.test") as refused:
            await ask("send", number(provider), "Hello")
        assert not refused.value.maybe_accepted
        assert await sms.messages() == []
        await rule(sms, provider, {"reply": page})
        with pytest.raises(ReplyLost, match="makes no sense") as lost:
            await ask("send", number(provider), "Hello", **no_id(provider))
        assert (lost.value.status, lost.value.octets_left) == (200, True)
        assert len(await sms.messages()) == 1
