"""Parameters to commands, the same over HTTP and SOAP."""

from typing import Any, TypeVar

import msgspec

from emulator.core.commands import Command, Credential, Delete, Fault, Price, Query, QueryMany, Submit
from emulator.core.messages import MessageKind
from emulator.core.reasons import Reason
from emulator.core.text import Measure
from emulator.http.messages import HttpRequest
from emulator.providers.asked import escaped_as_a_whole, host
from emulator.providers.smscenter import countries
from emulator.providers.smscenter.kinds import KINDS
from emulator.providers.smscenter.lists import Recipients, numbers_of, of_list
from emulator.providers.smscenter.parameters import DEFAULT_CHARSET, IGNORED, OFF, Parameters
from emulator.providers.smscenter.text_options import cut, transliterated

Made = TypeVar("Made", bound=Command)

OTHER_PRODUCTS = {
    "push": "WAP push", "hlr": "an HLR request", "bin": "a binary message", "ping": "a ping message", "mms": "an MMS",
    "mail": "an e-mail", "call": "a voice call", "viber": "a Viber message", "soc": "a message to a social network",
    "bot": "a message of a bot", "tg": "a Telegram message", "whatsapp": "a WhatsApp message",
}  # fmt: skip
"""Parameters of send.php that make something else than an SMS of a message (kinds.py has those that are served)."""

_ONE = Measure("gsm7", 0, 1)
"""What a message that is not text is charged by."""

GUESS = "as-utf-8"
"""In `extra`: the same texts and senders read as UTF-8, of a request that names no charset."""


def credential_of(parameters: Parameters) -> Credential | None:
    """apikey goes before login; psw with an empty login is an apikey, as the official libraries send it."""
    said = parameters.values.get
    apikey, login, psw = said("apikey"), said("login"), said("psw")
    if apikey:
        return Credential("apikey", apikey)
    if login:
        return Credential("login", login, psw or None)
    return Credential("apikey", psw) if psw else None


_CLOSED = {name: ("", *digits) for name, digits in {
    "fmt": "0123", "cost": "0123", "all": "012", "translit": "012", "op": "01", "err": "01", "flash": "01", "del": "01",
    "cur": "01", "nl": "01",
}.items()}  # fmt: skip
"""Parameters with few values, each a digit."""

_LISTS = frozenset(("op", "err"))


def _bent(request: HttpRequest, parameters: Parameters, style: dict[str, str]) -> list[str]:
    """What is let pass in silence, and told by lint: rows of the contract."""
    values = parameters.values
    found = []
    for name, value in values.items():
        if name in _CLOSED and value not in _CLOSED[name]:
            found.append("smscenter.http.values")
            break
    if not IGNORED.isdisjoint(values) and any(map(parameters.on, IGNORED)):
        found.append("smscenter.send.ignored")
    shown = style.get("fmt") in ("2", "3") or "soap" in style
    if not shown and not _LISTS.isdisjoint(values) and any(map(parameters.on, _LISTS)):
        found.append("smscenter.send.lists-unseen")
    if values.get("list") and (values.get("phones") or values.get("mes")):
        found.append("smscenter.send.list-alone")
    if "%3" in request.target and escaped_as_a_whole(request):
        found.append("smscenter.http.query-escaped")
    return found


_STYLE = ("fmt", "cost", "err", "op", "all", "cur")


def style(parameters: Parameters) -> dict[str, str]:
    """How the answer is wanted."""
    values, said = parameters.values, {}
    for word in _STYLE:
        if word in values and values[word] not in OFF:
            said[word] = values[word]
    if parameters.charset != DEFAULT_CHARSET:
        said["charset"] = parameters.charset
    return said


def at_host(style: dict[str, str], request: HttpRequest) -> dict[str, str]:
    """With the country of the host that was asked, where something of the answer depends on it."""
    where = countries.country(host(request))
    if where:
        style["country"] = where
    return style


def common(command: Made, request: HttpRequest, parameters: Parameters, style: dict[str, str]) -> Made:
    """The command, with what every one of a request carries."""
    command.credential, command.peer, command.style = credential_of(parameters), request.peer, style
    if request.in_flight > 1:
        command.in_flight = request.in_flight
    if parameters.problem:
        command.fault = Fault(Reason.BODY_UNREADABLE, {"problem": parameters.problem})
    bent = _bent(request, parameters, style)
    if bent or parameters.notes:
        command.notes = (*parameters.notes, *bent)
    return command


def submit(request: HttpRequest, parameters: Parameters, protocol: str, style: dict[str, str], cost: bool) -> Submit:
    """A send, or the question what it would cost."""
    values = parameters.values
    phones, own, sender = values.get("phones"), _as_id(values.get("id", "")), values.get("sender", "")
    command = common((Price if cost else Submit)(
        provider="smscenter", protocol=protocol, destinations=None if phones is None else numbers_of(phones),
        text=values.get("mes"), sender="" if sender == "." else sender, own_id=own if own not in OFF else None,
        flash="flash" in values and parameters.on("flash"), report=True,
    ), request, parameters, style)  # fmt: skip
    if parameters.guess is not None or not _MORE.isdisjoint(values):
        _add_more(command, request, parameters)
    return command


def _as_id(written: str) -> str:
    """An id as it is kept and told: a number, where it is one, has no noughts in front."""
    return written.lstrip("0") if written.isascii() and written.isdigit() else written


_TIMED = frozenset(("time", "valid", "period", "freq", "tz"))
_MORE = frozenset(("list", "maxsms", "translit", *_TIMED, *OTHER_PRODUCTS))
"""What makes more of a send than a text to some numbers."""


def _add_more(command: Submit, request: HttpRequest, parameters: Parameters) -> None:
    found, values, extra = _recipients(parameters), parameters.values, command.extra
    most = values.get("maxsms")
    kind, wrong = _product(parameters)
    problem = wrong if kind != "sms" else found.problem or wrong
    if most and not (most.isascii() and most.isdigit() and 0 < len(most) < 6 and int(most)):
        problem = problem or f"maxsms `{most}` is not a number of parts"
    if problem and command.fault is None:
        command.fault = Fault(Reason.PARAMETER_INVALID, {"problem": problem})
    extra |= {word: parameters.get(word) for word in ("time", "valid", "period", "freq") if parameters.on(word)}
    if parameters.get("tz"):
        extra["tz"] = parameters.get("tz")
    if found.zones:
        extra["zones"] = ",".join(found.zones)
    if extra:
        at_host(extra, request)
    if parameters.guess is not None and kind == "sms":
        guess = msgspec.structs.replace(parameters, values=parameters.guess, guess=None)
        extra[GUESS] = msgspec.json.encode(_said(guess, _recipients(guess), problem)).decode()
    command.kind, command.destinations = kind, found.numbers
    said = _said(parameters, found, problem) if kind == "sms" else _no_text(parameters, kind)
    for name, value in said.items():
        setattr(command, name, value)


def _no_text(parameters: Parameters, kind: MessageKind) -> dict[str, Any]:
    """What a call or a question about a number has in the place of a text."""
    return {"text": parameters.values.get("mes") if KINDS[kind].text else "", "measured": _ONE}


_LONGEST_SPELT = 100_000
"""Characters: no longer text is sent, and to spell one anew holds up others."""


def _said(parameters: Parameters, found: Recipients, problem: str) -> dict[str, Any]:
    """Texts and senders: for all, or for each recipient."""
    values = parameters.values
    most, kind, mes, texts = values.get("maxsms"), values.get("translit", ""), values.get("mes"), found.texts
    if most or kind:

        def made(text: str) -> str:
            text = transliterated(text, kind) if len(text) <= _LONGEST_SPELT else text
            return text if not most or problem else cut(text, int(most))

        mes, texts = None if mes is None else made(mes), tuple(map(made, texts))
    name = _name(values.get("sender", ""))
    if not texts:
        return {"text": mes, "sender": name}
    return {
        "texts": texts, "text": "\n".join(texts), "sender": name,
        "senders": tuple(_name(own) if own else name for own in found.senders),
    }  # fmt: skip


def _name(sender: str) -> str:
    return "" if sender == "." else sender


def _recipients(parameters: Parameters) -> Recipients:
    values = parameters.values
    listed, phones = values.get("list"), values.get("phones")
    if listed:
        return of_list(listed, parameters.on("nl"))
    return Recipients(None if phones is None else numbers_of(phones))


def _product(parameters: Parameters) -> tuple[MessageKind, str]:
    """The kind of message that is asked for, and why it cannot be had."""
    wanted = [word for word in OTHER_PRODUCTS if parameters.on(word)]
    if len(wanted) > 1:
        return "sms", f"{' and '.join(wanted)} ask for more than one product [smscenter.products]"
    for kind, one in KINDS.items():
        if kind in wanted:
            return kind, one.problem(parameters)
    for word in wanted:
        asked = f"{word}={parameters.get(word)[:20]}"
        return "sms", f"{asked} asks for {OTHER_PRODUCTS[word]}, which the emulator leaves out [smscenter.products]"
    return "sms", ""


def query(parameters: Parameters, protocol: str) -> Query:
    """The status of one message."""
    values = parameters.values
    phone, own = values.get("phone"), values.get("id")
    return Query(
        provider="smscenter", protocol=protocol, destination=None if phone is None else phone.strip(),
        provider_id=None if own is None else _asked_id(own.strip()),
    )  # fmt: skip


def _asked_id(written: str) -> str:
    return _as_id(written) or written


def is_list(parameters: Parameters) -> bool:
    """A comma in phone or id, be it the last character, asks for the multiple form."""
    values = parameters.values
    return "," in values.get("phone", "") or "," in values.get("id", "")


def query_many(parameters: Parameters, delete: bool) -> QueryMany | Delete:
    """Lists of the same order; one that holds a single entry goes with each of the other."""
    phones, ids = _listed(parameters.get("phone")), [_asked_id(one) for one in _listed(parameters.get("id"))]
    if len(phones) == 1:
        phones *= len(ids)
    elif len(ids) == 1:
        ids *= len(phones)
    wanted = tuple(zip(phones, ids, strict=True)) if phones and len(phones) == len(ids) else None
    return (Delete if delete else QueryMany)(provider="smscenter", wanted=wanted)


def _listed(text: str) -> list[str]:
    return list(filter(None, map(str.strip, text.split(","))))
