"""What can be asked of SMS Center over HTTP and SOAP, as calls. No I/O."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypedDict, TypeVar

from emulator.client.calls import Call, Verdict
from emulator.client.options import hold
from emulator.client.smscenter import results
from emulator.client.smscenter.allowed import Allowed, Kind
from emulator.client.smscenter.errors import KINDS, SmsCenterRefused
from emulator.client.smscenter.results import Cost, MessageStatus, Sent
from emulator.providers.smscenter import client as half
from emulator.providers.smscenter import soap_client as soap
from emulator.wire import HttpReply, HttpRequest

T = TypeVar("T")
Numbers = str | Sequence[str]


class SoapSendOptions(TypedDict, total=False):
    """`id`: your own (1 to 2147483647, or up to 40 of a-z A-Z 0-9 . - _); with it a lost reply can be cleared up.
    `sender`: 11 characters or 15 digits. `time`: when to send, in any of SMS Center's forms. `clear_up` (True): ask
    for the status when the reply is lost. `retry_sends` (False): send again when the reply was lost and cannot be
    cleared up, even if that doubles the message."""

    id: str | int
    sender: str
    time: str
    clear_up: bool
    retry_sends: bool


class SendOptions(SoapSendOptions, total=False):
    """`flash`: shown at once. `translit`: 1 or 2. `valid`: life time, hours or hh:mm. `maxsms`: cut to so many parts.
    `more`: any other parameter of the page."""

    flash: bool
    translit: int
    valid: str
    maxsms: int
    more: Mapping[str, str]


_PLAIN = ("time", "translit", "valid", "maxsms")


class Calls:
    """The calls of one account: login with psw (plain or md5), or apikey."""

    def __init__(self, login: str = "", psw: str = "", apikey: str = "", keep_limits: bool = False) -> None:
        self._who = half.Who(login, psw, apikey)
        self._allowed = Allowed() if keep_limits else None

    # over HTTP

    def send(self, to: Numbers, text: str, options: SendOptions) -> Call[Sent]:
        hold("send", options, SendOptions)
        said: Mapping[str, object] = {**options}
        more = {name: str(said[name]) for name in _PLAIN if name in said}
        more |= {"flash": "1"} if options.get("flash") else {}
        request = half.send(
            self._who, _list(to), text, sender=options.get("sender", ""), id=str(options.get("id", "")),
            **{"cost": "3", **more, **options.get("more", {})},
        )  # fmt: skip
        return self._send(request, lambda reply: results.read_sent(_json("send", reply)), to, options, self._by_http)

    def cost(self, to: Numbers, text: str) -> Call[Cost]:
        request = half.cost(self._who, _list(to), text)
        return self._ask("cost", request, lambda reply: results.read_cost(_json("cost", reply)))

    def status(self, phone: str, id: str | int, details: bool = False) -> Call[MessageStatus]:
        request = half.status(self._who, phone, str(id), "2" if details else "0")

        def read(reply: HttpReply) -> MessageStatus:
            found = results.read_status(_json("status", reply), phone, str(id))
            if found.code == results.NOT_FOUND:
                raise SmsCenterRefused.told("status", results.NOT_FOUND, id=found.id)
            return found

        return self._ask("status", request, read, self._hold("one", f"{phone} {id}"))

    def statuses(self, pairs: Sequence[tuple[str, str | int]], details: bool) -> Call[tuple[MessageStatus, ...]]:
        phones, ids = [phone for phone, _ in pairs], [str(id) for _, id in pairs]
        request = half.statuses(self._who, phones, ids, "2" if details else "0")
        return self._ask("status", request, lambda reply: tuple(map(results.read_status, _json("status", reply))),
                         self._hold("many"))  # fmt: skip

    def delete(self, phone: str, id: str | int) -> Call[None]:
        def read(reply: HttpReply) -> None:
            if reply.body.strip() != b"OK":
                raise ValueError(f"neither OK nor an error: {_json('status', reply)}")

        request = half.delete(self._who, phone, str(id))
        return Call(kinds=KINDS, operation="status", request=request, read=read, doubles=True)

    def balance(self) -> Call[Decimal]:
        request = half.balance(self._who)
        return self._ask("balance", request, lambda reply: Decimal(_json("balance", reply)["balance"]),
                         self._hold("balance"))  # fmt: skip

    # over SOAP, by the names of the WSDL

    def send_sms(self, to: Numbers, text: str, options: SoapSendOptions, query: str | None = None) -> Call[Sent]:
        hold("send_sms", options, SoapSendOptions)
        said: Mapping[str, object] = {**options}
        fields = {name: str(said[name]) for name in ("id", "sender", "time") if name in said}
        fields |= {} if query is None else {"query": query}
        name = "send_sms" if query is None else "send_sms2"
        request = soap.call(name, self._who, {"phones": ",".join(_list(to)), "mes": text, **fields})
        return self._send(request, lambda reply: results.read_sent(_soap("send", reply)), to, options, self._by_soap)

    def get_sms_cost(self, to: Numbers, text: str, query: str | None = None) -> Call[Cost]:
        fields = {"phones": ",".join(_list(to)), "mes": text, **({} if query is None else {"query": query})}
        request = soap.call("get_sms_cost" if query is None else "get_sms_cost2", self._who, fields)
        return self._ask("cost", request, lambda reply: results.read_cost(_soap("cost", reply)))

    def get_status(self, phone: str, id: str | int, all: int = 0, query: str | None = None) -> Call[MessageStatus]:
        fields = {"phone": phone, "id": str(id), "all": str(all), **({} if query is None else {"query": query})}
        request = soap.call("get_status" if query is None else "get_status2", self._who, fields)

        def read(reply: HttpReply) -> MessageStatus:
            return results.read_status(_soap("status/soap", reply), phone, str(id))

        return self._ask("status/soap", request, read, self._hold("one", f"{phone} {id}"))

    def get_balance(self) -> Call[Decimal]:
        request = soap.get_balance(self._who)
        return self._ask("balance", request, lambda reply: Decimal(_soap("balance", reply)["balance"]),
                         self._hold("balance"))  # fmt: skip

    # what they share

    def _send(
        self, request: HttpRequest, read: Callable[[HttpReply], Sent], to: Numbers, options: Any,
        question: Callable[[str, str], Call[MessageStatus]],
    ) -> Call[Sent]:  # fmt: skip
        id, numbers = str(options.get("id", "")), _list(to)
        asked: Call[Sent | Verdict] | None = None
        if id and numbers and options.get("clear_up", True):
            call = question(numbers[0], id)

            def found(reply: HttpReply) -> Sent | Verdict:
                call.read(reply)
                return Sent(id, cleared_up=True)

            asked = Call(kinds=KINDS, operation=call.operation, request=call.request, read=found, hold=call.hold)
        return Call(
            kinds=KINDS, operation="send", request=request, read=read, doubles=True, clear_up=asked,
            repeat=options.get("retry_sends", False),
        )  # fmt: skip

    def _by_http(self, phone: str, id: str) -> Call[MessageStatus]:
        return self.status(phone, id)

    def _by_soap(self, phone: str, id: str) -> Call[MessageStatus]:
        return self.get_status(phone, id)

    def _ask(
        self, operation: str, request: HttpRequest, read: Callable[[HttpReply], T],
        hold: Callable[[float], None] | None = None,
    ) -> Call[T]:  # fmt: skip
        return Call(kinds=KINDS, operation=operation, request=request, read=read, hold=hold)

    def _hold(self, kind: Kind, about: str = "") -> Callable[[float], None] | None:
        allowed = self._allowed
        return None if allowed is None else lambda now: allowed.ask(kind, about, now)


def _list(to: Numbers) -> list[str]:
    return [to] if isinstance(to, str) else list(to)


def _json(operation: str, reply: HttpReply) -> Any:
    try:
        return half.read_answer(reply)
    except half.Failure as no:
        raise SmsCenterRefused.told(operation, no.code, no.text, no.id) from None


def _soap(operation: str, reply: HttpReply) -> Mapping[str, str]:
    try:
        return soap.read_answer(reply)
    except half.Failure as no:
        raise SmsCenterRefused.told(operation, no.code, no.text, no.id) from None

