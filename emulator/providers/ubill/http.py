"""uBill over HTTP: its addresses, queries and JSON bodies. XML has a file of its own (xml.py)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from emulator.core.accounts import Account
from emulator.core.commands import AnyCommand, BalanceQuery, Fault, ListSenders, Query
from emulator.core.outcomes import AnyOutcome
from emulator.core.reasons import Reason
from emulator.http.messages import HttpReply, HttpRequest, decode, read_query
from emulator.providers.base import Route
from emulator.providers.ubill import xml
from emulator.providers.ubill.profile import FORM
from emulator.providers.ubill.replies import members, unauthorised
from emulator.providers.ubill.requests import odd, register, repeated, submit, who

_JSON = (("Content-Type", "application/json"),)
_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
_NONE: Mapping[str, str] = {}


class _Body(NamedTuple):
    """A body read: its parameters, what was wrong with it, the rows whose requirement was violated."""

    said: dict[str, Any]
    fault: Fault | None = None
    notes: tuple[str, ...] = ()


def _body(request: HttpRequest) -> _Body:
    """A JSON object, whatever the Content-Type says; or a form, whose fields are kept for the switch that takes it."""
    try:
        said = msgspec.json.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _form(request) or _Body({}, _unreadable(_why(request.body, error)))
    if isinstance(said, dict):
        return _Body(said)
    return _form(request) or _Body({}, _unreadable(f"it is a JSON {type(said).__name__} and no object"))


def _why(body: bytes, error: Exception) -> str:
    """What is wrong with a body, by its own octets: the reader calls truncated what is cut within a character at its
    end, and counts the octets of a text by themselves."""
    if not body.strip():
        return "it is empty"
    try:
        body.decode()
        msgspec.json.decode(body + b" " * _PAIR)
    except UnicodeDecodeError as octets:
        return f"it is no UTF-8: {octets.reason} (byte {octets.start})"
    except msgspec.DecodeError as found:
        return str(found)
    except RecursionError:
        pass
    return str(error)


_PAIR = len(r"\ud83d\ude00")


def _unreadable(why: str, **more: str) -> Fault:
    return Fault(Reason.BODY_UNREADABLE, {"why": why, **more})


def _form(request: HttpRequest) -> _Body | None:
    if request.header("content-type").partition(";")[0].strip().lower() not in _FORM_TYPES:
        return None
    if request.form is not None:
        said: dict[str, Any] = {name: decode(value) for name, value in reversed(request.form)}
    else:
        said = dict(reversed(read_query(request.body)))
    return _Body(said, _unreadable("it is a form and no JSON", **{FORM: "yes"}), ("ubill.send.form-body",))


def read_send_query(request: HttpRequest, _: Mapping[str, str] = _NONE) -> AnyCommand:
    """GET send: everything in the query, the first of a name."""
    query = read_query(request.query)
    said = dict(reversed(query))
    return submit(request, query, said, None, repeated(query, said))


def read_send_json(request: HttpRequest, _: Mapping[str, str] = _NONE) -> AnyCommand:
    """POST send: a JSON object; only the key may stand in the query."""
    return submit(request, read_query(request.query), *_body(request))


def _common(request: HttpRequest) -> dict[str, Any]:
    """What a question carries."""
    return {
        "provider": "ubill", "credential": who(request, read_query(request.query)), "peer": request.peer,
        "in_flight": request.in_flight, "notes": tuple(odd(request)),
    }  # fmt: skip


def read_report(request: HttpRequest, values: Mapping[str, str]) -> AnyCommand:
    return Query(**_common(request), provider_id=values["smsID"])


def read_balance(request: HttpRequest, _: Mapping[str, str] = _NONE) -> AnyCommand:
    return BalanceQuery(**_common(request))


def read_brands(request: HttpRequest, _: Mapping[str, str] = _NONE) -> AnyCommand:
    return ListSenders(**_common(request))


def read_new_brand(request: HttpRequest, _: Mapping[str, str] = _NONE) -> AnyCommand:
    body = _body(request)
    return register(request, read_query(request.query), body.said, body.fault)


def write(command: AnyCommand, outcome: AnyOutcome, account: Account | None) -> HttpReply:
    """HTTP 200 with a statusID, failures too; but for the 401."""
    refused = unauthorised(command, outcome)
    if refused is not None:
        return refused
    return HttpReply(headers=_JSON, body=msgspec.json.encode(members(command, outcome, account)))


ROUTES = (
    Route(("GET",), "/v1/sms/send", "send", read_send_query, write),
    Route(("POST",), "/v1/sms/send", "send", read_send_json, write),
    Route(("POST",), "/v1/sms/sendXml", "send", xml.read_send, xml.write),
    Route(("GET",), "/v1/sms/report/{smsID}", "status", read_report, write),
    Route(("GET",), "/v1/sms/balance", "balance", read_balance, write),
    Route(("GET",), "/v1/sms/brandNames", "brands", read_brands, write),
    Route(("POST",), "/v1/sms/brandNameCreate", "brands", read_new_brand, write),
)
