"""What came near: a wait in vain tells what differed, a request which rules nearly fired."""

import pytest
from aiohttp import ClientSession
from support import TO, callback_under_way, control, get, send_path, serving

from emulator.control_client.records import CallRefused


async def send(sms, **more):
    await get(sms.base_url + send_path(sms.smsoffice.key, **more))
    return (await sms.requests())[-1].explain


async def test_a_wait_for_a_callback_tells_the_one_that_came_and_what_differed(sms):
    await send(sms, reference="r")
    await sms.settle()
    with pytest.raises(CallRefused) as refused:
        await sms.wait("callbacks", message="m7", status="delivered", timeout=0.01)
    (near,) = refused.value.nearest
    assert near.differs == {"message": {"wanted": "m7", "found": "m1"}}
    assert (near.id, near.message_id, near.status) == ("c1", "m1", "delivered")
    assert "/_emulator/sink/smsoffice" in near.url


async def test_a_callback_that_is_not_answered_yet_is_near_and_says_so():
    async with serving() as served, callback_under_way(served) as stuck:
        path = stuck.path
        status, answer = await control(served, "GET", f"{path}/wait?for=callbacks&timeout=0.01")
        await stuck.go_on()
        assert status == 408
        assert answer["error"]["nearest"][0]["differs"] == {"answer": {"wanted": "an answer", "found": "none yet"}}


async def test_a_wait_for_a_request_tells_what_was_asked_and_why_it_was_answered_so(sms):
    await send(sms, sender="stranger")
    with pytest.raises(CallRefused) as refused:
        await sms.wait("requests", operation="send", outcome="accepted", timeout=0.01)
    (near,) = refused.value.nearest
    assert near.differs == {"outcome": {"wanted": "accepted", "found": "refused"}}
    assert "[smsoffice.send.sender-registered]" in near.explain


REFUSE = {"refuse": {"reason": "api-off"}}


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ({"to": "995577123457"}, "to was '995577123456', not '995577123457'"),
        ({"to": TO, "contains": "code"}, "contains was 'Hello', not 'code'"),
        ({"to": TO, "operation": "status"}, "operation was 'send', not 'status'"),
        ({"reference": "a"}, "reference was None, not 'a'"),
        ({"sender": "Shop*"}, "sender was 'smsoffice', not 'Shop*'"),
        ({"contains": "Hell", "encoding": "ucs2"}, "encoding was 'gsm7', not 'ucs2'"),
        ({"nth": 2}, "it was not its turn (nth 2; 1 matched so far)"),
    ],
)
async def test_a_rule_with_one_thing_in_its_way_nearly_fired(sms, when, said):
    rules = await sms.add_rule(when=when, then=REFUSE)
    assert (await send(sms)).endswith(f"; rule {rules[0].id} nearly fired: {said}")


async def test_a_rule_whose_times_are_used_up_says_so(sms):
    rules = await sms.add_rule(when={"to": TO}, then=REFUSE, times=1)
    assert "nearly" not in await send(sms)
    assert f"rule {rules[0].id} nearly fired: it has fired 1 time, as often as it may" in await send(sms)


@pytest.mark.parametrize(
    "when", [{"to": "995500000000", "contains": "code"}, {"operation": "balance"}, {"provider": "ubill"}]
)
async def test_a_rule_that_is_about_something_else_is_not_near(sms, when):
    await sms.add_rule(when=when, then=REFUSE)
    assert "nearly" not in await send(sms)


async def test_the_magic_numbers_of_the_scenario_are_not_near_to_every_number(sms):
    assert "nearly" not in await send(sms)
    assert "nearly" not in await send(sms, to="995577990005")


async def test_a_code_in_vain_says_whether_anything_was_sent_at_all(sms):
    with pytest.raises(CallRefused, match=f"no message was taken to {TO} within 0.01 s"):
        await sms.otp(to=TO, timeout=0.01)
    await send(sms, content="hi")
    with pytest.raises(CallRefused, match=r"no code \(4 to 8 .*\) in 1 message to .*\n[^$]*wanted 'a code in it'"):
        await sms.otp(to=TO, timeout=0.01)
    with pytest.raises(CallRefused, match="no message was taken to 995577000000"):
        await sms.otp(to="995577000000", timeout=0.01)


@pytest.mark.parametrize("verb", ["otp", "wait"])
async def test_what_was_waited_for_in_vain_tells_of_the_send_that_was_refused_and_by_which_rule(sms, verb):
    await sms.add_rule(when={"to": TO}, then=REFUSE)
    await send(sms, content="code 1234")
    with pytest.raises(CallRefused, match=r"; the send x1 was refused: .*by rule r\d+ \[smsoffice") as refused:
        await (sms.otp(to=TO, timeout=0.01) if verb == "otp" else sms.wait(to=TO, contains="code", timeout=0.01))
    (near,) = refused.value.nearest
    assert (near.id, near.to, near.text) == ("x1", TO, "code 1234")
    assert near.differs == {"status": {"wanted": "accepted", "found": "refused"}}


async def test_the_number_that_a_list_lost_is_near_too(sms):
    await sms.patch_account("ubill", stoplist=["995577000001"])
    body = {"brandID": 1, "numbers": ["995577000001", "995577000002"], "text": "hi", "stopList": True}
    async with ClientSession() as session:
        await session.post(f"{sms.base_url}/v1/sms/send?key={sms.ubill.key}", json=body)
    with pytest.raises(CallRefused, match=r"the send x1 was refused: accepted .* stop-listed") as refused:
        await sms.wait(to="995577000001", timeout=0.01)
    assert [(one.id, one.to) for one in refused.value.nearest] == [("x1", "995577000001"), ("m1", "995577000002")]


async def test_a_send_that_was_refused_for_another_number_is_near_and_not_to_blame(sms):
    await send(sms, sender="stranger")
    with pytest.raises(CallRefused) as refused:
        await sms.wait(to="995577000000", timeout=0.01)
    assert "was refused" not in refused.value.message
    assert refused.value.nearest[0].differs.keys() == {"to", "status"}


async def test_a_request_is_compared_by_all_that_its_filters_look_at(sms):
    rules = await sms.add_rule(name="mine", when={"to": TO}, then=REFUSE)
    await send(sms)
    given = {"provider": "smsoffice", "protocol": "http", "operation": "send", "outcome": "refused"}
    for wanted in ({"rule": rules[0].id}, {"rule": "mine"}, {}):
        with pytest.raises(CallRefused) as refused:
            await sms.wait("requests", count=2, timeout=0, **given, **wanted)
        (near,) = refused.value.nearest
        assert (near.differs, near.explain) == ({}, (await sms.requests())[0].explain)
    with pytest.raises(CallRefused) as refused:
        await sms.wait("requests", session="s1", timeout=0)
    assert refused.value.nearest[0].differs == {"session": {"wanted": "s1", "found": None}}
