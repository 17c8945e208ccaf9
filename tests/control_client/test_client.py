"""A sandbox as an object: every verb, in process and over HTTP, and refusals that teach."""

import inspect
import json
import pickle
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from aiohttp import ClientSession, web

import emulator
from emulator.control_client.async_client import AsyncSms, Wishes
from emulator.control_client.records import CallRefused, Code, Record, read
from emulator.control_client.sync_client import Sms
from emulator.control_client.transports import OverHttp
from emulator.http.messages import HttpReply
from emulator.sandboxes.spec import NewSandbox

TO = "995577123456"


@pytest.fixture(params=["in process", "over HTTP"])
async def sms(request):
    """A handle whose clock stands, by either door."""
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(emulator.running(clock="frozen"))
        if request.param == "over HTTP":
            here = await stack.enter_async_context(emulator.running(url=here.base_url, clock="frozen"))
        yield here


async def send(sms, content="your code is 123456", to=TO, reference="r1", sender="smsoffice"):
    fields = {"key": sms.smsoffice.key, "sender": sender, "destination": to, "content": content, "reference": reference}
    async with ClientSession() as session, session.get(f"{sms.base_url}/api/v2/send/", params=fields) as answer:
        return (await answer.json())["ErrorCode"]


async def test_messages_are_listed_by_every_filter(sms):
    await send(sms)
    await send(sms, "second & last", to="995577000001", reference="r2")
    first, second = await sms.messages()
    assert [one.text for one in await sms.messages(contains="& l")] == ["second & last"]
    assert await sms.messages(to=TO, provider="smsoffice", reference="r1", status="pending") == [first]
    assert await sms.messages(after=first.id) == [second]
    assert await sms.messages(limit=1) == [first]
    assert await sms.message(first.id) == first


async def test_a_list_is_the_whole_list_and_wait_counts_all_of_it(sms):
    await send(sms, to=",".join(f"995577{number:06}" for number in range(150)))
    assert len(await sms.messages()) == 150
    assert len(await sms.wait(count=150, timeout=60)) == 150


async def test_a_wait_for_one_sees_doubles(sms):
    for _ in range(5):
        await send(sms)
    await sms.settle()
    for kind, letter in (("messages", "m"), ("requests", "x"), ("callbacks", "c")):
        assert [one.id for one in await sms.wait(kind)] == [f"{letter}{n}" for n in range(1, 6)]


async def test_a_message_is_moved_by_hand(sms):
    await send(sms)
    moved = await sms.set_status("m1", "undelivered", reason="absent", error=6)
    assert (moved.status, moved.reason, moved.error) == ("undelivered", "absent", 6)
    assert [step.status for step in moved.history] == ["pending", "undelivered"]


async def test_time_moves_by_seconds_by_moments_and_to_the_next_date(sms):
    began = await sms.now()
    assert began.tzinfo is not None
    await send(sms)
    assert datetime.fromisoformat((await sms.clock(to="next")).now) == began + timedelta(seconds=2)
    await sms.advance(8)
    await sms.advance(timedelta(minutes=1))
    assert await sms.now() == began + timedelta(seconds=70)
    await sms.clock(set=began + timedelta(hours=1))
    assert await sms.now() == began + timedelta(hours=1)
    assert (await sms.clock(rate=60)).rate == 60
    assert (await sms.clock()).rate == 60
    with pytest.raises(CallRefused, match="into-the-past"):
        await sms.clock(set=datetime(2020, 1, 1, tzinfo=UTC))


async def test_waiting_takes_messages_callbacks_and_requests(sms):
    await send(sms)
    assert [one.to for one in await sms.wait()] == [TO]
    assert [one.id for one in await sms.wait(to=TO, contains="code")] == ["m1"]
    assert [one.operation for one in await sms.wait("requests", operation="send")] == ["send"]
    await sms.settle()
    (callback,) = await sms.wait("callbacks", count=1, accepted=True, timeout=60)
    assert callback.sent.status == "Delivered"
    assert (await sms.redeliver(callback.id)).id == callback.id
    await sms.settle()
    assert [one.message_id for one in await sms.callbacks(message="m1")] == ["m1", "m1"]


async def test_a_wait_in_vain_tells_what_came_nearest_and_when_something_is_due(sms):
    await send(sms)
    with pytest.raises(CallRefused) as refused:
        await sms.wait(to=TO, contains="parcel", timeout=0.01)
    error = refused.value
    assert (error.status, error.code) == (408, "time-is-up")
    assert error.nearest[0].differs.contains.wanted == "parcel"
    assert error.more.next_due == (await sms.show()).next_due
    text = str(error)
    assert "m1 (to '995577123456'" in text
    assert "contains is 'your code is 123456', wanted 'parcel'" in text
    assert "hint: the clock stands; the next thing is due at" in text
    assert str(pickle.loads(pickle.dumps(error))) == text


async def test_a_code_is_a_text_that_knows_its_message(sms):
    await send(sms, "G-4711 is your code, 99 is not")
    code = await sms.otp(TO)
    assert code == "4711"
    assert isinstance(code, str)
    assert code.message.id == "m1"
    assert await sms.otp(pattern=r"code, (\d+)") == "99"
    with pytest.raises(CallRefused, match="408 time-is-up"):
        await sms.otp(to="995577000000", timeout=0.01)


async def test_rules_are_put_added_and_taken_out(sms):
    (rule, *_) = await sms.add_rule(
        when={"provider": "smsoffice", "operation": "send"}, then={"refuse": {"code": -100}}, times=1
    )
    assert await send(sms) == -100
    assert await send(sms) == 0
    (request,) = await sms.requests(rule=rule.id)
    assert (request.outcome, (await sms.rules())[0].fired) == ("refused", 1)
    assert rule.id not in [one.id for one in await sms.delete_rule(rule.id)]
    assert (await sms.add_rule({"then": {"steps": []}}))[0].source == "hand"
    (*_,) = await sms.put_rules([{"when": {"to": TO}, "then": {"steps": [{"after": 1, "status": "expired"}]}}])
    assert [one.when.to for one in await sms.rules() if one.source == "hand"] == [TO]
    await send(sms)
    await sms.advance(1)
    assert [one.status for one in await sms.messages(status="expired")] == ["expired"]


async def test_a_scenario_is_put_by_name_or_whole(sms):
    assert (await sms.scenario()).name == "happy"
    assert (await sms.put_scenario("no-credit")).name == "no-credit"
    assert await send(sms) == 20
    whole = {"rules": [{"then": {"steps": [{"after": 1, "status": "expired"}]}}]}
    assert len((await sms.put_scenario(whole)).rules) == 1
    await sms.reset("scenario")
    assert len(await sms.rules()) == 1


async def test_an_account_is_seen_and_changed(sms):
    assert (await sms.account("smsoffice")).balance == 1000
    changed = await sms.patch_account("smsoffice", balance=Decimal("1"), stoplist=[TO])
    assert (changed.balance, changed.stoplist) == (1, [TO])
    assert await send(sms) != 0
    with pytest.raises(CallRefused, match="balanc"):
        await sms.patch_account("smsoffice", balanc=1)
    with pytest.raises(CallRefused, match="404 no-such-brand"):
        await sms.approve_brand("smsoffice", 99)


async def test_reset_forgets_what_it_is_told_to(sms):
    await send(sms)
    await sms.reset("journal")
    assert (await sms.requests(), len(await sms.messages())) == ([], 1)
    key = sms.smsoffice.key
    await sms.reset()
    assert await sms.messages() == []
    assert await send(sms) == 0
    assert sms.smsoffice.key == key


async def test_what_has_no_method_yet_is_called_by_path_or_by_operation(sms):
    assert (await sms.call("GET", "messages", query={"limit": 1})).messages == []
    assert (await sms.call("GET", "")).id == sms.id
    assert (await sms.call("POST", "/rules", {"then": {"steps": []}})).rules
    assert (await sms.call("GET", "/_emulator/health")).status == "ok"
    assert await sms.operation("listRequests", operation="send") == {"requests": []}
    assert (await sms.operation("providerContract", provider="smsoffice")).rows
    with pytest.raises(LookupError, match="did you mean 'listRules'"):
        await sms.operation("listRule")
    with pytest.raises(LookupError, match=r"getMessage lacks message=: its path is .*/messages/\{message\}"):
        await sms.operation("getMessage")
    with pytest.raises(CallRefused, match="404 no-such-call"):
        await sms.call("GET", "/leger")
    with pytest.raises(CallRefused, match="there is no message m77"):
        await sms.set_status("m77", "delivered")
    with pytest.raises(CallRefused, match="400 invalid"):
        await sms.put_scenario(None)


async def test_lint_tells_findings_with_their_rows(sms):
    assert await sms.lint() == []
    await send(sms, reference="r" * 21)
    assert [one.row for one in await sms.lint()] != []


async def test_credentials_are_attributes_by_provider_and_a_wrong_word_gets_a_hint(sms):
    assert sms.smsoffice.key == sms.accounts["smsoffice"]["key"]
    assert sms.smpp_port is None or sms.smpp_host
    with pytest.raises(AttributeError, match="did you mean 'smsoffice'"):
        _ = sms.smsofice
    with pytest.raises(AttributeError, match="did you mean 'key'"):
        _ = sms.smsoffice.kye
    assert not hasattr(sms, "_nothing")
    assert sms.id in repr(sms)


async def test_a_word_that_is_like_none_is_answered_with_those_there_are(sms):
    with pytest.raises(AttributeError, match=r"'zz'\. There are: key, "):
        _ = sms.smsoffice.zz


async def test_what_json_cannot_say_is_told_before_anything_is_sent(sms):
    with pytest.raises(TypeError, match="JSON has no set"):
        await sms.patch_account("smsoffice", stoplist={TO})


async def test_an_address_where_something_else_answers_is_named():
    async def other(request):
        return web.Response(status=404, text="nginx")

    server = web.ServerRunner(web.Server(other))
    await server.setup()
    site = web.TCPSite(server, "127.0.0.1", 0)
    await site.start()
    host, port = server.addresses[0][:2]
    try:
        with pytest.raises(CallRefused, match="is this the address of an sms-emulator"):
            async with emulator.running(url=f"http://{host}:{port}"):
                pass
    finally:
        await server.cleanup()


@pytest.mark.parametrize("url", ["127.0.0.1:8775", "localhost:8775", "http:", "ftp://127.0.0.1:1"])
async def test_an_address_that_is_none_is_named(url):
    with pytest.raises(ValueError, match=f"'{url}' is no http:// or https:// address, such as http://127"):
        async with emulator.running(url=url):
            pass


async def test_a_server_that_goes_away_is_a_connection_error_not_a_hang():
    async with emulator.running() as here:
        door = OverHttp(here.base_url)
        sms = AsyncSms(door, here.place, here.id, here.accounts)
        assert await sms.messages() == []
    with pytest.raises(ConnectionError, match="no emulator answers at"):
        await sms.messages()
    await door.close()


def test_the_handle_without_async_has_the_same_verbs_with_the_same_words():
    verbs = {name for name, verb in vars(AsyncSms).items() if inspect.iscoroutinefunction(verb)}
    assert verbs <= set(vars(Sms))
    attributes = {name for name, one in vars(AsyncSms).items() if isinstance(one, property)}
    assert attributes <= set(vars(Sms))
    for verb in verbs:
        there, here = getattr(AsyncSms, verb), getattr(Sms, verb)
        assert inspect.signature(here) == inspect.signature(there)
        assert here.__doc__ == there.__doc__
        assert here.__doc__


def test_without_async_everything_waits():
    with emulator.running(clock="frozen") as sms:
        assert sms.messages() == []
        sms.add_rule(then={"steps": [{"after": 5, "status": "expired"}]})
        assert sms.advance(90).rate == 0
        assert isinstance(sms.now(), datetime)
        assert sms.smsoffice.sender == "smsoffice"
        assert set(sms.accounts) >= {"smsoffice"}
        with pytest.raises(AttributeError, match="did you mean 'messages'"):
            sms.mesages()


async def test_without_async_in_a_loop_a_wait_in_vain_says_why_that_is_no_good():
    with emulator.running() as sms, pytest.raises(CallRefused) as refused:
        sms.wait(timeout=0.01)
    assert any("In async tests use sms_emulator" in note for note in refused.value.__notes__)


def test_every_wish_is_one_that_the_control_api_takes():
    words = {word.removesuffix("_") for word in Wishes.__annotations__}  # import is no name in Python
    assert words <= set(NewSandbox.__struct_encode_fields__)


def test_records_are_dicts_all_the_way_down():
    body = json.dumps({"messages": [{"id": "m1", "history": [{"status": "sent"}]}]}).encode()
    told = read("GET /x", HttpReply(headers=(("Content-Type", "application/json"),), body=body))
    assert told.messages[0].history[0].status == "sent"
    assert told == {"messages": [{"id": "m1", "history": [{"status": "sent"}]}]}
    assert "history" in dir(told.messages[0])
    assert isinstance(told, Record)


def test_an_answer_that_is_no_json_is_text_and_none_is_none():
    assert read("GET /metrics", HttpReply(headers=(("Content-Type", "text/plain"),), body=b"a 1\n")) == "a 1\n"
    assert read("DELETE /x", HttpReply(status=204)) is None


def test_a_code_compares_as_text():
    assert Code("1234", Record(id="m1")) == "1234"
