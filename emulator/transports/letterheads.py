"""Requests that are like one before them but for their targets: found by their octets, without a parser."""

import re

from emulator.wire import Headers, Letterhead

_MOST_TARGET = 2048
"""Octets. Longer ones are left to the parser, and its limits."""
_MOST = 1000
"""Clients that make up new headers for each request begin anew after so many."""
_BEGIN = b"GET "
_END = b" HTTP/1.1\r\n"
_plain = re.compile(rb"/[!\"$-~]*").fullmatch
"""A target in origin-form: ASCII, no space and no fragment."""


def headers_of(raw: tuple[tuple[bytes, bytes], ...]) -> Headers:
    """Names and values as they came."""
    return tuple([(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw])


class Letterheads:
    """Those of one server."""

    def __init__(self, most_line: int) -> None:
        self._most_target = min(_MOST_TARGET, most_line)
        self._known: dict[tuple[bytes, str], Letterhead] = {}

    def learn(self, data: bytes, raw_headers: tuple[tuple[bytes, bytes], ...], peer: str) -> "Like | None":
        """A whole GET without a body, and what the parser made of its headers."""
        end = data.find(_END)
        if not data.startswith(_BEGIN) or not _plain(data[len(_BEGIN) : end]):
            return None
        rest = data[end:]
        letterhead = self._known.get((rest, peer))
        if letterhead is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            letterhead = self._known[rest, peer] = Letterhead(headers_of(raw_headers), peer)
        return Like(rest, letterhead, self._most_target)


class Like:
    """What the next request of a connection is expected to be like."""

    __slots__ = ("_most", "_rest", "letterhead")

    def __init__(self, rest: bytes, letterhead: Letterhead, most_target: int) -> None:
        self._rest = rest
        self._most = len(_BEGIN) + most_target + len(rest)
        self.letterhead = letterhead

    def target_of(self, data: bytes) -> str | None:
        """The target of a request that is, whole and alone; None for anything else."""
        rest = self._rest
        if len(data) > self._most or not data.endswith(rest) or not data.startswith(_BEGIN):
            return None
        target = data[len(_BEGIN) : -len(rest)]
        return target.decode("ascii") if _plain(target) else None
