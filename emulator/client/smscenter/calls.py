"""What can be asked of SMS Center over HTTP and SOAP, as calls. No I/O."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypedDict, TypeVar

from emulator.client.calls import Call, Patience, Verdict
from emulator.client.environment import from_environment
from emulator.client.options import check_texts, hold, id_text, listed, one
from emulator.client.places import ALL, AtOnce
from emulator.client.provider_calls import ProviderCalls
from emulator.client.references import Used, new_reference
from emulator.client.smscenter import results
from emulator.client.smscenter.errors import KINDS, SmsCenterRefused
from emulator.client.smscenter.rate_limit import Allowed, Kind
from emulator.client.smscenter.results import Cost, MessageStatus, Sent
from emulator.http.messages import HttpReply, HttpRequest
from emulator.providers.reply_reading import BOM
from emulator.providers.smscenter import client as half
from emulator.providers.smscenter.soap import client as soap

T = TypeVar("T")
Numbers = str | Sequence[str]
STATUS = "status"
AT_ONCE: AtOnce = {ALL: 14, STATUS: 4}
"""Requests at once: 15 under one login are error 9, and 5 for a status (facts, section 8)."""


class SoapSendOptions(TypedDict, total=False):
    """`id`: your own (1 to 2147483647, or up to 40 of a-z A-Z 0-9 . - _), used once; with it a lost reply can be
    cleared up; one is made when none is given, None for none (SMS Center's own is told in the answer). `sender`: 11
    characters or 15 digits. `time`: when to send, in any of SMS Center's forms. `clear_up` (True): ask for the status
    when the reply is lost. `retry_sends` (False): send again when the reply was lost and cannot be cleared up, even if
    that doubles the message. `patience`: instead of the client's."""

    id: str | int | None
    sender: str
    time: str
    clear_up: bool
    retry_sends: bool
    patience: Patience | None


class SendOptions(SoapSendOptions, total=False):
    """`flash`: shown at once. `translit`: 1 or 2. `valid`: life time, hours or hh:mm. `maxsms`: cut to so many parts.
    `more`: any other parameter of the page."""

    flash: bool
    translit: int
    valid: str
    maxsms: int
    more: Mapping[str, str]


_PLAIN = ("time", "translit", "valid", "maxsms")


class Calls(ProviderCalls):
    """The calls of one account: login with psw (plain or md5), or apikey."""

    provider = "smscenter"
    base_url = half.BASE_URL
    at_once = AT_ONCE

    def __init__(self, login: str = "", psw: str = "", apikey: str = "", keep_limits: bool = False) -> None:
        check_texts((("the login", login), ("the psw", psw), ("the apikey", apikey)), xml=True)
        self._who = half.Who(login, psw, apikey)
        self.secrets = tuple(one for one in (psw, apikey) if one)
        self._used = Used()
        self._allowed = Allowed() if keep_limits else None

    @classmethod
    def from_environment(cls) -> dict[str, Any]:
        """SMSCENTER_LOGIN and SMSCENTER_PSW, or SMSCENTER_APIKEY, and, where set, SMSCENTER_BASE_URL."""
        optional = {
            "login": "SMSCENTER_LOGIN", "psw": "SMSCENTER_PSW", "apikey": "SMSCENTER_APIKEY",
            "base_url": "SMSCENTER_BASE_URL",
        }  # fmt: skip
        found = from_environment({}, optional)
        if not found.get("apikey") and not (found.get("login") and found.get("psw")):
            raise ValueError("the environment lacks SMSCENTER_LOGIN and SMSCENTER_PSW, or SMSCENTER_APIKEY")
        return found

    # over HTTP

    def send(self, to: Numbers, text: str, options: SendOptions) -> Call[Sent]:
        hold("send", options, SendOptions)
        numbers, id = listed(to), own_id(options)
        said: Mapping[str, object] = {**options}
        more = {name: str(said[name]) for name in _PLAIN if name in said}
        more |= {"flash": "1"} if options.get("flash") else {}
        more |= beside(options, SendOptions)
        sender = options.get("sender", "")
        _check(numbers, text, {"sender": sender, "id": id, **more})
        request = half.send(self._who, numbers, text, sender=sender, id=id, **{"cost": "3", **more})
        return self._send(request, lambda reply: results.read_sent(json_of("send", reply)), numbers, id, options,
                          self.status)  # fmt: skip

    def cost(self, to: Numbers, text: str, patience: Patience | None = None) -> Call[Cost]:
        _check(listed(to), text)
        request = half.cost(self._who, listed(to), text)
        return self._ask("cost", request, lambda reply: results.read_cost(json_of("cost", reply)), patience)

    def status(
        self, phone: str, id: str | int, details: bool = False, patience: Patience | None = None
    ) -> Call[MessageStatus]:  # fmt: skip
        phone, id = one(phone), as_kept(id)
        check_texts((("phone", phone), ("id", id)))
        request = half.status(self._who, phone, id, "2" if details else "0")

        def read(reply: HttpReply) -> MessageStatus:
            found = results.read_status(json_of("status", reply), phone, id)
            if found.code == results.NOT_FOUND:
                raise SmsCenterRefused.told("status", results.NOT_FOUND, id=found.id)
            return found

        return self._ask("status", request, read, patience, self._hold("one", f"{phone} {id}"), STATUS)

    def statuses(
        self, pairs: Sequence[tuple[str, str | int]], details: bool, patience: Patience | None = None
    ) -> Call[tuple[MessageStatus, ...]]:  # fmt: skip
        phones, ids = [one(phone) for phone, _ in pairs], [as_kept(id) for _, id in pairs]
        check_texts(("phone or id", said) for said in (*phones, *ids))
        request = half.statuses(self._who, phones, ids, "2" if details else "0")
        return self._ask("status", request, lambda reply: tuple(map(results.read_status, json_of("status", reply))),
                         patience, self._hold("many"), STATUS)  # fmt: skip

    def delete(self, phone: str, id: str | int, patience: Patience | None = None) -> Call[None]:
        def read(reply: HttpReply) -> None:
            if reply.body.removeprefix(BOM).strip() != b"OK":
                raise ValueError(f"neither OK nor an error: {json_of('status', reply)}")

        phone, id = one(phone), as_kept(id)
        check_texts((("phone", phone), ("id", id)))
        request = half.delete(self._who, phone, id)
        return Call(kinds=KINDS, operation="status", request=request, read=read, doubles=True, secrets=self.secrets,
                    lane=STATUS, patience=patience)  # fmt: skip

    def balance(self, patience: Patience | None = None) -> Call[Decimal]:
        request = half.balance(self._who)
        return self._ask("balance", request, lambda reply: Decimal(json_of("balance", reply)["balance"]), patience,
                         self._hold("balance"))  # fmt: skip

    # over SOAP, by the names of the WSDL

    def send_sms(self, to: Numbers, text: str, options: SoapSendOptions, query: str | None = None) -> Call[Sent]:
        hold("send_sms", options, SoapSendOptions)
        numbers, id = listed(to), own_id(options)
        said: Mapping[str, object] = {**options}
        fields = {"id": id} if id else {}
        fields |= {name: str(said[name]) for name in ("sender", "time") if name in said}
        fields |= {} if query is None else {"query": query}
        _check(numbers, text, fields, xml=True)
        name = "send_sms" if query is None else "send_sms2"
        request = soap.call(name, self._who, {"phones": ",".join(numbers), "mes": text, **fields})
        return self._send(request, lambda reply: results.read_sent(_soap("send", reply)), numbers, id, options,
                          self.get_status)  # fmt: skip

    def get_sms_cost(
        self, to: Numbers, text: str, query: str | None = None, patience: Patience | None = None
    ) -> Call[Cost]:  # fmt: skip
        extra = {} if query is None else {"query": query}
        _check(listed(to), text, extra, xml=True)
        fields = {"phones": ",".join(listed(to)), "mes": text, **extra}
        request = soap.call("get_sms_cost" if query is None else "get_sms_cost2", self._who, fields)
        return self._ask("cost", request, lambda reply: results.read_cost(_soap("cost", reply)), patience)

    def get_status(
        self, phone: str, id: str | int, all: int = 0, query: str | None = None, patience: Patience | None = None
    ) -> Call[MessageStatus]:  # fmt: skip
        phone, id = one(phone), as_kept(id)
        fields = {"phone": phone, "id": id, "all": str(all), **({} if query is None else {"query": query})}
        check_texts(fields.items(), xml=True)
        request = soap.call("get_status" if query is None else "get_status2", self._who, fields)

        def read(reply: HttpReply) -> MessageStatus:
            return results.read_status(_soap("status/soap", reply), phone, id)

        return self._ask("status/soap", request, read, patience, self._hold("one", f"{phone} {id}"), STATUS)

    def get_balance(self, patience: Patience | None = None) -> Call[Decimal]:
        request = soap.get_balance(self._who)
        return self._ask("balance", request, lambda reply: Decimal(_soap("balance", reply)["balance"]), patience,
                         self._hold("balance"))  # fmt: skip

    # what they share

    def was_accepted(self, to: Sequence[str], reference: str | None) -> Call[Sent | Verdict] | None:
        """The question about a send in doubt."""
        return self._question(self.status(to[0], reference), as_kept(reference)) if reference and to else None

    def _send(
        self, request: HttpRequest, read: Callable[[HttpReply], Sent], to: list[str], id: str, options: Any,
        question: Callable[..., Call[MessageStatus]],
    ) -> Call[Sent]:  # fmt: skip
        patience, asked = options.get("patience"), None
        if id and to and options.get("clear_up", True):
            asked = self._question(question(to[0], id, patience=patience), id)

        def sent(reply: HttpReply) -> Sent:
            told = read(reply)
            self._used.first(id)
            return told

        return Call(
            kinds=KINDS, operation="send", request=request, read=sent, doubles=True, clear_up=asked,
            repeat=options.get("retry_sends", False), secrets=self.secrets, reference=id or None, to=tuple(to),
            patience=patience,
        )  # fmt: skip

    def _question(self, call: Call[MessageStatus], id: str) -> Call[Sent | Verdict]:
        """Was it accepted? Of an id that had been used before, that there is such a message proves nothing."""

        def found(reply: HttpReply) -> Sent | Verdict:
            call.read(reply)
            return Sent(id, cleared_up=True) if self._used.first(id) else Verdict.UNCLEAR

        return Call(kinds=KINDS, operation=call.operation, request=call.request, read=found, hold=call.hold,
                    secrets=self.secrets, lane=STATUS, patience=call.patience)  # fmt: skip

    def _ask(
        self, operation: str, request: HttpRequest, read: Callable[[HttpReply], T], patience: Patience | None,
        hold: Callable[[float], None] | None = None, lane: str = "",
    ) -> Call[T]:  # fmt: skip
        return Call(kinds=KINDS, operation=operation, request=request, read=read, hold=hold, secrets=self.secrets,
                    lane=lane, patience=patience)  # fmt: skip

    def _hold(self, kind: Kind, about: str = "") -> Callable[[float], None] | None:
        allowed = self._allowed
        return None if allowed is None else lambda now: allowed.ask(kind, about, now)


_SAID = frozenset(("login", "psw", "apikey", "fmt", "charset", "phones", "mes", "list"))


def beside(options: Mapping[str, Any], kind: type) -> Mapping[str, str]:
    """`more`. Raises ValueError for what the call says itself or takes as an option, and for what makes another answer
    than a send's: its reply could not be told from a lost one."""
    more: Mapping[str, str] = options.get("more", {})
    said = sorted(more.keys() & (_SAID | kind.__annotations__.keys()))
    if said:
        raise ValueError(f"more: {', '.join(said)}: the call says that itself, or takes it as an option")
    if more.get("cost") == "1":
        raise ValueError("more: with cost=1 nothing is sent; the price is told by cost()")
    return more


def own_id(options: Mapping[str, object]) -> str:
    """What a send is called: "" for nothing, as 0 is."""
    id = options["id"] if "id" in options else new_reference()
    return "" if id is None or (kept := as_kept(id)) == "0" else kept


def as_kept(id: object) -> str:
    """An id as SMS Center keeps it: one of digits is a number, 007 is 7."""
    said = one(id_text("id", id, str, int))
    return said.lstrip("0") or "0" if said.isascii() and said.isdigit() else said


def _check(numbers: list[str], text: str, more: Mapping[str, str] = {}, xml: bool = False) -> None:
    check_numbers(numbers, {"text": text, **more}, xml)


def check_numbers(numbers: list[str], more: Mapping[str, str], xml: bool = False) -> None:
    check_texts([*(("to", number) for number in numbers), *more.items()], xml)


def json_of(operation: str, reply: HttpReply) -> Any:
    try:
        return half.read_answer(reply)
    except half.Failure as no:
        raise SmsCenterRefused.told(operation, no.code, no.text, no.id) from None


def _soap(operation: str, reply: HttpReply) -> Mapping[str, str]:
    try:
        return soap.read_answer(reply)
    except half.Failure as no:
        raise SmsCenterRefused.told(operation, no.code, no.text, no.id) from None
