"""Connections out: looked up, judged, and made to the very address that was judged."""

import asyncio
import socket

from emulator.net.allowed_targets import NotAllowed, Targets

TIMEOUT = 10.0
"""Real seconds for all of it."""


async def reach(targets: Targets, host: str, port: int) -> socket.socket:
    """A connected socket. Raises NotAllowed when no address of the host may be called, OSError when none answers."""
    async with asyncio.timeout(TIMEOUT):
        return await _reach(targets, host, port)


async def _reach(targets: Targets, host: str, port: int) -> socket.socket:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise OSError(f"{host[:100]!r} is no host name") from None
    trouble: OSError | None = None
    for family, kind, protocol, _, where in found:
        refusal = targets.refusal(host, str(where[0]))
        if refusal is not None:
            trouble = trouble or NotAllowed(refusal)
            continue
        made = socket.socket(family, kind, protocol)
        try:
            made.setblocking(False)
            await loop.sock_connect(made, where)
            return made
        except OSError as error:
            made.close()
            trouble = error
        except BaseException:
            made.close()
            raise
    raise trouble or OSError(f"{host} has no address")
