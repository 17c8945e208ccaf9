"""Hellos of TLS and CONNECTs, good and mutated, in any pieces: answered, or the connection is closed. Nothing is a
fault of ours, nothing stays behind, and the next client is served."""

import asyncio
import logging
import os
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fuzz.chance import Chance
from fuzz.playing import open_every_page
from support import PATIENCE, serving, until

from emulator.app.server import Server

SEED = int(os.environ.get("SMS_FUZZ_SEED", "1"))
NAMES = ("smsc.ru", "www5.smsc.ru", "smsoffice.ge", "localhost", "example.com", "a" * 63 + ".smsc.ru", "SMSC.RU", None)
TARGETS = (
    "smsc.ru:443", "smsc.ru:80", "smsc.ru", "api.ubill.dev:443", "[::1]:443", "127.0.0.1:8775", "example.com:443",
    "smsc.ru:99999", "smsc.ru:", ":443", "", "smsc.ru:22", "xn--:443", "smsc.ru:443:443", "user@smsc.ru:443", "*:443",
    "http://smsc.ru/", "a" * 9000 + ":443", "\u0441\u043c\u0441.\u0440\u0444:443",
)  # fmt: skip
INSIDE = (
    b"GET /api/getBalance?key=emulator-smsoffice HTTP/1.1\r\nHost: smsoffice.ge\r\nConnection: close\r\n\r\n",
    b"CONNECT smsc.ru:443 HTTP/1.1\r\nHost: smsc.ru\r\n\r\n", b"GET http://example.com/ HTTP/1.1\r\n\r\n", b"\x16\x03",
    b"",
)  # fmt: skip
OURS = (b"", b"HTTP/1.", b"\x15\x03", b"\x16\x03")
"""How what we say begins: nothing, an answer, an alert, a handshake."""


class Hello:
    """A client that begins TLS; `said` is what it has to say next."""

    def __init__(self, name: str | None, newest: ssl.TLSVersion, offers: list[str]) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.maximum_version = newest
        if offers:
            context.set_alpn_protocols(offers)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)

    def said(self, heard: bytes, inside: bytes) -> bytes:
        self._incoming.write(heard)
        try:
            self._tls.do_handshake()
            if inside:
                self._tls.write(inside)
        except ssl.SSLError:
            pass  # not yet, or never
        return self._outgoing.read()


async def one(chance: Chance, host: str, port: int) -> bytes:
    """A connection of its own; what was answered until it closed."""
    hello = Hello(chance.choice(NAMES), chance.choice((ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)),
                  chance.choice(([], ["h2"], ["h2", "http/1.1"])))  # fmt: skip
    said = [f"CONNECT {chance.choice(TARGETS)} HTTP/1.1\r\nHost: x\r\n\r\n".encode() for _ in range(chance.few(2))]
    said.append(hello.said(b"", b"") if chance.one_in(2) else chance.choice(INSIDE))
    octets = b"".join(chance.mutated(piece) if chance.one_in(3) else piece for piece in said)
    if chance.one_in(4):
        octets = octets[: chance.randint(0, len(octets))]
    heard = b""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        cut = chance.randint(0, len(octets))
        for piece in (octets[:cut], octets[cut:]):
            writer.write(piece)
            await asyncio.sleep(0)
        if chance.one_in(3):  # go on as whoever heard an answer would
            heard = await asyncio.wait_for(reader.read(65536), 0.02)
            answer = hello.said(heard, chance.choice(INSIDE))
            writer.write(chance.mutated(answer) if answer and chance.one_in(2) else answer)
        if chance.one_in(5):
            writer.transport.abort()
            return heard
        writer.write_eof()
        return heard + await asyncio.wait_for(reader.read(), PATIENCE)
    except TimeoutError:  # nobody answers half a hello: the end of ours ends it
        writer.write_eof()
        return heard + await asyncio.wait_for(reader.read(), PATIENCE)
    except (ConnectionError, OSError):
        return heard
    finally:
        writer.close()


async def served_still(served: Server) -> bool:
    where = urlsplit(served.base_url)
    trusting = ssl.create_default_context(cadata=served.authority_pem.decode())
    reader, writer = await asyncio.open_connection(where.hostname, where.port, ssl=trusting, server_hostname="smsc.ru")
    writer.write(INSIDE[0])
    answer = await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()
    return answer.endswith(b"1000")


@pytest.mark.parametrize("inputs", [60, pytest.param(20_000, marks=pytest.mark.long)])
async def test_whatever_begins_a_connection_is_answered_or_closed_and_leaves_nothing_behind(
    inputs: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    troubles: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: troubles.append(told))
    async with serving(ca_dir=str(tmp_path)) as served:
        where = urlsplit(served.base_url)
        assert where.hostname is not None
        assert where.port is not None
        for number in range(inputs):
            answer = await one(Chance(f"{SEED}/{number}"), where.hostname, where.port)
            assert answer.startswith(OURS), (number, answer[:100])
        await until(lambda: not served.http.connections)
        assert await served_still(served)
        await open_every_page(served.control, served.emulator.default)
    assert troubles == []
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
