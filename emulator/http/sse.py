"""Server-sent events: frames written, and read again from whatever pieces they come in."""

from typing import NamedTuple

BEAT = b": still here\n\n"
"""A comment: keeps proxies from closing the line."""


class SseFrame(NamedTuple):
    """One event: its id ("" for none), its kind, its data."""

    id: str
    event: str
    data: str


def write(frame: SseFrame) -> bytes:
    """The octets of an event."""
    lines = [f"id: {frame.id}"] if frame.id else []
    lines += [f"event: {frame.event}", *(f"data: {line}" for line in frame.data.split("\n"))]
    return ("\n".join(lines) + "\n\n").encode()


class Reader:
    """Takes pieces of a stream, gives back the events that are whole. Lines end in LF, as we write them."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> list[SseFrame]:
        *whole, self._rest = (self._rest + piece).split(b"\n\n")
        return [frame for frame in map(_read, whole) if frame is not None]


def _read(octets: bytes) -> SseFrame | None:
    id, event, data = "", "message", []
    for line in octets.decode().split("\n"):
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "id":
            id = value
        elif name == "event":
            event = value
        elif name == "data":
            data.append(value)
    return SseFrame(id, event, "\n".join(data)) if data else None
