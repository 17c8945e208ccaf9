"""Callbacks that a rule wants to go wrong on the wire: the octets of the request, written by hand over a connection of
its own. The faults are named in core/rules/actions.py."""

import asyncio
import ssl
from contextlib import suppress

import httptools

from emulator.http.messages import HttpReply
from emulator.net.allowed_targets import NotAllowed, Targets
from emulator.net.connect import reach
from emulator.net.reset import reset

CLOSED_BEFORE = "the connection was closed before an answer came"
CLOSED_WITHIN = "the connection was closed in the middle of the answer"
CHANGED = "the connection became something else (101), which nobody asked for"
NO_ANSWER = "what came is no HTTP answer"
_PIECES = 20
_PAUSE = 0.05


async def send(
    fault: str, head: bytes, body: bytes, targets: Targets, where: tuple[str, int],
    tls: ssl.SSLContext | None, most: int,
) -> HttpReply:  # fmt: skip
    """The answer to a request that comes slowly, up to `most` octets of it; OSError where the fault lets none come."""
    host, port = where
    try:
        made = await reach(targets, host, port)
    except (NotAllowed, TimeoutError):
        raise
    except OSError as error:
        raise OSError(f"Cannot connect to {host}:{port}: {error.strerror or error}") from None
    reader, writer = await asyncio.open_connection(sock=made, ssl=tls, server_hostname=host if tls else None)
    try:
        if fault == "slow":
            return await _slowly(head + body, reader, writer, most)
        writer.write(head + body[: len(body) // 2] if body else head[: len(head) // 2])
        await writer.drain()
        if fault == "reset":
            reset(writer.transport)
            raise OSError("half of it was sent, then the connection was reset, as the rule says")
        raise OSError("half of it was sent, then the connection was closed, as the rule says")
    finally:
        writer.close()


async def _slowly(octets: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, most: int) -> HttpReply:
    """The answer, which may come before all is said."""
    answering = asyncio.ensure_future(_answer(reader, most))
    size = -(-len(octets) // _PIECES)
    try:
        with suppress(ConnectionError):
            for begin in range(0, len(octets), size):
                if answering.done():
                    break
                writer.write(octets[begin : begin + size])
                await writer.drain()
                await asyncio.sleep(_PAUSE)
        return await answering
    finally:
        answering.cancel()


class _Answer:
    """What a parser of answers tells: it takes what aiohttp's takes."""

    def __init__(self) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.parser.set_dangerous_leniencies(
            lenient_headers=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
        )
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self.body = b""
        self.whole = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.status:  # or it is a trailer
            self.headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        if not self.whole:
            self.status = self.parser.get_status_code()

    def on_body(self, octets: bytes) -> None:
        if not self.whole:
            self.body += octets

    def on_message_complete(self) -> None:
        if self.status < 200:  # the answer is still to come
            self.status, self.headers = 0, []
        else:
            self.whole = True

    @property
    def ends_with_connection(self) -> bool:
        """Does nothing else say where the body ends?"""
        return self.status > 0 and not any(name.lower() in _FRAMING for name, _ in self.headers)


_FRAMING = ("content-length", "transfer-encoding")


async def _answer(reader: asyncio.StreamReader, most: int) -> HttpReply:
    answer, read = _Answer(), 0
    while not answer.whole and len(answer.body) < most:
        try:
            octets = await reader.read(most)
        except ConnectionError:
            octets = b""
        read += len(octets)
        if not octets:
            if not answer.ends_with_connection:
                raise OSError(CLOSED_WITHIN if answer.status else CLOSED_BEFORE)
            break
        if read > 2 * most:
            raise OSError(f"{NO_ANSWER}: it has no end of its head")
        try:
            answer.parser.feed_data(octets)
        except httptools.HttpParserUpgrade:
            raise OSError(CHANGED) from None
        except httptools.HttpParserError as error:
            if not answer.whole:
                raise OSError(f"{NO_ANSWER}: {error}") from None
    return HttpReply(answer.status, tuple(answer.headers), answer.body[:most])
