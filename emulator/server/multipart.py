"""The fields of a multipart body, by aiohttp's reader; their names are read here: it warns of headers that are amiss,
and where warnings are errors the whole form could not be read."""

import asyncio
import re
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from emulator.http.messages import HttpRequest

if TYPE_CHECKING:
    from aiohttp import MultipartReader

_KIND = "multipart/form-data"
_MOST_FIELDS = 1000
_MOST_SAID = 1000
"""Letters of a Content-Disposition in which a name is looked for."""
_AT_ONCE = 10
"""So many fields are read in one turn of the loop: then others get theirs."""
_PIECE = 16 * 1024
"""Octets: what stands behind a field in the same piece is copied with each."""


async def fields_of(request: HttpRequest) -> tuple[tuple[str, bytes], ...] | None:
    """The fields; None where it is no form, or a broken one (the provider then sees no fields)."""
    said = request.header("content-type")
    if not said.lower().startswith(_KIND):
        return None
    from aiohttp import BodyPartReader, StreamReader
    from aiohttp.base_protocol import BaseProtocol

    loop = asyncio.get_running_loop()
    content = StreamReader(BaseProtocol(loop), len(request.body) + 1, loop=loop)
    for at in range(0, len(request.body), _PIECE):
        content.feed_data(request.body[at : at + _PIECE])
    content.feed_eof()
    fields: list[tuple[str, bytes]] = []
    try:
        reader = _reader()({"Content-Type": f"multipart/mixed{said[len(_KIND) :]}"}, content)
        while (part := await reader.next()) is not None and len(fields) < _MOST_FIELDS:
            if isinstance(part, BodyPartReader):
                fields.append((_name(part.headers.get("Content-Disposition", "")), bytes(await part.read(decode=True))))
            if not len(fields) % _AT_ONCE:
                await asyncio.sleep(0)
    except Exception:  # there is no end of what aiohttp's reader raises for one that is broken
        return None
    return tuple(fields)


@cache
def _reader() -> "type[MultipartReader]":
    """Reads what is said to be mixed, without a look at names, and parts as those of a form, whose length and encoding
    mean nothing (RFC 7578, 4.8). Loading aiohttp is slow: it is done when a form comes."""
    from aiohttp import BodyPartReader, MultipartReader

    class Part(BodyPartReader):
        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **{**more, "subtype": "form-data"})

    class Reader(MultipartReader):
        part_reader_cls = Part

    return Reader


def _name(disposition: str) -> str:
    """The field's by its Content-Disposition."""
    found = _named(disposition[:_MOST_SAID])
    if found is None:
        return ""
    extended, quoted, plain = found.groups("")
    if not extended:
        name = _escaped(r"\1", quoted) if quoted else plain.strip()
        return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    charset, _, value = plain.partition("'")  # RFC 8187
    try:
        return unquote(value.partition("'")[2].strip(), charset or "utf-8")
    except LookupError:
        return ""


_named = re.compile(
    r"""(?:[^";]*+(?:"(?:[^"\\]++|\\.)*+"[^";]*+)*+;)*?  # what stands before it
    \s*+name(\*?)\s*+=\s*+(?:"((?:[^"\\]++|\\.)*+)"|([^;]*+))""", re.IGNORECASE | re.VERBOSE,
).match  # fmt: skip
_escaped = re.compile(r'\\(["\\])').sub
