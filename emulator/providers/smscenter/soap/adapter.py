"""SOAP 1.1 at /sys/soap.php (and 1.2, answered in 1.2): envelopes to commands, outcomes to envelopes.

Document/literal bare: the name of the body's first child says what is asked, whatever its namespace and SOAPAction; the
answer stands in the namespace of the question (facts, 1.2 and 1.5). Envelopes are built with ElementTree.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from xml.etree import ElementTree

from emulator.core.accounts import Account
from emulator.core.commands import AnyCommand, BalanceQuery, Describe, Fault, Submit
from emulator.core.outcomes import Accepted, AnyOutcome, BalanceTold, CostTold, Described, Found, Refused
from emulator.core.reasons import Reason
from emulator.http.messages import HttpReply, HttpRequest, read_query
from emulator.providers.base import Route
from emulator.providers.smscenter import countries, reply_fields, requests
from emulator.providers.smscenter.errors import SOMETHING
from emulator.providers.smscenter.http import errors
from emulator.providers.smscenter.parameters import Parameters
from emulator.providers.smscenter.profile import PROFILE
from emulator.providers.smscenter.reply_fields import Members
from emulator.providers.smscenter.reply_formats import RETURN, SERVER, plain_xml
from emulator.providers.smscenter.soap import wsdl
from emulator.providers.xml import BadXml, Element, read


class Version(NamedTuple):
    """How one version of SOAP writes envelopes and faults; `codes`: those that are called otherwise in the other."""

    namespace: str
    prefix: str
    kind: str
    codes: Mapping[str, str]


_11 = Version(
    "http://schemas.xmlsoap.org/soap/envelope/", "SOAP-ENV", "text/xml", {"Client": "Client", "Server": "Server"}
)
_12 = Version(
    "http://www.w3.org/2003/05/soap-envelope", "env", "application/soap+xml",
    {"Client": "Sender", "Server": "Receiver"},
)  # fmt: skip
_VERSIONS = {version.namespace: version for version in (_11, _12)}
_FOR_US = (
    None, "http://schemas.xmlsoap.org/soap/actor/next", f"{_12.namespace}/role/next",
    f"{_12.namespace}/role/ultimateReceiver",
)  # fmt: skip
"""Actors and roles of headers that the server must look at; None: the header names none."""

_RESULTS = {
    "balance": ("BalanceResponse", "balanceresult"),
    "send": ("SendResponse", "sendresult"),
    "send2": ("Send2Response", "sendresult"),
    "cost": ("CostResponse", "costresult"),
    "cost2": ("Cost2Response", "costresult"),
    "status": ("StatusResponse", "statusresult"),
    "status2": ("Status2Response", "statusresult"),
}
"""Root of the question → root of the answer and its one child."""

_NOBODYS = ("", "http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/")
"""No question stands in these: to the last two no answer may bind a prefix."""

_NOT_IN_QUERY = ("login", "psw", "apikey", "fmt", "cost", "charset", "del", "op")
"""What a query string cannot change: who asks, and what only HTTP answers can show."""

_ASKED = frozenset((
    "login", "psw", "apikey", "phones", "mes", "id", "sender", "time", "query", "phone", "all",
))  # fmt: skip
"""What the WSDL's questions hold: any other element is dropped unread."""

_STATUS = (
    "status", "last_date", "last_timestamp", "err", "error", "send_date", "send_timestamp", "phone", "cost",
    "sender_id", "status_name", "message", "sms_cnt", "operator", "region",
)  # fmt: skip
_SEND = ("id", "balance", "cost", "cnt", "error", "errors")
_COST = ("cost", "cnt", "error")
"""The order of the WSDL's sequences: strict clients insist on it."""


def read_request(request: HttpRequest, _: Mapping[str, str]) -> AnyCommand:
    """A question for the WSDL, or an envelope; what is neither becomes a fault."""
    address = wsdl.address_of(request)
    if request.method == "GET":
        fields = read_query(request.query)
        if any(name.lower() == "wsdl" for name, _ in fields):
            who = requests.credential_of(Parameters(dict(fields), "utf-8"))
            return _describe(request, {"address": address}, credential=who)
        return _fault(request, _11, address, "Client", "Bad Request", "a GET without ?wsdl")
    try:
        version, root = _opened(request.body)
    except _Unasked as fault:
        return _fault(request, fault.version, address, fault.code, fault.text, fault.problem)
    return _command(request, version, root)


class _Unasked(Exception):
    """Why an envelope asks nothing, in the words of PHP's SoapServer (lab), and in ours."""

    def __init__(self, version: Version, code: str, text: str, problem: str) -> None:
        super().__init__(text)
        self.version, self.code, self.text, self.problem = version, code, text, problem


_NESTED = "SOAP-ERROR: Encoding: Violation of encoding rules"


def _opened(octets: bytes) -> tuple[Version, Element]:
    """The version and the body's one child. Raises _Unasked."""
    try:
        envelope = read(octets)
    except BadXml as bad:
        raise _Unasked(_11, "Client", "Bad Request", f"no SOAP envelope: {bad}") from None
    version = _VERSIONS.get(envelope.namespace)
    if envelope.name != "Envelope" or version is None:
        problem = f"the root is {envelope.name} of `{envelope.namespace[:60]}`, not a SOAP Envelope"
        raise _Unasked(_11, "VersionMismatch", "Wrong Version", problem)
    parts = {child.name: child for child in envelope.children if child.namespace == version.namespace}
    if "Body" not in parts:
        problem = f"the Envelope holds no Body of `{version.namespace}`"
        raise _Unasked(version, "Client", "Body must be present in a SOAP envelope", problem)
    asked = parts["Body"].children
    if not asked:
        raise _Unasked(version, "Client", 'looks like we got "Body" without function call', "the Body is empty")
    if asked[0].name not in _RESULTS or asked[0].namespace in _NOBODYS:
        problem = f"{asked[0].name} of `{asked[0].namespace[:60]}` is none of the WSDL's questions"
        if version is _12:
            raise _Unasked(version, "rpc:ProcedureNotPresent", "Procedure not present", problem)
        raise _Unasked(version, "Server", f"Procedure '{asked[0].name}' not present", problem)
    if len(asked) > 1:
        problem = f"the Body holds {len(asked)} elements; one question stands there, and its values in it (no multiRef)"
        raise _Unasked(version, "Client", "Error cannot find parameter", problem)
    _refer(asked[0].children, version, envelope)
    nested = next((child.name for child in asked[0].children if child.children and child.name in _ASKED), None)
    if nested is not None:
        problem = f"{nested} holds elements where a text stands: & and < of a text are escaped"
        raise _Unasked(version, "Server", _NESTED, problem)
    for header in parts["Header"].children if "Header" in parts else ():
        if header.attributes.get(f"{{{version.namespace}}}mustUnderstand", "") not in ("", "0", "1", "false", "true"):
            problem = f"the header {header.name} says neither that it must be understood nor that it need not"
            raise _Unasked(version, "Client", "mustUnderstand value is not boolean", problem)
        if _must_be_understood(header, version):
            problem = f"the header {header.name} says mustUnderstand, and no header is known here"
            raise _Unasked(version, "MustUnderstand", "Header not understood", problem)
    return version, asked[0]


def _refer(values: list[Element], version: Version, envelope: Element) -> None:
    """Values that say where they stand (`href="#id"`) become what stands there. Raises _Unasked."""
    referring = [one for one in values if "href" in one.attributes and one.name in _ASKED]
    there = {f"#{one.attributes.get('id', '')}": one for one in envelope.all()} if referring else {}
    for value in referring:
        where = value.attributes["href"]
        found = there.get(where) if where != "#" else None
        if found is None:
            kind = "Unresolved" if where[:1] == "#" else "External"
            text = f"SOAP-ERROR: Encoding: {kind} reference '{where[:100]}'"
            raise _Unasked(version, "Server", text, f"{value.name} refers (href) to what is not in the envelope")
        if found.children:
            raise _Unasked(version, "Server", _NESTED, f"{value.name} refers to {found.name}, which holds elements")
        value.text = found.text


def _must_be_understood(header: Element, version: Version) -> bool:
    must, to = (f"{{{version.namespace}}}{name}" for name in ("mustUnderstand", "actor" if version is _11 else "role"))
    return header.attributes.get(must) in ("1", "true") and header.attributes.get(to) in _FOR_US


def _describe(request: HttpRequest, style: dict[str, str], **more: Any) -> Describe:
    return Describe(provider="smscenter", protocol="soap", peer=request.peer, style=style, **more)


def _fault(request: HttpRequest, version: Version, ns: str, code: str, text: str, problem: str) -> Describe:
    style = {"soap": version.namespace, "ns": ns, "fault": code, "text": text}
    return _describe(request, style, fault=Fault(Reason.BODY_UNREADABLE, {"problem": problem, "text": text}))


def _command(request: HttpRequest, version: Version, root: Element) -> AnyCommand:
    said = {child.name: child.text for child in reversed(root.children)}
    notes: tuple[str, ...] = ()
    if root.name.endswith("2"):
        extra = dict(read_query(said.pop("query", "")))
        said = {**{name: value for name, value in extra.items() if name not in _NOT_IN_QUERY}, **said}
        notes = () if extra.keys().isdisjoint(_NOT_IN_QUERY) else ("smscenter.soap.send2",)
    parameters = Parameters(said, "utf-8", notes=notes)
    style = {"soap": version.namespace, "ns": root.namespace, "root": root.name}
    style |= {word: said[word] for word in ("all", "err") if parameters.on(word)}
    requests.at_host(style, request)
    kind = root.name.removesuffix("2")
    if kind == "balance":
        return requests.common(BalanceQuery(provider="smscenter", protocol="soap"), request, parameters, style)
    if kind == "status":
        return requests.common(_status(parameters), request, parameters, style)
    return requests.submit(request, parameters, "soap", style, kind == "cost")


def _status(parameters: Parameters) -> AnyCommand:
    """One message: the answer has no place for several. A comma at the end is let pass."""
    one = Parameters({name: value.rstrip(", ") for name, value in parameters.values.items()}, "utf-8")
    command = requests.query(one, "soap")
    if requests.is_list(one):
        problem = "get_status tells of one message, not of a list"
        command.fault = Fault(Reason.PARAMETER_INVALID, {"problem": problem})
    return command


# answers


def write(command: AnyCommand, outcome: AnyOutcome, account: Account | None) -> HttpReply:
    """An envelope, the WSDL, or a fault with HTTP 500."""
    style, switches = command.style, PROFILE.in_force(account)
    if isinstance(outcome, Described):
        return wsdl.reply(switches["soap-address"] or style["address"], switches["wsdl"])
    version = _VERSIONS[style["soap"]] if "soap" in style else _11
    if isinstance(command, Describe):
        return _fault_reply(version, style.get("fault", "Server"), style.get("text", "the emulator was told to refuse"))
    root, child = _RESULTS[style["root"]]
    result = ElementTree.Element(child)
    for name, value in _members(command, outcome, switches).items():
        for one in value if isinstance(value, list) else [value]:
            _put(result, name, one)
    answer = ElementTree.Element(f"ns1:{root}")
    answer.append(result)
    return _envelope(version, answer, style["ns"])


def _members(command: AnyCommand, outcome: AnyOutcome, switches: Mapping[str, Any]) -> Members:
    """What stands in the result, in the order of the WSDL. An application error is `error`, with HTTP 200."""
    match outcome:
        case Accepted():
            members = reply_fields.sent(outcome, "3", switches)
            if "err" in command.style and isinstance(command, Submit):
                members["errors"] = errors(outcome)
            return _in_order(members, _SEND)
        case CostTold():
            return _in_order(reply_fields.priced(outcome, reply_fields.money(switches)), _COST)
        case BalanceTold():
            return {"balance": reply_fields.two_digits(outcome.balance), "error": 0}
        case Found() if reply_fields.is_there(outcome.entries[0]):
            zone = countries.zone(switches["timezone"], command.style.get("country", ""))
            members = reply_fields.status(outcome.entries[0], command.style.get("all", "0"), switches, zone)
            if switches["soap-err"] == "send":
                members.setdefault("err", 0)
            if switches["wsdl"] == "2020":
                members.pop("sms_cnt", None)
            return _in_order(members, _STATUS)
        case Found():
            return _error(command, Refused(reason=Reason.MESSAGE_UNKNOWN))
        case Refused():
            return _error(command, outcome)
    raise TypeError(f"SMS Center never answers {type(outcome).__name__} over SOAP")


def _in_order(members: Members, order: tuple[str, ...]) -> Members:
    return {name: members[name] for name in order if name in members}


def _error(command: AnyCommand, outcome: Refused) -> Members:
    code = outcome.code
    if code is None:
        table = PROFILE.table(command.operation, command.protocol)
        row = table.of_reason(outcome.reason) if table else None
        code = row.code if row else SOMETHING
    used = reply_fields.used(outcome.provider_id)
    return {"error": code} if used is None else {"id": used, "error": code}


def _put(parent: ElementTree.Element, name: str, value: Any) -> None:
    child = ElementTree.SubElement(parent, name)
    if isinstance(value, dict):
        for inner, one in value.items():
            _put(child, inner, one)
    else:
        child.text = plain_xml(str(value))


def _envelope(version: Version, content: ElementTree.Element, ns: str | None = None, status: int = 200) -> HttpReply:
    names = {f"xmlns:{version.prefix}": version.namespace, **({"xmlns:ns1": ns} if ns else {})}
    envelope = ElementTree.Element(f"{version.prefix}:Envelope", names)
    ElementTree.SubElement(envelope, f"{version.prefix}:Body").append(content)
    text = ElementTree.tostring(envelope, encoding="unicode").replace("\r", RETURN)
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()
    headers = ("Content-Type", f"{version.kind}; charset=utf-8"), ("Server", SERVER)
    return HttpReply(status=status, headers=headers, body=body)


def _fault_reply(version: Version, code: str, text: str) -> HttpReply:
    """As PHP's SoapServer writes them (lab)."""
    prefix = version.prefix
    fault = ElementTree.Element(f"{prefix}:Fault")
    said = code if ":" in code else f"{prefix}:{version.codes.get(code, code)}"
    if version is _11:
        ElementTree.SubElement(fault, "faultcode").text = said
        ElementTree.SubElement(fault, "faultstring").text = plain_xml(text)
    else:
        ElementTree.SubElement(ElementTree.SubElement(fault, f"{prefix}:Code"), f"{prefix}:Value").text = said
        reason = ElementTree.SubElement(fault, f"{prefix}:Reason")
        ElementTree.SubElement(reason, f"{prefix}:Text").text = plain_xml(text)
    return _envelope(version, fault, status=500)


ROUTES = (Route(("GET", "POST"), "/sys/soap.php", "describe", read_request, write),)
