"""What can be asked of uBill and what comes back, as calls and typed values. No I/O."""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypedDict, TypeVar

import msgspec

from emulator.client.calls import Call, Patience
from emulator.client.environment import from_environment
from emulator.client.options import check_header, check_texts, hold, id_text, listed
from emulator.client.provider_calls import ProviderCalls
from emulator.client.ubill.callback import STATUSES
from emulator.client.ubill.errors import KINDS, UbillRefused
from emulator.core.statuses import Status
from emulator.http.messages import HttpReply, HttpRequest
from emulator.providers.ubill import client as half
from emulator.providers.ubill.client import Brand as Brand

T = TypeVar("T")
NO_NUMBER = -1
_minute = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}").fullmatch


class Sent(msgspec.Struct, frozen=True):
    """A send was accepted: one `sms_id` for the whole request."""

    sms_id: int


class Delivery(msgspec.Struct, frozen=True):
    """One number of a report. `status_id`: uBill's 0 to 4, -1 for no number; `status`: in our words, the same
    for all providers, `unknown` for a new one; `word`: as uBill says it."""

    number: str
    status_id: int
    status: Status
    word: str = ""


class SendOptions(TypedDict, total=False):
    """`brand_id`: another than the client's. `stop_list` (True at uBill): False sends to stop-listed numbers too.
    `otp`: a one-time code, sent first. `send_time`: `Y-m-d H:i`, later than now, in uBill's zone (Tbilisi, by all
    signs). `retry_sends` (False): send again when the reply was lost, even if that doubles the message. `patience`:
    instead of the client's."""

    brand_id: int
    stop_list: bool
    otp: bool
    send_time: str
    retry_sends: bool
    patience: Patience | None


class Calls(ProviderCalls):
    """The calls of one account."""

    provider = "ubill"
    base_url = half.BASE_URL

    def __init__(self, key: str, brand_id: int = 1) -> None:
        check_header("key", key)
        self._key = key
        self.secrets = (key,)
        self._brand = brand_id

    @classmethod
    def from_environment(cls) -> dict[str, Any]:
        """UBILL_KEY and, where set, UBILL_BRAND_ID and UBILL_BASE_URL."""
        optional = {"brand_id": "UBILL_BRAND_ID", "base_url": "UBILL_BASE_URL"}
        found: dict[str, Any] = {**from_environment({"key": "UBILL_KEY"}, optional)}
        if "brand_id" in found:
            if not found["brand_id"].isdecimal():
                raise ValueError(f"UBILL_BRAND_ID is a number, not {found['brand_id']!r}")
            found["brand_id"] = int(found["brand_id"])
        return found

    def send(self, to: str | Sequence[str], text: str, options: SendOptions) -> Call[Sent]:
        return self._send(half.send, half.read_sent, to, text, options, xml=False)

    def send_xml(self, to: str | Sequence[str], text: str, options: SendOptions) -> Call[Sent]:
        return self._send(half.send_xml, half.read_sent_xml, to, text, options, xml=True)

    def _send(
        self, build: Callable[..., HttpRequest], read: Callable[[HttpReply], half.Sent], to: str | Sequence[str],
        text: str, options: SendOptions, xml: bool,
    ) -> Call[Sent]:  # fmt: skip
        hold("send", options, SendOptions)
        numbers, brand = listed(to), options.get("brand_id", self._brand)
        id_text("brand_id", brand, int, str)
        at = options.get("send_time")
        if at is not None and not (isinstance(at, str) and _minute(at)):
            raise ValueError(f"send_time is written Y-m-d H:i, such as 2026-02-01 23:30, not {at!r}")
        check_texts([("text", text), *(("to", one) for one in numbers)], xml)
        request = build(
            self._key, brand, numbers, text,
            stop_list=options.get("stop_list"), otp=options.get("otp"), send_time=at,
        )  # fmt: skip

        def sent(reply: HttpReply) -> Sent:
            return Sent(_needed(_good("send", read(reply)).sms_id))

        return Call(
            kinds=KINDS, operation="send", request=request, read=sent, doubles=True,
            repeat=options.get("retry_sends", False), secrets=self.secrets, to=tuple(numbers),
            patience=options.get("patience"),
        )  # fmt: skip

    def report(self, sms_id: int, patience: Patience | None = None) -> Call[tuple[Delivery, ...]]:
        def read(reply: HttpReply) -> tuple[Delivery, ...]:
            told = _needed(_good("status", half.read_report(reply)).result)
            return tuple(_delivery(number, word) for number, word in told)

        id_text("sms_id", sms_id, int, str)
        return self._call("status", half.report(self._key, sms_id), read, patience)

    def balance(self, patience: Patience | None = None) -> Call[int]:
        def read(reply: HttpReply) -> int:
            return _needed(_good("balance", half.read_balance(reply)).sms)

        return self._call("balance", half.balance(self._key), read, patience)

    def brand_names(self, patience: Patience | None = None) -> Call[tuple[Brand, ...]]:
        def read(reply: HttpReply) -> tuple[Brand, ...]:
            return _good("brands", half.read_brand_names(reply)).brands

        return self._call("brands", half.brand_names(self._key), read, patience)

    def create_brand_name(self, name: str, patience: Patience | None = None) -> Call[int]:
        check_texts((("name", name),))

        def read(reply: HttpReply) -> int:
            return _needed(_good("brands", half.read_created(reply)).brand_id)

        request = half.create_brand_name(self._key, name)
        return Call(kinds=KINDS, operation="brands", request=request, read=read, doubles=True, secrets=self.secrets,
                    patience=patience)  # fmt: skip

    def _call(
        self, operation: str, request: HttpRequest, read: Callable[[HttpReply], Any], patience: Patience | None
    ) -> Call[Any]:  # fmt: skip
        return Call(kinds=KINDS, operation=operation, request=request, read=read, secrets=self.secrets,
                    patience=patience)  # fmt: skip


def _delivery(number: str, word: str) -> Delivery:
    known = word.strip().isascii() and word.strip().isdigit() and len(word) < 6
    status_id = int(word) if known else NO_NUMBER
    return Delivery(number, status_id, STATUSES.get(status_id, "unknown"), word)


A = TypeVar("A", bound=half.UbillReply)


def _good(operation: str, answer: A) -> A:
    if answer.status_id != 0:
        raise UbillRefused.told(operation, answer.status_id, answer.message)
    return answer


def _needed(value: T | None) -> T:
    if value is None:
        raise ValueError("the answer lacks what it should tell")
    return value
