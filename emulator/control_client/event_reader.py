"""Server-sent events as a Python caller meets them: records, one after the other."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing

from emulator.control_client.records import Record, read
from emulator.http import sse
from emulator.http.messages import HttpReply

__tracebackhide__ = True
"""A failed test shows the line that called a method, not ours (pytest reads this)."""


async def heard(pieces: AsyncIterator[HttpReply | bytes], call: str, timeout: float | None) -> AsyncIterator[Record]:
    """The events of a stream. Raises CallRefused when a refusal came in its place, TimeoutError when no event comes
    for so many real seconds."""
    reader = sse.Reader()
    loop = asyncio.get_running_loop()
    async with aclosing(pieces) as stream:  # type: ignore[type-var]
        while True:
            deadline = None if timeout is None else loop.time() + timeout
            frames: list[sse.SseFrame] = []
            while not frames:
                try:
                    async with asyncio.timeout_at(deadline):
                        piece = await anext(stream, None)
                except TimeoutError:
                    raise TimeoutError(f"{call}: nothing happened for {timeout:g} s") from None
                if piece is None:
                    return
                if isinstance(piece, HttpReply):
                    read(call, piece)
                    return
                frames = reader.feed(piece)
            for frame in frames:
                data = json.loads(frame.data, object_hook=Record)
                yield Record(id=int(frame.id or 0), event=frame.event, data=data)
