"""fmt 0 to 3: members to bytes as in the recorded answers. 0 text, 1 numbers, 2 XML, 3 JSON.

JSON is laid out one member a line, without indentation and without a line break at the end (recorded). The text and XML
forms of a list, and of send with a cost in text, are not known: ours are rows of the contract.
"""

import re
from functools import lru_cache
from typing import Any

import msgspec

from emulator.core.commands import Command
from emulator.http.messages import Headers, HttpReply
from emulator.providers.smscenter.parameters import DEFAULT_CHARSET
from emulator.providers.smscenter.reply_fields import Members

SERVER = "nginx"
RETURN = "&#13;"
"""A carriage return in XML: of a bare one readers make a line feed."""
_IN_XML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": RETURN})
"""Python's own library for XML would bring an HTTP client and mail into every start."""
_KINDS = {"0": "text/plain", "1": "text/plain", "2": "text/xml", "3": "application/json"}
_encode = msgspec.json.Encoder().encode
_never_in_xml = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def reply(text: str, fmt: str, charset: str = DEFAULT_CHARSET, said: str | None = None) -> HttpReply:
    """The octets of an answer; `said`: the charset that Content-Type names, if it is another than the body's."""
    errors = "xmlcharrefreplace" if fmt == "2" else "replace"
    return HttpReply(200, _headers(_KINDS.get(fmt, "text/plain"), said or charset), text.encode(charset, errors))


@lru_cache(maxsize=64)
def _headers(kind: str, charset: str) -> Headers:
    return (("Content-Type", f"{kind}; charset={charset}"), ("Server", SERVER))


def json(value: Any) -> str:
    """An object one member a line; a list with its objects one behind the other."""
    if isinstance(value, dict):
        lines = [f'"{name}": {one if type(one) is int else json(one)}' for name, one in value.items()]
        return "{\n" + ",\n".join(lines) + "\n}"
    if isinstance(value, list):
        return "[" + ",\n".join(map(json, value)) + "]"
    return _encode(value).decode()


def plain_xml(text: str) -> str:
    """Without the characters that no XML document may hold."""
    return _never_in_xml.sub("\ufffd", text)


def xml(name: str, members: Members) -> str:
    """An element with a child a line; of a list a child for each."""
    lines = [f"<{name}>"]
    for child, value in members.items():
        for one in value if isinstance(value, list) else (value,):
            lines.append(xml(child, one) if isinstance(one, dict) else f"<{child}>{_in_xml(str(one))}</{child}>")
    lines.append(f"</{name}>")
    return "\n".join(lines)


def _in_xml(text: str) -> str:
    return text if text.isalnum() else plain_xml(text).translate(_IN_XML)


# one function an operation and format


def sent(fmt: str, members: Members) -> str:
    """`members`: id, cnt, cost, balance as far as asked for, code of a call, then lists."""
    if fmt == "3":
        return json(members)
    if fmt == "2":
        return xml("result", members)
    shown = [str(members[name]) for name in ("id", "cnt", "cost", "balance", "code") if name in members]
    if fmt == "1":
        return ",".join(shown)
    more = "".join(f", {name} - {members[name]}" for name in ("cost", "balance") if name in members)
    code = f", CODE - {members['code']}" if "code" in members else ""
    return f"OK - {members['cnt']} SMS, ID - {members['id']}{code}{more}"


def priced(fmt: str, members: Members) -> str:
    if fmt == "3":
        return json(members)
    if fmt == "2":
        return xml("result", members)
    cost, count = members["cost"], members["cnt"]
    return f"{cost},{count}" if fmt == "1" else f"{cost} ({count} SMS)"


def refused(fmt: str, code: int, text: str, provider_id: int | str | None) -> str:
    """An error, with the id that is used up, if one is."""
    has_id = {} if provider_id is None else {"id": provider_id}
    if fmt == "3":
        return json({"error": text, "error_code": code, **has_id})
    if fmt == "2":
        return xml("result", {"error": text, "error_code": code, **has_id})
    if fmt == "1":
        return f"{0 if provider_id is None else provider_id},-{code}"
    return f"ERROR = {code} ({text})" + ("" if provider_id is None else f", ID - {provider_id}")


_PLACE = ("country", "operator", "region")
_NETWORK = ("imsi", "msc", "mcc", "mnc", "cn", "net", "rcn", "rnet")
_NUMBERS = ("status", "last_timestamp", "err", *_NETWORK, "send_timestamp", "phone", *_PLACE, "cost", "sender_id",
            "status_name", "message", "comment", "mccmnc", "type", "sms_cnt")  # fmt: skip
_SHORT = _NUMBERS[: 3 + len(_NETWORK)]
_WORDS = ("send_date", "phone", *_PLACE, "cost", "sender_id", "status_name", "message", "comment", "mccmnc",
          "type", "sms_cnt")  # fmt: skip


def status(fmt: str, members: Members) -> str:
    """One message."""
    if fmt == "3":
        return json(members)
    if fmt == "2":
        return xml("sms", members)
    if fmt == "1":
        return ",".join(_numbers(members))
    head = f"Status = {members['status']}, check_time = {members.get('last_date', 0)}, err = {members.get('err', 0)}"
    words = (*_NETWORK, *_WORDS) if "send_date" in members else _NETWORK
    return head + "".join(f", {name} = {members[name]}" for name in words if name in members)


def _numbers(members: Members) -> list[str]:
    full = "send_timestamp" in members
    shown = {"last_timestamp": 0, "err": 0, **members}
    return [str(shown[name]) for name in (_NUMBERS if full else _SHORT) if name in shown]


def statuses(fmt: str, several: list[Members]) -> str:
    """Several messages, in the order of the question; each with its id, and its phone."""
    if fmt == "3":
        return json(several)
    if fmt == "2":
        return xml("list", {"sms": several})
    between, named = (",", "") if fmt == "1" else (", ", "{} = ")
    return "\n".join(
        between.join([status(fmt, one), *(f"{named.format(name)}{one[name]}" for name in _behind(one))])
        for one in several
    )


def _behind(one: Members) -> tuple[str, ...]:
    """What stands behind a message of several, whose phone the full form has already."""
    return ("id",) if "send_timestamp" in one else ("id", "phone")


def listed(command: Command, several: list[Members], name: str) -> HttpReply:
    """Things of one kind: JSON an array, XML a list of elements of that name, texts a line each."""
    fmt = command.style.get("fmt", "0")
    if fmt == "3":
        text = json(several)
    elif fmt == "2":
        text = xml("list", {name: several})
    else:
        text = "\n".join(_line(fmt, one) for one in several)
    return reply(text, fmt, command.style.get("charset", DEFAULT_CHARSET))


def alone(command: Command, members: Members, name: str) -> HttpReply:
    """One thing: an object, an element of that name, a line."""
    fmt = command.style.get("fmt", "0")
    text = json(members) if fmt == "3" else xml(name, members) if fmt == "2" else _line(fmt, members)
    return reply(text, fmt, command.style.get("charset", DEFAULT_CHARSET))


def _line(fmt: str, members: Members) -> str:
    """fmt 0: names and values; fmt 1: values alone."""
    if fmt == "1":
        return ",".join(map(str, members.values()))
    return ", ".join(f"{name} = {value}" for name, value in members.items())


def balance(fmt: str, members: Members) -> str:
    """`balance`, and with cur=1 `currency`."""
    if fmt == "3":
        return json(members)
    if fmt == "2":
        return "\n".join(f"<{name}>{_in_xml(value)}</{name}>" for name, value in members.items())
    return ",".join(members.values()) if fmt == "1" else " ".join(members.values())
