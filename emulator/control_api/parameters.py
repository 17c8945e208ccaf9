"""The parameters of a request as people read them: decoded, whatever carried them; in their order."""

from collections.abc import Iterator
from typing import Any

import msgspec

from emulator.core.commands import Submit
from emulator.http.messages import HttpRequest, SmppFrame, read_query
from emulator.journal import Exchange
from emulator.providers.xml import BadXml, Element
from emulator.providers.xml import read as read_xml
from emulator.smpp.codec import decode
from emulator.smpp.display import describe

Pairs = list[tuple[str, str]]

_LOST = "\N{REPLACEMENT CHARACTER}"
_OF_A_PDU = ("source_addr", "destination_addr", "data_coding", "esm_class", "registered_delivery", "system_id",
             "message_id", "schedule_delivery_time", "validity_period", "service_type")  # fmt: skip
"""Of a PDU's fields those that say something to people, where they are not empty."""


def parameters(kept: Exchange) -> Pairs:
    """Names and values: of query and form, of the members of JSON, of the leaves of XML, of a PDU."""
    if isinstance(kept.request, SmppFrame):
        return _of_pdu(kept.request, kept.command.text if isinstance(kept.command, Submit) else None)
    return [*_fields(kept.request.query), *_of_body(kept.request)]


def _text(octets: bytes) -> str:
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("windows-1251", "replace")


def _fields(query: str | bytes) -> Pairs:
    """In UTF-8, or in windows-1251 where it is none: clients send both."""
    found = read_query(query)
    return read_query(query, "windows-1251") if any(_LOST in value for _, value in found) else found


def _of_body(request: HttpRequest) -> Pairs:
    body = request.body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if request.form is not None:
        return [(name, _text(value)) for name, value in request.form]
    try:
        if body[:1] in (b"{", b"["):
            return list(_leaves(msgspec.json.decode(body), ""))
        if body[:1] == b"<":
            return list(_elements(read_xml(body)))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, BadXml):
        return []
    return _fields(request.body) if b"=" in body[:200] else []


def _leaves(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _leaves(member, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        for number, member in enumerate(value):
            yield from _leaves(member, f"{name}[{number}]")
    elif isinstance(value, list):
        yield name, ", ".join(map(_plain, value))
    else:
        yield name, _plain(value)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _elements(element: Element) -> Iterator[tuple[str, str]]:
    for name, value in element.attributes.items():
        if not name.startswith(("xmlns", "{")):
            yield name, value
    if not element.children and (text := element.text.strip()):
        yield element.name, text
    for child in element.children:
        yield from _elements(child)


def _of_pdu(frame: SmppFrame, text: str | None) -> Pairs:
    shown = describe(decode(frame.body), None)
    fields = {name: value for name, value in shown.get("fields", {}).items() if name in _OF_A_PDU}
    told = [(name, str(fields[name])) for name in _OF_A_PDU if fields.get(name)]
    told += [(str(tlv["name"]), str(tlv["value"])) for tlv in shown.get("tlvs", ())]
    return told if text is None else [*told, ("text", text)]
