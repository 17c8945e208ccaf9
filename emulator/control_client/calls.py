"""One call of the control API: words to a request, the reply to records. Paths come from the table of calls
(control_api/paths.py), by its operation names."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from emulator.control_api.paths import ADDRESSES, CallAddress
from emulator.control_client.records import Record, missing, read
from emulator.control_client.transports import ApiTransport
from emulator.http.messages import HttpRequest, write_query

__tracebackhide__ = True
"""A failed test shows the line that called a method, not ours (pytest reads this)."""

Json = Mapping[str, Any]

ALL = 1_000_000
"""A list of a handle is the whole list; over HTTP it is 100 unless told otherwise."""
_JSON = (("Content-Type", "application/json"),)


async def ask(
    door: ApiTransport, method: str, path: str, body: Any = None, query: Json | None = None, patience: float = 60.0
) -> Any:
    fields = [(name, _word(value)) for name, value in (query or {}).items() if value is not None]
    target = f"{path}?{write_query(fields)}" if fields else path
    octets = b"" if body is None else _written(body).encode()
    headers = _JSON if octets else ()
    reply = await door(HttpRequest(method=method, target=target, headers=headers, body=octets), patience)
    return read(_said(method, path, fields), reply)


def _said(method: str, path: str, fields: list[tuple[str, str]]) -> str:
    """A call in words, for a refusal."""
    words = ", ".join(f"{name} {value}" for name, value in fields if (name, value) != ("limit", str(ALL)))
    return f"{method} {path} ({words})" if words else f"{method} {path}"


def call_of(name: str) -> CallAddress:
    if name not in ADDRESSES:
        raise LookupError(missing(name, "the control API has no such operation", ADDRESSES))
    return ADDRESSES[name]


def record(told: Any) -> Record:
    found: Record = told
    return found


def _word(value: Any) -> str:
    """A value of a query."""
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(_plain(value, str))


def _plain(value: Any, other: Any = None) -> Any:
    """A value that JSON does not know, in one that it does."""
    match value:
        case datetime():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Decimal():
            return float(value)
    if other is not None:
        return other(value)
    raise TypeError(f"{value!r} cannot be told to the emulator: JSON has no {type(value).__name__}")


_written = json.JSONEncoder(default=_plain).encode
