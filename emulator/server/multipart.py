"""The fields of a multipart body, by aiohttp's reader."""

import asyncio

from emulator.http.messages import HttpRequest

_MOST_FIELDS = 1000


async def fields_of(request: HttpRequest) -> tuple[tuple[str, bytes], ...] | None:
    """The fields; None where it is no form, or a broken one (the provider then sees no fields)."""
    if not request.header("content-type").lower().startswith("multipart/form-data"):
        return None
    from aiohttp import BodyPartReader, MultipartReader, StreamReader
    from aiohttp.base_protocol import BaseProtocol

    loop = asyncio.get_running_loop()
    content = StreamReader(BaseProtocol(loop), len(request.body) + 1, loop=loop)
    content.feed_data(request.body)
    content.feed_eof()
    fields: list[tuple[str, bytes]] = []
    try:
        reader = MultipartReader({"Content-Type": request.header("content-type")}, content)
        while (part := await reader.next()) is not None and len(fields) < _MOST_FIELDS:
            if isinstance(part, BodyPartReader):
                fields.append((part.name or "", bytes(await part.read(decode=True))))
    except Exception:  # there is no end of what aiohttp's reader raises for one that is broken
        return None
    return tuple(fields)
