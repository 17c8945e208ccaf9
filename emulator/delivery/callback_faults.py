"""Callbacks that a rule wants to go wrong on the wire: the octets of the request, written by hand over a connection of
its own. The faults are named in core/rules/actions.py."""

import asyncio
import ssl

import httptools

from emulator.http.messages import HttpReply
from emulator.net.allowed_targets import Targets
from emulator.net.connect import reach
from emulator.net.reset import reset

_PIECES = 20
_PAUSE = 0.05


async def send(
    fault: str, head: bytes, body: bytes, targets: Targets, where: tuple[str, int],
    tls: ssl.SSLContext | None, most: int,
) -> HttpReply:  # fmt: skip
    """The answer to a request that comes slowly, up to `most` octets of it; OSError where the fault lets none come."""
    host, port = where
    made = await reach(targets, host, port)
    reader, writer = await asyncio.open_connection(sock=made, ssl=tls, server_hostname=host if tls else None)
    try:
        if fault == "slow":
            octets = head + body
            size = -(-len(octets) // _PIECES)
            for begin in range(0, len(octets), size):
                writer.write(octets[begin : begin + size])
                await writer.drain()
                await asyncio.sleep(_PAUSE)
            return await _answer(reader, most)
        writer.write(head + body[: len(body) // 2] if body else head[: len(head) // 2])
        await writer.drain()
        if fault == "reset":
            reset(writer.transport)
            raise OSError("half of it was sent, then the connection was reset, as the rule says")
        raise OSError("half of it was sent, then the connection was closed, as the rule says")
    finally:
        writer.close()


class _Reply:
    """What a parser of answers tells."""

    def __init__(self) -> None:
        self.headers: list[tuple[str, str]] = []
        self.body = b""
        self.whole = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_body(self, octets: bytes) -> None:
        self.body += octets

    def on_message_complete(self) -> None:
        self.whole = True


async def _answer(reader: asyncio.StreamReader, most: int) -> HttpReply:
    reply = _Reply()
    parser = httptools.HttpResponseParser(reply)
    read = 0
    while not reply.whole and len(reply.body) < most and read < 2 * most:
        octets = await reader.read(most)
        read += len(octets)
        try:
            if not octets and not reply.headers:
                raise OSError("the connection was closed before an answer came")
            parser.feed_data(octets)
        except httptools.HttpParserError as error:
            raise OSError(f"what came is no HTTP answer: {error}") from None
        if not octets:
            break
    return HttpReply(parser.get_status_code(), tuple(reply.headers), reply.body[:most])
