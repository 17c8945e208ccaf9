"""Octets of one connection to requests, by httptools (llhttp). Sizes are bounded here, times by the connection."""

import re
from collections import deque
from collections.abc import Callable
from itertools import islice

import httptools
import msgspec

from emulator.http.content_encoding import CannotUnpack, unpacked
from emulator.http.messages import HttpRequest
from emulator.http.refusals import HttpRefusal, in_our_words, without_octets, wrong_version
from emulator.http.request_head import (
    MOST_HEADERS,
    NO_HEAD,
    SMALL,
    RawHeaders,
    Sizes,
    as_far_as_it_goes,
    escape_line,
    is_near,
    read_head,
    too_long,
    wrong_host,
    wrong_target,
)  # fmt: skip

_FED_AT_ONCE = 32 * 1024
"""Octets: what has to be looked at anew behind a request is never more."""
_MOST_KEPT = 64 * 1024
"""Octets of a head that is here in part, for the journal."""
_METHODS = {b"GET": "GET", b"POST": "POST", b"HEAD": "HEAD", b"PUT": "PUT", b"DELETE": "DELETE", b"PATCH": "PATCH"}
_END_OF_HEAD = b"\r\n\r\n"
_METHOD_LIKE = re.compile(rb"[A-Z]+ [/h*]").match
_begin_of_line = re.compile(b"(?=(?:%b) [/h])" % b"|".join((*_METHODS, b"OPTIONS")))
"""Of a request that may have octets beyond ASCII in its line."""
_MOST_PIECES = 2500
"""Of octets that are fed at once, in which there may be nearly as many requests: each costs as much as a small one."""

Allowance = Callable[[HttpRequest], int]
"""(a request without its body) → how many octets its body may have."""


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
        self._trusts_front = is_near(peer)
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
        self._head = NO_HEAD
        self._target = b""
        self._body: list[bytes] = []
        self._length = 0
        self._most = limits.body
        self._small = min(limits.header, limits.line, SMALL)
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
        return as_far_as_it_goes(self._begun, self._peer, self._scheme)

    @property
    def so_far(self) -> str:
        """How much of a request is here that is not here whole."""
        if not self._in_body:
            return "its head was not whole"
        whole = "in chunks" if self._head.chunked else f"of {self._head.length} bytes"
        return f"{self._length} bytes were there of a body {whole}"

    def feed(self, data: bytes) -> None:
        """Octets that came. Never raises for what a client sent."""
        if len(data) > _FED_AT_ONCE:
            for at in range(0, len(data), _FED_AT_ONCE):
                self.feed(data[at : at + _FED_AT_ONCE])
        elif data.isascii() or not self._may_hold_raw_line(data):
            self._feed(data)
        else:
            for piece in _begin_of_line.split(data, _MOST_PIECES):
                self._feed(piece)

    def _feed(self, data: bytes) -> None:
        """Octets among which a request line begins at the first one alone, unless all are ASCII."""
        while data and self.refusal is None and self._parser is not None:
            if not self.in_message:
                if data[0] in b"\r\n":
                    data = data.lstrip(b"\r\n")  # empty lines before a request (RFC 9112, 2.2)
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
                if not (self.parsed and self.parsed[-1].last):  # what follows the last request is not read
                    begun = self._begun if len(self.parsed) == whole else self._behind(data, whole)
                    self._broken(begun, str(error))
                return
            else:
                if self.in_message and self.refusal is None:
                    if len(self.parsed) > whole:
                        self._begun = self._line_of(data)
                    self._check_part(len(data))
                return
        if self.tunnelled is not None:
            self.tunnelled += data

    def _may_hold_raw_line(self, data: bytes) -> bool:
        """Might a request line with octets beyond ASCII stand behind the first line that comes?"""
        if not self.in_message:
            behind = data.find(b"\n") + 1
        elif self._in_body and len(data) <= self._head.length - self._length:
            return False
        else:
            behind = 0
        return data.find(b" /", behind) >= 0 or data.find(b" http", behind) >= 0

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
        assert self._parser is not None
        self.expects_continue = head.expects and self._parser.get_http_version() != "1.0"
        if head.scheme and self._trusts_front:
            self._told_scheme = head.scheme
        if head.coding:
            self._refused(501, f"Transfer-Encoding: {head.coding} is not served; chunked is")
        if head.hosts != 1 or head.misnamed:
            wrong = wrong_host(head, self._parser.get_http_version())
            if wrong:
                self._refused(*wrong)
        if head.unknown or head.length > self._most:
            self._most = self._allowance(self._request(b""))
            if head.length > self._most:
                self._too_large()

    def on_body(self, body: bytes) -> None:
        if self.refusal is not None:
            return
        self.expects_continue = False
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
            wrong = wrong_version(version) or wrong_target(target, method)
            if wrong:
                self._refused(*wrong)
                return
            stays = stays and not (version == "1.0" and head.chunked)  # whoever passed it on may have meant another end
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

    def _check_head(self, raw: RawHeaders) -> None:
        wrong = too_long(self._target, raw, self._limits)
        if wrong:
            self._refused(*wrong)

    def _check_part(self, fed: int) -> None:
        """What is here in part may be too much already."""
        told = self._in_body, len(self._raw), len(self._target), self._length
        self._fed, self._told = self._fed + fed if told == self._told else 0, told
        if not self._in_body and b"\n" not in self._begun:
            if len(self._target) > self._limits.line:
                self._check_head(())
        elif len(self._raw) > MOST_HEADERS:  # trailers among them
            self._check_head(tuple(self._raw))
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

    def _broken(self, octets: bytes, said: str) -> None:
        """Octets that are no request."""
        if self._in_body and self.in_message:
            self._refused(400, f"the body cannot be read: {without_octets(said)}", True)
        elif self.refusal is None:
            status, why = in_our_words(octets, said)
            length = self._head.length
            if length and not _METHOD_LIKE(octets):
                why += f"; it stands behind a body of {length} bytes: Content-Length counts bytes, not letters"
            self.refusal = HttpRefusal(status, why, as_far_as_it_goes(octets, self._peer, self._scheme))

    def _line_of(self, data: bytes) -> bytes:
        """The octets of the request that has begun behind others in one piece, by as much of its line as is here."""
        assert self._parser is not None
        at = data.rfind(b"%b %b" % (self._parser.get_method(), self._target)) if self._target else -1
        return data[at if at >= 0 else data.rfind(b"\n") + 1 :]

    def _behind(self, data: bytes, whole: int) -> bytes:
        """The octets behind the requests that came whole before them in one piece, for the journal: the parser does not
        say where it stopped."""
        at = 0
        for one in islice(self.parsed, whole, None):
            at = data.find(_END_OF_HEAD, at) + len(_END_OF_HEAD)
            if one.request.header("transfer-encoding"):
                at = data.find(_END_OF_HEAD, at) + len(_END_OF_HEAD)
            else:
                at += int(one.request.header("content-length", "0"))
        return data[at:]

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
