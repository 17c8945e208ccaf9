"""What a run would have cost, by account and message, with double sends: read from the messages, whenever it is query.

A double send: the same text to the same number again within a window of sandbox time, through whichever provider, while
one before was on its way or had arrived; or another text (a code made anew) under the same reference. Sending again
after a failure is none.
"""

from collections.abc import Iterable
from hashlib import blake2b
from typing import TYPE_CHECKING, Annotated

import msgspec

from emulator.control_api.call import call
from emulator.control_api.filters import Limit, number_of
from emulator.control_api.views import iso
from emulator.core.messages import Batch, Message
from emulator.core.state.message_store import MessageStore
from emulator.core.units import Timestamp, plain, seconds
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.turns import Steps, in_turns

if TYPE_CHECKING:
    from emulator.control_api import response_types

_NEWEST = 7
"""So many that are alike are remembered besides the last."""
_FAILED = ("undelivered", "expired", "rejected", "deleted", "error")


class LedgerQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`window`: so many seconds of sandbox time apart two sends are still one too many."""

    provider: str | None = None
    window: Annotated[float, msgspec.Meta(ge=0, le=31_536_000)] = 600.0
    limit: Limit = 100
    after: str | None = None


@call("ledger")
async def ledger(sandbox: Sandbox, query: LedgerQuery) -> "response_types.Ledger":
    """What it would have cost, by account and message, with double sends.

    Totals over everything; of the messages those after `after`, at most `limit`. A unit is what the account counts
    in: a message, or a rouble.
    """
    return await in_turns(_ledger(sandbox, query))


def _ledger(sandbox: Sandbox, query: LedgerQuery) -> "Steps[response_types.Ledger]":
    store = sandbox.engine.state.store
    names = [name for name in sandbox.providers if name == query.provider] or list(sandbox.providers)
    sums = {name: _Sum() for name in sandbox.providers}
    doubles: list[response_types.Double] = []
    doubled = 0
    shown: list[tuple[Message, Batch]] = []
    after = number_of(query.after)
    seen = _Seen(store, seconds(query.window))
    for message, batch in store.with_batches(store.likely(0, provider=query.provider)):
        yield
        if query.provider not in (None, batch.provider):
            continue
        sums[batch.provider].add(batch)
        double = seen.double(message, batch)
        if double is not None:
            doubles.append(double)
            doubled += batch.cost
        if message.id > after and len(shown) < query.limit:
            shown.append((message, batch))
    again = {one["again"]: one["message"] for one in doubles}
    lines = []
    for message, batch in shown:
        yield
        lines.append(_line(message, batch, again.get(f"m{message.id}")))
    return {
        "total": {**_Sum.of(sums.values()).shown(), "doubled": plain(doubled)},
        "accounts": [
            {"provider": name, **sums[name].shown(), "balance": plain(sandbox.account(name).balance)} for name in names
        ],
        "messages": lines,
        "doubles": doubles,
        "window": query.window,
    }  # fmt: skip


class _Sum:
    """How many messages and parts, and what they cost."""

    def __init__(self, messages: int = 0, parts: int = 0, cost: int = 0) -> None:
        self.messages, self.parts, self.cost = messages, parts, cost

    def add(self, batch: Batch) -> None:
        self.messages += 1
        self.parts += batch.parts
        self.cost += batch.cost

    @classmethod
    def of(cls, sums: Iterable["_Sum"]) -> "_Sum":
        return cls(*map(sum, zip(*((one.messages, one.parts, one.cost) for one in sums), strict=True)))

    def shown(self) -> "response_types.Sum":
        return {"messages": self.messages, "parts": self.parts, "cost": plain(self.cost)}


def _line(message: Message, batch: Batch, double_of: str | None) -> "response_types.Line":
    return {
        "id": f"m{message.id}", "provider": batch.provider, "to": message.to, "text": batch.text,
        "reference": batch.reference, "at": iso(batch.created_at), "encoding": batch.encoding, "kind": batch.kind,
        "parts": batch.parts,
        "cost": plain(batch.cost), "status": message.status, "double_of": double_of,
    }  # fmt: skip


class _Seen:
    """The messages gone through so far, by a hash of number and text, and of number and reference: the newest of each,
    but for those that had failed at once. A million of them are small."""

    def __init__(self, store: MessageStore, window: int) -> None:
        self._store = store
        self._window = window
        self._sent: dict[int, tuple[int, ...]] = {}

    def double(self, message: Message, batch: Batch) -> "response_types.Double | None":
        """What a message doubles, if it does; to ask twice about a number is no double."""
        if batch.kind in ("hlr", "ping") or _had_failed(message, batch.created_at):
            return None
        to, name = message.to.lstrip("+"), batch.reference or batch.provider_id
        found: tuple[Message, Batch] | None = None
        for words in ((to, batch.text), *(((batch.provider, to, name),) if name else ())):
            key = int.from_bytes(blake2b("\0".join(words).encode("utf-8", "surrogatepass"), digest_size=8).digest())
            known = self._sent.get(key, ())
            self._sent[key] = (*known[-_NEWEST:], message.id)
            if found is None:
                tried = (self._doubled(number, batch) for number in reversed(known))
                found = next((pair for pair in tried if pair is not None), None)
        if found is None:
            return None
        before, first = found
        return {
            "message": f"m{before.id}", "again": f"m{message.id}", "to": message.to, "text": batch.text,
            "providers": list(dict.fromkeys((first.provider, batch.provider))),
            "seconds": (batch.created_at - first.created_at) / 1_000_000,
            "references": [first.reference, batch.reference], "why": _why(first, batch), "cost": plain(batch.cost),
        }  # fmt: skip

    def _doubled(self, number: int, batch: Batch) -> tuple[Message, Batch] | None:
        """An earlier message with its batch, if it was on its way or had arrived, and not long before."""
        before = self._store.messages[number - 1]
        first = self._store.batch_of(before)
        if first.text != batch.text and first.reference is None and first.created_at == batch.created_at:
            return None  # a list that has a number twice, each time with a text of its own
        if batch.created_at - first.created_at > self._window or _had_failed(before, batch.created_at):
            return None
        return before, first


def _had_failed(message: Message, at: Timestamp) -> bool:
    """Was it known to have failed by then?"""
    history = message.history
    return any(
        history[n] in _FAILED and int(history[n + 1]) <= at for n in range(0, len(history), 2)
    )  # fmt: skip


def _why(first: Batch, again: Batch) -> str:
    if first.id == again.id:
        return "the number stands twice in one request"
    if first.provider != again.provider:
        return "through two providers"
    if first.text != again.text:
        return "the same reference, another text"
    if not again.reference and not first.reference:
        return "no reference"
    return "the same reference" if first.reference == again.reference else "different references"
