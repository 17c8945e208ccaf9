"""Verbs that wait for what one wants to see: messages, callbacks, requests, a one-time code. Raise Refusal."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from emulator.admin import bodies, finding, views, waiting
from emulator.admin.finding import CallbackFilters, MessageFilters, RequestFilters
from emulator.admin.verbs import Refusal
from emulator.sandboxes import Sandbox

if TYPE_CHECKING:
    from emulator.admin import shapes

Json = Mapping[str, Any]
Shown = TypeVar("Shown", bound=Mapping[str, Any])

_NEAR = 1000
"""So many of the newest are looked at for what is near."""


async def wait(sandbox: Sandbox, how: bodies.Waiting, filters: finding.Filters) -> "shapes.Waited":
    filters.limit = max(filters.limit, how.count)
    found = await _until(sandbox, how, filters)
    if found is None:
        raise _time_is_up(sandbox, how, filters)
    return {how.kind: found}  # type: ignore[misc]


async def _until(sandbox: Sandbox, how: bodies.Waiting, filters: finding.Filters) -> list[Json] | None:
    looked_at: dict[str, Callable[[int], Json | None]] = {
        "messages": lambda n: _shown(sandbox.engine.world.store.message(n), sandbox, views.message),
        "callbacks": lambda n: _shown(sandbox.journal.attempt(n), sandbox, views.attempt),
        "requests": lambda n: _shown(sandbox.journal.exchange(n), sandbox, views.exchange),
    }
    try:
        return await waiting.until(
            sandbox, how.kind, how.count, how.timeout, lambda: [*_listed(sandbox, how.kind, filters)],
            looked_at[how.kind], finding.fits(filters),
        )  # fmt: skip
    except LookupError:
        raise Refusal(404, "no-such-sandbox", "the sandbox was deleted meanwhile") from None


def _listed(sandbox: Sandbox, kind: str, filters: finding.Filters) -> Sequence[Json]:
    match filters:
        case MessageFilters():
            return finding.messages(sandbox, filters)
        case CallbackFilters():
            done = finding.callbacks(sandbox, filters)
            return [one for one in done if one["accepted"] is not None]
        case RequestFilters():
            return finding.requests(sandbox, filters)
    raise TypeError(kind)


def _time_is_up(sandbox: Sandbox, how: bodies.Waiting, filters: finding.Filters, said: str = "") -> Refusal:
    there = len(_listed(sandbox, how.kind, filters))
    near = waiting.nearest(_NEWEST[how.kind](sandbox), filters.wanted())
    due = sandbox.engine.next_due()
    stands = sandbox.clock.rate == 0
    hint = ""
    if stands and due is not None:
        hint = f"the clock stands; the next thing is due at {views.iso(due)}: POST clock or settle moves on to it"
    return Refusal(
        408, "time-is-up", said or f"{there} of {how.count} {how.kind} fit within {how.timeout:g} s", hint,
        nearest=near, next_due=views.iso(due) if due is not None else None,
    )  # fmt: skip


async def otp(sandbox: Sandbox, asked: bodies.Otp) -> "shapes.Code":
    try:
        pattern = re.compile(asked.pattern)
    except re.error as error:
        raise Refusal(400, "invalid", f"pattern: no regular expression: {error}") from None
    filters = MessageFilters(to=asked.to)
    store = sandbox.engine.world.store

    def code_of(one: Json) -> str | None:
        found = pattern.search(one["text"])
        return None if found is None else found.group(1) if pattern.groups else found.group()

    def fitting() -> "list[shapes.Message]":
        there = reversed(store.messages) if asked.to is None else store.newest_to(asked.to)
        newest = next((one for one in there if pattern.search(store.batch_of(one).text)), None)
        return [] if newest is None else [views.message(sandbox, newest)]

    found = await waiting.until(
        sandbox, "messages", 1, asked.timeout, fitting,
        lambda n: _shown(sandbox.engine.world.store.message(n), sandbox, views.message),
        lambda one: finding.fits(filters)(one) and code_of(one) is not None,
    )  # fmt: skip
    if found is None:
        raise _no_code(sandbox, asked, filters)
    return {"code": code_of(found[-1]) or "", "message": found[-1]}


def _no_code(sandbox: Sandbox, asked: bodies.Otp, filters: MessageFilters) -> Refusal:
    """Was nothing sent, or nothing to this number, or was there no code in it?"""
    store = sandbox.engine.world.store
    there = len(store.messages) if asked.to is None else sum(1 for _ in store.to_number(asked.to))
    to = "" if asked.to is None else f" to {asked.to}"
    if there:
        default = asked.pattern == bodies.Otp().pattern
        wanted = "4 to 8 digits standing alone" if default else f"what fits {asked.pattern!r}"
        said = f"no code ({wanted}) in {there} message{'s' if there > 1 else ''}{to}"
    else:
        said = f"nothing was sent{to}"
    refusal = _time_is_up(sandbox, bodies.Waiting(timeout=asked.timeout), filters, f"{said} within {asked.timeout:g} s")
    for one in refusal.more["nearest"]:
        if not one["differs"]:
            one["differs"] = {"text": {"wanted": "a code in it", "found": one["text"]}}
    return refusal


_NEWEST: dict[str, Callable[[Sandbox], Iterable[Json]]] = {
    "messages": lambda sandbox: (
        views.message(sandbox, one) for one in islice(reversed(sandbox.engine.world.store.messages), _NEAR)
    ),
    "callbacks": lambda sandbox: (
        views.attempt(sandbox, one)
        for one in reversed(list(sandbox.journal.attempts(sandbox.engine.world.attempts_made - _NEAR)))
    ),
    "requests": lambda sandbox: (
        views.exchange(sandbox, one) for one in reversed(list(sandbox.journal.exchanges(sandbox.journal.made - _NEAR)))
    ),
}
"""What may be near to what was waited for, newest first."""


def _shown(found: Any, sandbox: Sandbox, view: Callable[[Sandbox, Any], Shown]) -> Shown | None:
    return None if found is None else view(sandbox, found)
