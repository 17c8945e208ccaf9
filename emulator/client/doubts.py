"""Sends in doubt, kept over a restart: a send is written down before it leaves and crossed out when its end is known.

    client = SmsCenter(login, psw, doubts=store)    # a DoubtStore of yours: a table with one row a send
    client.settle_doubts()      # after a start, and now and then: asks for each what became of it

What stays is what nobody told the end of: the process died, or the reply was lost and could not be cleared up.
"""

import hashlib
import secrets
from collections.abc import Iterable
from typing import Literal, Protocol, TypeAlias

import msgspec

from emulator.client.calls import Patience, Verdict
from emulator.client.watching import log
from emulator.clock import real_now
from emulator.core.units import SECOND

LATE = 60.0
"""Seconds after the end of its call in which what was taken may still be registered: then what is absent never was."""
End: TypeAlias = Literal["accepted", "absent", "unclear"]


class Unsettled(msgspec.Struct, frozen=True, kw_only=True):
    """A send whose end is not known. `key`: what the store calls it; `account`: which of the provider's, made
    unreadable; `to`: its numbers; `reference`: by which it can be asked for, if it can; `at`: when its call began, and
    `until`: when it was over at the latest, in Unix seconds."""

    key: str
    provider: str
    account: str
    to: tuple[str, ...]
    reference: str | None
    at: float
    until: float


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
        """Forget it: its end is known. What is not there was forgotten before."""
        ...

    def unsettled(self) -> Iterable[Unsettled]:
        """All that are kept, oldest first."""
        ...


def begins(
    provider: str, secret: Iterable[str], to: tuple[str, ...], reference: str | None, patience: Patience
) -> Unsettled:
    """What to keep of a send that begins now."""
    at = real_now() / SECOND
    return Unsettled(key=secrets.token_hex(10), provider=provider, account=account_of(secret), to=to,
                     reference=reference, at=at, until=at + patience.deadline)  # fmt: skip


def forget(store: DoubtStore, send: Unsettled) -> None:
    """The end is known. That the store cannot write it down must not hide what became of the message: the send stays
    in it, and settle_doubts asks again."""
    try:
        store.settle(send.key)
    except Exception:
        log.exception("the store of doubts failed: %s stays in it", send.key)


def account_of(secret: Iterable[str]) -> str:
    """An account without showing it."""
    return hashlib.sha256("\n".join(secret).encode("utf-8", "replace")).hexdigest()[:16]


def end_of(found: object, send: Unsettled) -> End:
    """What an answer to the question says about it."""
    if found is Verdict.UNCLEAR:
        return "unclear"
    if found is Verdict.NOT_ACCEPTED:
        return "absent" if real_now() / SECOND >= send.until + LATE else "unclear"
    return "accepted"
