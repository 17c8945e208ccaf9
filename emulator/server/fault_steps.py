"""What a reply comes to on its connection, as values: what is written, what is waited for, how it ends."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple, Protocol, TypeAlias


class Write(NamedTuple):
    """These octets go out; the next step waits until the client has taken them."""

    octets: bytes


class Wait(NamedTuple):
    """So many real seconds; None: until the client goes."""

    seconds: float | None


class CloseConnection(NamedTuple):
    """FIN."""


class ResetConnection(NamedTuple):
    """RST."""


Step: TypeAlias = Write | Wait | CloseConnection | ResetConnection


class Carrier(Protocol):
    """A connection, as steps need it."""

    stopping: asyncio.Event
    """Set when serving stops: nothing is waited for any more."""

    async def write_and_drain(self, octets: bytes) -> None: ...

    async def until_client_goes(self) -> None: ...

    def close(self) -> None: ...

    def reset(self) -> None: ...


async def carry_out(steps: Sequence[Step], carrier: Carrier) -> None:
    """One step after the other."""
    for step in steps:
        match step:
            case Write():
                await carrier.write_and_drain(step.octets)
            case Wait(None):
                await carrier.until_client_goes()
            case Wait(seconds):
                with suppress(TimeoutError):
                    await asyncio.wait_for(carrier.stopping.wait(), seconds)
            case CloseConnection():
                carrier.close()
            case ResetConnection():
                carrier.reset()
