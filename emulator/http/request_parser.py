"""Octets of one connection to requests, by httptools (llhttp). Sizes are bounded here, times by the connection."""

import ipaddress
from collections import deque
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import islice
from typing import Protocol

import httptools
import msgspec

from emulator.http.content_encoding import CannotUnpack, unpacked
from emulator.http.messages import Headers, HttpRequest
from emulator.http.refusals import HttpRefusal, in_our_words, without_octets

MOST_HEADERS = 128
_FED_AT_ONCE = 32 * 1024
"""Octets: what has to be looked at anew behind a request is never more."""
_MOST_KEPT = 64 * 1024
"""Octets of a head that is here in part, for the journal."""
_METHODS = {b"GET": "GET", b"POST": "POST", b"HEAD": "HEAD", b"PUT": "PUT", b"DELETE": "DELETE", b"PATCH": "PATCH"}
_END_OF_HEAD = b"\r\n\r\n"

Allowance = Callable[[HttpRequest], int]
"""(a request without its body) → how many octets its body may have."""


class Sizes(Protocol):
    """How many octets a client may send."""

    @property
    def body(self) -> int: ...

    @property
    def line(self) -> int: ...

    @property
    def header(self) -> int: ...


class Parsed(msgspec.Struct, frozen=True, gc=False):
    """A whole request, and what its reply has to know of it."""

    request: HttpRequest
    last: bool
    """The connection ends with the reply."""
    version: str = "1.1"
    form: bool = False
    """The body has fields of its own (multipart)."""
    usual: bool = False
    """HTTP/1.1, the connection stays, the reply has its body."""


class RequestParser:
    """`parsed` holds what came whole, `refusal` what is wrong with what came behind it: nothing is read after that."""

    __slots__ = (
        "_allowance", "_at_most", "_begun", "_body", "_fed", "_head", "_in_body", "_length", "_limits", "_most",
        "_offered", "_parser", "_peer", "_raw", "_raw_octets", "_scheme", "_small", "_target", "_told", "_told_scheme",
        "_trusts_front", "expects_continue", "in_message", "parsed", "refusal", "tunnelled",
    )  # fmt: skip

    def __init__(self, limits: Sizes, allowance: Allowance, peer: str, scheme: str = "http") -> None:
        self._limits = limits
        self._allowance = allowance
        self._peer = peer
        self._scheme = self._told_scheme = scheme
        self._trusts_front = _is_near(peer)
        """Is what comes from there believed about the scheme that its own client used (X-Forwarded-Proto)?"""
        self.parsed: deque[Parsed] = deque()
        self.refusal: HttpRefusal | None = None
        self.in_message = False
        self.expects_continue = False
        """The client waits to be told that it may send its body."""
        self.tunnelled: bytes | None = None
        """What the client said behind a CONNECT: no HTTP of this connection any more."""
        self._in_body = False
        self._raw: list[tuple[bytes, bytes]] = []
        self._head = _NO_HEAD
        self._target = b""
        self._body: list[bytes] = []
        self._length = 0
        self._most = limits.body
        self._small = min(limits.header, limits.line, _SMALL)
        """A head of fewer octets has no line that is too long, and is remembered."""
        self._begun = b""
        """Of a head that is here in part, so many octets as the journal keeps."""
        self._at_most = 0
        """No head that is being read has more octets."""
        self._fed = 0
        """Octets since the parser last said anything of a message that is here in part, and"""
        self._told: tuple[object, ...] = ()
        """what it had said by then."""
        self._raw_octets = False
        self._offered: RawHeaders = ()
        """The headers of a request that comes once more, without its Upgrade."""
        self._parser: httptools.HttpRequestParser | None = httptools.HttpRequestParser(self)

    @property
    def in_head(self) -> bool:
        """Is a head here in part?"""
        return self.in_message and not self._in_body

    @property
    def begun(self) -> HttpRequest:
        """As much of a request as is here, for the journal."""
        if self.in_message and self._in_body:
            return self._request(b"")
        return _as_far_as_it_goes(self._begun, self._peer, self._scheme)

    def feed(self, data: bytes) -> None:
        """Octets that came. Never raises for what a client sent."""
        if len(data) > _FED_AT_ONCE:
            for at in range(0, len(data), _FED_AT_ONCE):
                self.feed(data[at : at + _FED_AT_ONCE])
            return
        while data and self.refusal is None and self._parser is not None:
            if not self.in_message:
                if not data.isascii():
                    data = self._readable(data)
                self._begun = data
                self._at_most = len(data)
            elif not self._in_body:
                if b"\n" not in self._begun:
                    data = self._readable(data)
                self._begun += data[: _MOST_KEPT - len(self._begun)]
                self._at_most += len(data)
            else:
                self._at_most = len(data)  # behind the body a head may come
            whole = len(self.parsed)
            try:
                self._parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                data = self._after_upgrade(data[upgrade.args[0] :])
            except httptools.HttpParserError as error:
                if self.parsed and self.parsed[-1].last:  # what follows the last request is not read
                    return
                data = self._broken(self._behind(data, whole), str(error), len(self.parsed) > whole)
            else:
                if self.in_message and self.refusal is None:
                    if len(self.parsed) > whole:
                        self._begun = self._behind(data, whole)
                    self._check_part(len(data))
                return
        if self.tunnelled is not None:
            self.tunnelled += data

    def close(self) -> None:
        """Nothing comes any more."""
        self._parser = None

    # what httptools calls

    def on_message_begin(self) -> None:
        self.in_message, self._in_body = True, False
        self._raw, self._target, self._told = [], b"", ()

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._raw.append((name, value))

    def on_headers_complete(self) -> None:
        self._in_body = True
        raw, self._raw = self._offered or tuple(self._raw), []  # what comes still are trailers
        if self._at_most < self._small:
            head = self._head = read_head(raw)
        else:
            head = self._head = read_head.__wrapped__(raw)
            self._check_head(raw)
        self._most, self._told_scheme = self._limits.body, self._scheme
        if head.ordinary and head.length <= self._most:
            return
        if len(raw) > MOST_HEADERS:
            self._check_head(raw)
        self.expects_continue = head.expects
        if head.scheme and self._trusts_front:
            self._told_scheme = head.scheme
        if head.coding:
            self._refused(501, f"Transfer-Encoding: {head.coding} is not served; chunked is")
        if head.hosts > 1:
            self._refused(400, "there are several Host headers")
        elif head.unknown or head.length > self._most:
            self._most = self._allowance(self._request(b""))
            if head.length > self._most:
                self._too_large()

    def on_body(self, body: bytes) -> None:
        if self.refusal is not None:
            return
        self._body.append(body)
        self._length += len(body)
        if self._length > self._most:
            self._body.clear()
            self._too_large()

    def on_message_complete(self) -> None:
        self.in_message = self.expects_continue = False
        if self.refusal is not None:
            return
        parser, head, body = self._parser, self._head, b""
        assert parser is not None
        if self._body:
            body, self._body, self._length = b"".join(self._body), [], 0
            if head.encoding:
                try:
                    body = unpacked(body, head.encoding, self._most)
                except CannotUnpack as error:
                    self._refused(error.status, str(error), True)
                    return
        target, method, stays = self._target, parser.get_method(), parser.should_keep_alive()
        version = "1.1" if stays and not head.connection else parser.get_http_version()  # others would not stay
        if target[:1] != b"/" or version != "1.1":
            why = in_our_words(self._begun, "") if version == "0.9" else _wrong_target(target, method)
            if why:
                self._refused(400, why)
                return
        request = HttpRequest(
            _METHODS.get(method) or method.decode("latin-1"), target.decode("latin-1"), head.headers, body, None,
            self._peer, 1, self._raw_octets, self._told_scheme,
        )  # fmt: skip
        usual = stays and version == "1.1" and method != b"HEAD"
        self.parsed.append(Parsed(request, not stays, version, head.form and body != b"", usual))
        self._raw_octets, self._offered = False, ()

    # inside

    def _request(self, body: bytes) -> HttpRequest:
        assert self._parser is not None
        method = self._parser.get_method()
        return HttpRequest(
            _METHODS.get(method) or method.decode("latin-1"), self._target.decode("latin-1"), self._head.headers, body,
            None, self._peer, 1, self._raw_octets, self._told_scheme,
        )  # fmt: skip

    def _readable(self, data: bytes) -> bytes:
        """Octets beyond ASCII in a request line are read as if escaped: llhttp takes none, real servers do."""
        line, newline, rest = data.partition(b"\n")
        if line.isascii() or line.startswith(b"\x16"):
            return data
        self._raw_octets = True
        return escape_line(line) + newline + rest

    def _check_head(self, raw: Sequence[tuple[bytes, bytes]]) -> None:
        limits, most = self._limits, self._limits.header
        if len(self._target) > limits.line:
            self._refused(414, f"the request line has more than {limits.line} bytes (--max-line)")
        elif len(raw) > MOST_HEADERS:
            self._refused(431, f"there are more than {MOST_HEADERS} headers")
        elif any(len(name) + len(value) > most for name, value in raw):
            self._refused(431, f"a header has more than {most} bytes (--max-header)")

    def _check_part(self, fed: int) -> None:
        """What is here in part may be too much already."""
        told = self._in_body, len(self._raw), len(self._target), self._length
        self._fed, self._told = self._fed + fed if told == self._told else 0, told
        if not self._in_body and b"\n" not in self._begun:
            if len(self._target) > self._limits.line:
                self._check_head([])
        elif len(self._raw) > MOST_HEADERS:  # trailers among them
            self._check_head(self._raw)
        elif self._fed > self._limits.header:
            self._refused(431, f"a header has more than {self._limits.header} bytes (--max-header)")

    def _too_large(self) -> None:
        self._refused(413, f"a body may have {self._most} bytes (--max-body)", True)

    def _refused(self, status: int, why: str, of_body: bool = False) -> None:
        """A request whose octets are well-formed and not taken all the same."""
        if self.refusal is None:
            self.refusal = HttpRefusal(status, why, self._request(b""), of_body) if self._in_body else HttpRefusal(
                status, why, self.begun
            )  # fmt: skip

    def _broken(self, octets: bytes, said: str, behind_others: bool) -> bytes:
        """Octets that are no request; or one with a raw line, which came behind others in one piece: to be read again.
        """
        if behind_others and not octets.partition(b"\n")[0].isascii():
            self.in_message = False
            self._parser = httptools.HttpRequestParser(self)
            return octets
        if self._in_body and self.in_message:
            self._refused(400, f"the body cannot be read: {without_octets(said)}", True)
        elif self.refusal is None:
            request = _as_far_as_it_goes(octets, self._peer, self._scheme)
            self.refusal = HttpRefusal(400, in_our_words(octets, said), request)
        return b""

    def _behind(self, data: bytes, whole: int) -> bytes:
        """The octets of the request that has begun, behind those that came whole before it in one piece."""
        if len(self.parsed) == whole:
            return self._begun
        at = 0
        for _ in range(len(self.parsed) - whole):
            at = data.find(_END_OF_HEAD, at) + len(_END_OF_HEAD)
        return data[at + sum(len(one.request.body) for one in islice(self.parsed, whole, None)) :]

    def _after_upgrade(self, rest: bytes) -> bytes:
        """A client that offers another protocol is answered in this one, and goes on in it; but for CONNECT. What is to
        be read then."""
        if self.refusal is not None:
            return b""
        request = self.parsed[-1].request
        if request.method == "CONNECT":
            self.tunnelled, self._parser = rest, None
            return b""
        self._parser = httptools.HttpRequestParser(self)
        if request.header("transfer-encoding") or request.header("content-length", "0").strip("0"):
            # httptools reads no body of it, so it comes once more, as if nothing were offered
            self.parsed.pop()
            self._raw_octets = request.raw_octets
            self._offered = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in request.headers)
            lines = [b"%b: %b\r\n" % header for header in self._offered if header[0].lower() != b"upgrade"]
            head = f"{request.method} {request.target} HTTP/1.1\r\n".encode("latin-1")
            return head + b"".join(lines) + b"\r\n" + rest
        return rest


RawHeaders = tuple[tuple[bytes, bytes], ...]
_SMALL = 4096
"""Octets: a head of fewer is remembered."""
_TELLING = frozenset((
    b"host", b"content-length", b"content-encoding", b"expect", b"content-type", b"connection", b"proxy-connection",
    b"transfer-encoding", b"x-forwarded-proto",
))  # fmt: skip


class Head(msgspec.Struct, gc=False):
    """What the headers of a request say."""

    headers: Headers
    ordinary: bool = True
    """Nothing that asks for more than the body as it comes."""
    length: int = 0
    hosts: int = 0
    unknown: bool = False
    """Is it not known by them how long the body is?"""
    encoding: str = ""
    coding: str = ""
    """A transfer coding that is not served."""
    form: bool = False
    """Multipart."""
    expects: bool = False
    connection: bool = False
    """Is there a Connection header?"""
    scheme: str = ""
    """Which the client used, by a proxy's word."""


_NO_HEAD = Head(())


@lru_cache(maxsize=256)
def read_head(raw: RawHeaders) -> Head:
    """Clients send the same headers again and again."""
    head = Head(tuple([(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw]))
    for name, value in raw:
        name = name.lower()
        if name not in _TELLING:
            continue
        if name == b"host":
            head.hosts += 1
        elif name == b"content-length":
            head.length = int(value)
        elif name == b"content-type":
            head.form = value[:10].lower() == b"multipart/"
        elif name == b"content-encoding":
            head.encoding, head.unknown = value.decode("latin-1").strip().lower(), True
        elif name == b"expect":
            head.expects = head.expects or value.lower() == b"100-continue"
        elif name == b"transfer-encoding":
            head.unknown = True
            if value.strip().lower() not in (b"chunked", b""):
                head.coding = head.coding or value.decode("latin-1")
        elif name == b"x-forwarded-proto":
            first = value.partition(b",")[0].strip().lower()  # what the client used, then each proxy in turn
            head.scheme = "https" if first == b"https" else "http"
        else:  # connection or proxy-connection: the parser looks at both
            head.connection = True
    head.ordinary = head.hosts < 2 and len(raw) <= MOST_HEADERS and not (head.unknown or head.expects or head.scheme)
    return head


@lru_cache(maxsize=1024)
def _is_near(peer: str) -> bool:
    """Is it this machine or one of a private network, where a TLS front of ours would stand?"""
    try:
        found = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_private


def escape_line(octets: bytes) -> bytes:
    """Octets beyond ASCII as %XX."""
    return b"".join(bytes((octet,)) if octet < 0x80 else b"%%%02X" % octet for octet in octets)


def _wrong_target(target: bytes, method: bytes) -> str:
    """What is wrong with a target that is no path; "" where nothing is."""
    if method == b"CONNECT":
        return ""
    scheme, mark, rest = target.partition(b"://")
    if target[:1] == b"/" or (mark and scheme.lower() in (b"http", b"https") and rest[:1] not in (b"", b"/", b"[")):
        return ""
    if mark and rest[:1] == b"[" and b"]" in rest:
        return ""
    return "the target is neither a path that begins with / nor an http:// address"


def _as_far_as_it_goes(octets: bytes, peer: str, scheme: str) -> HttpRequest:
    line, _, rest = octets.partition(b"\n")
    method, _, target = line.decode("latin-1").rstrip("\r").partition(" ")
    target = target.rpartition(" ")[0] or target
    return HttpRequest(method=method[:32], target=target, body=rest, peer=peer, scheme=scheme)
