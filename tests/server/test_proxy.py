"""The HTTP port as a proxy: whereto it leads, whatever a name is written like; and what is passed on comes whole."""

import asyncio
import gzip
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from server.test_one_port import BALANCE, connect, trusting
from support import PATIENCE, connected, journal, octets, once, request, serving, turns, until
from wires import Wire, settled

from emulator.app.server import Server
from emulator.server import http_service

ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
Streams = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Server]:
    async with serving(ca_dir=str(tmp_path)) as one:
        yield one


@pytest.mark.parametrize(("asked", "says"), [
    (connect("example.com"), b"403 Forbidden|example.com is no provider's name, and only what is named is passed on: "
                             b"--tunnel example.com opens a way there"),
    (request("http://example.com/"), b"403 Forbidden|example.com is no provider's name"),
    (request("http://notsmsc.ru/sys/send.php"), b"403 Forbidden|notsmsc.ru is no provider's name"),
    (connect("smpp.smsc.ru", 3700), b"403 Forbidden|smpp.smsc.ru speaks no HTTP on port 3700"),
    (b"CONNECT smsc.ru:many HTTP/1.1\r\nHost: x\r\n\r\n", b"400 Bad Request|"),
    (connect("smsc.ru", 99999), b"400 Bad Request|'smsc.ru:99999' is no host and port"),
])  # fmt: skip
async def test_nothing_is_passed_on_that_nobody_named_and_the_journal_says_so(
    served: Server, asked: bytes, says: bytes
) -> None:
    status, _, text = says.partition(b"|")
    answer = await octets(served.base_url, asked)
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert text in answer
    assert (await journal(served))[-1]["outcome"] == "unreadable"


@pytest.mark.parametrize("target", [
    "http://smsoffice.ge{}", "https://www.smsoffice.ge{}", "http://anything.smsc.ru{}", "http://127.0.0.1:1{}",
    "http://localhost{}",
])  # fmt: skip
async def test_a_target_in_absolute_form_is_served_for_providers_names_and_for_our_own(
    served: Server, target: str
) -> None:
    answer = await octets(served.base_url, once(target.format(BALANCE)))
    assert answer.endswith(b"\r\n\r\n1000")


def lead(monkeypatch: pytest.MonkeyPatch, *to_us: str) -> list[str]:
    """Look-ups are written down; some names lead to loopback."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def recorded(host: Any, *args: Any, **named: Any) -> Any:
        asked.append(str(host))
        return real("127.0.0.1" if host in to_us else host, *args, **named)

    monkeypatch.setattr(socket, "getaddrinfo", recorded)
    return asked


HOSTILE = (
    "smsc.ru..", ".smsc.ru", "-smsc.ru", "smsc.ru%20", "smsc%2eru", "smsc.ru%2e", "smsc.ru,example.com", "smsc.ru;",
    "a..b", "a" * 64 + ".ru", "\uff53msc.ru", "smsc\u3002ru", "smsc.ru\u00ad", "\u0441\u043c\u0441.ru", "127.1",
    "2130706433", "::1", "[]", "*", "/", "",
)  # fmt: skip
"""What no name and no address is, though a resolver (or what it is told by) may make one of it."""


async def test_what_is_no_host_is_passed_on_to_nobody_though_everything_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(ca_dir=str(tmp_path), tunnel=("*",)) as served:
        asked = lead(monkeypatch)
        for host in HOSTILE:
            for said in (connect(host), once(f"http://{host}:8080{BALANCE}"), once(f"https://user@{host}{BALANCE}")):
                answer = await octets(served.base_url, said)
                assert answer.startswith(b"HTTP/1.1 400 "), (said, answer)
        assert set(asked) <= {"127.0.0.1"}


async def test_a_providers_name_is_never_looked_up_whatever_may_be_tunnelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(ca_dir=str(tmp_path), tunnel=("*", "smsc.ru", "*.smsc.ru")) as served:
        asked = lead(monkeypatch)
        for host in ("www2.smsc.ru", "api.ubill.dev", "SMSOFFICE.GE", "smsc.ru.", "user:word@SmSc.Ru.",
                     "example.com@new.smsc.ru", "_x.smsc.ru", "[smsc.ru]"):  # fmt: skip
            for said in ((connect(host), once(BALANCE, host)), (once(f"http://{host}{BALANCE}"),),
                         (once(f"https://{host}:443{BALANCE}", "example.com"),)):  # fmt: skip
                assert b"\r\n\r\n1000" in await octets(served.base_url, *said)
            for said in (connect(host, 22), connect(host, 3700), once(f"http://{host}:8080{BALANCE}")):
                assert b" 403 " in (await octets(served.base_url, said))[:20]
        assert set(asked) <= {"127.0.0.1"}


async def test_a_named_host_that_cannot_be_reached_is_told(tmp_path: Path) -> None:
    async with serving(ca_dir=str(tmp_path), tunnel=("*",)) as served:
        answer = await octets(served.base_url, connect("no-such-host.invalid"))
        assert answer.startswith(b"HTTP/1.1 502 ")
        assert b"there is no way to no-such-host.invalid port 443" in answer


# what is passed on


@asynccontextmanager
async def tunnels(folder: Path, monkeypatch: pytest.MonkeyPatch, there: Streams) -> AsyncIterator[tuple[Server, int]]:
    """A service `there` of the machine, to which the name db.example leads."""
    lead(monkeypatch, "db.example")
    server = await asyncio.start_server(there, "127.0.0.1", 0)
    async with server, serving(ca_dir=str(folder), tunnel=("*.example",)) as served:
        yield served, server.sockets[0].getsockname()[1]
        await until(lambda: not served.http.tunnels)


async def enter(served: Server, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await connected(served.base_url)
    writer.write(connect("db.example", port))
    assert await asyncio.wait_for(reader.readexactly(len(ESTABLISHED)), PATIENCE) == ESTABLISHED
    return reader, writer


async def test_in_absolute_form_a_host_gets_the_request_that_names_it_and_nothing_of_the_proxys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def there(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readuntil(b"\r\n\r\n"))
        writer.close()

    head = "GET /y?z HTTP/1.1\r\nHost: db.example:{}\r\nVia: 1.1 sms-emulator\r\nA: b\r\n"
    async with tunnels(tmp_path, monkeypatch, there) as (served, port):
        asked = (f"GET http://me@db.example:{port}/y?z HTTP/1.1\r\nHost: smsc.ru\r\nProxy-Authorization: x\r\n"
                 "Connection: keep-alive, Own\r\nConnection: other\r\nown: 1\r\nOTHER: 2\r\nA: b\r\n")  # fmt: skip
        assert await octets(served.base_url, f"{asked}\r\n".encode()) == (
            f"{head.format(port)}Connection: close\r\n\r\n".encode()
        )
        packed = gzip.compress(b"much")
        asked += f"Content-Encoding: gzip\r\nExpect: 100-continue\r\nContent-Length: {len(packed)}\r\n\r\n"
        assert await octets(served.base_url, asked.encode() + packed) == (
            f"{head.format(port)}Content-Length: 4\r\nConnection: close\r\n\r\n".encode()
        ), "the body was unpacked on the way"
        secure = await octets(served.base_url, once(f"https://db.example:{port}/"))
        assert secure.startswith(b"HTTP/1.1 501 ")
        assert b"https://db.example is reached through a proxy by CONNECT" in secure


async def test_who_reads_nothing_of_a_tunnel_in_tls_is_not_buffered_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, whole = 0, 64 * 1024 * 1024

    async def there(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        with suppress(ConnectionError):
            while sent < whole:
                writer.write(b"x" * 65536)
                await writer.drain()
                sent += 65536
        writer.close()

    async with tunnels(tmp_path, monkeypatch, there) as (served, port):
        where = urlsplit(served.base_url)
        reader, writer = await asyncio.open_connection(
            where.hostname, where.port, ssl=trusting(served), server_hostname="smsc.ru"
        )
        writer.write(connect("db.example", port))
        assert await asyncio.wait_for(reader.readexactly(len(ESTABLISHED)), PATIENCE) == ESTABLISHED
        before = -1
        while before != sent:
            before = sent
            await turns(200)
        assert sent < whole
        writer.transport.abort()


async def test_a_host_that_does_not_answer_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(*_: Any, **__: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(http_service, "TIMEOUT", 0.01)
    async with tunnels(tmp_path, monkeypatch, silent) as (served, port):
        monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", silent, raising=False)
        connection, wire = Wire.to(served)
        connection.data_received(connect("db.example", port))
        await settled(wire, 1)
        assert wire.octets.startswith(b"HTTP/1.1 504 ")
        assert b"there is no way to db.example" in wire.octets


async def test_what_a_host_says_first_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def there(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 welcome\r\n")  # as mail and SSH do
        writer.close()

    async with tunnels(tmp_path, monkeypatch, there) as (served, port):
        for _ in range(20):
            reader, writer = await enter(served, port)
            assert await asyncio.wait_for(reader.read(), PATIENCE) == b"220 welcome\r\n"
            writer.close()


async def test_who_says_no_more_is_answered_all_the_same_whichever_side_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    much, last = b"x" * 3_000_000, asyncio.get_running_loop().create_future()

    async def there(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.read(1) == b"?":  # the client ends first
            last.set_result(await reader.read())
            writer.write(much)
        else:  # the host does
            writer.write(much)
            writer.write_eof()
            last.set_result(await reader.read())
        writer.close()

    async with tunnels(tmp_path, monkeypatch, there) as (served, port):
        reader, writer = await enter(served, port)
        writer.write(b"?" + much)
        writer.write_eof()
        assert await asyncio.wait_for(reader.read(), PATIENCE) == much
        assert await last == much
        last = asyncio.get_running_loop().create_future()
        reader, writer = await enter(served, port)
        writer.write(b"!")
        assert await asyncio.wait_for(reader.read(), PATIENCE) == much
        writer.write(much)
        writer.write_eof()
        assert await asyncio.wait_for(last, PATIENCE) == much


@pytest.mark.parametrize("first", ["client", "host"])
async def test_a_side_that_is_gone_takes_the_other_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    came: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()

    async def there(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.put_nowait((reader, writer))

    async with tunnels(tmp_path, monkeypatch, there) as (served, port):
        client = await enter(served, port)
        host = await came.get()
        goes, stays = (client, host) if first == "client" else (host, client)
        goes[1].get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        goes[1].close()
        assert await asyncio.wait_for(stays[0].read(), PATIENCE) == b""
        stays[1].close()


async def test_a_client_that_went_before_its_host_was_reached_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = asyncio.Event()

    async def there(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.read() == b""
        writer.close()
        reached.set()

    async with tunnels(tmp_path, monkeypatch, there) as (served, port):
        _, writer = await connected(served.base_url)
        writer.write(connect("db.example", port))
        writer.write_eof()
        writer.close()
        await asyncio.wait_for(reached.wait(), PATIENCE)
