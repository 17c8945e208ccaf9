"""What the head of a request says, and whether it may: pure rules over octets, which a parser has taken apart."""

import ipaddress
import re
from functools import lru_cache
from typing import Protocol

import msgspec

from emulator.http.messages import Headers, HttpRequest

MOST_HEADERS = 128
_no_host = re.compile(rb"[\s/?#\\]").search
RawHeaders = tuple[tuple[bytes, bytes], ...]
SMALL = 4096
"""Octets: a head of fewer is remembered."""
_TELLING = frozenset((
    b"host", b"content-length", b"content-encoding", b"expect", b"content-type", b"connection", b"proxy-connection",
    b"transfer-encoding", b"x-forwarded-proto",
))  # fmt: skip


class Sizes(Protocol):
    """How many octets a client may send."""

    @property
    def body(self) -> int: ...

    @property
    def line(self) -> int: ...

    @property
    def header(self) -> int: ...


class Head(msgspec.Struct, gc=False):
    """What the headers of a request say."""

    headers: Headers
    ordinary: bool = True
    """Nothing that asks for more than the body as it comes."""
    length: int = 0
    hosts: int = 0
    misnamed: bool = False
    """Is a Host no host?"""
    unknown: bool = False
    """Is it not known by them how long the body is?"""
    encoding: str = ""
    chunked: bool = False
    coding: str = ""
    """A transfer coding that is not served."""
    form: bool = False
    """Multipart."""
    expects: bool = False
    connection: bool = False
    """Is there a Connection header?"""
    scheme: str = ""
    """Which the client used, by a proxy's word."""


NO_HEAD = Head(())
_BLANKS = " \t"
"""Around a value, and no part of it (RFC 9112, 5.1)."""


@lru_cache(maxsize=256)
def read_head(raw: RawHeaders) -> Head:
    """Clients send the same headers again and again."""
    head = Head(tuple([(name.decode("latin-1"), value.decode("latin-1").strip(_BLANKS)) for name, value in raw]))
    for name, value in raw:
        name, value = name.lower(), value.strip(_BLANKS.encode())
        if name not in _TELLING:
            continue
        if name == b"host":
            head.hosts += 1
            head.misnamed = head.misnamed or not value or _no_host(value) is not None
        elif name == b"content-length":
            head.length = int(value)
        elif name == b"content-type":
            head.form = value[:10].lower() == b"multipart/"
        elif name == b"content-encoding":
            head.encoding, head.unknown = value.decode("latin-1").strip().lower(), True
        elif name == b"expect":
            head.expects = head.expects or value.lower() == b"100-continue"
        elif name == b"transfer-encoding":
            head.unknown = head.chunked = True
            if value.strip().lower() not in (b"chunked", b""):
                head.coding = head.coding or value.decode("latin-1")
        elif name == b"x-forwarded-proto":
            first = value.partition(b",")[0].strip().lower()  # what the client used, then each proxy in turn
            head.scheme = "https" if first == b"https" else "http"
        else:  # connection or proxy-connection: the parser looks at both
            head.connection = True
    odd = head.misnamed or head.unknown or head.expects or head.scheme
    head.ordinary = head.hosts == 1 and len(raw) <= MOST_HEADERS and not odd
    return head


@lru_cache(maxsize=1024)
def is_near(peer: str) -> bool:
    """Is it this machine or one of a private network, where a TLS front of ours would stand?"""
    try:
        found = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_private


def escape_line(octets: bytes) -> bytes:
    """Octets beyond ASCII as %XX."""
    return b"".join(bytes((octet,)) if octet < 0x80 else b"%%%02X" % octet for octet in octets)


def too_long(target: bytes, raw: RawHeaders, limits: Sizes) -> tuple[int, str] | None:
    """What of a head is more than may be."""
    if len(target) > limits.line:
        return 414, f"the request line has more than {limits.line} bytes (--max-line)"
    if len(raw) > MOST_HEADERS:
        return 431, f"there are more than {MOST_HEADERS} headers"
    if any(len(name) + len(value) > limits.header for name, value in raw):
        return 431, f"a header has more than {limits.header} bytes (--max-header)"
    return None


def wrong_host(head: Head, version: str) -> tuple[int, str] | None:
    """As RFC 9112 (3.2) has it, and as the providers' servers do."""
    if head.hosts > 1:
        return 400, "there are several Host headers"
    if head.misnamed:
        return 400, "the header Host names no host"
    return (400, "the header Host is missing, which a request of HTTP/1.1 has") if version == "1.1" else None


def wrong_target(target: bytes, method: bytes) -> tuple[int, str] | None:
    """What is wrong with a target that is no path."""
    if method == b"CONNECT":
        return None
    scheme, mark, rest = target.partition(b"://")
    if target[:1] == b"/" or (mark and scheme.lower() in (b"http", b"https") and rest[:1] not in (b"", b"/", b"[")):
        return None
    if mark and rest[:1] == b"[" and b"]" in rest:
        return None
    return 400, "the target is neither a path that begins with / nor an http:// address"


def as_far_as_it_goes(octets: bytes, peer: str, scheme: str) -> HttpRequest:
    line, _, rest = octets.partition(b"\n")
    method, _, target = line.decode("latin-1").rstrip("\r").partition(" ")
    target = target.rpartition(" ")[0] or target
    return HttpRequest(method=method[:32], target=target, body=rest, peer=peer, scheme=scheme)
