"""The fields of a multipart body, by aiohttp's reader."""

import asyncio

from emulator.http.messages import HttpRequest

_MOST_FIELDS = 1000
_AT_ONCE = 10
"""So many fields are read in one turn of the loop: then others get theirs."""
_PIECE = 16 * 1024
"""Octets: what stands behind a field in the same piece is copied with each."""


async def fields_of(request: HttpRequest) -> tuple[tuple[str, bytes], ...] | None:
    """The fields; None where it is no form, or a broken one (the provider then sees no fields)."""
    if not request.header("content-type").lower().startswith("multipart/form-data"):
        return None
    from aiohttp import BodyPartReader, MultipartReader, StreamReader
    from aiohttp.base_protocol import BaseProtocol

    loop = asyncio.get_running_loop()
    content = StreamReader(BaseProtocol(loop), len(request.body) + 1, loop=loop)
    for at in range(0, len(request.body), _PIECE):
        content.feed_data(request.body[at : at + _PIECE])
    content.feed_eof()
    fields: list[tuple[str, bytes]] = []
    try:
        reader = MultipartReader({"Content-Type": request.header("content-type")}, content)
        while (part := await reader.next()) is not None and len(fields) < _MOST_FIELDS:
            if isinstance(part, BodyPartReader):
                fields.append((part.name or "", bytes(await part.read(decode=True))))
            if not len(fields) % _AT_ONCE:
                await asyncio.sleep(0)
    except Exception:  # there is no end of what aiohttp's reader raises for one that is broken
        return None
    return tuple(fields)
