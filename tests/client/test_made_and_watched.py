"""What a client is made with, from arguments and from the environment, and what it tells of its work."""

import logging

import pytest
from client.desks import KINDS, QUICK, desk
from client.raw import numbered, plain, raw
from msgspec import structs

from emulator.client import (
    AsyncSmsCenter,
    AsyncSmsOffice,
    AsyncUbill,
    Patience,
    ReplyLost,
    SmsCenter,
    SmsOffice,
    Ubill,
)

either = pytest.mark.parametrize("kind", KINDS)
ALL = (SmsOffice, AsyncSmsOffice, Ubill, AsyncUbill, SmsCenter, AsyncSmsCenter)
VARIABLES = ("SMSOFFICE_KEY", "SMSOFFICE_SENDER", "SMSOFFICE_BASE_URL", "UBILL_KEY", "UBILL_BRAND_ID", "UBILL_BASE_URL",
             "SMSCENTER_LOGIN", "SMSCENTER_PSW", "SMSCENTER_APIKEY", "SMSCENTER_BASE_URL")  # fmt: skip


@pytest.fixture
def environment(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    return lambda **changes: [monkeypatch.setenv(name, value) for name, value in changes.items()]


@pytest.mark.parametrize(("made", "needs"), [
    (SmsOffice, "SMSOFFICE_KEY"), (AsyncSmsOffice, "SMSOFFICE_KEY"), (Ubill, "UBILL_KEY"), (AsyncUbill, "UBILL_KEY"),
    (SmsCenter, "SMSCENTER_LOGIN and SMSCENTER_PSW, or SMSCENTER_APIKEY"),
    (AsyncSmsCenter, "SMSCENTER_LOGIN and SMSCENTER_PSW, or SMSCENTER_APIKEY"),
])  # fmt: skip
def test_what_the_environment_lacks_is_named(environment, made, needs):
    with pytest.raises(ValueError, match=f"the environment lacks {needs}"):
        made.from_env()


def test_the_environment_does(environment):
    environment(SMSOFFICE_KEY="k", SMSOFFICE_SENDER="Shop", UBILL_KEY="k", SMSCENTER_APIKEY="a",
                SMSCENTER_BASE_URL="http://127.0.0.1:9/")  # fmt: skip
    for made in ALL:
        client = made.from_env()
        assert client.base_url == made.calls.base_url or made.calls.provider == "smscenter"
    assert SmsCenter.from_env().base_url == "http://127.0.0.1:9"
    assert SmsCenter.from_env(base_url="http://127.0.0.1:8").base_url == "http://127.0.0.1:8"


def test_what_the_environment_says_is_sent(environment):
    with raw(lambda request: plain(numbered(request))) as server:
        environment(SMSOFFICE_KEY="the-key", SMSOFFICE_SENDER="Shop", SMSOFFICE_BASE_URL=server.base_url,
                    UBILL_KEY="the-key", UBILL_BRAND_ID="77", UBILL_BASE_URL=server.base_url,
                    SMSCENTER_LOGIN="me", SMSCENTER_PSW="secret", SMSCENTER_BASE_URL=server.base_url)  # fmt: skip
        with SmsOffice.from_env() as office, Ubill.from_env() as bill, SmsCenter.from_env() as center:
            office.send("1", "x")
            bill.send("1", "x")
            center.send("1", "x")
        assert (server.requests[0].field("key"), server.requests[0].field("sender")) == ("the-key", "Shop")
        assert b'"brandID":77' in server.requests[1].body
        assert (server.requests[2].field("login"), server.requests[2].field("psw")) == ("me", "secret")


def test_a_brand_that_is_no_number_is_told(environment):
    environment(UBILL_KEY="k", UBILL_BRAND_ID="Shop")
    for made in (Ubill, AsyncUbill):
        with pytest.raises(ValueError, match="UBILL_BRAND_ID is a number, not 'Shop'"):
            made.from_env()


@pytest.mark.parametrize("made", ALL)
def test_an_argument_that_a_client_does_not_take_is_told(made):
    with pytest.raises(TypeError, match=r"takes no option 'patiance'; did you mean 'patience'\?"):
        made("k", patiance=Patience())
    with pytest.raises(ValueError, match="at_once must be at least 1"):
        made("k", at_once=0)
    with pytest.raises(ValueError, match="at_once has no 'sends'; there are"):
        made("k", at_once={"sends": 3})


@either
async def test_every_attempt_reply_and_retry_is_told(kind):
    seen = []
    answers = [b"429 Too Many Requests", b"503 Service Unavailable", b"200 OK"]
    with raw(lambda request: plain(numbered(request), answers[request.number])) as server:
        async with desk(kind, "smsoffice", server, watch=seen.append) as ask:
            await ask("send", "1", "x", reference="mine", retry_sends=True, clear_up=False)
    assert [(event.what, event.attempt, event.status) for event in seen] == [
        ("attempt", 1, None), ("reply", 1, 429), ("retry", 2, None), ("attempt", 2, None), ("reply", 2, 503),
        ("retry", 3, None), ("attempt", 3, None), ("reply", 3, 200),
    ]  # fmt: skip
    assert {(event.provider, event.operation, event.reference) for event in seen} == {("smsoffice", "send", "mine")}
    assert [type(event.error).__name__ for event in seen if event.what == "reply"] == [
        "SmsOfficeUnavailable", "SmsOfficeUnavailable", "NoneType",
    ]  # fmt: skip
    assert all(event.seconds > 0 for event in seen if event.what == "reply")


@either
async def test_a_watcher_that_fails_costs_no_message(kind, caplog):
    def broken(event):
        raise ZeroDivisionError

    with raw(lambda request: plain(numbered(request))) as server:
        async with desk(kind, "ubill", server, watch=broken) as ask:
            assert (await ask("send", "1", "x")).sms_id == 1000
    assert "the watcher of a client failed" in caplog.text


@either
async def test_the_log_tells_it_too(kind, caplog):
    caplog.set_level(logging.DEBUG, "emulator.client")
    with raw(lambda request: None) as server:
        async with desk(kind, "ubill", server) as ask:
            with pytest.raises(ReplyLost):
                await ask("send", "1", "x")
    said = [(one.levelname, one.message.partition(": ")[2].partition(":")[0]) for one in caplog.records
            if one.name == "emulator.client"]  # fmt: skip
    assert [level for level, _ in said] == ["DEBUG", "DEBUG", "INFO"]
    assert [what.split(" after")[0] for _, what in said] == ["attempt", "no reply", "gave up"]


@either
async def test_a_calls_own_patience_is_instead_of_the_clients(kind):
    with raw(lambda request: plain(b"", b"429 Too Many Requests")) as server:
        async with desk(kind, "smscenter", server, structs.replace(QUICK, attempts=2)) as ask:
            for method, arguments in (("send", ("1", "x")), ("send_sms", ("1", "x")), ("balance", ()),
                                      ("status", ("1", "1")), ("get_balance", ())):  # fmt: skip
                before = len(server.requests)
                with pytest.raises(Exception, match="429"):
                    await ask(method, *arguments, patience=structs.replace(QUICK, attempts=3))
                assert len(server.requests) == before + 3
                with pytest.raises(Exception, match="429"):
                    await ask(method, *arguments)
                assert len(server.requests) == before + 5
