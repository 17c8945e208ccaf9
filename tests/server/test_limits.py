"""What HTTP clients may not do: each limit's answer, the journal's entry, and that nothing stays behind."""

import asyncio
import resource
import zlib
from urllib.parse import urlsplit

import pytest
from support import PATIENCE, connected, control, get, journal, octets, request, send_path, serving, skip, turns, until

from emulator.http.limits import Limits
from emulator.http.request_parser import RequestParser

HEAD = b"POST /api/v2/send/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
GOOD = request(send_path())
SPEC = request("/_emulator/openapi.json", "localhost")


def status(answer: bytes) -> int:
    assert answer.startswith(b"HTTP/1."), answer[:200]
    return int(answer.split(b" ")[1])


async def refused(served, wanted: int, *pieces: bytes, pause: float = 0) -> None:
    """The pieces get that status, an entry that says so, and others are served."""
    reader, writer = await connected(served.base_url)
    for piece in pieces:
        writer.write(piece)
        await asyncio.sleep(pause)
    answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
    writer.close()
    await was_refused(served, wanted, answer)


async def was_refused(served, wanted: int, answer: bytes) -> None:
    assert status(answer) == wanted, answer[:300]
    assert b"connection: close" in answer.lower() or answer.startswith(b"HTTP/1.0")
    kept = (await journal(served))[-1]
    assert (kept["outcome"], kept["reply"]["status"]) == ("unreadable", wanted)
    assert (await get(served.base_url + send_path()))[0] == 200


async def trickled(served, begun: bytes) -> tuple[bytes, int]:
    """An octet every 20 s → the answer that this gets, and after how many seconds."""
    reader, writer = await connected(served.base_url)
    writer.write(begun)
    answering, passed = asyncio.ensure_future(reader.readuntil(b"\r\n\r\n")), 0
    while not answering.done() and passed < 1000:
        await turns()
        writer.write(b"x")
        skip(20)
        passed += 20
    answer = await asyncio.wait_for(answering, PATIENCE)
    writer.close()
    return answer, passed


SHORT = {"max_body": 1000, "max_line": 2000, "max_header": 500}


@pytest.mark.parametrize(
    ("wanted", "pieces"),
    [
        (413, (HEAD + b"Content-Length: 1001\r\n\r\n" + b"x" * 1001,)),
        (413, (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"400\r\n" + b"x" * 1024 + b"\r\n0\r\n\r\n")),
        (414, (b"GET /" + b"a" * 2000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",)),
        (414, (b"GET /" + b"a" * 1500, b"a" * 1500)),
        (431, (b"GET / HTTP/1.1\r\nX: " + b"a" * 3000 + b"\r\n\r\n",)),
        (431, (b"GET / HTTP/1.1\r\n", b"X: " + b"a" * 300, b"a" * 3000)),
        (431, (b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(1000)) + b"\r\n",)),
    ],
    ids=["body", "chunks", "line", "line in pieces", "header", "header in pieces", "many headers"],
)
async def test_what_is_too_large_gets_the_status_that_says_what(wanted, pieces):
    async with serving(**SHORT) as served:
        await refused(served, wanted, *pieces, pause=0.02)


@pytest.mark.parametrize(("wanted", "head"), [
    (414, b"GET /" + b"a" * 2000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"),
    (431, b"GET / HTTP/1.1\r\nX: " + b"a" * 600 + b"\r\n\r\n"),
    (431, b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(1000)) + b"\r\n"),
], ids=["line", "header", "many headers"])  # fmt: skip
def test_the_head_that_comes_behind_a_body_is_measured_too_and_journalled_with_its_own_headers(wanted, head):
    parser = RequestParser(Limits(body=1000, line=2000, header=500), lambda _: 1000, "127.0.0.1")
    parser.feed(b"POST /first HTTP/1.1\r\nHost: x\r\nAuthorization: first\r\nContent-Length: 5\r\n\r\n")
    parser.feed(b"hello" + head)
    assert [one.request.target for one in parser.parsed] == ["/first"]
    assert parser.refusal is not None
    assert parser.refusal.status == wanted
    assert "first" not in str(parser.refusal.request.headers)


async def test_a_control_call_that_is_too_large_is_refused_as_control_calls_are():
    async with serving(**SHORT) as served:
        found = await control(served, "PUT", "/_emulator/sandboxes/default/rules", {"rules": ["x" * 2000]})
        assert (found[0], found[1]["error"]["code"]) == (413, "body")


@pytest.mark.parametrize(("encoding", "bits"), [("gzip", 31), ("deflate", 15)])
async def test_a_body_that_unpacks_to_more_than_may_come_is_413_and_never_unpacked_whole(served, encoding, bits):
    making, zeros = zlib.compressobj(1, wbits=bits), bytes(1_000_000)
    packed = b"".join(making.compress(zeros) for _ in range(100)) + making.flush()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    head = HEAD + f"Content-Encoding: {encoding}\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    await refused(served, 413, head + packed)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 80_000


@pytest.mark.parametrize(
    ("wanted", "rest"),
    [
        (400, b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        (400, b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"),
        (400, b"Content-Length: -5\r\n\r\nabcdef"),
        (400, b"Content-Length: 5x\r\n\r\nabcdef"),
        (400, b"Content-Length: " + b"9" * 40 + b"\r\n\r\nabcdef"),
        (413, b"Content-Length: 999999999999\r\n\r\nabcdef"),
        (400, b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n"),
        (400, b"Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n"),
        (501, b"Transfer-Encoding: x\r\n\r\nabc"),
        (501, b"Transfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
        (501, b"Transfer-Encoding: gzip\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
        (400, b"Content-Encoding: gzip\r\nContent-Length: 6\r\n\r\nabcdef"),
    ],
)
async def test_lengths_and_encodings_that_lie_are_refused(served, wanted, rest):
    await refused(served, wanted, HEAD + rest)


async def test_octets_behind_the_length_that_was_told_are_another_request_and_a_bad_one(served):
    answer = await octets(served.base_url, HEAD + b"Content-Length: 3\r\n\r\nkey" + b"=x&more\r\n\r\n")
    assert status(answer) in (200, 400)  # the parser may give up both
    assert b"400 Bad Request" in answer


@pytest.mark.parametrize("line", [b"GET /", b"GET / HTTP/1.1\r\nX: y"])
async def test_a_head_that_comes_octet_by_octet_is_waited_for_so_long_and_no_longer(line):
    async with serving(head_seconds=50) as served:
        answer, passed = await trickled(served, line)
        assert status(answer) == 408
        assert passed >= 50
        assert "--head-seconds" in (await journal(served))[-1]["explain"]
        await until(lambda: not served.http.connections)


async def test_a_head_that_is_whole_in_time_may_be_followed_by_a_long_silence():
    async with serving(head_seconds=50) as served:
        reader, writer = await connected(served.base_url)
        for _ in range(2):
            writer.write(GOOD[:30])
            await turns()
            skip(30)
            writer.write(GOOD[30:])
            assert b"200" in await reader.readuntil(b"}")
            skip(70)
            await turns()
        writer.close()


async def test_a_body_that_comes_octet_by_octet_is_waited_for_so_long_and_no_longer():
    async with serving(body_seconds=50) as served:
        answer, passed = await trickled(served, HEAD + b"Content-Length: 5000\r\n\r\n")
        await was_refused(served, 408, answer)
        assert passed >= 50
        assert any("--body-seconds" in one.why for one in served.emulator.default.journal.exchanges())


async def test_a_long_wait_of_the_control_api_is_not_cut_by_any_limit():
    async with serving(head_seconds=20, body_seconds=20, idle_seconds=20, stalled_seconds=20) as served:
        path = "/_emulator/sandboxes/default/wait?timeout=200"
        waiting = asyncio.ensure_future(control(served, "GET", path))
        await until(lambda: served.emulator.default.feed.listeners)
        skip(190)
        await turns()
        assert not waiting.done()
        skip(10)
        assert (await waiting)[0] == 408


async def test_an_idle_connection_is_closed_and_a_half_open_one_too():
    async with serving(idle_seconds=60) as served:
        for used in (False, True):
            reader, writer = await connected(served.base_url)
            await until(lambda: served.http.connections)
            if used:
                writer.write(GOOD)
                assert b"200" in await reader.readuntil(b"}")
            await turns()
            skip(50)
            await turns()
            assert not reader.at_eof()
            skip(15)
            assert await asyncio.wait_for(reader.read(), PATIENCE) == b""
            writer.close()
            await until(lambda: not served.http.connections)


async def test_one_connection_too_many_is_503_and_the_others_go_on():
    async with serving(max_connections=3) as served:
        held = [await connected(served.base_url) for _ in range(3)]
        await until(lambda: len(served.http.connections) == 3)
        assert status(await octets(served.base_url, GOOD)) == 503
        assert "--max-connections" in served.emulator.default.journal.exchange(1).why
        assert status(await octets(served.base_url, request("/_emulator/health", "localhost"))) == 200
        reader, writer = held[0]
        writer.write(GOOD)
        assert b"200" in await reader.readuntil(b"}")
        for _, one in held:
            one.close()
        await until(lambda: not served.http.connections)


async def test_a_client_that_reads_nothing_is_cut_and_costs_no_more_than_one_answer(caplog):
    async with serving(stalled_seconds=0.5) as served:
        _, writer = await connected(served.base_url)
        writer.transport.pause_reading()
        (connection,) = (one for one in served.http.connections if one.transport is not None)
        for _ in range(400):
            writer.write(SPEC * 10)
        most = 0
        async with asyncio.timeout(PATIENCE):
            while served.http.connections:
                wire = connection.transport
                most = max(most, 0 if wire is None else wire.get_write_buffer_size())
                await asyncio.sleep(0.01)
        assert most < 1_000_000
        assert "left an answer unread" in caplog.text
        writer.close()


async def test_who_reads_again_in_time_is_served_as_before():
    async with serving(stalled_seconds=50, idle_seconds=600) as served:
        reader, writer = await connected(served.base_url)
        writer.transport.pause_reading()
        (connection,) = (one for one in served.http.connections if one.transport is not None)
        async with asyncio.timeout(PATIENCE):
            while not connection._paused:
                writer.write(SPEC * 10)
                await turns()
        writer.transport.resume_reading()
        async with asyncio.timeout(PATIENCE):
            while connection._paused:
                await reader.read(1 << 20)
        skip(60)
        await turns()
        assert connection in served.http.connections
        writer.close()


async def test_a_flood_of_pipelined_requests_is_answered_in_order(served):
    flood = GOOD * 1000 + GOOD[:-2] + b"Connection: close\r\n\r\n"
    answer = await octets(served.base_url, flood)
    assert answer.count(b'"ErrorCode":0') + answer.count(b'"ErrorCode":20') == 1001


def room_for(descriptors: int) -> None:
    """Raises the bound of open files as far as allowed; skips where that is not enough."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < descriptors:
        if hard != resource.RLIM_INFINITY and hard < descriptors:
            pytest.skip(f"a process may have {hard} open files here, {descriptors} are needed")
        resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, hard))


@pytest.mark.parametrize("count", [500, pytest.param(5000, marks=pytest.mark.long)])
@pytest.mark.parametrize("protocol", ["http", "smpp"])
async def test_thousands_of_idle_connections_are_borne(protocol, count):
    room_for(2 * count + 500)
    async with serving() as served:
        where = urlsplit(served.base_url if protocol == "http" else served.smpp_url)
        loop = asyncio.get_running_loop()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        held = []
        for _ in range(count // 100):
            held += await asyncio.gather(
                *(loop.create_connection(asyncio.Protocol, where.hostname, where.port) for _ in range(100))
            )
        there = served.http.connections if protocol == "http" else served._smpp.links
        await until(lambda: len(there) == count)
        assert (await get(served.base_url + send_path()))[0] == 200
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown / count < 40, f"{grown / count:.1f} KiB a connection, both ends"
        for transport, _ in held:
            transport.abort()
        await until(lambda: len(there) <= 1)
