"""The fields of a multipart body, by aiohttp's reader; their names by the standard library's, which warns of nothing:
where warnings are errors, a form with a header amiss could not be read."""

import asyncio

from emulator.http.messages import HttpRequest

_KIND = "multipart/form-data"
_MOST_FIELDS = 1000
_AT_ONCE = 10
"""So many fields are read in one turn of the loop: then others get theirs."""
_PIECE = 16 * 1024
"""Octets: what stands behind a field in the same piece is copied with each."""


async def fields_of(request: HttpRequest) -> tuple[tuple[str, bytes], ...] | None:
    """The fields; None where it is no form, or a broken one (the provider then sees no fields)."""
    said = request.header("content-type")
    if not said.lower().startswith(_KIND):
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
        reader = MultipartReader({"Content-Type": f"multipart/mixed{said[len(_KIND) :]}"}, content)
        while (part := await reader.next()) is not None and len(fields) < _MOST_FIELDS:
            if isinstance(part, BodyPartReader):
                fields.append((_name(part.headers.get("Content-Disposition", "")), bytes(await part.read(decode=True))))
            if not len(fields) % _AT_ONCE:
                await asyncio.sleep(0)
    except Exception:  # there is no end of what aiohttp's reader raises for one that is broken
        return None
    return tuple(fields)


def _name(disposition: str) -> str:
    """The field's by its Content-Disposition."""
    from email.message import Message
    from email.utils import collapse_rfc2231_value

    header = Message()
    header["Content-Disposition"] = disposition
    found = header.get_param("name", "", "content-disposition")
    return collapse_rfc2231_value(found) if isinstance(found, tuple) else found
