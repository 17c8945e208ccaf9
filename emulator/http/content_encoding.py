"""Bodies that came packed. However much one unpacks to, no more of it is made than may be there."""

import zlib


class CannotUnpack(Exception):
    """The text says why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


_GZIP = ("gzip", "x-gzip")
_PADDING = b"\0\r\n"
"""May stand behind what is packed, and says nothing: some clients count the end of a line behind a body."""
_MOST_MEMBERS = 16
"""Of a gzip body: what stands behind each is copied."""


def is_unpacked(encoding: str) -> bool:
    """Does a body come out other than it came in?"""
    return encoding.strip().lower() in (*_GZIP, "deflate")


def unpacked(body: bytes, encoding: str, most: int) -> bytes:
    """A body by its Content-Encoding; one that is not known is left as it is. Raises CannotUnpack."""
    if not is_unpacked(encoding):
        return body
    packed = encoding in _GZIP
    bits = zlib.MAX_WBITS | 16 if packed else zlib.MAX_WBITS if body[0] & 0xF == 8 else -zlib.MAX_WBITS
    made = b""
    for _ in range(_MOST_MEMBERS if packed else 1):
        unpacking = zlib.decompressobj(wbits=bits)
        try:
            made += unpacking.decompress(body, most + 1 - len(made))
        except zlib.error:
            why = f"goes on behind its {encoding}" if made else f"is not {encoding}, as its Content-Encoding says"
            raise CannotUnpack(400, f"the body {why}") from None
        if len(made) > most:
            raise CannotUnpack(413, f"a body may have {most} bytes (--max-body)")
        if not unpacking.eof:
            raise CannotUnpack(400, f"the body ends before what its Content-Encoding ({encoding}) says")
        body = unpacking.unused_data.lstrip(_PADDING)
        if not body:
            return made
    raise CannotUnpack(400, f"the body goes on behind its {encoding}")
