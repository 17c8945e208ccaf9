"""The same fields in the spellings that HTTP has for them: query, form, multipart, JSON, raw octets."""

import json
from collections.abc import Sequence
from typing import Any

from fuzz.chance import Chance

from emulator.http.messages import Fields, write_query

FORM = "application/x-www-form-urlencoded"
KINDS = (
    FORM, f"{FORM}; charset=UTF-8", "application/json", "text/plain", "multipart/form-data",
        "multipart/form-data; boundary=b",
    "text/xml", "application/octet-stream", "", ";", "APPLICATION/X-WWW-FORM-URLENCODED", "a/b; charset=\xff",
)  # fmt: skip
CHARSETS = ("utf-8", "utf-8", "utf-8", "windows-1251", "utf-16", "koi8-r", "latin-1")


def query(chance: Chance, fields: Fields) -> str:
    """A query string or form body: as it should be, with octets unescaped, or mutated."""
    written = write_query(fields, chance.choice(CHARSETS) if chance.one_in(chance.wild) else "utf-8")
    match chance.randrange(8) if chance.one_in(chance.wild) else 8:
        case 0:
            return "&".join(f"{name}={value}" for name, value in fields).encode().decode("latin-1")
        case 1:
            return chance.mutated(written.encode("latin-1")).decode("latin-1")
        case _:
            return written


def target(path: str, written: str) -> str:
    """A request target as the transport hands it on: no blank, no control character, octets beyond ASCII escaped."""
    octets = f"{path}?{written}".encode("latin-1", "replace")
    return "".join(chr(one) if 0x21 <= one < 0x7F else f"%{one:02X}" for one in octets)


def form(chance: Chance, fields: Fields) -> tuple[tuple[str, bytes], ...]:
    """A multipart body as the transport takes it apart."""
    charset = chance.choice(CHARSETS)
    return tuple((name, value.encode(charset, "replace") + chance.octets(2) * chance.one_in(3 * chance.wild)) for name,
        value in fields)


def multipart(chance: Chance, fields: Fields, boundary: bytes = b"b") -> bytes:
    """A multipart body as octets, sometimes broken."""
    parts = [
        b'--%b\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n' % (
            boundary, name.encode().replace(b'"', b"'"), chance.choice((b"", b"", b"", b'; filename="f"', b"; x")),
            value.encode(),
        )
        for name, value in fields
    ]  # fmt: skip
    whole = b"".join(parts) + b"--%b--\r\n" % boundary
    return chance.mutated(whole) if chance.one_in(3) else whole


def json_value(chance: Chance, written: str, depth: int = 3) -> Any:
    """A text as one of JSON's types."""
    match chance.randrange(12) if chance.one_in(chance.wild) else 12:
        case 0:
            return int(written) if written.isascii() and written.isdigit() and len(written) < 400 else None
        case 1:
            return chance.choice((True, False, None, 0, -1, 1.5, 1e308, 2**70, "", [], {}))
        case 2 if depth:
            return [json_value(chance, part, depth - 1) for part in written.split(",")[:50]]
        case 3 if depth:
            return {written[:20]: json_value(chance, written, depth - 1)}
        case 4:
            return written.split(",")[:50]
        case _:
            return written


def json_body(chance: Chance, fields: Fields) -> bytes:
    """A JSON object, sometimes broken, deep, or something else than an object."""
    match chance.randrange(30):
        case 0:
            depth = chance.choice((10, 500, 3000, 100_000))
            return b'{"numbers":' * depth if chance.one_in(2) else b"[" * depth + b"]" * depth
        case 1:
            return chance.choice((b"", b"[]", b"null", b"1e999", b'"x"', b"\xef\xbb\xbf{}", b'{"text":"\\ud800"}',
                b"{" * 9))
    said = {name: json_value(chance, value) for name, value in fields}
    octets = json.dumps(said, ensure_ascii=chance.one_in(2)).encode("utf-8", "replace")
    return chance.mutated(octets) if chance.one_in(chance.wild) else octets


_SPACES = (
    "", "", "", "", ' xmlns="urn:a"', ' xmlns:p="urn:b"', ' a="1" b="2"', ' xml:lang="en"', ' xmlns:p=""',
    ' xmlns:xml="urn:c"',
)  # fmt: skip
_NASTY = (
    '<!DOCTYPE a [<!ENTITY l "lol"><!ENTITY m "&l;&l;&l;&l;">]>', '<!DOCTYPE a SYSTEM "file:///etc/passwd">',
    "<?php 1 ?>",
    "<!-- x -->", "<![CDATA[x]]>", "&l;", "&#xD800;", "&#0;", "&#x41;", "<a/>" * 50, "<a>" * 40, "]]>", "\ufffe",
    "<:a/>",
)  # fmt: skip
_DECLARATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?>', '<?xml version="1.0" encoding="windows-1251"?>', "", "", "\ufeff",
    '<?xml version="1.0" encoding="utf-16"?>', '<?xml version="1.1"?>', '<?xml version="1.0" encoding="x-user"?>',
)  # fmt: skip


def element(chance: Chance, name: str, text: str) -> str:
    """One element, its text escaped, in CDATA, or as it is."""
    match chance.randrange(4) if chance.one_in(2 * chance.wild) else 12:
        case 0:
            inner = text
        case 1:
            inner = f"<![CDATA[{text}]]>"
        case 2:
            inner = chance.choice(_NASTY)
        case _:
            inner = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    space = chance.choice(_SPACES) if chance.one_in(3 * chance.wild) else ""
    return f"<{name}{space}>{inner}</{name.partition(' ')[0]}>"


def xml(chance: Chance, opening: Sequence[str], fields: Fields) -> bytes:
    """A document: the elements of `opening` around one element a field; sometimes broken, or in another encoding."""
    inside = "".join(element(chance, name, value) for name, value in fields)
    if chance.one_in(20):
        inside += chance.choice(_NASTY)
    for tag in reversed(opening):
        inside = f"<{tag}>{inside}</{tag.partition(' ')[0]}>"
    nasty = chance.choice(_NASTY) if chance.one_in(20) else ""
    wild = chance.one_in(chance.wild)
    written = chance.choice(_DECLARATIONS if wild else _DECLARATIONS[:1]) + nasty + inside
    octets = written.encode(chance.choice(("utf-8", "utf-8", "utf-16", "windows-1251")) if wild else "utf-8", "replace")
    return chance.mutated(octets) if chance.one_in(chance.wild) else octets
