"""The mail gate (facts, 11): a mail to send@send.<host>, whose text is one line of parameters, becomes a send like over
HTTP. What the sender of the mail hears is that it was taken."""

import re
from collections.abc import Mapping
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

from emulator.core.accounts import Account
from emulator.core.commands import AnyCommand
from emulator.core.outcomes import AnyOutcome
from emulator.http.messages import HttpReply, HttpRequest
from emulator.providers.asked import readable
from emulator.providers.base import MailFace, Route
from emulator.providers.smscenter import requests
from emulator.providers.smscenter.parameters import CHARSETS, Parameters, looks_like_utf8

if TYPE_CHECKING:
    from email.message import Message

MOST = 100 * 1024
"""Octets of a mail."""
CHARSET = "koi8-r"
"""Where a mail names none."""
_KNOWN = {**CHARSETS, "us-ascii": "ascii", "ascii": "ascii", "iso-8859-1": "latin-1", "iso-8859-5": "iso-8859-5",
          "cp866": "cp866", "koi8-u": "koi8-u"}  # fmt: skip
FORMATS: Mapping[str, Mapping[str, str]] = {
    "": {}, "0": {}, "1": {"flash": "1"}, "2": {"push": "1"}, "3": {"hlr": "1"}, "4": {"bin": "1"}, "5": {"bin": "2"},
    "6": {"ping": "1"}, "7": {"mms": "1"}, "8": {"mail": "1"}, "9": {"call": "1"}, "10": {"viber": "1"},
    "11": {"soc": "1"},
}  # fmt: skip
"""The field `format`, as the parameters of send.php that ask for the same."""

_begin = re.compile(r"\[text\]", re.IGNORECASE).search
_end = re.compile(r"\[/text\]", re.IGNORECASE).search
_folded = re.compile(rb"\r?\n[ \t]+")
_long = re.compile(rb"^content-[^\n]{4096}", re.IGNORECASE | re.MULTILINE).search
_nested = re.compile(rb"multipart/", re.IGNORECASE)
_MOST_PARTS = 50
_tag = re.compile(r"<[^<>]*>")
_break = re.compile(r"<br\s*/?>|</p>", re.IGNORECASE)
_receiver = re.compile(r"send@send\.[a-z0-9.\-]+", re.IGNORECASE | re.ASCII).fullmatch
_FORM = "login:psw:id:time,tz:translit,format,sender,test:phones:mes"
_FIELDS = ("login", "psw", "id", "when", "how", "phones", "rest")


class MailLine(NamedTuple):
    """What stands in a mail: the line, why there is none, what is odd about it (rows of the contract)."""

    text: str
    problem: str = ""
    notes: tuple[str, ...] = ()


def read_mail(request: HttpRequest, _: Mapping[str, str]) -> AnyCommand:
    """`request`: the mail as a request, its body all that came behind DATA."""
    try:
        found = line_of(request.body)
    except (RecursionError, ValueError, LookupError) as wrong:
        found = MailLine("", f"the mail cannot be read: {wrong}")
    parameters = parameters_of(found)
    return requests.submit(request, parameters, "smtp", {}, parameters.get("test") == "1")


def line_of(octets: bytes) -> MailLine:
    """The line: between [text] and [/text] in any text of the mail, else the first plain text; what is attached is no
    text. Raises what the reader of mails raises for one that is none, ValueError for one that would cost it seconds: it
    takes quadratic time over a long header, and over parts within parts."""
    flat = _folded.sub(b" ", octets)
    if _long(flat) or len(_nested.findall(flat)) > _MOST_PARTS:
        raise ValueError("a header is too long, or there are too many parts")
    from email import message_from_bytes  # mails are rare, and the package is large

    parts = message_from_bytes(octets).walk()
    texts = [part for part in parts if part.get_content_maintype() == "text" and not _attached(part)]
    decoded = [(part, *_decoded(part)) for part in texts]
    for part, text, notes in decoded:
        if part.get_content_subtype() == "html":
            text = unescape(_tag.sub("", _break.sub("\n", text)))
        if (begin := _begin(text)) and (end := _end(text, begin.end())):
            return MailLine(_clean(text[begin.end() : end.start()]).strip("\n"), notes=notes)
    plain = next(((text, notes) for part, text, notes in decoded if part.get_content_subtype() == "plain"), None)
    if plain is None:
        return MailLine("", "it has no plain text, and no [text] in any other")
    line = _clean(plain[0]).rstrip("\n")
    return MailLine(line, "" if line else "there is nothing behind the empty line that ends the headers", plain[1])


def _attached(part: "Message") -> bool:
    return part.get_content_disposition() == "attachment"


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


def _decoded(part: "Message") -> tuple[str, tuple[str, ...]]:
    """Its text, in the charset that it names."""
    octets = part.get_payload(decode=True)
    raw = octets if isinstance(octets, bytes) else b""
    asked = str(part.get_content_charset() or "").lower()
    known = _KNOWN.get(asked)
    charset = known or CHARSET
    odd = (known is None and (asked or looks_like_utf8(raw))) or not readable(raw, charset)
    return raw.decode(charset, "replace"), ("smscenter.mail.charset",) if odd else ()


def parameters_of(found: MailLine) -> Parameters:
    """The line as parameters of send.php; `test` besides."""
    if found.problem:
        return Parameters({}, "utf-8", found.problem, found.notes)
    said: dict[str, str] = dict(zip(_FIELDS, found.text.split(":", len(_FIELDS) - 1), strict=False))
    who: dict[str, str] = {name: said[name].strip() for name in ("login", "psw") if name in said}
    if len(said) < len(_FIELDS):
        problem = f"the line has {len(said)} of {len(_FIELDS)} fields: {_FORM}"
        return Parameters(who, "utf-8", problem, found.notes)
    time, _, zone = said["when"].partition(",")
    translit, kind, sender, test = (one.strip() for one in (said["how"] + ",,,").split(",")[:4])
    asks = FORMATS.get(kind)
    problem = "" if asks is not None else f"the format `{kind[:20]}` is none of 0 to 11"
    to = {"phones": said["phones"], "mes": said["rest"]} if said["phones"].strip() else {"list": said["rest"]}
    given = {"id": said["id"].strip(), "time": time.strip(), "tz": zone.strip(), "translit": translit, "sender": sender,
             "test": test, **(asks or {}), **to}  # fmt: skip
    kept = {name: value for name, value in given.items() if value or name in ("mes", "phones")}
    return Parameters({**who, **kept}, "utf-8", problem, found.notes)


def write(command: AnyCommand, outcome: AnyOutcome, account: Account | None) -> HttpReply:
    """Whatever became of it: no mail tells of an error."""
    return HttpReply(status=250, body=b"OK")


FACE = MailFace(
    receives=lambda address: _receiver(address) is not None, most=MOST,
    route=Route(("MAIL",), "", "send", read_mail, write),
)  # fmt: skip
