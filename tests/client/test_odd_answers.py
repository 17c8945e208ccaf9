"""Answers as proxies, old servers and new releases give them: what can be read is read, what cannot is one of ours."""

import asyncio
import gzip
import tracemalloc
import zlib

import pytest
from client.desks import KINDS, PROVIDERS, QUICK, desk, no_id, number
from client.raw import numbered, plain, raw
from msgspec import structs
from support import until

from emulator.client import ReplyLost, SmsError, Unavailable

either = pytest.mark.parametrize("kind", KINDS)
each = pytest.mark.parametrize("provider", PROVIDERS)
ONCE = structs.replace(QUICK, attempts=1)
BOM = b"\xef\xbb\xbf"
SENDS = [("smsoffice", "send"), ("ubill", "send"), ("ubill", "send_xml"), ("smscenter", "send"),
         ("smscenter", "send_sms")]  # fmt: skip


@either
@pytest.mark.parametrize("headers", [
    (b"Content-Type: application/json; boundary=x; charset=utf-8; q=1",), (b"Content-Type: text/html;charset=UTF-8",),
    (b'Content-Type: application/json; Charset="utf-8" ; profile="a;b"',), (b"Content-Type: nonsense",), (),
], ids=["three", "html", "quoted", "nonsense", "none"])  # fmt: skip
async def test_a_byte_order_mark_and_parameters_of_a_type_leave_no_doubt(kind, headers):
    """A mark before every other answer: to the sends and to the balances in turn."""
    def answer(request):
        return plain(BOM * (request.number % 3 != 1) + numbered(request), b"200 OK", *headers)

    with raw(answer) as server:
        for provider, method in SENDS:
            async with desk(kind, provider, server, ONCE) as ask:
                await ask(method, number(provider), "x")
                await ask("balance")
        assert len(server.requests) == 2 * len(SENDS)


@either
@pytest.mark.parametrize(("encoding", "packed"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
async def test_what_a_proxy_has_packed_unasked_is_read_and_what_cannot_be_unpacked_leaves_a_doubt(
    kind, encoding, packed
):
    head = b"Content-Encoding: " + encoding.encode()
    with raw(lambda request: plain(packed(numbered(request)), b"200 OK", head)) as server:
        for provider, method in SENDS:
            async with desk(kind, provider, server, ONCE) as ask:
                await ask(method, number(provider), "x")
    with raw(lambda request: plain(numbered(request), b"200 OK", head)) as server:
        async with desk(kind, "ubill", server, ONCE) as ask:
            with pytest.raises(ReplyLost) as told:
                await ask("send", number("ubill"), "x")
        assert (told.value.maybe_accepted, len(server.requests)) == (True, 1)


DEEP = {"brackets": b"[" * 200_000, "braces": b'{"a":' * 200_000, "tags": b"<a>" * 200_000}


@either
@pytest.mark.parametrize("deep", DEEP)
async def test_an_answer_of_two_hundred_thousand_brackets_is_none_of_the_providers(kind, deep):
    with raw(lambda request: plain(DEEP[deep])) as server:
        for provider, method in SENDS:
            async with desk(kind, provider, server, ONCE) as ask:
                with pytest.raises(ReplyLost) as raised:
                    await ask(method, number(provider), "x", **no_id(provider))
                assert raised.value.maybe_accepted
                with pytest.raises(SmsError):
                    await ask("balance")


@either
async def test_a_date_to_wait_for_is_kept(kind):
    """Retry-After as a date, beside the server's own (RFC 9110, 10.2.3)."""
    when = (b"Date: Sun, 29 Nov 2026 07:00:00 GMT", b"Retry-After: Sun, 29 Nov 2026 08:00:00 GMT")
    with raw(lambda request: plain(b"", b"429 Too Many Requests", *when)) as server:
        async with desk(kind, "ubill", server) as ask:
            with pytest.raises(Unavailable) as raised:
                await ask("send", "1", "x")
        assert len(server.requests) == 1
    assert raised.value.retry_after == 3600


@either
async def test_an_answer_without_end_is_not_read_for_ever_nor_kept(kind):
    """Chunked, more than sixteen MiB: told, the connection closed, and the next call has another."""
    chunk = b"100000\r\n" + b"7" * 0x100000 + b"\r\n"

    def answer(request):
        if request.number:
            return plain(numbered(request))
        return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 18

    with raw(answer) as server:
        async with desk(kind, "smsoffice", server, ONCE) as ask:
            with pytest.raises(ReplyLost, match="longer than"):
                await ask("send", "1", "x", reference=None)
            assert await ask("balance") == 1001
        assert server.connections == 2


@either
async def test_interim_answers_are_passed_over_and_alone_they_are_none(kind):
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    with raw(lambda request: interim + plain(numbered(request))) as server:
        async with desk(kind, "smsoffice", server, ONCE) as ask:
            assert [await ask("balance") for _ in range(3)] == [1000, 1001, 1002]
        assert server.connections == 1
    with raw(lambda request: interim, ends=True) as server:
        async with desk(kind, "smsoffice", server, ONCE) as ask:
            with pytest.raises(ReplyLost):
                await ask("send", "1", "x", reference=None)


@either
@each
async def test_half_a_surrogate_pair_is_refused_before_anything_is_sent(kind, provider):
    with raw(lambda request: plain(numbered(request))) as server:
        async with desk(kind, provider, server) as ask:
            with pytest.raises(ValueError, match=r"half a surrogate pair \(U\+D83D\) at 5"):
                await ask("send", number(provider), "Hello\ud83d")
            with pytest.raises(ValueError, match="half a surrogate pair"):
                await ask("send", "99557\udc00", "Hello")
        assert server.requests == []


@either
async def test_a_control_character_that_xml_cannot_carry_is_refused_in_xml_alone(kind):
    with raw(lambda request: plain(numbered(request))) as server:
        async with desk(kind, "smscenter", server) as center, desk(kind, "ubill", server) as bill:
            for refused in (center("send_sms", "1", "a\x0bb"), center("get_sms_cost", "1", "a\x00"),
                            center("send_sms", "1", "x", sender="S\x01"), bill("send_xml", "1", "a\x0bb")):  # fmt: skip
                with pytest.raises(ValueError, match="which XML cannot carry"):
                    await refused
            assert server.requests == []
            await center("send", "1", "a\x0bb")
            await bill("send", "1", "a\x0bb")


@either
@pytest.mark.parametrize("method", ["send", "send_sms"])
async def test_a_reference_that_was_used_before_proves_nothing(kind, method):
    """The second send under it is dropped: "there is such a message" is about the first."""
    def answer(request):
        sends = [one for one in server.requests if b"send" in one.body]
        return None if b"send" in request.body and len(sends) == 2 else plain(numbered(request))

    with raw(answer) as server:
        async with desk(kind, "smscenter", server) as ask:
            first = await ask(method, "1", "send this", id="mine")
            assert not first.cleared_up
            with pytest.raises(ReplyLost) as raised:
                await ask(method, "1", "send that", id="mine")
            assert raised.value.reference == "mine"
            assert (await ask(method, "1", "send that", id="other")).id


async def test_an_async_call_that_is_cancelled_gives_its_place_and_connection_back():
    with raw(lambda request: None if server.gone.wait(30) else b"") as server:
        async with desk("async", "ubill", server, at_once=1) as ask:
            for _ in range(3):
                call = asyncio.create_task(ask("send", "1", "x"))
                before = len(server.requests)
                await until(lambda before=before: len(server.requests) > before)
                call.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await call
            server.answer = lambda request: plain(numbered(request))
            assert (await ask("send", "1", "x")).sms_id == 1003


@either
async def test_memory_stays_where_it_is_over_many_calls(kind):
    with raw(lambda request: plain(numbered(request))) as server:
        async with desk(kind, "smscenter", server) as ask:
            for _ in range(20):
                await ask("send", "1", "x")
            server.requests.clear()
            tracemalloc.start()
            try:
                for _ in range(100):
                    await ask("balance")
                    server.requests.clear()
                grown, _ = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
    assert grown < 500_000
