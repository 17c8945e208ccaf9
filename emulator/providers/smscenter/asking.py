"""Parameters to commands, the same over HTTP and SOAP."""

import re
from collections.abc import Mapping
from typing import Any

from emulator.core.commands import BalanceQuery, Credential, Delete, Fault, Price, Query, QueryMany, Submit
from emulator.core.reasons import Reason
from emulator.providers.smscenter.parameters import Parameters
from emulator.providers.smscenter.texts import cut, transliterated
from emulator.wire import HttpRequest

OTHER_PRODUCTS = {
    "push": "WAP push", "hlr": "an HLR request", "bin": "a binary message", "ping": "a ping message", "mms": "an MMS",
    "mail": "an e-mail", "call": "a voice call", "viber": "a Viber message", "soc": "a message to a social network",
    "bot": "a message of a bot", "tg": "a Telegram message", "whatsapp": "a WhatsApp message",
}  # fmt: skip
"""Parameters of send.php that make something else than an SMS of a message."""

_line = re.compile(r"([^:;]*)[:;](.*)", re.DOTALL).fullmatch
_number = re.compile(r"[,;\n]").split


def credential_of(parameters: Parameters) -> Credential | None:
    """apikey goes before login; psw with an empty login is an apikey, as the official libraries send it."""
    apikey, login, psw = parameters.get("apikey"), parameters.get("login"), parameters.get("psw")
    if apikey:
        return Credential("apikey", apikey)
    if login:
        return Credential("login", login, psw or None)
    return Credential("apikey", psw) if psw else None


def common(request: HttpRequest, parameters: Parameters, protocol: str, style: Mapping[str, str]) -> dict[str, Any]:
    """What every command of a request carries."""
    fault = None
    if parameters.problem:
        fault = Fault(Reason.BODY_UNREADABLE, {"problem": parameters.problem})
    return {
        "provider": "smscenter", "protocol": protocol, "credential": credential_of(parameters), "peer": request.peer,
        "in_flight": request.in_flight, "fault": fault, "notes": parameters.notes, "style": dict(style),
    }  # fmt: skip


def submit(parameters: Parameters, shared: dict[str, Any], cost: bool) -> Submit:
    """A send, or the question what it would cost."""
    destinations, texts, broken = _recipients(parameters)
    most = parameters.get("maxsms")
    problem = broken or _other_product(parameters)
    if most and not (most.isascii() and most.isdigit() and 0 < len(most) < 6 and int(most)):
        problem = problem or f"maxsms `{most}` is no number of parts"
    if problem and shared["fault"] is None:
        shared = {**shared, "fault": Fault(Reason.PARAMETER_INVALID, {"problem": problem})}
    most_parts = int(most) if most and not problem else None
    kind = parameters.get("translit")

    def made(text: str) -> str:
        text = transliterated(text, kind)
        return text if most_parts is None else cut(text, most_parts)

    own = parameters.get("id")
    name = parameters.get("sender")
    mes = parameters.values.get("mes")
    extra = {word: parameters.get(word) for word in ("time", "tz", "valid") if parameters.on(word)}
    return (Price if cost else Submit)(
        **shared,
        destinations=destinations,
        texts=tuple(map(made, texts)),
        text="\n".join(map(made, texts)) if texts else None if mes is None else made(mes),
        sender="" if name == "." else name,
        own_id=own if own not in ("", "0") else None,
        flash=parameters.on("flash"),
        report=True,
        extra=extra,
    )


def _recipients(parameters: Parameters) -> tuple[tuple[str, ...] | None, tuple[str, ...], str]:
    """Numbers, the text of each if each has its own, and what is wrong with the list."""
    phones, listed = parameters.values.get("phones"), parameters.get("list")
    if not listed:
        return None if phones is None else _numbers(phones), (), ""
    destinations: list[str] = []
    texts: list[str] = []
    for line in filter(str.strip, listed.splitlines()):
        found = _line(line)
        if found is None or not found[2].strip():
            return (), (), f"list has a line without number or text: {line[:40]}"
        numbers = _numbers(found[1])
        destinations += numbers
        texts += [found[2]] * len(numbers)
    return tuple(destinations), tuple(texts), ""


def _numbers(phones: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, _number(phones))))


def _other_product(parameters: Parameters) -> str:
    if OTHER_PRODUCTS.keys().isdisjoint(parameters.values):
        return ""
    for word, what in OTHER_PRODUCTS.items():
        if parameters.on(word):
            asked = f"{word}={parameters.get(word)[:20]}"
            return f"{asked} asks for {what}; the emulator sends SMS alone [smscenter.products]"
    return ""


def query(parameters: Parameters, shared: dict[str, Any]) -> Query:
    """The status of one message."""
    values = parameters.values
    phone, own = values.get("phone"), values.get("id")
    return Query(
        **shared, destination=None if phone is None else phone.strip(), provider_id=None if own is None else own.strip()
    )


def is_list(parameters: Parameters) -> bool:
    """A comma in phone or id, be it the last character, asks for the multiple form."""
    return "," in parameters.get("phone") or "," in parameters.get("id")


def query_many(parameters: Parameters, shared: dict[str, Any], delete: bool) -> QueryMany | Delete:
    """Lists of the same order; one that holds a single entry goes with each of the other."""
    phones, ids = (_listed(parameters.get(word)) for word in ("phone", "id"))
    if len(phones) == 1:
        phones *= len(ids)
    elif len(ids) == 1:
        ids *= len(phones)
    wanted = tuple(zip(phones, ids, strict=True)) if phones and len(phones) == len(ids) else None
    return (Delete if delete else QueryMany)(**shared, wanted=wanted)


def _listed(text: str) -> list[str]:
    return list(filter(None, map(str.strip, text.split(","))))


def balance(shared: dict[str, Any]) -> BalanceQuery:
    return BalanceQuery(**shared)
