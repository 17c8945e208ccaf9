"""HTTP as values: what adapters read and write, what clients build and parse; and a PDU of SMPP as the journal keeps
it. No sockets here."""

import re
from binascii import a2b_qp
from collections.abc import AsyncIterable, Awaitable, Iterable
from functools import lru_cache
from typing import Protocol, final
from urllib.parse import quote_plus

import msgspec

MOST_FIELDS = 10_000
"""Of a query or form; what stands behind them is not read."""

Headers = tuple[tuple[str, str], ...]
Fields = list[tuple[str, str]]


class _Headed(Protocol):
    @property
    def headers(self) -> Headers: ...


def header_of(said: _Headed, name: str, default: str = "") -> str:
    """The first header of that name, the letter case ignored."""
    wanted, length = name.lower(), len(name)
    for key, value in said.headers:
        if len(key) == length and key.lower() == wanted:
            return value
    return default


_query = re.compile(r"/[^?#]*\??([^#]*)").match
"""Of a target in origin-form."""


@final
class HttpRequest(msgspec.Struct, frozen=True, tag="http", omit_defaults=True, gc=False):
    """A request. `target` is the path and query as they came, never decoded (a raw octet beyond ASCII is written
    %XX); `form` holds the fields of a multipart body, which the transport takes apart."""

    method: str
    target: str
    headers: Headers = ()
    body: bytes = b""
    form: tuple[tuple[str, bytes], ...] | None = None
    peer: str = ""
    in_flight: int = 1
    raw_octets: bool = False
    """The client sent octets beyond ASCII unescaped in the request line."""
    scheme: str = "http"

    @property
    def path(self) -> str:
        """The path as it came, without scheme and host of an absolute-form target."""
        return split_target(self.target)[0]

    @property
    def query(self) -> str:
        """What stands behind the path, as it came."""
        plain = _query(self.target)
        return plain[1] if plain else split_target(self.target)[1]

    header = header_of


class HttpReply(msgspec.Struct, frozen=True, tag="http", gc=False):
    """A reply."""

    status: int = 200
    headers: Headers = ()
    body: bytes = b""

    header = header_of


class Call(Protocol):
    """Sends a request and gives back the answer; raises NotAllowed when the target may not be called, OSError
    (TimeoutError among them) when there is no answer, its text for people. `fault`: what the wire does to it."""

    def __call__(self, request: HttpRequest, fault: str | None = None, /) -> Awaitable[HttpReply]: ...


class SmppFrame(msgspec.Struct, frozen=True, tag="smpp", gc=False):
    """A whole PDU as octets, and on which session it came or went."""

    body: bytes
    session: str = ""
    peer: str = ""


class StreamReply(msgspec.Struct, frozen=True, kw_only=True):
    """A reply whose body goes out piece by piece as it comes about, for as long as the client listens."""

    headers: Headers = ()
    pieces: AsyncIterable[bytes]


def split_target(target: str) -> tuple[str, str]:
    """Path and query of a request target in origin-form (`/a?b`) or absolute-form (`http://host/a?b`)."""
    if target[:1] != "/":
        scheme, separator, rest = target.partition("://")
        if separator and scheme.isalnum():
            host = rest.partition("/")[0].partition("?")[0]
            target = rest[len(host) :]
            target = target if target[:1] == "/" else f"/{target}"
    if "#" in target:
        target = target[: target.index("#")]
    path, _, query = target.partition("?")
    return path, query


def decode(octets: bytes, charset: str = "utf-8") -> str:
    """Text of octets; what the charset cannot read becomes U+FFFD."""
    return octets.decode(charset, "replace")


def read_query(query: str | bytes, charset: str = "utf-8") -> Fields:
    """The fields of a query string or of a form-urlencoded body, decoded once, in order; `a` alone is `a=`.

    Lenient as servers are: a `%` that no two hex digits follow stays a `%`.
    """
    if not query:
        return []
    text = query.decode("latin-1") if isinstance(query, bytes) else query
    if "+" in text:
        text = text.replace("+", " ")
    odd = "%" if text.isascii() else ""  # what is in a pair that has to be decoded
    fields: Fields = []
    for pair in text.split("&", MOST_FIELDS)[:MOST_FIELDS]:
        if pair:
            name, _, value = pair.partition("=")
            if odd in pair:
                name, value = unquote(name, charset) if odd in name else name, unquote(value, charset)
            fields.append((name, value))
    return fields


_lone_percent = re.compile(b"%(?![0-9A-Fa-f][0-9A-Fa-f])").search
_lone_percents = re.compile(b"(?:%(?![0-9A-Fa-f][0-9A-Fa-f])[^%]*+)++").sub
"""With what stands between them: a text that is nothing but % is one run."""


def _escaped(run: re.Match[bytes]) -> bytes:
    return run[0].replace(b"%", b"%25")


def unquote(text: str, charset: str = "utf-8") -> str:
    """A name or value of a query, decoded; its + are spaces already."""
    octets = text.encode("latin-1", "replace")
    if b"%" in octets:  # as quoted-printable, which Python reads in C: there %XX is written =XX
        if _lone_percent(octets):
            octets = _lone_percents(_escaped, octets)
        octets = a2b_qp(octets.replace(b"=", b"=3D").replace(b"%", b"="))
    return octets.decode(charset, "replace")


def write_query(fields: Iterable[tuple[str, str]], charset: str = "utf-8") -> str:
    """Fields as a query string or form body."""
    return "&".join([
        f"{name if name.isascii() and name.isalnum() else _quote(name, charset)}="
        f"{value if value.isascii() and value.isalnum() else _quote(value, charset)}" for name, value in fields
    ])  # fmt: skip


_SHORT = 64
_short = lru_cache(maxsize=1024)(quote_plus)
"""Keys, words and dates come again and again."""


def _quote(text: str, charset: str) -> str:
    return (_short if len(text) <= _SHORT else quote_plus)(text, "", charset, "replace")


def add_query(url: str, fields: Iterable[tuple[str, str]]) -> str:
    """A URL with fields added behind whatever query it has already."""
    base, hash_mark, fragment = url.partition("#")
    joint = "" if base.endswith(("?", "&")) else "&" if "?" in base else "?"
    return f"{base}{joint}{write_query(fields)}{hash_mark}{fragment}"


_origin = re.compile(r"(?:[^/?#]*//)?[^/?#]*").match


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL."""
    found = _origin(url)
    assert found is not None
    return found[0]
