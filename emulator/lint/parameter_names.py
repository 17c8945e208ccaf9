"""Parameters that nobody read, and whose name is close to one that is read."""

import difflib
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from contextlib import suppress

import msgspec

from emulator.http.messages import HttpRequest, decode, read_query
from emulator.providers import xml

_CLOSE = 0.82
_MOST, _LONGEST = 200, 40
"""So many names, and such long ones, are compared: comparing costs the product of the lengths."""
_bare = re.compile(r"[^0-9a-z]").sub


def given(request: HttpRequest) -> list[str]:
    """The names of all parameters of a request."""
    return list(dict.fromkeys(name for name, _ in _said(request) if len(name) <= _LONGEST))[:_MOST]


def repeated(request: HttpRequest) -> list[str]:
    """The names of those that are said again, and otherwise, in capitals or not."""
    first: dict[str, str] = {}
    return list({name.lower(): 0 for name, value in _said(request) if first.setdefault(name.lower(), value) != value})


def _said(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """All parameters: query, form, multipart, the members of a JSON object, or the elements of an XML document that
    have no others in them."""
    yield from read_query(request.query)
    if request.form is not None:
        yield from ((name, decode(value)) for name, value in request.form)
    elif request.body[:1] == b"{":
        with suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            members = msgspec.json.decode(request.body, type=dict[str, msgspec.Raw])
            yield from ((name, decode(bytes(value))) for name, value in members.items())
    elif request.body.removeprefix(BOM_UTF8).lstrip()[:1] == b"<":
        with suppress(xml.BadXml):
            root = xml.read(request.body)
            told = (root.name == "Envelope" and root.child("Body")) or root
            yield from ((one.name, one.text) for one in told.all() if not one.children)
    elif b"=" in request.body[:100]:
        yield from read_query(request.body)


def nearly(names: Iterable[str], known: tuple[str, ...], case_counts: bool) -> list[tuple[str, str]]:
    """Names that are none of the known ones but close to one: (as written, as known)."""
    exact = set(known) if case_counts else {name.lower() for name in known}
    by_bare = {_bare("", name.lower()): name for name in known}
    found = []
    for name in names:
        if (name if case_counts else name.lower()) in exact:
            continue
        bare = _bare("", name.lower())
        near = [bare] if bare in by_bare else difflib.get_close_matches(bare, by_bare, 1, _CLOSE)
        if near:
            found.append((name, by_bare[near[0]]))
    return found
