"""smsoffice.ge over HTTP: requests to commands, outcomes to replies."""

from collections.abc import Callable, Mapping

import msgspec

from emulator.core.accounts import Account
from emulator.core.commands import AnyCommand, BalanceQuery, Credential, Fault, Query, Submit
from emulator.core.outcomes import Accepted, AnyOutcome, BalanceTold, Found, Refused
from emulator.core.profile import ErrorRow
from emulator.core.reasons import Reason
from emulator.core.units import SECOND, UNIT, Timestamp
from emulator.http.messages import HttpReply, HttpRequest, decode, read_query
from emulator.providers.asked import differ, escaped_as_a_whole, host, is_json, undecodable
from emulator.providers.base import Route
from emulator.providers.smsoffice.errors import ACCEPTED_TEXT, ERRORS, FIRST_VERSION, WRONG_VALUE
from emulator.providers.smsoffice.hosts import WRONG_HOST
from emulator.providers.smsoffice.lint import PARAMETERS
from emulator.providers.smsoffice.profile import MOST_GET, MOST_REFERENCE, PROFILE

_JSON = (("Content-Type", "application/json; charset=utf-8"),)
_TEXT = (("Content-Type", "text/plain; charset=utf-8"),)
_FORM = "application/x-www-form-urlencoded"
_KNOWN = frozenset(name.lower() for name in PARAMETERS["send"])
_LAST_SECOND = 221_845_392_000
"""9000-01-01: no field can show a date beyond 9999, and what is sent then still has a life before it."""


def read_fields(request: HttpRequest) -> tuple[dict[str, str], Credential | None, Fault | None, list[str]]:
    """The parameters by name in lower case, query before body, the first of a name; the key among them; what is wrong
    with the request as a whole, as a GET may only be so long; and the rows whose requirement was violated."""
    target = request.target
    fields = read_query(request.query) if "?" in target else []
    notes = ["smsoffice.send.raw-octets"] if request.raw_octets else []
    if "%3" in target and escaped_as_a_whole(request):
        notes.append("smsoffice.send.query-escaped")
    if host(request) == WRONG_HOST:
        notes.append("smsoffice.send.wrong-host")
    if request.form is not None:
        fields += [(name, decode(value)) for name, value in request.form]
        notes.append("smsoffice.send.multipart")
    elif request.body:
        kind = request.header("content-type").partition(";")[0].strip().lower()
        if kind == _FORM:
            fields += read_query(request.body)
            if is_json(request.body):
                notes.append("smsoffice.send.no-json-body")
        else:
            notes.append("smsoffice.send.form-body")
    parameters = dict(reversed(fields))
    names = "".join(parameters)
    if names != names.lower():
        parameters = {name.lower(): value for name, value in reversed(fields)}
    if len(parameters) < len(fields) and differ(((n.lower(), value) for n, value in fields), parameters, _KNOWN):
        notes.append("smsoffice.send.repeated")
    key, fault = parameters.get("key"), None
    if request.method == "GET" and (length := len("GET  HTTP/1.1") + len(target)) > MOST_GET:
        fault = Fault(Reason.REQUEST_TOO_LONG, {"length": str(length), "most": str(MOST_GET)})
    return parameters, None if key is None else Credential("key", key), fault, notes


def read_send(request: HttpRequest, _: Mapping[str, str]) -> AnyCommand:
    """`send`: all parameters of the page; unknown ones are ignored."""
    parameters, key, fault, notes = read_fields(request)
    if request.method == "POST" and request.target[-1:] != "/" and request.path.lower().endswith("/send"):
        notes.append("smsoffice.send.post-slash")
    destination = parameters.get("destination")
    reference = parameters.get("reference")
    if reference and len(reference) > MOST_REFERENCE:
        notes.append("smsoffice.send.reference-max-20")
    begins_at = None
    if "scheduledat" in parameters:
        begins_at, bent = _moment(parameters["scheduledat"])
        notes += bent
    destinations = None if destination is None else tuple(filter(None, destination.split(",")))
    if destination and " " in destination and any(d != d.strip() for d in destinations or ()):
        notes.append("smsoffice.send.destination-spaces")
    if undecodable(text := parameters.get("content"), request, "content"):
        notes.append("smsoffice.send.content-unicode")
    for name, (values, row) in _CLOSED.items():
        if name in parameters and parameters[name].lower() not in values:
            notes.append(row)
    return Submit(
        provider="smsoffice", credential=key, peer=request.peer, fault=fault, notes=tuple(notes),
        destinations=destinations, text=text, sender=parameters.get("sender"), reference=reference,
        flash=parameters.get("contenttype") == "2",
        ignore_stoplist=parameters.get("urgent", "").lower() in ("true", "1"),
        begins_at=begins_at, report=bool(reference),
    )  # fmt: skip


_CLOSED = {
    "contenttype": (("", "1", "2"), "smsoffice.send.content-type"),
    "urgent": (("", "true", "false", "1", "0"), "smsoffice.send.urgent-values"),
}
"""Parameters with few values: those that may stand, the row that any other one bends."""


def _moment(written: str) -> tuple[Timestamp | None, list[str]]:
    """Unix seconds. What is none is left out of account, and noted."""
    if not written:
        return None, []
    digits = written.lstrip("0") or "0"
    if digits.isascii() and digits.isdigit() and len(digits) <= 12 and int(digits) <= _LAST_SECOND:
        return int(digits) * SECOND, []
    return None, ["smsoffice.send.scheduled-at"]


def read_first_version(request: HttpRequest, values: Mapping[str, str]) -> AnyCommand:
    """`send.aspx`: the same parameters, though nobody was seen to send the newer ones."""
    return msgspec.structs.replace(read_send(request, values), protocol=FIRST_VERSION)


def read_status(request: HttpRequest, _: Mapping[str, str]) -> AnyCommand:
    parameters, key, fault, notes = read_fields(request)
    destination, reference = parameters.get("destination"), parameters.get("reference")
    if not reference:
        notes.append("smsoffice.status.without-reference")
    elif len(reference) > MOST_REFERENCE:
        notes.append("smsoffice.status.reference")
    if destination and "," in destination:
        notes.append("smsoffice.status.each-number")
    return Query(
        provider="smsoffice", credential=key, peer=request.peer, fault=fault, notes=tuple(notes),
        destination=destination, reference=reference,
    )  # fmt: skip


def read_balance(request: HttpRequest, _: Mapping[str, str]) -> AnyCommand:
    _parameters, key, fault, notes = read_fields(request)
    return BalanceQuery(provider="smsoffice", credential=key, peer=request.peer, fault=fault, notes=tuple(notes))


def write(command: AnyCommand, outcome: AnyOutcome, account: Account | None) -> HttpReply:
    """The envelope, HTTP 200 for business failures too; the bare number for the balance."""
    return _REPLIES[type(outcome)](command, outcome, account)


def _accepted(_: AnyCommand, outcome: Accepted, account: Account | None) -> HttpReply:
    if not outcome.stop_listed:
        return _ACCEPTED
    return _envelope(True, ACCEPTED_TEXT, {"StopListed": list(outcome.stop_listed)}, 0)


def _balance(_: AnyCommand, outcome: BalanceTold, account: Account | None) -> HttpReply:
    return HttpReply(headers=_TEXT, body=str(max(outcome.balance, 0) // UNIT).encode())


def write_first_version(command: AnyCommand, outcome: AnyOutcome, account: Account | None) -> HttpReply:
    """The bare code, with two digits at least and no line break behind it."""
    if isinstance(outcome, Accepted):
        return HttpReply(headers=_TEXT, body=b"01")
    assert isinstance(outcome, Refused)
    table, newer = ERRORS[f"send/{FIRST_VERSION}"], ERRORS["send"]
    row = table.of_reason(outcome.reason) if outcome.code is None else table.of_code(outcome.code)
    if row is None and outcome.code is not None and (known := newer.of_code(outcome.code)):
        row = table.of_reason(known.reason)
    if row is not None and row.http != 200:
        return _error(row, outcome)
    return HttpReply(headers=_TEXT, body=b"%02d" % (row.code if row else abs(outcome.code or WRONG_VALUE)))


def _found(_: AnyCommand, outcome: Found, account: Account | None) -> HttpReply:
    if not outcome.entries:
        return _envelope(True, ACCEPTED_TEXT, {"Status": "Unknown"}, 0)
    newest = account is None or PROFILE.switch(account, "reused-reference") == "newest"
    entry = outcome.entries[-1 if newest else 0]
    return _envelope(True, ACCEPTED_TEXT, {"Status": PROFILE.status(entry.status).word}, 0)


def _refused(command: AnyCommand, outcome: Refused, _: Account | None) -> HttpReply:
    table = ERRORS[command.operation]
    return _error(table.of_reason(outcome.reason) if outcome.code is None else table.of_code(outcome.code), outcome)


def _error(row: ErrorRow | None, outcome: Refused) -> HttpReply:
    if row is not None and row.http != 200:
        return HttpReply(status=row.http, headers=_TEXT, body=row.text.encode())
    if row is None:
        return _envelope(False, outcome.reason.value, None, outcome.code if outcome.code is not None else -100)
    return _envelope(False, row.text, None, row.code)


def _envelope(success: bool, message: str, output: object, code: int) -> HttpReply:
    body = msgspec.json.encode({"Success": success, "Message": message, "Output": output, "ErrorCode": code})
    return HttpReply(headers=_JSON, body=body)


_ACCEPTED = _envelope(True, ACCEPTED_TEXT, None, 0)
_REPLIES: Mapping[type[AnyOutcome], Callable[..., HttpReply]] = {
    Accepted: _accepted, BalanceTold: _balance, Found: _found, Refused: _refused
}  # fmt: skip
"""What smsoffice answers."""
_BOTH = ("GET", "POST")
ROUTES = (
    Route(_BOTH, "/api/v2/send", "send", read_send, write),
    Route(_BOTH, "/api/v2/getMessageStatus", "status", read_status, write),
    Route(_BOTH, "/api/getBalance", "balance", read_balance, write),
    Route(_BOTH, "/api/send.aspx", "send", read_first_version, write_first_version),
)
"""With and without a slash behind; the letter case of a path is ignored, as the parameters' is (fact 10)."""
