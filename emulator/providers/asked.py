"""What every provider's adapter may ask of a request: by which host it came, what is odd about its query."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from emulator.http.messages import HttpRequest, read_query

_absolute = re.compile(r"https?://([^/?#]*)", re.IGNORECASE).match


def host(request: HttpRequest) -> str:
    """The host's name in lower case, without its port: of an absolute target, else of the Host header."""
    absolute = None if request.target[:1] == "/" else _absolute(request.target)
    if absolute:
        return _bare(absolute[1].rpartition("@")[2])
    for name, value in request.headers:
        if len(name) == 4 and name.lower() == "host":
            return _bare(value)
    return ""


def _bare(name: str) -> str:
    return name.partition(":")[0].rstrip(".").lower()


def escaped_as_a_whole(request: HttpRequest) -> bool:
    """Were the `=` and `&` of a query escaped too, so that it is a single name without a value?"""
    target = request.target
    if "%3" not in target:
        return False
    query = request.query
    return "=" not in query and "%3d" in query.lower() and "=" in read_query(query)[0][0]


def is_json(body: bytes) -> bool:
    """Does a body look like a JSON object, whatever its Content-Type says?"""
    return body.lstrip()[:1] == b"{"


def whole(value: Any) -> Any:
    """What is whole by its value is an integer, however JSON spells it: 3.0 is 3."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


def differ(fields: Iterable[tuple[str, str]], read: Mapping[str, str], known: Iterable[str]) -> bool:
    """Does a known parameter stand there with another value than the one that was read?"""
    return any(read[name] != value for name, value in fields if name in known)


def readable(octets: bytes, charset: str = "utf-8") -> bool:
    try:
        octets.decode(charset)
    except UnicodeDecodeError:
        return False
    return True


def undecodable(text: str | None, request: HttpRequest, name: str) -> bool:
    """Did U+FFFD take the place of octets in a text that came as `name`? It may have been sent as such."""
    if not text or "\ufffd" not in text:
        return False
    fields = read_query(request.query, "latin-1")
    if request.form is None:
        fields += read_query(request.body, "latin-1")
    values = [(own, value.encode("latin-1", "replace")) for own, value in fields] + list(request.form or ())
    return any(own.lower() == name and not readable(value) for own, value in values)
