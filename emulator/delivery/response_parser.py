"""The answer to a callback: octets in, in pieces as they come, one HttpReply out. No socket, no time."""

from emulator.http.messages import HttpReply

MOST_HEAD = 64 * 1024
MOST_READ = 64 * 1024
"""Of a body nobody looks at more: the answer is taken for whole."""
_LONGEST_SIZE_LINE = 200


class NoAnswer(OSError):
    """What came is no HTTP answer; the text says why."""


class ResponseParser:
    """One answer being read. `again`: the connection may carry another request when it is whole."""

    __slots__ = ("_body", "_headers", "_left", "_length", "_status", "again")

    def __init__(self) -> None:
        self.again = True
        self._left = b""
        self._status = 0
        self._headers: tuple[tuple[str, str], ...] = ()
        self._length: int | None = 0
        """Of the body; None: it ends with the connection; -1: it comes in chunks."""
        self._body = b""

    @property
    def begun(self) -> bool:
        return bool(self._status or self._left)

    def feed(self, octets: bytes) -> HttpReply | None:
        """More octets; the answer as soon as it is whole. Raises NoAnswer."""
        self._left = left = self._left + octets if self._left else octets
        while not self._status:
            end = left.find(b"\r\n\r\n")
            if end < 0:
                if len(left) > MOST_HEAD:
                    raise NoAnswer("the head of the answer does not end")
                return None
            status = self._head(left[:end])
            self._left = left = left[end + 4 :]
            self._status = 0 if 100 <= status < 200 else status
        if self._length == -1:
            return self._chunks()
        if self._length is not None and len(left) >= self._length:
            self.again = self.again and len(left) == self._length
            return self._whole(left[: self._length])
        return self._cut(left) if len(left) > MOST_READ else None

    def end(self) -> HttpReply:
        """The connection ended; the answer, if that was how it ends. Raises NoAnswer."""
        if self._status and self._length is None:
            return self._whole(self._left)
        raise NoAnswer("the connection was closed in the middle of the answer")

    def _head(self, head: bytes) -> int:
        line, *rest = head.decode("latin-1").split("\r\n")
        version, _, said = line.partition(" ")
        if not version.startswith("HTTP/1.") or not (said[:3].isascii() and said[:3].isdigit() and len(said[:3]) == 3):
            raise NoAnswer(f"no HTTP answer begins so: {line[:80]!r}")
        status = int(said[:3])
        if status == 101:
            raise NoAnswer("the connection became something else (101), which nobody asked for")
        self.again = version != "HTTP/1.0"
        headers = []
        lengths, chunked = set(), False
        for one in rest:
            name, colon, value = one.partition(":")
            if not colon or not name or name != name.strip():
                raise NoAnswer(f"this is no header: {one[:80]!r}")
            value = value.strip()
            headers.append((name, value))
            match name.lower():
                case "content-length":
                    lengths.add(value)
                case "transfer-encoding":
                    chunked = value.lower().rpartition(",")[2].strip() == "chunked"
                    if not chunked:
                        raise NoAnswer(f"nobody knows the transfer encoding {value[:80]!r}")
                case "connection":
                    words = {word.strip() for word in value.lower().split(",")}
                    self.again = "close" not in words and (self.again or "keep-alive" in words)
        self._headers = tuple(headers)
        self._length = 0 if status < 200 or status in (204, 304) else -1 if chunked else _length(lengths)
        self.again = self.again and self._length is not None and not (chunked and lengths)
        return status

    def _chunks(self) -> HttpReply | None:
        left = self._left
        while True:
            line, mark, _ = left[:_LONGEST_SIZE_LINE].partition(b"\r\n")
            if not mark:
                if len(left) >= _LONGEST_SIZE_LINE:
                    raise NoAnswer("a chunk's size does not end")
                break
            written = line.partition(b";")[0].strip()
            if not written or len(written) > 16 or written.strip(b"0123456789abcdefABCDEF"):
                raise NoAnswer(f"this is no chunk's size: {line[:40]!r}")
            size, begin = int(written, 16), len(line) + 2
            if size == 0:
                return self._trailers(left[begin:])
            if len(left) < begin + size + 2:
                if len(self._body) + len(left) - begin > MOST_READ:
                    return self._cut(self._body + left[begin:])
                break
            if left[begin + size : begin + size + 2] != b"\r\n":
                raise NoAnswer("a chunk is longer than it says")
            self._body += left[begin : begin + size]
            left = left[begin + size + 2 :]
            if len(self._body) > MOST_READ:
                return self._cut(self._body)
        self._left = left
        return None

    def _trailers(self, left: bytes) -> HttpReply | None:
        """They are passed over."""
        if left.startswith(b"\r\n"):
            self.again = self.again and len(left) == 2
            return self._whole(self._body)
        end = left.find(b"\r\n\r\n")
        if end >= 0:
            self.again = self.again and len(left) == end + 4
            return self._whole(self._body)
        if len(left) > MOST_HEAD:
            raise NoAnswer("the trailers of the answer do not end")
        return None

    def _cut(self, body: bytes) -> HttpReply:
        self.again = False
        return self._whole(body)

    def _whole(self, body: bytes) -> HttpReply:
        return HttpReply(status=self._status, headers=self._headers, body=body)


def _length(written: set[str]) -> int | None:
    if not written:
        return None
    found = written.pop()
    if written or not (found.isascii() and found.isdigit()) or len(found) > 18:
        raise NoAnswer(f"nobody knows the Content-Length {found[:40]!r}")
    return int(found)
