"""Requests as octets, good and mutated, in any pieces over real connections: each is answered in HTTP, or the
connection is closed; nothing is a fault of ours, and nothing stays behind."""

import asyncio
import logging
import os
import re
from urllib.parse import urlsplit

import pytest
from fuzz import spellings
from fuzz.chance import Chance
from fuzz.goldens import requests
from fuzz.playing import open_every_page
from support import PATIENCE, frozen, serving

from emulator.http.messages import HttpRequest

SEED = int(os.environ.get("SMS_FUZZ_SEED", "1"))
INPUTS = int(os.environ.get("SMS_FUZZ_INPUTS", "1000000")) // 20
FILL = {"{key}": "emulator-ubill", "[API_KEY]": "emulator-smsoffice", "login=alex": "login=emulator"}
HEADERS = (
    b"Connection: close", b"Connection: keep-alive", b"Expect: 100-continue", b"Content-Encoding: gzip",
    b"Upgrade: h2c",
    b"Content-Encoding: br", b"Content-Type: multipart/form-data; boundary=b", b"Host: x\r\nHost: y",
    b"X: " + b"y" * 9000,
    b"Transfer-Encoding: chunked", b"Content-Length: 3", b"Cookie: a=b", b"X: \xff\xfe", b"X\0: y", b": y", b"X y: z",
    b"Connection: Upgrade\r\nUpgrade: websocket", b"Content-Type: application/x-www-form-urlencoded; charset=\xff",
)  # fmt: skip


def written(chance: Chance, asked: HttpRequest) -> bytes:
    """A request as octets: with a length, or in chunks, with odd headers, perhaps mutated."""
    body = asked.body
    if chance.one_in(6):
        body = spellings.multipart(chance, [("key", "emulator-smsoffice"), ("content", chance.letters())])
    head = [f"{asked.method} {asked.target} HTTP/1.{chance.choice('1110')}".encode("latin-1", "replace")]
    head += [f"{name}: {value}".encode("latin-1", "replace") for name, value in asked.headers if "[" not in value]
    head += [chance.choice(HEADERS) for _ in range(chance.few(2))]
    if body and chance.one_in(4):
        head.append(b"Transfer-Encoding: chunked")
        cut = chance.randint(1, len(body))
        pieces = [piece for piece in (body[:cut], body[cut:]) if piece]
        body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    elif body:
        head.append(b"Content-Length: %d" % len(body))
    whole = b"\r\n".join(head) + b"\r\n\r\n" + body
    return chance.mutated(whole) if chance.one_in(3) else whole


def judged(answer: bytes) -> list[int]:
    """The statuses of all answers on a connection, one behind the other. 500 is a SOAP fault or nothing of ours."""
    statuses = []
    while answer:
        found = re.match(rb"HTTP/[01]\.[0-9] (\d\d\d) [^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n", answer)
        assert found, answer[:300]
        status, rest = int(found[1]), answer[found.end() :]
        length = re.search(rb"(?im)^content-length: (\d+)\r$", found[2])
        size = int(length[1]) if length else 0
        assert status != 500 or b"Fault>" in rest[:size], rest[:300]
        answer = rest[size:]
        if status != 100:
            statuses.append(status)
    return statuses


async def one(chance: Chance, host: str, port: int, octets: bytes) -> list[int]:
    """Sent in pieces on a connection of its own; what was answered until it closed."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        for piece in (octets[:40], octets[40:]) if chance.one_in(3) else (octets,):
            writer.write(piece)
            await asyncio.sleep(0)
        writer.write_eof()  # a server that waits for more is told that there is none
        answer = await asyncio.wait_for(reader.read(), PATIENCE)
    except ConnectionError:
        return []
    finally:
        writer.close()
    return judged(answer)


async def play(count: int) -> int:
    """So many requests; how many answers there were."""
    goldens = [one for name in ("smsoffice", "ubill", "smscenter") for one in requests(name, FILL)]
    answers = 0
    async with serving(journal_bytes=1 << 20) as served:
        frozen(served)
        where = urlsplit(served.base_url)
        for first in range(0, count, 16):
            chances = [Chance(SEED * 1_000_003 + number) for number in range(first, first + 16)]
            made = [written(chance, chance.choice(goldens)) for chance in chances]
            for octets, got in zip(made, await asyncio.gather(
                *(one(*both, octets) for both, octets in zip(
                    ((chance, where.hostname, where.port) for chance in chances), made, strict=True)),
                return_exceptions=True,
            ), strict=True):  # fmt: skip
                assert not isinstance(got, BaseException), f"{got!r} for seed {SEED}, block {first}: {octets[:3000]!r}"
                answers += len(got)
        for sandbox in served.emulator.sandboxes.by_id.values():
            await open_every_page(served.control, sandbox)
        async with asyncio.timeout(PATIENCE):
            while served.http.connections:  # noqa: ASYNC110 (nobody tells)
                await asyncio.sleep(0.01)
    return answers


async def test_mutated_requests_over_the_wire_break_nothing(caplog):
    assert await play(640) > 100
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.filterwarnings("ignore::RuntimeWarning:aiohttp.multipart")  # xdist fails over the surrogates in them
async def test_tens_of_thousands_of_mutated_requests_over_the_wire_break_nothing(caplog, capsys):
    answers = await play(INPUTS)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    with capsys.disabled():
        print(f"\nwire: {INPUTS:,} requests, {answers:,} answers")
