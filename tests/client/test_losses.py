"""What the wire may do to a reply, for real: the client never doubles a message and never loses one silently."""

import asyncio

import pytest
from client.desks import KINDS, PROVIDERS, QUICK, desk, no_id, number, own_id
from msgspec import structs
from support import deaf_port

from emulator.client import NotReached, ReplyLost, SmsError, Unavailable, references

either = pytest.mark.parametrize("kind", KINDS)
each = pytest.mark.parametrize("provider", PROVIDERS)
SHORT = structs.replace(QUICK, timeout=0.8)
"""For an answer that never comes."""
TAKEN = ("lost", "hang", "reset", "cut", "empty", "garbled")


async def _fault(sms, provider, fault, times=1):
    when = {"provider": provider, "operation": "send"}
    await sms.add_rule(when=when, then={"reply": {"fault": fault}}, times=times)


@pytest.mark.parametrize("fault", [*TAKEN, "drop"])
@either
@each
async def test_a_lost_reply_without_an_id_is_told_and_not_sent_again(sms_emulator, kind, provider, fault):
    sms = sms_emulator
    await _fault(sms, provider, fault)
    async with desk(kind, provider, sms, SHORT if fault == "hang" else QUICK) as ask:
        with pytest.raises(ReplyLost) as raised:
            await ask("send", number(provider), "Hello", **no_id(provider))
    assert raised.value.maybe_accepted
    assert len(await sms.messages()) == (0 if fault == "drop" else 1)
    assert len(await sms.requests(provider=provider)) == 1


@pytest.mark.parametrize("fault", TAKEN)
@either
@pytest.mark.parametrize("provider", ["smsoffice", "smscenter"])
async def test_a_lost_reply_is_cleared_up_where_the_provider_can_be_asked(sms_emulator, kind, provider, fault):
    sms = sms_emulator
    await _fault(sms, provider, fault)
    async with desk(kind, provider, sms, SHORT if fault == "hang" else QUICK) as ask:
        sent = await ask("send", number(provider), "Hello", **own_id(provider, "mine"))
    assert sent.cleared_up
    assert len(await sms.messages()) == 1


@either
@pytest.mark.parametrize("provider", ["smsoffice", "smscenter"])
async def test_what_was_accepted_of_a_list_its_reference_is_used(sms_emulator, kind, provider, monkeypatch):
    """For each number, however written, after a lost reply too, and after a list of more numbers than are remembered
    references: used again, a send that is dropped is not told as accepted."""
    monkeypatch.setattr(references, "MOST_USED", 4)
    sms, good = sms_emulator, number(provider)
    some = [good[:-1] + str(last) for last in range(6)]
    async with desk(kind, provider, sms) as ask:
        await _fault(sms, provider, "lost")
        left_out = ["12"] if provider == "smsoffice" else []
        assert (await ask("send", [*left_out, *some[:2]], "A", **own_id(provider, "cleared"))).cleared_up
        await ask("send", some[:2], "B", **own_id(provider, "told"))
        await ask("send", some, "C", **own_id(provider, "large"))
        for to, used in ((some[1], "cleared"), (some[1], "told"), (f"+{some[0]}", "told")):
            await _fault(sms, provider, "drop")
            with pytest.raises(ReplyLost):
                await ask("send", to, "Another", **own_id(provider, used))


@pytest.mark.parametrize("provider", ["smsoffice", "smscenter"])
async def test_of_two_sends_under_one_reference_at_a_time_no_two_are_told_by_one_message(sms_emulator, provider):
    await _fault(sms_emulator, provider, "lost")
    await _fault(sms_emulator, provider, "drop")
    async with desk("async", provider, sms_emulator) as ask:
        sends = [ask("send", number(provider), text, **own_id(provider, "mine")) for text in ("this", "that")]
        ends = await asyncio.gather(*sends, return_exceptions=True)
    assert len(await sms_emulator.messages()) == 1
    assert sorted(isinstance(end, ReplyLost) for end in ends) == [False, True]


@either
@pytest.mark.parametrize("method", ["send", "send_sms"])
async def test_an_id_of_digits_is_a_number_at_sms_center(sms_emulator, kind, method):
    """007 is 7, so that both are one that was used; and 0 is none, so that nothing is asked about it."""
    sms = sms_emulator
    async with desk(kind, "smscenter", sms) as ask:
        assert (await ask(method, number("smscenter"), "Hello", id="007")).id == "7"
        for fault, id in (("drop", "7"), ("lost", 0)):
            await _fault(sms, "smscenter", fault)
            with pytest.raises(ReplyLost):
                await ask(method, number("smscenter"), "Another", id=id)
    assert [message.text for message in await sms.messages()] == ["Hello", "Another"]


def test_a_reference_that_is_made_is_no_number():
    """SMS Center refuses one of digits alone: one in twelve thousand was."""
    assert all(made[0].isalpha() and len(made) == 20 for made in (references.new_reference() for _ in range(100)))


@either
async def test_sms_center_is_sent_again_what_it_says_it_never_got(sms_emulator, kind):
    sms = sms_emulator
    await _fault(sms, "smscenter", "drop")
    async with desk(kind, "smscenter", sms) as ask:
        sent = await ask("send", number("smscenter"), "Hello", id="mine")
    assert not sent.cleared_up
    assert len(await sms.messages()) == 1


@either
async def test_over_soap_a_lost_reply_is_cleared_up_too(sms_emulator, kind):
    sms = sms_emulator
    await _fault(sms, "smscenter", "lost")
    async with desk(kind, "smscenter", sms) as ask:
        assert (await ask("send_sms", number("smscenter"), "Hello", id="mine")).cleared_up
    assert len(await sms.messages()) == 1


@either
async def test_what_smsoffice_does_not_know_stays_in_doubt(sms_emulator, kind):
    """How it tells an unknown reference is not documented, so nothing can be concluded from it."""
    sms = sms_emulator
    for known in ("unknown", "refuse"):
        await sms.patch_account("smsoffice", switches={"unknown-message": known})
        await _fault(sms, "smsoffice", "drop")
        async with desk(kind, "smsoffice", sms) as ask:
            with pytest.raises(ReplyLost):
                await ask("send", number("smsoffice"), "Hello", reference=known)
    assert await sms.messages() == []


@either
@each
async def test_the_caller_may_have_it_sent_again_or_not_asked(sms_emulator, kind, provider):
    sms = sms_emulator
    await _fault(sms, provider, "drop")
    async with desk(kind, provider, sms) as ask:
        await ask("send", number(provider), "Hello", retry_sends=True)
        assert len(await sms.messages()) == 1
        await _fault(sms, provider, "lost")
        said = {} if provider == "ubill" else {"clear_up": False, **own_id(provider, "mine")}
        with pytest.raises(ReplyLost):
            await ask("send", number(provider), "Another", **said)
    assert len(await sms.messages()) == 2


@either
@each
async def test_questions_are_asked_again(sms_emulator, kind, provider):
    sms = sms_emulator
    when = {"provider": provider, "operation": "balance"}
    await sms.add_rule(when=when, then={"reply": {"fault": "lost"}}, times=2)
    async with desk(kind, provider, sms) as ask:
        assert await ask("balance") == 1000


@either
async def test_an_outage_is_waited_out_where_the_provider_can_be_asked(sms_emulator, kind):
    """SMS Center says that it has no such message, twice: then it was not taken behind the 503."""
    sms = sms_emulator
    await sms.add_rule(when={"operation": "send"}, then={"reply": {"status": 503}}, times=2)
    async with desk(kind, "smscenter", sms) as ask:
        await ask("send", number("smscenter"), "Hello")
    assert len(await sms.messages()) == 1


@either
@each
async def test_an_outage_is_waited_out_when_the_caller_says_so(sms_emulator, kind, provider):
    sms = sms_emulator
    await sms.put_scenario("provider-down")
    async with desk(kind, provider, sms) as ask:
        await ask("send", number(provider), "Hello", retry_sends=True)
    assert len(await sms.messages()) == 1


@either
@each
async def test_a_503_leaves_a_send_in_doubt(sms_emulator, kind, provider):
    """A proxy says it of a backend that took the message, too."""
    sms = sms_emulator
    await sms.add_rule(when={"provider": provider, "operation": "send"}, then={"reply": {"status": 503}})
    async with desk(kind, provider, sms) as ask:
        with pytest.raises(Unavailable) as raised:
            await ask("send", number(provider), "Hello", **no_id(provider))
    assert (raised.value.status, raised.value.retryable, raised.value.maybe_accepted) == (503, True, True)
    assert (len(await sms.requests(provider=provider)), await sms.messages()) == (1, [])


@either
@each
async def test_a_429_is_waited_out_and_told_when_it_lasts(sms_emulator, kind, provider):
    sms = sms_emulator
    await sms.add_rule(when={"provider": provider}, then={"reply": {"status": 429}}, times=2)
    async with desk(kind, provider, sms) as ask:
        await ask("send", number(provider), "Hello")
        assert len(await sms.messages()) == 1
        await sms.add_rule(when={"provider": provider}, then={"reply": {"status": 429}})
        with pytest.raises(Unavailable) as raised:
            await ask("send", number(provider), "Another")
    assert not raised.value.maybe_accepted
    assert raised.value.attempts == QUICK.attempts


@either
@each
async def test_where_nobody_listens_nothing_was_sent(sms_emulator, kind, provider):
    with deaf_port() as port:
        async with desk(kind, provider, sms_emulator, base_url=f"http://127.0.0.1:{port}") as ask:
            with pytest.raises(NotReached) as raised:
                await ask("send", number(provider), "Hello")
    assert isinstance(raised.value, SmsError)
    assert raised.value.retryable
    assert not raised.value.maybe_accepted


def test_what_may_double_never_goes_by_a_method_that_drivers_repeat():
    from emulator.client.smscenter.calls import Calls as Center
    from emulator.client.smsoffice.calls import Calls as Office
    from emulator.client.ubill.calls import Calls as Bill

    calls = [
        Office("k").send("1", "x", {}), Bill("k").send("1", "x", {}), Bill("k").send_xml("1", "x", {}),
        Bill("k").create_brand_name("x"), Center("k").send("1", "x", {}), Center("k").send_sms("1", "x", {}),
        Center("k").send_sms("1", "x", {}, "a=1"), Center("k").delete("1", 1),
    ]  # fmt: skip
    assert all(call.doubles and call.request.method == "POST" for call in calls)
