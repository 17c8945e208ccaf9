"""What happened in a world, in order, as a person reads it."""

import re
from typing import NamedTuple
from urllib.parse import unquote_plus

_LONGEST = 150
MOST_KEPT = 4096
"""So many octets of a turn are kept for it."""
_SMPP = {
    0x01: "bind_receiver", 0x02: "bind_transmitter", 0x03: "query_sm", 0x04: "submit_sm", 0x05: "deliver_sm",
    0x06: "unbind", 0x09: "bind_transceiver", 0x15: "enquire_link",
}  # fmt: skip


class Happened(NamedTuple):
    """`said`: octets that went over the network, which are read when somebody asks; `behind` stands behind them."""

    at: float
    who: str
    told: str
    said: bytes = b""
    behind: str = ""

    @property
    def what(self) -> str:
        return f"{self.told}{said(self.said)}{self.behind}" if self.said else self.told


def clock(seconds: float) -> str:
    """Hours, minutes, seconds since the world began."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours:02}:{minutes:02}:{rest:06.3f}"


def lines(happened: list[Happened], most: int = 60) -> str:
    """The last `most`."""
    left_out = len(happened) - most
    shown = happened[-most:] if left_out > 0 else happened
    wide = max((len(one.who) for one in shown), default=0)
    text = "\n".join(f"  {clock(one.at)}  {one.who:{wide}}  {one.what}" for one in shown)
    return f"  ({left_out} before these)\n{text}" if left_out > 0 else text


def keeps_alive(data: bytes) -> bool:
    """Is it SMPP's enquire_link, or its answer? Nobody wants to read of those."""
    return len(data) == 16 and data[:4] == b"\0\0\0\x10" and data[4:8] in (b"\0\0\0\x15", b"\x80\0\0\x15")


def said(data: bytes) -> str:
    """What was said in a turn, in a line."""
    if data[:4] == len(data).to_bytes(4, "big") or (len(data) >= 16 and data[0] == 0 and data[4] in (0, 0x80)):
        command = int.from_bytes(data[4:8], "big")
        name = _SMPP.get(command & 0x7FFFFFFF, f"{command:08x}")
        return f"{name}{'_resp' if command & 0x80000000 else ''}"
    head, _, body = data.partition(b"\r\n\r\n")
    first = head.split(b"\r\n", 1)[0].decode("utf-8", "replace")
    first = re.sub(r" HTTP/1\.[01]$|^HTTP/1\.[01] ", "", first)
    rest = body[:_LONGEST].decode("utf-8", "replace").replace("\n", " ").strip()
    text = unquote_plus(first) + (f"  {rest}" if rest else "")
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
