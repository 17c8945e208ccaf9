"""What is wrong with octets that the parser does not take, in words that say what to do about it."""

import re
from typing import NamedTuple

from emulator.http.messages import HttpRequest

_QUOTED = re.compile(r"b?[\x27\x22]")
_VERSION = re.compile(rb" HTTP/\d\.\d\r?$").search
_METHOD = re.compile(rb"[A-Z-]+ ").match


class HttpRefusal(NamedTuple):
    """What a client gets in place of an answer, why, and as much of its request as can be told."""

    status: int
    why: str
    request: HttpRequest
    of_body: bool = False
    """The head was read."""


def in_our_words(octets: bytes, said: str) -> str:
    """Of a broken request's octets, and of what the parser says."""
    line, newline, _ = octets.partition(b"\n")
    if octets[:1] == b"\x16":
        return "this is a TLS hello, and the port speaks plain HTTP: call it by http://"
    if line.startswith(b"PRI * HTTP/2"):
        return "this is HTTP/2 from the start; the port speaks HTTP/1.1"
    whole = _VERSION(line) is not None
    target = line.partition(b" ")[2].rpartition(b" ")[0]
    if whole and b" " in target.strip(b" "):
        return "the target holds a space as it is: write it as %20"
    if whole and any(octet < 0x20 or octet == 0x7F for octet in target):
        return "the target holds a control character as it is: write it as % and two hex digits"
    if newline and _METHOD(line) and b" HTTP/" not in line:
        return "the request line names no HTTP version (HTTP/0.9?): it ends with HTTP/1.1"
    head = octets.partition(b"\r\n\r\n")[0]
    if ("CR" in said or "LF" in said) and re.search(rb"(?<!\r)\n", head):
        return "a line of the head ends with LF alone: lines end with CR LF"
    return without_octets(said)


def without_octets(message: str) -> str:
    """What the parser says, less the octets that it quotes: a key may be among them, and the log has this."""
    told = _QUOTED.split(" ".join(message.split()))[0].rstrip(" :^")
    return told or "this is no HTTP request"
