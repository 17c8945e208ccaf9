"""HTTP parameters from bytes: query, form, multipart or JSON, in the charset that the request names."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from emulator.http.messages import HttpRequest, read_query

FORM = "application/x-www-form-urlencoded"
CHARSETS = {
    "utf-8": "utf-8", "utf8": "utf-8", "koi8-r": "koi8-r", "windows-1251": "windows-1251", "cp1251": "windows-1251",
}  # fmt: skip
DEFAULT_CHARSET = "windows-1251"


class Parameters(NamedTuple):
    """`problem`: why the body could not be read, or ""; `notes`: rows whose requirement was violated; `guess`: the
    values read as UTF-8, where no charset is named and they look like it."""

    values: Mapping[str, str]
    charset: str
    problem: str = ""
    notes: tuple[str, ...] = ()
    guess: Mapping[str, str] | None = None

    def get(self, name: str, default: str = "") -> str:
        return self.values.get(name, default)

    def on(self, name: str) -> bool:
        """Does a switch-like parameter stand at something else than nothing and 0?"""
        return self.values.get(name, "") not in ("", "0")


def read(request: HttpRequest, json: bool = False) -> Parameters:
    """All parameters; the body's go before the query's. `json`: a body may be a JSON object."""
    raw = [(name, value.encode("latin-1", "replace")) for name, value in read_query(request.query, "latin-1")]
    problem = ""
    if request.form is not None:
        raw += request.form
    elif request.body:
        kind = request.header("content-type").partition(";")[0].strip().lower()
        if json and (kind == "application/json" or (kind != FORM and request.body.lstrip()[:1] == b"{")):
            return _from_json(request.body, dict(raw))
        if kind.startswith("multipart/"):
            problem = "the multipart body is broken"
        elif kind in ("", FORM, "text/plain"):
            raw += [(name, value.encode("latin-1", "replace")) for name, value in read_query(request.body, "latin-1")]
    return _decoded(dict(raw), problem, ("smscenter.send.raw-octets",) if request.raw_octets else ())


def _decoded(raw: Mapping[str, bytes], problem: str, notes: tuple[str, ...]) -> Parameters:
    asked = raw.get("charset", b"").decode("latin-1").strip().lower()
    charset = CHARSETS.get(asked)
    if asked and charset is None:
        notes = (*notes, "smscenter.http.charset-unknown")
    guess = None
    if charset is None and any(map(looks_like_utf8, (raw.get("mes", b""), raw.get("list", b"")))):
        notes = (*notes, "smscenter.send.charset-missing")
        guess = {name: value.decode("utf-8", "replace") for name, value in raw.items()}
    values = {name: value.decode(charset or DEFAULT_CHARSET, "replace") for name, value in raw.items()}
    return Parameters(values, charset or DEFAULT_CHARSET, problem, notes, guess)


def looks_like_utf8(octets: bytes) -> bool:
    if octets.isascii():
        return False
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return True


def _from_json(body: bytes, query: Mapping[str, bytes]) -> Parameters:
    """A JSON object of plain values; a list is joined by commas, true is 1."""
    before = {name: value.decode("utf-8", "replace") for name, value in query.items()}
    try:
        found = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return Parameters(before, "utf-8", f"it is no JSON object: {error}")
    return Parameters({**before, **{name: _plain(value) for name, value in found.items()}}, "utf-8")


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, list):
        return ",".join(map(_plain, value))
    return "" if value is None else str(value)
