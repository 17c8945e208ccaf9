"""Where nothing was sent, nothing is in doubt: no name, no connection, no place, no time, the no of a proxy."""

import asyncio
import socket
import subprocess
import sys
import threading

import aiohttp
import pytest
import urllib3
from client.desks import KINDS, PROVIDERS, QUICK, desk
from client.raw import numbered, plain, raw
from client.test_shapes import certificate as certificate
from client.test_shapes import server_tls
from msgspec import structs

from emulator.client import AsyncUbill, NotReached, Ubill, connection_pool

either = pytest.mark.parametrize("kind", KINDS)
each = pytest.mark.parametrize("provider", PROVIDERS)


def _surely_not_sent(error, retryable=True):
    assert isinstance(error, NotReached)
    assert (error.maybe_accepted, error.octets_left, error.retryable) == (False, False, retryable)


async def test_a_session_is_closed_by_its_owner_and_is_an_error_then():
    with raw(lambda request: plain(numbered(request))) as server:
        async with aiohttp.ClientSession() as session:
            async with AsyncUbill("the-key", base_url=server.base_url, session=session, patience=QUICK) as client:
                assert await client.balance() == 1000
            assert not session.closed
        with pytest.raises(NotReached, match="session that was given is closed") as raised:
            await client.balance()
        _surely_not_sent(raised.value, retryable=False)
        assert len(server.requests) == 1


def test_a_session_of_another_loop_is_an_error():
    with raw(lambda request: plain(numbered(request))) as server:

        async def made():
            return AsyncUbill("the-key", base_url=server.base_url, session=aiohttp.ClientSession(), patience=QUICK)

        async def used(client):
            return await client.balance()

        with asyncio.Runner() as first, asyncio.Runner() as second:
            client = first.run(made())
            assert first.run(used(client)) == 1000
            with pytest.raises(NotReached, match="another event loop") as raised:
                second.run(used(client))
            _surely_not_sent(raised.value, retryable=False)
            first.run(client._given.close())


def test_a_client_serves_one_loop_after_another():
    """As pytest and Celery do it: what belonged to a loop that is closed is let go."""
    with raw(lambda request: plain(numbered(request))) as server:
        client = AsyncUbill("the-key", base_url=server.base_url, patience=QUICK)
        assert [asyncio.run(client.balance()) for _ in range(3)] == [1000, 1001, 1002]
        assert server.connections == 3


def test_a_loop_that_ends_leaves_nothing_open_of_a_client_that_nobody_closed():
    with raw(lambda request: plain(numbered(request))) as server:
        code = (
            "import asyncio\nfrom emulator.client import AsyncUbill\n"
            f"client = AsyncUbill('the-key', base_url={server.base_url!r})\n"
            "for _ in range(2): asyncio.run(client.balance())\n"
        )
        done = subprocess.run([sys.executable, "-X", "dev", "-c", code], capture_output=True, text=True, timeout=200)
        assert (done.returncode, "ResourceWarning" in done.stderr, "Unclosed" in done.stderr) == (0, False, False)


def test_a_loop_that_goes_on_behind_the_end_of_its_generators_is_served():
    async def twice(url):
        async with AsyncUbill("the-key", base_url=url) as client:
            await client.balance()
            await asyncio.get_running_loop().shutdown_asyncgens()
            return await client.balance()

    with raw(lambda request: plain(numbered(request))) as server, pytest.warns(ResourceWarning, match="asyncgens"):
        assert asyncio.run(twice(server.base_url)) == 1001  # the second balance


@either
async def test_a_name_whose_look_up_hangs_costs_the_time_to_connect_and_no_doubt(kind, monkeypatch):
    hung, look_up = threading.Event(), socket.getaddrinfo

    def slow(host, *args, **more):
        if host == "slow.test":
            hung.wait(60)
            raise socket.gaierror("gone")
        return look_up(host, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    patience = structs.replace(QUICK, connect=0.1, attempts=1)
    try:
        async with desk(kind, "ubill", None, patience, base_url="http://slow.test", key="k") as ask:
            with pytest.raises(NotReached, match="no connection within") as raised:
                await ask("send", "1", "x")
    finally:
        hung.set()
    _surely_not_sent(raised.value)


@either
async def test_waiting_for_a_place_is_no_doubt(kind):
    """One call may be under way; the second's time runs out before it begins."""
    patience = structs.replace(QUICK, timeout=20, deadline=20, attempts=1)
    hurried = structs.replace(QUICK, timeout=0.2, deadline=0.2, attempts=1)
    held, came = threading.Event(), threading.Event()

    def answer(request):
        came.set()
        held.wait(60)
        return plain(numbered(request))

    with raw(answer) as server:
        async with desk(kind, "ubill", server, patience, at_once=1) as ask:
            first = asyncio.create_task(ask("send", "1", "x"))
            await asyncio.to_thread(came.wait, 60)
            with pytest.raises(NotReached, match="1 calls of this client are under way") as raised:
                await ask("send", "1", "x", patience=hurried)
            held.set()
            assert (await first).sms_id == 1000
    _surely_not_sent(raised.value)


@either
async def test_a_thousand_calls_at_once_need_no_thousand_connections(kind):
    with raw(lambda request: plain(numbered(request))) as server:
        patience = structs.replace(QUICK, timeout=60, deadline=120)
        async with desk(kind, "ubill", server, patience, at_once=5) as ask:
            told = await asyncio.gather(*(ask("balance") for _ in range(1000 if kind == "async" else 100)))
    assert len(set(told)) == len(told)
    assert server.connections <= 5


@either
async def test_sms_centers_statuses_have_a_limit_of_their_own(kind):
    """Fifteen calls at once under one login are error 9, and so are five for a status (facts, section 8)."""
    under_way, most, lock = {"status": 0, "all": 0}, {"status": 0, "all": 0}, threading.Lock()

    def answer(request):
        mine = ["all", *(["status"] if request.path == "/sys/status.php" else [])]
        with lock:
            for one in mine:
                under_way[one] += 1
                most[one] = max(most[one], under_way[one])
        together.wait(0.05)
        with lock:
            for one in mine:
                under_way[one] -= 1
        return plain(numbered(request))

    together = threading.Event()
    with raw(answer) as server:
        async with desk(kind, "smscenter", server) as ask:
            await asyncio.gather(*(ask("status", "1", str(turn)) for turn in range(10)),
                                 *(ask("cost", "1", "x") for _ in range(30)))  # fmt: skip
    assert most["status"] <= 4
    assert most["all"] <= 14


@either
async def test_a_proxy_that_wants_a_password_was_not_passed(kind):
    """407, to a request that it was to hand on and to a tunnel."""
    with raw(lambda request: plain(b"who are you", b"407 Proxy Authentication Required"), ends=True) as proxy:
        for url in ("http://provider.test", "https://provider.test"):
            if kind == "sync":
                client = Ubill("k", base_url=url, patience=QUICK, pool=connection_pool(proxy=proxy.base_url))
                with pytest.raises(NotReached) as raised:
                    await asyncio.to_thread(client.send, "1", "x")
            else:
                async with aiohttp.ClientSession(proxy=proxy.base_url) as session:
                    client = AsyncUbill("k", base_url=url, patience=QUICK, session=session)
                    with pytest.raises(NotReached) as raised:
                        await client.send("1", "x")
            assert (raised.value.maybe_accepted, raised.value.retryable) == (False, False)
            assert raised.value.attempts == 1
        assert len(proxy.requests) == 2


@either
async def test_a_certificate_that_is_not_trusted_is_not_tried_again(kind, certificate):
    with raw(lambda request: plain(numbered(request)), tls=server_tls(certificate)) as server:
        async with desk(kind, "ubill", server) as ask:
            with pytest.raises(NotReached, match=r"(?i)certificate") as raised:
                await ask("send", "1", "x")
        assert server.requests == []
        assert server.connections == 1
    _surely_not_sent(raised.value, retryable=False)


@either
async def test_a_handshake_that_never_ends_is_no_doubt(kind):
    """TLS is asked of a server that says nothing: not an octet of the request can leave."""
    with raw(lambda request: None) as server:
        port = server.base_url.rpartition(":")[2]
        patience = structs.replace(QUICK, connect=0.2, timeout=5, attempts=1)
        async with desk(kind, "ubill", server, patience, base_url=f"https://127.0.0.1:{port}") as ask:
            with pytest.raises(NotReached) as raised:
                await ask("send", "1", "x")
    _surely_not_sent(raised.value)


@pytest.mark.parametrize("url", [
    "http://", "http:///path", "ftp://a.test", "a.test", "http://a.test:0", "http://a.test:99999", "http://a b.test",
    "http://me:secret@a.test", "http://a.test/?key=1", "http://a.test/#x",
])  # fmt: skip
@pytest.mark.parametrize("made", [Ubill, AsyncUbill])
def test_an_address_that_no_request_can_go_to_is_refused_at_once(made, url):
    with pytest.raises(ValueError, match=r"address|credentials") as raised:
        made("the-key", base_url=url)
    assert "secret" not in str(raised.value)


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="there is no fork")
def test_a_pool_of_somebody_elses_is_not_used_across_a_fork():
    import os

    with raw(lambda request: plain(numbered(request))) as server:
        client = Ubill("the-key", base_url=server.base_url, patience=QUICK, pool=urllib3.PoolManager())
        assert client.balance() == 1000
        pid = os.fork()
        if pid == 0:
            try:
                client.balance()
            except NotReached as why:
                os._exit(0 if "before this process was forked" in str(why) and not why.maybe_accepted else 2)
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        assert client.balance() == 1001
