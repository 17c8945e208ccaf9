"""What the client halves share in reading replies: JSON behind a byte order mark, a charset among other parameters."""

from codecs import lookup
from typing import Any

import msgspec

BOM = b"\xef\xbb\xbf"


def read_json(octets: bytes, charset: str = "utf-8") -> Any:
    """JSON of a body; a byte order mark before it is passed over. Raises msgspec.DecodeError or UnicodeDecodeError."""
    if octets.startswith(BOM):
        return msgspec.json.decode(octets[len(BOM) :])
    return msgspec.json.decode(octets if charset == "utf-8" else octets.decode(charset).encode())


def charset_of(content_type: str, default: str = "utf-8") -> str:
    """The charset that a Content-Type names, wherever among its parameters; the default for none that Python knows."""
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            try:
                return lookup(value.strip().strip("\"'")).name
            except LookupError:
                return default
    return default
