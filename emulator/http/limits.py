"""How much a client may ask of the sockets, and how long it may take: numbers, each an option of the command. What is
beyond them gets a clear answer and an entry in the journal."""

from typing import NamedTuple


class Limits(NamedTuple):
    """Sizes in bytes, times in real seconds."""

    body: int = 16 * 1024 * 1024
    """Of a request, unpacked. More: 413."""
    line: int = 64 * 1024
    """The request line. More: 414."""
    header: int = 32 * 1024
    """One header; there may be 128. More: 431."""
    head_seconds: float = 30.0
    """From the first octet of a request to the end of its head, or of an SMPP PDU to its end. More: 408, or a nack."""
    body_seconds: float = 300.0
    """For a request's body. More: 408."""
    idle_seconds: float = 600.0
    """So long a connection may stay open between requests. Then it is closed."""
    stalled_seconds: float = 60.0
    """So long a client may take nothing of what is written to it. Then the connection is cut."""
    connections: int = 10_000
    """Over HTTP, and as many over SMPP. More: 503, or closed."""
