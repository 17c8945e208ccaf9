"""Bodies that came packed. However much one unpacks to, no more of it is made than may be there."""

import zlib


class CannotUnpack(Exception):
    """The text says why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def unpacked(body: bytes, encoding: str, most: int) -> bytes:
    """A body by its Content-Encoding; one that is not known is left as it is. Raises CannotUnpack."""
    if encoding not in ("gzip", "deflate"):
        return body
    bits = zlib.MAX_WBITS | 16 if encoding == "gzip" else zlib.MAX_WBITS if body[0] & 0xF == 8 else -zlib.MAX_WBITS
    unpacking = zlib.decompressobj(wbits=bits)
    try:
        made = unpacking.decompress(body, most + 1)
    except zlib.error:
        raise CannotUnpack(400, f"the body is not {encoding}, as its Content-Encoding says") from None
    if len(made) > most:
        raise CannotUnpack(413, f"a body may have {most} bytes (--max-body)")
    if not unpacking.eof:
        raise CannotUnpack(400, f"the body ends before what its Content-Encoding ({encoding}) says")
    return made
