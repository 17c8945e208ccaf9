"""What else can be asked of SMS Center than texts: calls with a code, questions about numbers, history. No I/O."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypedDict

from emulator.client.calls import Call, Patience
from emulator.client.options import check_texts, hold, listed, one
from emulator.client.smscenter import results
from emulator.client.smscenter.calls import Calls, Numbers, T, beside, check_numbers, json_of, own_id
from emulator.client.smscenter.results import AwaitedCall, NumberOwner, ReceivedMessage, Sent, SentMessage
from emulator.providers.smscenter import client as half


class ProductOptions(TypedDict, total=False):
    """`id`, `clear_up`, `retry_sends`, `patience`: as those of a send. `more`: any other parameter of the page."""

    id: str | int | None
    clear_up: bool
    retry_sends: bool
    patience: Patience | None
    more: Mapping[str, str]


class ProductCalls(Calls):
    """The calls of one account, all of them."""

    def product(self, method: str, to: Numbers, wanted: Mapping[str, str], options: ProductOptions) -> Call[Sent]:
        """A send of send.php that makes no text. `wanted`: the parameters that ask for it."""
        hold(method, options, ProductOptions)
        numbers, id = listed(to), own_id(options)
        more = {"cost": "3", **wanted, **beside(options, ProductOptions)}
        check_numbers(numbers, {"id": id, **more})
        request = half.send(self._who, numbers, more.pop("mes", ""), id=id, **more)
        return self._send(request, lambda reply: results.read_sent(json_of("send", reply)), numbers, id, options,
                          self.status)  # fmt: skip

    def history(
        self, start: date | None, end: date | None, phones: Numbers, count: int, before: int, patience: Patience | None
    ) -> Call[tuple[SentMessage, ...]]:  # fmt: skip
        days = {name: f"{day:%d.%m.%Y}" for name, day in (("start", start), ("end", end)) if day is not None}
        fields = {**days, "phone": ",".join(listed(phones)), "cnt": _some(count), "prev_id": _some(before)}
        return self._page("get", "history", {"get_messages": "1", **fields}, _each(results.read_history), patience)

    def received(
        self, hours: int, count: int, after: int, to: str, patience: Patience | None
    ) -> Call[tuple[ReceivedMessage, ...]]:  # fmt: skip
        fields = {"hour": _some(hours), "cnt": _some(count), "after_id": _some(after), "to_phone": to}
        return self._page("get", "incoming", {"get_answers": "1", **fields}, _each(results.read_received), patience)

    def owners(self, phones: Numbers, patience: Patience | None) -> Call[tuple[NumberOwner, ...]]:
        numbers = listed(phones)

        def read(told: Any) -> tuple[NumberOwner, ...]:
            if isinstance(told, dict):
                return (results.read_owner(told, numbers[0]),)
            return tuple(map(results.read_owner, told))

        return self._page("info", "number", {"get_operator": "1", "phone": ",".join(numbers)}, read, patience)

    def sender_names(self, patience: Patience | None) -> Call[tuple[str, ...]]:
        return self._page("senders", "brands", {"get": "1"}, _each(lambda told: str(told["sender"])), patience)

    def await_call(self, phone: str, patience: Patience | None) -> Call[AwaitedCall]:
        def read(told: Any) -> AwaitedCall:
            return AwaitedCall(str(told["phone"]), tuple(map(str, told.get("all_phones", ()))))

        return self._page("wait_call", "wait-call", {"phone": one(phone)}, read, patience)

    def _page(
        self, page: str, operation: str, fields: Mapping[str, str], read: Callable[[Any], T], patience: Patience | None
    ) -> Call[T]:  # fmt: skip
        check_texts(fields.items())
        request = half.ask(page, self._who, [(name, value) for name, value in fields.items() if value])
        return self._ask(operation, request, lambda reply: read(json_of(operation, reply)), patience)


def _some(number: int) -> str:
    return str(number) if number else ""


def _each(read: Callable[[Any], T]) -> Callable[[Any], tuple[T, ...]]:
    return lambda told: tuple(map(read, told))


CODE_CALL = {"call": "1", "mes": "code"}
HLR = {"hlr": "1"}
PING = {"ping": "1"}
