"""What was said in a query, a JSON object or a `<request>`, to commands: the same parameters in three spellings.

A parameter that is not there, or null, is None. JSON allows more types than the documentation shows; each is read the
one way it can be meant, or the request gets a fault.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from emulator.core.commands import Credential, Fault, RegisterSender, Submit
from emulator.core.reasons import Reason
from emulator.http.messages import Fields, HttpRequest
from emulator.providers.asked import differ, escaped_as_a_whole, host, undecodable, whole
from emulator.providers.ubill.hosts import WRONG_HOST
from emulator.providers.ubill.lint import PARAMETERS

Said = Mapping[str, Any]

_code = re.compile(r"(?<![0-9])[0-9]{4,8}(?![0-9])").search


def who(request: HttpRequest, query: Fields) -> Credential | None:
    """The key of the query or, without one there, of the header `key` (ubill.md 1)."""
    key = next((value for name, value in query if name == "key" and value), "") or request.header("key")
    return Credential("key", key) if key else None


def submit(
    request: HttpRequest, query: Fields, said: Said, fault: Fault | None = None, notes: tuple[str, ...] = ()
) -> Submit:  # fmt: skip
    """A send: what it says, in its query or elsewhere. `fault`: what was wrong with the body, if anything."""
    text, wrong = _text(said, "text")
    send_time, wrong_too = _text(said, "sendTime")
    otp = _says(said.get("otp"), "true", "1")
    numbers = _numbers(said)
    bent = [*notes, *odd(request), *(("ubill.send.raw-octets",) if request.raw_octets else ())]
    if any(said.get(name) is not None and not _says(said[name], *_FLAG) for name in ("otp", "stopList")):
        bent.append("ubill.send.flags")
    if any(entry != entry.strip() for entry in numbers or ()):
        bent.append("ubill.send.numbers-spaces")
    if undecodable(text, request, "text"):
        bent.append("ubill.send.text")
    if otp and not _code(text or ""):
        bent.append("ubill.send.otp-only")
    return Submit(
        provider="ubill", credential=who(request, query), peer=request.peer, in_flight=request.in_flight,
        fault=fault or wrong or wrong_too, notes=tuple(bent), destinations=numbers, text=text,
        sender=_plain(said.get("brandID")), ignore_stoplist=_says(said.get("stopList"), "false", "0"), first=otp,
        report=True, extra={"sendTime": send_time} if send_time else {},
    )  # fmt: skip


def repeated(fields: Fields, said: Mapping[str, str]) -> tuple[str, ...]:
    """The row that is bent where a parameter is said twice, and not alike."""
    return ("ubill.send.repeated",) if len(said) < len(fields) and differ(fields, said, PARAMETERS["send"]) else ()


_FLAG = ("", "true", "false", "1", "0")


def odd(request: HttpRequest) -> Iterator[str]:
    """Rows that a request bends whatever it asks."""
    if host(request) == WRONG_HOST:
        yield "ubill.send.wrong-host"
    if escaped_as_a_whole(request):
        yield "ubill.send.query-escaped"


def register(request: HttpRequest, query: Fields, said: Said, fault: Fault | None = None) -> RegisterSender:
    """A new brand name."""
    name, wrong = _text(said, "brandName")
    return RegisterSender(
        provider="ubill", credential=who(request, query), peer=request.peer, in_flight=request.in_flight,
        fault=fault or wrong, notes=tuple(odd(request)), name=name,
    )  # fmt: skip


def _numbers(said: Said) -> tuple[str, ...] | None:
    """Comma-separated, or a list of integers or texts, or one integer. Empty entries are left out."""
    numbers = said.get("numbers")
    if numbers is None:
        return None
    entries = numbers.split(",") if isinstance(numbers, str) else numbers if isinstance(numbers, list) else [numbers]
    return tuple(entry for entry in map(_plain, entries) if entry)


_NO_TEXTS = (list, dict, bool)


def _text(said: Said, name: str) -> tuple[str | None, Fault | None]:
    """A text; a number is one written without quotation marks. Lists and objects are none."""
    value = said.get(name)
    if isinstance(value, _NO_TEXTS):
        return None, Fault(Reason.PARAMETER_INVALID, {"parameter": name, "why": f"it is a {type(value).__name__}"})
    return _plain(value), None


def _plain(value: Any) -> str | None:
    """A scalar as it would stand in a query; anything else as its JSON, which is not a number and no name."""
    return value if value is None or isinstance(value, str) else msgspec.json.encode(whole(value)).decode()


def _says(value: Any, *words: str) -> bool:
    """Is it one of the words? JSON's false and 0 are what they look like."""
    written = _plain(value)
    return written is not None and written.lower() in words
