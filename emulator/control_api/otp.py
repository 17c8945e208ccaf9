"""The call that waits for a one-time code. Raises Refusal."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from emulator.control_api import filters as finding
from emulator.control_api import request_bodies, views, waiter
from emulator.control_api.call import call
from emulator.control_api.filters import MessageFilters
from emulator.control_api.handlers import wait
from emulator.control_api.refusal import Refusal
from emulator.core.codes import code_in
from emulator.core.messages import Message
from emulator.core.regex import BadPattern, compiled
from emulator.sandboxes.sandbox import Sandbox

if TYPE_CHECKING:
    from emulator.control_api import response_types

_SLICE = 200
"""So many texts are looked at before others on the loop get their turn."""

Find = Callable[[str], tuple[str, str] | None]
"""The code in a text, and why it is taken for the code."""


@call("otp")
async def otp(sandbox: Sandbox, query: request_bodies.Otp) -> "response_types.Code":
    """The code in the newest message that has one, as soon as there is one."""
    find = _by_default if query.pattern is None else _by_pattern(query.pattern)
    filters = MessageFilters(to=query.to)
    state = sandbox.engine.state
    looked_at = len(state.store.messages)
    newest = await _newest(sandbox, query, find)

    def fitting() -> "list[response_types.Message]":
        """What came while the others were looked at goes first."""
        store = sandbox.engine.state.store
        same = sandbox.engine.state is state
        later = range(looked_at, len(store.messages)) if same else ()
        came = [one for one in map(store.messages.__getitem__, later) if query.to in (None, one.to)]
        came = [one for one in came if find(store.batch_of(one).text) is not None]
        return [views.message(sandbox, one) for one in came[-1:] or ([newest] if newest is not None and same else [])]

    try:
        found = await waiter.until(
            sandbox, "messages", 1, query.timeout, fitting,
            lambda n: wait.shown(sandbox.engine.state.store.message(n), sandbox, views.message),
            lambda one: finding.fits(filters)(one) and find(one["text"]) is not None,
        )  # fmt: skip
    except LookupError:
        raise wait.gone() from None
    code = None if found is None else find(found[-1]["text"])
    if found is None or code is None:
        raise _no_code(sandbox, query, filters)
    said, rule = code
    if query.digits is not None and query.digits < len(said):
        said, rule = said[-query.digits :], f"the last {query.digits} of {rule}"
    return {"code": said, "rule": rule, "message": found[-1]}


async def _newest(sandbox: Sandbox, asked: request_bodies.Otp, find: Find) -> Message | None:
    """The newest message there is with a code in it."""
    store = sandbox.engine.state.store
    there = reversed(store.messages) if asked.to is None else store.newest_to(asked.to)
    for count, one in enumerate(there, 1):
        if find(store.batch_of(one).text) is not None:
            return one
        if count % _SLICE == 0:
            await asyncio.sleep(0)
    return None


def _by_default(text: str) -> tuple[str, str] | None:
    found = code_in(text)
    return None if found is None else (found.digits, found.rule)


def _by_pattern(written: str) -> Find:
    try:
        pattern = compiled(written)
    except BadPattern as wrong:
        raise Refusal(400, "invalid", f"pattern: not a regular expression: {wrong}") from None

    def find(text: str) -> tuple[str, str] | None:
        found = pattern.find(text)
        code = None if found is None else found.group if pattern.groups else found.whole
        what = "the first group of" if pattern.groups else "what fits"
        return None if code is None else (code, f"{what} the pattern {written}")

    return find


def _no_code(sandbox: Sandbox, asked: request_bodies.Otp, filters: MessageFilters) -> Refusal:
    """Was nothing sent, or nothing to this number, or was there no code in it?"""
    store = sandbox.engine.state.store
    there = len(store.messages) if asked.to is None else sum(1 for _ in store.to_number(asked.to))
    to = "" if asked.to is None else f" to {asked.to}"
    if there:
        wanted = "4 to 8 digits standing alone" if asked.pattern is None else f"what fits {asked.pattern!r}"
        said = f"no code ({wanted}) in {there} message{'s' if there > 1 else ''}{to}"
    else:
        said = f"no message was taken{to}"
    how = request_bodies.Waiting(timeout=asked.timeout)
    refusal = wait.time_is_up(sandbox, how, filters, f"{said} within {asked.timeout:g} s")
    for one in refusal.more["nearest"]:
        if not one["differs"]:
            one["differs"] = {"text": {"wanted": "a code in it", "found": one["text"]}}
    return refusal
