"""What two nodes say to each other over a link: frames of many streams, each one request over HTTP or one connection
over SMPP. Pure."""

import struct
from enum import IntEnum
from typing import NamedTuple

import msgspec

from emulator.http.messages import HttpRequest
from emulator.journal import Exchange

_HEAD = struct.Struct(">IBI")


class Kind(IntEnum):
    """From the front: what begins a stream, how it goes on and ends. From the owner: what the client gets."""

    REQUEST = 1
    BIND = 2
    """An SMPP connection from its bind on."""
    DATA = 3
    """Octets, both ways."""
    END = 4
    """The reply is whole, and the connection may go on."""
    CLOSE = 5
    """No more is said; by the front: the client says no more."""
    RESET = 6
    """The connection is gone, or to be reset."""
    NOT_MINE = 7
    """The sandbox is not there; nothing was done."""
    PAUSE = 8
    RESUME = 9
    """Who says it does not read what it is sent, and reads again: the client, or by the owner what serves it."""
    RETIRE = 10
    RETIRED = 11
    """Of the link: who leaves asks that nothing more be begun; nothing more is."""
    UNBIND = 12
    """By the front: the SMPP session is to end as it should."""
    REBIND = 13
    """By the owner: the client, refused before, binds anew, perhaps as another. With what it said from there on; what
    comes behind it goes back to the front as DATA, until the front says CLOSE and is answered with END."""
    MAIL = 14
    """Begins a stream: a mail, which gets one line back."""
    NOTED = 15
    """Belongs into the journal of the sandbox default, and is no stream."""


BEGINS = (Kind.REQUEST, Kind.BIND, Kind.MAIL, Kind.NOTED)


class Frame(NamedTuple):
    kind: Kind
    stream: int
    payload: bytes = b""


class Forwarded(msgspec.Struct, array_like=True):
    """A request on its way to its owner."""

    sandbox: str
    request: HttpRequest
    last: bool
    version: str
    form: bool


class ForwardedMail(msgspec.Struct, array_like=True):
    """A mail: whose it is, to which mailbox it came, and itself."""

    sandbox: str
    address: str
    request: HttpRequest


class ForwardedBind(msgspec.Struct, array_like=True):
    """A connection over SMPP: whose it is to be, who the client is, what it has said."""

    sandbox: str
    peer: str
    octets: bytes


pack_value = msgspec.msgpack.Encoder().encode
unpack_request = msgspec.msgpack.Decoder(Forwarded).decode
unpack_mail = msgspec.msgpack.Decoder(ForwardedMail).decode
unpack_noted = msgspec.msgpack.Decoder(Exchange).decode
unpack_bind = msgspec.msgpack.Decoder(ForwardedBind).decode


def pack(kind: Kind, stream: int, payload: bytes = b"") -> bytes:
    return _HEAD.pack(len(payload), kind, stream) + payload


class Unpacker:
    """Octets in any pieces to frames."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """Raises ValueError for what is no frame."""
        waiting, found, at = self._waiting, [], 0
        waiting += data
        while len(waiting) - at >= _HEAD.size:
            length, kind, stream = _HEAD.unpack_from(waiting, at)
            end = at + _HEAD.size + length
            if len(waiting) < end:
                break
            found.append(Frame(Kind(kind), stream, bytes(waiting[at + _HEAD.size : end])))
            at = end
        del waiting[:at]
        return found
