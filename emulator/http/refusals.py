"""What is wrong with octets that the parser does not take, in words that say what to do about it."""

import re
from typing import NamedTuple

from emulator.http.messages import HttpRequest

_QUOTED = re.compile(r"(?<!\w)b?[\x27\x22]")
"""Not the apostrophe of a word."""
_PROXY = (b"PROXY ", b"\0\r")
"""The second version begins with empty lines, which are passed over."""
_VERSION = re.compile(rb" HTTP/(\d)\.\d\r?$").search
_METHOD = re.compile(rb"[A-Z-]+ ").match
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+ ").match


class HttpRefusal(NamedTuple):
    """What a client gets in place of an answer, why, and as much of its request as can be told."""

    status: int
    why: str
    request: HttpRequest
    of_body: bool = False
    """The head was read."""


def in_our_words(octets: bytes, said: str) -> tuple[int, str]:
    """Of a broken request's octets, and of what the parser says: with which status it is refused, and why."""
    line, newline, _ = octets.partition(b"\n")
    if octets[:1] == b"\x16":
        return 400, "this is a TLS hello, and the port speaks plain HTTP: call it by http://"
    if octets[:2] == b"\0\0":
        return 400, "this is no HTTP request; if it is SMPP: that has a port of its own (--smpp-port)"
    if line.startswith(_PROXY):
        return 400, "this is the PROXY protocol, which a balancer was told to speak: have it send HTTP alone"
    whole = _VERSION(line)
    target = line.partition(b" ")[2].rpartition(b" ")[0]
    if whole and whole[1] != b"1":
        return _OTHER_VERSION
    if whole and b" " in target.strip(b" "):
        return 400, "the target holds a space as it is: write it as %20"
    if whole and any(octet < 0x20 or octet == 0x7F for octet in target):
        return 400, "the target holds a control character as it is: write it as % and two hex digits"
    if newline and _METHOD(line) and b" HTTP/" not in line:
        return _NO_VERSION
    if "method" in said:
        return _NO_METHOD if whole and _TOKEN(line) else (400, "what came begins with no method of HTTP")
    head = octets.partition(b"\r\n\r\n")[0]
    if ("CR" in said or "LF" in said) and re.search(rb"(?<!\r)\n", head):
        return 400, "a line of the head ends with LF alone: lines end with CR LF"
    return 400, without_octets(said)


_NO_METHOD = 501, "the method is none that is known here; they are written in capitals: GET, POST"
_NO_VERSION = 400, "the request line names no HTTP version (HTTP/0.9?): it ends with HTTP/1.1"
_OTHER_VERSION = 505, "the port speaks HTTP/1.1, and no HTTP/2 or other version from the start"


def wrong_version(version: str) -> tuple[int, str] | None:
    """The same of a version that the parser reads."""
    return None if version[:1] == "1" else _NO_VERSION if version == "0.9" else _OTHER_VERSION


def without_octets(message: str) -> str:
    """What the parser says, less the octets that it quotes: a key may be among them, and the log has this."""
    told = _QUOTED.split(" ".join(message.split()))[0].rstrip(" :^")
    return told or "this is no HTTP request"
