"""A request that is like the one before it is answered without a parser; however its octets come, it is answered as by
one."""

import asyncio
import random
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest
from support import PATIENCE, send_path, serving
from wires import Wire, settled

from emulator.transports.letterheads import Letterheads

HOST = b"Host: x\r\n\r\n"
END = b" HTTP/1.1\r\n"


def get(target: str, head: bytes = HOST) -> bytes:
    return b"GET " + target.encode() + END + head


def post(body: str) -> bytes:
    head = "POST /api/v2/send HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    head += "Content-Length: "
    return f"{head}{len(body)}\r\n\r\n{body}".encode()


@asynccontextmanager
async def connected(monkeypatch):
    """A connection of a served emulator, its wire, the targets that were answered the shortest way."""
    from emulator.transports.http import HttpTransport

    shortest = []
    plain = HttpTransport._again

    def again(self, connection, letterhead, target):
        octets = plain(self, connection, letterhead, target)
        if octets is not None:
            shortest.append(target)
        return octets

    monkeypatch.setattr(HttpTransport, "_again", again)
    async with serving() as served:
        served.emulator.default.account("smsoffice").balance = 10**9
        connection, wire = Wire.to(served)
        await asyncio.sleep(0)
        yield served, connection, wire, shortest
        connection.connection_lost(None)


def asked(served):
    return [(one.request.method, one.request.target, dict(one.request.headers).get("Host"), one.request.body)
            for one in served.emulator.default.journal.exchanges()]  # fmt: skip


async def test_the_second_request_of_a_client_is_not_parsed(monkeypatch):
    async with connected(monkeypatch) as (served, connection, wire, shortest):
        targets = [*(send_path(content=f"n{n}") for n in range(3)), "/api/getBalance?key=emulator-smsoffice", "/no"]
        for n, target in enumerate(targets, 1):
            connection.data_received(get(target))
            await settled(wire, n)
        assert shortest == targets[1:]
        assert asked(served) == [("GET", target, "x", b"") for target in targets]


@pytest.mark.parametrize("seed", range(6))
async def test_however_the_octets_are_cut_each_request_is_answered_once_and_in_order(monkeypatch, seed):
    chance = random.Random(seed)
    made = []
    for n in range(120):
        kind = chance.random()
        if kind < 0.7:
            made.append(("GET", send_path(content=f"n{n}"), "x", b""))
        elif kind < 0.8:
            made.append(("GET", f"/api/getBalance?key=emulator-smsoffice&n={n}", "y", b""))
        elif kind < 0.9:
            made.append(("GET", f"/nowhere?{n}", "x", b""))
        else:
            body = f"key=emulator-smsoffice&destination=995577123456&sender=smsoffice&content={n}"
            made.append(("POST", "/api/v2/send", "x", (body + chance.choice(("", "\r\n\r\n"))).encode()))
    octets = [
        post(body.decode()) if method == "POST" else get(target, f"Host: {host}\r\n\r\n".encode())
        for method, target, host, body in made
    ]
    stream = b"".join(octets)
    borders = {sum(map(len, octets[:n])) for n in range(len(octets) + 1)}
    kept = {border for border in borders if chance.random() < 0.8} | {0, len(stream)}
    cuts = sorted(kept | {chance.randrange(len(stream)) for _ in range(40)})
    async with connected(monkeypatch) as (served, connection, wire, shortest):
        for begin, end in pairwise(cuts):
            connection.data_received(stream[begin:end])
            for _ in range(chance.choice((0, 4, 30))):
                await asyncio.sleep(0)
        await settled(wire, len(made))
        assert asked(served) == made
        assert wire.octets.count(b"HTTP/1.") == len(made)
        assert len(shortest) > 5
        assert not wire.ended


async def test_what_looks_like_a_request_behind_the_beginning_of_one_is_none(monkeypatch):
    balance = get("/api/getBalance?key=emulator-smsoffice")
    async with connected(monkeypatch) as (served, connection, wire, shortest):
        for n in (1, 2):
            connection.data_received(balance)
            await settled(wire, n)
        connection.data_received(balance + b"GET /nowhere?x=")
        await settled(wire, 3)
        shortest.clear()
        connection.data_received(balance)
        await settled(wire, 4)
        assert shortest == []
        assert [one.word for one in served.emulator.default.journal.exchanges()][-1] == "unreadable"


async def test_a_head_that_says_more_is_read_by_the_parser_each_time(monkeypatch):
    closing = b"Host: x\r\nConnection: close\r\n\r\n"
    async with connected(monkeypatch) as (_, connection, wire, shortest):
        connection.data_received(get("/nowhere", closing))
        await settled(wire, 1)
        async with asyncio.timeout(PATIENCE):
            while not wire.ended:  # noqa: ASYNC110
                await asyncio.sleep(0)
        assert shortest == []


LIKE = Letterheads(8190).learn(get("/a?b=1"), ((b"Host", b"x"),), "127.0.0.1")


@pytest.mark.parametrize(
    "data",
    [
        get("/a b"), get("/a#b"), get("http://x/a"), get("*"), get(""), get("/a").replace(b"GET", b"PUT"),
        get("/a").replace(b"GET ", b"GET\t"), get("/a", b"Host: y\r\n\r\n"), get("/a") + b"x", get("/a")[:-1],
        b"\r\n" + get("/a"), get("/\x7f"), "GET /ა HTTP/1.1\r\nHost: x\r\n\r\n".encode(), get("/" + "a" * 2100),
        get("/a") + get("/a"), get("/a").replace(b"1.1", b"1.0"), b"",
    ],
)  # fmt: skip
def test_what_is_left_to_the_parser(data):
    assert LIKE is not None
    assert LIKE.target_of(data) is None


def test_a_line_no_longer_than_the_servers_limit_is_taken():
    like = Letterheads(20).learn(get("/a"), ((b"Host", b"x"),), "127.0.0.1")
    assert like is not None
    assert like.target_of(get("/" + "a" * 5)) is not None
    assert like.target_of(get("/" + "a" * 20)) is None


def test_the_same_octets_from_two_addresses_are_two_clients():
    known = Letterheads(8190)
    likes = [known.learn(get("/a"), ((b"Host", b"x"),), f"127.0.0.{n}") for n in (1, 2)]
    assert [like and like.letterhead.peer for like in likes] == ["127.0.0.1", "127.0.0.2"]


def test_what_clients_send_is_remembered_so_often_and_no_more():
    known = Letterheads(8190)
    for n in range(2500):
        assert known.learn(get("/a", f"Host: {n}\r\n\r\n".encode()), ((b"Host", b"x"),), "127.0.0.1") is not None
    assert len(known._known) <= 1000
