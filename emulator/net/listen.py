"""Sockets, bound before the heavy imports: a client that is early waits in the backlog instead of being refused."""

import errno
import os
import socket
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

BACKLOG = 1024
"""Connections that may wait to be accepted."""
_ACCEPTED = 3
"""So many turns of the loop asyncio takes from a client's call to `connection_made`."""


class Busy(Exception):
    """The address cannot be had; the text says which and why."""


def bind(host: str, port: int, protocol: str = "HTTP", option: str = "--port") -> socket.socket:
    """A listening socket. Raises Busy, which names the protocol that is served there and the option that moves it, or
    --host where no socket can be had by that address."""
    try:
        family, address = _LOOPBACK if host == _LOOPBACK[1] else _found(host)
        listening = socket.create_server((address, port), family=family, backlog=BACKLOG)
    except OSError as error:
        why = f"cannot listen for {protocol} on {host} port {port}: "
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            why += "this machine has no such address. "
            why += "127.0.0.1 (this machine alone) may stand behind --host, or 0.0.0.0"
        else:
            why += "it is in use" if error.errno == errno.EADDRINUSE else error.strerror or str(error)
            why += f". Another by {option}, a free one by {option} 0"
            if "MAKELEVEL" in os.environ:
                why += f"; with make: make run ARGS='{option} 0'"
        raise Busy(why) from None
    listening.setblocking(False)
    return listening


_LOOPBACK = socket.AF_INET, "127.0.0.1"


def _found(host: str) -> tuple[socket.AddressFamily, str]:
    """The family and the first address of a name. Raises OSError."""
    family, _, _, _, address = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    return family, str(address[0])


async def close(servers: "Iterable[asyncio.Server]") -> None:
    """Listen no more. The clients that are being accepted have begun afterwards: who serves them can take leave of
    them, too."""
    from asyncio import sleep

    for server in servers:
        server.close()
    for _ in range(_ACCEPTED):
        await sleep(0)


def url(listening: socket.socket, scheme: str = "http") -> str:
    """Where clients on this machine reach a socket."""
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
