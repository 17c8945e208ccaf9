"""Sends in doubt, kept over a restart: a send is written down before it leaves and crossed out when its end is known.

    client = SmsCenter(login, psw, doubts=store)    # a DoubtStore of yours: a table with one row a send
    client.settle_doubts()      # after a start, and now and then: asks for each what became of it

What stays is what nobody told the end of: the process died, or the reply was lost and could not be cleared up.
"""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from typing import Any, Literal, Protocol, TypeAlias

import msgspec

from emulator.client.calls import Call, Verdict
from emulator.clock import real_now
from emulator.core.units import SECOND

OLD = 60.0
"""Seconds after which a message that the provider does not know was never taken: until then it may be registered."""
End: TypeAlias = Literal["accepted", "absent", "unclear"]


class Unsettled(msgspec.Struct, frozen=True, kw_only=True):
    """A send whose end is not known. `key`: what the store calls it; `account`: which of the provider's, made
    unreadable; `to`: its numbers; `reference`: by which it can be asked for, if it can; `at`: Unix seconds."""

    key: str
    provider: str
    account: str
    to: tuple[str, ...]
    reference: str | None
    at: float


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it: "accepted"; "absent" (it was never taken: send it again if it is still wanted); "unclear": it
    stays in the store until you forget it."""

    send: Unsettled
    end: End


class DoubtStore(Protocol):
    """Where sends in doubt are kept. An async client calls it in a thread."""

    def begin(self, send: Unsettled) -> None:
        """Keep it; it is about to leave. What fails here keeps the message from being sent."""
        ...

    def settle(self, key: str) -> None:
        """Forget it: its end is known."""
        ...

    def unsettled(self) -> Iterable[Unsettled]:
        """All that are kept, oldest first."""
        ...


class Account(Protocol):
    """The calls of one account, as far as a driver knows them. `was_accepted`: the question about a send in doubt, None
    where there is none to ask."""

    @property
    def provider(self) -> str: ...

    @property
    def secrets(self) -> tuple[str, ...]: ...

    def was_accepted(self, to: Sequence[str], reference: str | None) -> Call[Any] | None: ...


def unsettled_of(call: Call[Any]) -> Unsettled:
    """What to keep of a send."""
    return Unsettled(
        key=secrets.token_hex(10), provider=call.provider, account=account_of(call.secrets), to=call.to,
        reference=call.reference, at=real_now() / SECOND,
    )  # fmt: skip


def account_of(secret: Iterable[str]) -> str:
    """An account without showing it."""
    return hashlib.sha256("\n".join(secret).encode("utf-8", "replace")).hexdigest()[:16]


def end_of(found: object, send: Unsettled) -> End:
    """What an answer to the question says about it."""
    if found is Verdict.UNCLEAR:
        return "unclear"
    if found is Verdict.NOT_ACCEPTED:
        return "absent" if real_now() / SECOND - send.at >= OLD else "unclear"
    return "accepted"
