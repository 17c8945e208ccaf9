"""The call that waits for what one wants to see: messages, callbacks, requests. Raise Refusal."""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain, islice, starmap
from typing import TYPE_CHECKING, Any, TypeVar

from emulator.control_api import filters as finding
from emulator.control_api import request_bodies, views, waiter
from emulator.control_api.call import call
from emulator.control_api.filters import CallbackFilters, MessageFilters, RequestFilters
from emulator.control_api.refusal import Refusal, deleted_meanwhile
from emulator.control_api.refused_sends import refused_sends
from emulator.journal import Exchange
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.turns import in_turns, listed

if TYPE_CHECKING:
    from emulator.control_api import response_types

Json = Mapping[str, Any]
Shown = TypeVar("Shown", bound=Mapping[str, Any])

_NEAR = 1000
_NEAR_REFUSED = 100
"""So many of the newest are looked at for what is near."""


@call("wait")
async def wait(sandbox: Sandbox, query: request_bodies.WaitQuery) -> "response_types.Waited | bytes":
    """All that fit, up to `limit`, as soon as `count` do; 408 with what came nearest."""
    how, filters = query
    filters.limit = max(filters.limit, how.count)
    looked_at: dict[str, Callable[[int], Json | None]] = {
        "messages": lambda n: shown(sandbox.engine.state.store.message(n), sandbox, views.message),
        "callbacks": lambda n: shown(sandbox.journal.attempt(n), sandbox, views.attempt),
        "requests": lambda n: shown(sandbox.journal.exchange(n), sandbox, views.exchange),
    }
    try:
        found = await waiter.until(
            sandbox, how.kind, how.count, how.timeout, lambda: _listed(sandbox, filters), looked_at[how.kind],
            finding.fits(filters),
        )  # fmt: skip
    except LookupError:
        raise deleted_meanwhile() from None
    if len(found) < how.count:
        said = f"{len(found)} of {how.count} {how.kind} fit within {how.timeout:g} s"
        raise await time_is_up(sandbox, how, filters, said)
    return await in_turns(listed(found[: filters.limit], how.kind))


def _listed(sandbox: Sandbox, filters: finding.Filters) -> Iterable[Json | None]:
    """What fits already; of callbacks those that were answered."""
    match filters:
        case MessageFilters():
            return finding.messages(sandbox, filters)
        case CallbackFilters():
            done = finding.callbacks(sandbox, filters)
            return (None if one is None or one["accepted"] is None else one for one in done)
        case RequestFilters():
            return finding.requests(sandbox, filters)
    raise TypeError(filters)


async def time_is_up(sandbox: Sandbox, how: request_bodies.Waiting, filters: finding.Filters, said: str) -> Refusal:
    wanted = filters.wanted()
    refused = _refused(sandbox, wanted.get("to")) if how.kind == "messages" else []
    near = await in_turns(waiter.nearest(chain(refused, _NEWEST[how.kind](sandbox)), wanted))
    if how.kind == "requests":
        for one in near:
            if (kept := sandbox.journal.exchange(finding.number_of(one["id"]))) is not None:
                one["explain"] = views.explained(sandbox, kept)
    just_refused = [one for one in near if one["differs"].keys() == {"status"} and one.get("status") == "refused"]
    due = sandbox.engine.state.scheduler.due
    stands = sandbox.clock.rate == 0
    hint = ""
    if stands and due is not None:
        hint = f"the clock stands; the next thing is due at {views.iso(due)}: POST clock or settle moves on to it"
    if just_refused:
        said += f"; the send {just_refused[0]['id']} was refused: {just_refused[0]['explain']}"
    return Refusal(
        408, "time-is-up", said, hint,
        nearest=near, next_due=views.iso(due) if due is not None else None,
    )  # fmt: skip


def _refused(sandbox: Sandbox, to: str | None) -> "list[response_types.Near]":
    return [one.near(to) for one in islice(refused_sends(sandbox), _NEAR_REFUSED)]


def _newest_messages(sandbox: Sandbox) -> Iterable[Json]:
    store = sandbox.engine.state.store
    return starmap(views.message_of, store.with_batches(islice(reversed(store.messages), _NEAR)))


def _compared(sandbox: Sandbox, kept: Exchange) -> Json:
    """An exchange as its filters look at it."""
    rule = None if kept.rule is None else sandbox.engine.state.rule_book.named(kept.rule)
    return {
        "id": f"x{kept.id}", "provider": kept.provider or None, "protocol": kept.protocol,
        "operation": kept.operation or None, "outcome": kept.word, "rule": kept.rule,
        "rule_name": None if rule is None else rule.spec.name, "request": {"session": finding.session_of(kept.request)},
    }  # fmt: skip


_NEWEST: dict[str, Callable[[Sandbox], Iterable[Json]]] = {
    "messages": _newest_messages,
    "callbacks": lambda sandbox: (
        views.attempt(sandbox, one) for _, one in islice(sandbox.journal.newest_attempts(), _NEAR)
    ),
    "requests": lambda sandbox: (_compared(sandbox, one) for one in islice(sandbox.journal.newest(), _NEAR)),
}
"""What may be near to what was waited for, newest first."""


def shown(found: Any, sandbox: Sandbox, view: Callable[[Sandbox, Any], Shown]) -> Shown | None:
    return None if found is None else view(sandbox, found)
