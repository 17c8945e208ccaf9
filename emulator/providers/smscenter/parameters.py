"""HTTP parameters from bytes: query, form, multipart or JSON, in the charset that the request names."""

from collections.abc import Mapping
from typing import Any

import msgspec

from emulator.http.messages import HttpRequest, read_query
from emulator.providers.asked import is_json, readable, whole
from emulator.providers.smscenter.lint import PARAMETERS

FORM = "application/x-www-form-urlencoded"
CHARSETS = {
    "utf-8": "utf-8", "utf8": "utf-8", "koi8-r": "koi8-r", "windows-1251": "windows-1251", "cp1251": "windows-1251",
}  # fmt: skip
DEFAULT_CHARSET = "windows-1251"


OFF = ("", "0")
"""What a switch-like parameter says that is off."""
IGNORED = frozenset(("tinyurl", "pp", "userip", "imgcode", "smsreq", "subj", "fileurl", "param", "voice"))
_READ = frozenset(PARAMETERS["send"]) - IGNORED
_TEXTS = ("mes", "list")


class Parameters(msgspec.Struct, frozen=True, gc=False):
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
        return self.values.get(name, "") not in OFF


def read(request: HttpRequest, json: bool = False) -> Parameters:
    """All parameters; the body's go before the query's. `json`: a body may be a JSON object."""
    raw = read_query(request.query, "latin-1")
    problem, notes, charset = "", ("smscenter.send.raw-octets",) if request.raw_octets else (), None
    if request.form is not None:
        raw += [(name, value.decode("latin-1")) for name, value in request.form]
    elif request.body:
        kind = request.header("content-type").partition(";")[0].strip().lower()
        if json and (kind == "application/json" or (kind != FORM and is_json(request.body))):
            return _from_json(request.body, dict(raw))
        if kind.startswith("multipart/"):
            problem = "the multipart body is broken"
        elif kind in ("", FORM, "text/plain"):
            raw += read_query(request.body, "latin-1")
            if is_json(request.body):
                notes = (*notes, "smscenter.http.body-unread")
        else:
            notes = (*notes, "smscenter.http.body-unread")
    said = dict(raw)
    if len(said) < len(raw) and any(said[name] != value for name, value in raw):
        notes = (*notes, "smscenter.http.repeated")
    if "charset" in said and (asked := said["charset"].strip()):
        charset = CHARSETS.get(asked.lower())
        if charset is None:
            notes = (*notes, "smscenter.http.charset-unknown")
    if "".join(said.values()).isascii():
        return Parameters(said, charset or DEFAULT_CHARSET, problem, notes)
    guess = None
    if charset is None and any(looks_like_utf8(said.get(name, "").encode("latin-1")) for name in _TEXTS):
        notes = (*notes, "smscenter.send.charset-missing")
        guess = _read_in("utf-8", said)
    charset = charset or DEFAULT_CHARSET
    values = _read_in(charset, said)
    if guess is None and _undecodable(charset, said, values):
        notes = (*notes, "smscenter.http.charset")
    return Parameters(values, charset, problem, notes, guess)


def _undecodable(charset: str, raw: Mapping[str, str], values: Mapping[str, str]) -> bool:
    """Is a text of another charset, or cut within a character?"""
    suspect = (name for name in _TEXTS if "\ufffd" in values.get(name, ""))
    return not all(readable(raw[name].encode("latin-1", "replace"), charset) for name in suspect)


def _read_in(charset: str, raw: Mapping[str, str]) -> dict[str, str]:
    values = dict(raw)
    for name, value in raw.items():
        if not value.isascii():
            values[name] = value.encode("latin-1", "replace").decode(charset, "replace")
    return values


def looks_like_utf8(octets: bytes) -> bool:
    return not octets.isascii() and readable(octets)


def _from_json(body: bytes, query: Mapping[str, str]) -> Parameters:
    """A JSON object of plain values; phones may be an array of numbers, list one of its lines; true is 1, 3.0 is 3."""
    before = _read_in("utf-8", query)
    notes = ("smscenter.http.charset",) if _undecodable("utf-8", query, before) else ()
    try:
        found = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return Parameters(before, "utf-8", f"it is not a JSON object: {error}", notes)
    values, problem = before, ""
    for name, value in found.items():
        parts = value if isinstance(value, list) and name in _ARRAYS else [value]
        nested = next((one for one in parts if isinstance(one, list | dict)), None)
        if nested is not None and name in _READ:
            what = f"a member of {name}" if parts is value else name[:40]
            problem = problem or f"{what} is an {'array' if isinstance(nested, list) else 'object'}, and no text"
        values[name] = _ARRAYS.get(name, "").join(map(_plain, parts))
    return Parameters(values, "utf-8", problem, notes)


_ARRAYS = {"phones": ",", "list": "\n"}
"""What of JSON may be an array, and what its members are joined by."""


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return "" if value in (None, [], {}) else str(whole(value))
