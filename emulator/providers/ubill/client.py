"""The client's half of uBill: builds requests, reads replies. No I/O."""

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

import msgspec

from emulator.http.messages import HttpReply, HttpRequest, write_query
from emulator.providers.reply_reading import read_json
from emulator.providers.xml import BadXml, read

BASE_URL = "https://api.ubill.dev"
_SEND = "/v1/sms/send"
_XML = (("Content-Type", "application/xml"),)


class UbillReply(msgspec.Struct, frozen=True):
    """What every answer has: statusID (0: done) and, mostly, a message."""

    status_id: int
    message: str = ""


class Sent(UbillReply, frozen=True):
    """`sms_id` is None when nothing was sent."""

    sms_id: int | None = None


class Reported(UbillReply, frozen=True):
    """`result`: (number, statusID as it came) for each recipient; None when there is no such smsID."""

    result: tuple[tuple[str, str], ...] | None = None


class Balance(UbillReply, frozen=True):
    sms: int | None = None


class Brand(msgspec.Struct, frozen=True):
    """`authorized`: 0 waits, 1 approved, 2 refused."""

    id: int
    name: str
    authorized: int
    created_at: str


class Brands(UbillReply, frozen=True):
    brands: tuple[Brand, ...] = ()


class Created(UbillReply, frozen=True):
    brand_id: int | None = None


# requests


def _options(
    stop_list: bool | None, otp: bool | None, send_time: str | None
) -> list[tuple[str, bool | str]]:  # fmt: skip
    named: tuple[tuple[str, bool | str | None], ...] = (("stopList", stop_list), ("otp", otp), ("sendTime", send_time))
    return [(name, value) for name, value in named if value is not None]


def _written(value: bool | str) -> str:
    return value if isinstance(value, str) else str(value).lower()


def send(
    key: str, brand_id: int, numbers: Sequence[str], text: str, *, stop_list: bool | None = None,
    otp: bool | None = None, send_time: str | None = None,
) -> HttpRequest:  # fmt: skip
    """POST of a JSON object, the key in the header. `send_time`: `Y-m-d H:i`."""
    said: dict[str, Any] = {"brandID": brand_id, "numbers": [_integer(number) for number in numbers], "text": text}
    said.update(_options(stop_list, otp, send_time))
    return _json(key, _SEND, said)


def _integer(number: str) -> int | str:
    """As the OpenAPI file has it, where the integer says the same: not of `00995...`."""
    return int(number) if number.isascii() and number.isdigit() and number[0] != "0" else number


def _json(key: str, path: str, said: dict[str, Any]) -> HttpRequest:
    headers = (("Content-Type", "application/json"), ("key", key))
    return HttpRequest(method="POST", target=path, headers=headers, body=msgspec.json.encode(said))


def send_xml(
    key: str, brand_id: int, numbers: Sequence[str], text: str, *, stop_list: bool | None = None,
    otp: bool | None = None, send_time: str | None = None,
) -> HttpRequest:  # fmt: skip
    """POST of a `<request>`, the key in the query."""
    root = ElementTree.Element("request")
    fields = [("brandID", str(brand_id)), ("numbers", ",".join(numbers)), ("text", text)]
    for name, value in [*fields, *((n, _written(v)) for n, v in _options(stop_list, otp, send_time))]:
        ElementTree.SubElement(root, name).text = value
    body = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return HttpRequest(method="POST", target=f"/v1/sms/sendXml?{write_query([('key', key)])}", headers=_XML, body=body)


def _get(key: str, path: str) -> HttpRequest:
    return HttpRequest(method="GET", target=f"/v1/sms/{path}?{write_query([('key', key)])}")


def report(key: str, sms_id: int) -> HttpRequest:
    return _get(key, f"report/{sms_id}")


def balance(key: str) -> HttpRequest:
    return _get(key, "balance")


def brand_names(key: str) -> HttpRequest:
    return _get(key, "brandNames")


def create_brand_name(key: str, name: str) -> HttpRequest:
    return _json(key, "/v1/sms/brandNameCreate", {"brandName": name})


# answers; numbers may come as texts, or bare


def _object(reply: HttpReply) -> dict[str, Any]:
    """The members of an answer. Raises ValueError when it is none, as with a wrong key."""
    try:
        found = read_json(reply.body)
        int(found["statusID"])
    except (msgspec.DecodeError, UnicodeDecodeError, TypeError, KeyError):
        raise ValueError("no answer of uBill") from None
    assert isinstance(found, dict)
    return found


def _common(found: dict[str, Any]) -> tuple[int, str]:
    return int(found["statusID"]), str(found.get("message") or "")


def _optional(value: Any) -> int | None:
    return None if value is None else int(value)


def read_sent(reply: HttpReply) -> Sent:
    found = _object(reply)
    return Sent(*_common(found), _optional(found.get("smsID")))


def read_sent_xml(reply: HttpReply) -> Sent:
    """The answer of sendXml. Raises ValueError when it is none."""
    try:
        root = read(reply.body)
    except BadXml as bad:
        raise ValueError(f"no answer of uBill: {bad}") from None
    return Sent(int(root.text_of("statusID") or ""), root.text_of("message") or "", _optional(root.text_of("smsID")))


def read_report(reply: HttpReply) -> Reported:
    found = _object(reply)
    result = found.get("result")
    told = None if result is None else tuple((str(one["number"]), str(one["statusID"])) for one in result)
    return Reported(*_common(found), told)


def read_balance(reply: HttpReply) -> Balance:
    found = _object(reply)
    return Balance(*_common(found), _optional(found.get("sms")))


def read_brand_names(reply: HttpReply) -> Brands:
    found = _object(reply)
    listed = found.get("brands") or found.get("data") or ()
    brands = (Brand(int(one["id"]), one["name"], int(one["authorized"]), one["createdAt"]) for one in listed)
    return Brands(*_common(found), tuple(brands))


def read_created(reply: HttpReply) -> Created:
    found = _object(reply)
    return Created(*_common(found), _optional(found.get("brandID")))
