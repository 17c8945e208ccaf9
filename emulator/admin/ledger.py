"""What a run would have cost, by account and message, with double sends: read from the messages, whenever it is asked.

A double send: the same text to the same number again within a window of sandbox time, through whichever provider, while
the one before was on its way or had arrived. Sending again after a failure is none.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Annotated, Any

import msgspec

from emulator.admin.finding import number_of
from emulator.admin.views import iso
from emulator.core.messages import Batch, Message, Store
from emulator.core.values import Moment, plain, seconds
from emulator.sandboxes import Sandbox

Json = dict[str, Any]

_FAILED = ("undelivered", "expired", "rejected", "deleted", "error")


class Asked(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`window`: so many seconds of sandbox time apart two sends are still one too many."""

    provider: str | None = None
    window: Annotated[float, msgspec.Meta(ge=0, le=31_536_000)] = 600.0
    limit: int = 100
    after: str | None = None


async def ledger(sandbox: Sandbox, asked: Asked) -> Json:
    """Totals over everything; of the messages those after `after`, at most `limit`. A unit is what the account counts
    in: a message, or a rouble."""
    store = sandbox.engine.world.store
    mine = [one for one in store.messages if asked.provider in (None, store.batch_of(one).provider)]
    doubles = list(_doubles(store, mine, seconds(asked.window)))
    again = {one["again"]: one["message"] for one in doubles}
    names = [asked.provider] if asked.provider in sandbox.providers else list(sandbox.providers)
    after = number_of(asked.after)
    shown = islice((one for one in mine if one.id > after), asked.limit)
    return {
        "total": {**_sum(store, mine), "doubled": plain(sum(one["amount"] for one in doubles))},
        "accounts": [
            {"provider": name, **_sum(store, [one for one in mine if store.batch_of(one).provider == name]),
             "balance": plain(sandbox.account(name).balance)} for name in names if name is not None
        ],
        "messages": [_line(one, store.batch_of(one), again.get(f"m{one.id}")) for one in shown],
        "doubles": [{name: value for name, value in one.items() if name != "amount"} for one in doubles],
        "window": asked.window,
    }  # fmt: skip


def _sum(store: Store, messages: Iterable[Message]) -> Json:
    count = parts = cost = 0
    for message in messages:
        batch = store.batch_of(message)
        count += 1
        parts += batch.parts
        cost += batch.cost
    return {"messages": count, "parts": parts, "cost": plain(cost)}


def _line(message: Message, batch: Batch, double_of: str | None) -> Json:
    return {
        "id": f"m{message.id}", "provider": batch.provider, "to": message.to, "text": batch.text,
        "reference": batch.reference, "at": iso(batch.created_at), "encoding": batch.encoding, "parts": batch.parts,
        "cost": plain(batch.cost), "status": message.status, "double_of": double_of,
    }  # fmt: skip


def _doubles(store: Store, messages: Iterable[Message], window: int) -> Iterable[Json]:
    newest: dict[tuple[str, str], Message] = {}
    for message in messages:
        batch = store.batch_of(message)
        key = (message.to.lstrip("+"), batch.text)
        before = newest.get(key)
        newest[key] = message
        if before is None:
            continue
        first = store.batch_of(before)
        apart = batch.created_at - first.created_at
        if apart > window or _had_failed(before, batch.created_at) or _had_failed(message, batch.created_at):
            continue
        yield {
            "message": f"m{before.id}", "again": f"m{message.id}", "to": message.to, "text": batch.text,
            "providers": list(dict.fromkeys((first.provider, batch.provider))), "seconds": apart / 1_000_000,
            "references": [first.reference, batch.reference], "why": _why(first, batch), "cost": plain(batch.cost),
            "amount": batch.cost,
        }  # fmt: skip


def _had_failed(message: Message, at: Moment) -> bool:
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
    if not again.reference and not first.reference:
        return "no reference"
    return "the same reference" if first.reference == again.reference else "different references"
