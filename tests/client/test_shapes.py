"""Whatever shape an answer comes in, each call gets its own: on one connection, over TLS, after forks, in threads."""

import asyncio
import os
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from inspect import isfunction
from typing import Any

import pytest
from client.desks import KINDS, PROVIDERS, QUICK, desk
from client.raw import SHAPES, Request, numbered, plain, raw
from msgspec import structs
from support import self_signed

from emulator.client import AsyncUbill, ReplyLost, SmsCenter, SmsOffice, Ubill, connection_pool
from emulator.client.sync_transport import SyncTransport
from emulator.client.ubill import UbillRefused

CALLS: dict[tuple[str, str], tuple[tuple[Any, ...], Callable[[Any], Any]]] = {
    ("smsoffice", "send"): (("1", "x"), lambda sent: sent.stop_listed[0]),
    ("smsoffice", "message_status"): (("1", "x"), lambda found: found.word.removeprefix("word")),
    ("smsoffice", "balance"): ((), int),
    ("ubill", "send"): (("1", "x"), lambda sent: sent.sms_id),
    ("ubill", "send_xml"): (("1", "x"), lambda sent: sent.sms_id),
    ("ubill", "report"): ((7,), lambda found: found[0].number),
    ("ubill", "balance"): ((), int),
    ("ubill", "brand_names"): ((), lambda found: found[0].id),
    ("ubill", "create_brand_name"): (("x",), int),
    ("smscenter", "send"): (("1", "x"), lambda sent: sent.id),
    ("smscenter", "cost"): (("1", "x"), lambda found: found.parts),
    ("smscenter", "status"): (("1", "x"), lambda found: found.error),
    ("smscenter", "statuses"): (([("1", "x")],), lambda found: found[0].error),
    ("smscenter", "balance"): ((), int),
    ("smscenter", "delete"): (("1", "x"), lambda _: None),
    ("smscenter", "send_sms"): (("1", "x"), lambda sent: sent.id),
    ("smscenter", "send_sms2"): (("1", "x", "a=1"), lambda sent: sent.id),
    ("smscenter", "get_sms_cost"): (("1", "x"), lambda found: found.parts),
    ("smscenter", "get_sms_cost2"): (("1", "x", "a=1"), lambda found: found.parts),
    ("smscenter", "get_status"): (("1", "x"), lambda found: found.error),
    ("smscenter", "get_status2"): (("1", "x", "a=1"), lambda found: found.error),
    ("smscenter", "get_balance"): ((), int),
    ("smscenter", "call_with_code"): (("1",), lambda sent: sent.id),
    ("smscenter", "hlr"): (("1",), lambda sent: sent.id),
    ("smscenter", "ping"): (("1",), lambda sent: sent.id),
    ("smscenter", "history"): ((), lambda found: found[0].place),
    ("smscenter", "received"): ((), lambda found: found[0].id),
    ("smscenter", "owners"): (("1",), lambda found: found[0].mnc),
    ("smscenter", "sender_names"): ((), lambda found: found[0]),
    ("smscenter", "await_call"): (("1",), lambda found: found.phone),
}  # fmt: skip
ONCE = structs.replace(QUICK, attempts=1)
A_FEW = [("smsoffice", "send"), ("ubill", "send_xml"), ("smscenter", "get_status")]


def test_the_table_has_every_call():
    """But those that are made of others: send_many, settle_doubts."""
    made = {"smsoffice": SmsOffice, "ubill": Ubill, "smscenter": SmsCenter}
    named = {(provider, method) for provider, one in made.items() for method in methods_of(one)}
    assert named - {(provider, "send_many") for provider in made} == set(CALLS)


def methods_of(made: type) -> set[str]:
    """Public methods that are not every client's."""
    every = {name for base in SyncTransport.__mro__ for name in vars(base)}
    return {name for name in dir(made) if name[0] != "_" and name not in every and isfunction(getattr(made, name))}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return self_signed(tmp_path_factory.mktemp("tls"))


def server_tls(certificate: tuple[str, str]) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


async def each_gets_its_own(kind, shape, pieces, tls, calls):
    """Every call twice on one client: what it returns is what its own request was answered."""
    write, ends = SHAPES[shape]
    with raw(lambda request: write(numbered(request)), pieces=pieces, ends=ends, tls=tls) as server:
        for provider in dict.fromkeys(provider for provider, _ in calls):
            async with desk(kind, provider, server) as ask:
                for method, (arguments, number) in [
                    (method, CALLS[provider, method]) for owner, method in calls * 2 if owner == provider
                ]:
                    before = len(server.requests)
                    found = number(await ask(method, *arguments))
                    assert len(server.requests) == before + 1
                    assert found is None or int(found) == before + 1000


@pytest.fixture
def tls(request, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", certificate[0])
    return server_tls(certificate) if request.param else None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("pieces", "tls"), [(1, False), (2, True), (0, False)], ids=["one", "two-tls", "octets"],
                         indirect=["tls"])  # fmt: skip
@pytest.mark.parametrize("shape", SHAPES)
async def test_each_call_gets_its_own_answer(kind, shape, pieces, tls):
    await each_gets_its_own(kind, shape, pieces, tls, A_FEW)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"], indirect=True)
@pytest.mark.parametrize("pieces", [1, 2, 0], ids=["one", "two", "octets"])
@pytest.mark.parametrize("shape", SHAPES)
async def test_every_call_gets_its_own_answer(kind, shape, pieces, tls):
    await each_gets_its_own(kind, shape, pieces, tls, list(CALLS))


def _echo(request: Request) -> bytes:
    """uBill's answer with the number that stands in the text."""
    text = request.body.partition(b'"text":"')[2].partition(b'"')[0]
    return plain(b'{"statusID":0,"smsID":%s}' % text)


def _in_a_child(work: Callable[[], None]) -> int:
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return pid


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.parametrize("given", [False, True], ids=["own", "given"])
def test_forked_twice_nobody_reads_anothers_answers(given):
    with raw(_echo) as server:
        pool = connection_pool() if given else None
        client = Ubill("the-key", base_url=server.base_url, patience=QUICK, pool=pool)

        def work(of: int) -> None:
            for turn in range(20):
                assert client.send("1", str(of + turn)).sms_id == of + turn

        work(1)
        children = [_in_a_child(lambda of=of: work(of)) for of in (1000, 2000)]
        work(100)
        assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children] == [0, 0]
        work(200)
        assert server.connections == 3


def test_sixteen_threads_get_each_their_own():
    with raw(_echo, pieces=2) as server, Ubill("the-key", base_url=server.base_url, patience=QUICK) as client:
        with ThreadPoolExecutor(16) as threads:
            told = list(threads.map(lambda turn: client.send("1", str(turn)).sms_id, range(400)))
        assert told == list(range(400))


async def test_many_tasks_get_each_their_own():
    with raw(_echo, pieces=2) as server:
        async with AsyncUbill("the-key", base_url=server.base_url, patience=QUICK) as client:
            told = await asyncio.gather(*(client.send("1", str(turn)) for turn in range(300)))
        assert [one.sms_id for one in told] == list(range(300))
        assert server.connections <= 50


@pytest.mark.parametrize("kind", KINDS)
async def test_what_stands_behind_an_answer_is_nobodys(kind):
    """A second answer in the same segment, and one that nobody asked for while the connection is idle."""
    with raw(lambda request: plain(numbered(request)) + plain(b"-1")) as server:
        async with desk(kind, "smsoffice", server) as ask:
            assert [await ask("balance") for _ in range(4)] == [1000, 1001, 1002, 1003]
    with raw(lambda request: plain(numbered(request))) as server:
        async with desk(kind, "smsoffice", server) as ask:
            assert await ask("balance") == 1000
            server.say(plain(b"-1"))
            assert await ask("balance") == 1001


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_connection_is_kept_and_one_that_was_closed_meanwhile_leaves_no_doubt(kind, provider):
    arguments, number = CALLS[provider, "send"]
    with raw(lambda request: plain(numbered(request))) as server:
        async with desk(kind, provider, server) as ask:
            for turn in range(5):
                for of in (2 * turn, 2 * turn + 1):
                    assert int(number(await ask("send", *arguments))) == 1000 + of
                server.drop_idle()
        assert server.connections == 5


@pytest.mark.parametrize("kind", KINDS)
async def test_no_question_is_repeated_behind_our_back(kind):
    """aiohttp repeats a GET on a kept connection that went: the attempt would not be counted."""
    with raw(lambda request: plain(b"7") if request.number == 0 else None) as server:
        async with desk(kind, "smsoffice", server, ONCE) as ask:
            assert await ask("balance") == 7
            with pytest.raises(ReplyLost):
                await ask("balance")
        assert len(server.requests) == 2


def test_an_idle_connection_is_not_kept_for_ever(monkeypatch):
    from emulator.client import connections

    with raw(_echo) as server, Ubill("the-key", base_url=server.base_url, patience=QUICK) as client:
        client.send("1", "1")
        client.send("1", "1")
        assert server.connections == 1
        monkeypatch.setattr(connections, "IDLE", 0.0)
        client.send("1", "2")
        assert server.connections == 2


def test_a_pool_may_be_shared_and_is_not_closed():
    with raw(lambda request: plain(numbered(request))) as server:
        pool = connection_pool(source_address="127.0.0.1")
        for _ in range(3):
            with SmsOffice("the-key", base_url=server.base_url, patience=QUICK, pool=pool) as client:
                client.balance()
        assert server.connections == 1
        pool.clear()


def test_a_closed_client_can_be_used_again(live_sms_emulator):
    sms = live_sms_emulator
    client = Ubill(sms.ubill.key, base_url=sms.base_url)
    assert client.balance() == 1000
    client.close()
    assert client.balance() == 1000
    client.close()


def test_a_base_url_may_have_a_path(live_sms_emulator):
    """As behind a gateway: what stands behind the host goes before every path."""
    client = Ubill("key", base_url=f"{live_sms_emulator.base_url}/gateway/")
    with client, pytest.raises(UbillRefused, match="/gateway/v1/sms/balance"):
        client.balance()
