"""The call that waits for a one-time code. Raises Refusal."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from emulator.control_api import filters as finding
from emulator.control_api import request_bodies, views, waiter
from emulator.control_api.call import call
from emulator.control_api.filters import MessageFilters
from emulator.control_api.handlers import wait
from emulator.control_api.refusal import Refusal, deleted_meanwhile
from emulator.core.codes import code_in
from emulator.core.regex import BadPattern, compiled
from emulator.core.units import counted
from emulator.sandboxes.sandbox import Sandbox

if TYPE_CHECKING:
    from emulator.control_api import response_types

Find = Callable[[str], tuple[str, str] | None]
"""The code in a text, and why it is taken for the code."""


@call("otp")
async def otp(sandbox: Sandbox, query: request_bodies.Otp) -> "response_types.Code":
    """The code in the newest message that has one, as soon as there is one."""
    find = _by_default if query.pattern is None else _by_pattern(query.pattern)
    filters = MessageFilters(to=query.to)
    looked_at = last = 0

    def fitting() -> "Iterator[response_types.Message | None]":
        """The newest that has one; None for each that has none."""
        nonlocal looked_at, last
        store = sandbox.engine.state.store
        looked_at, last = 0, len(store.messages)
        for one in reversed(store.messages) if query.to is None else store.newest_to(query.to):
            batch = store.batch_of(one)
            if find(batch.text) is not None:
                yield views.message_of(one, batch)
                return
            looked_at += 1
            yield None

    try:
        found = await waiter.until(
            sandbox, "messages", 1, query.timeout, fitting,
            lambda n: wait.shown(sandbox.engine.state.store.message(n), sandbox, views.message),
            lambda one: finding.fits(filters)(one) and find(one["text"]) is not None,
        )  # fmt: skip
    except LookupError:
        raise deleted_meanwhile() from None
    newest = found[-1] if found else None
    code = None if newest is None else find(newest["text"])
    if newest is None or code is None:
        store = sandbox.engine.state.store
        came = store.likely(last) if query.to is None else store.to_number(query.to, last)
        raise await _no_code(sandbox, query, filters, looked_at + sum(1 for _ in came))
    said, rule = code
    if query.digits is not None and query.digits < len(said):
        said, rule = said[-query.digits :], f"the last {query.digits} of {rule}"
    return {"code": said, "rule": rule, "message": newest}


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


async def _no_code(sandbox: Sandbox, asked: request_bodies.Otp, filters: MessageFilters, there: int) -> Refusal:
    """Was nothing sent, or nothing to this number, or was there no code in what is there?"""
    to = "" if asked.to is None else f" to {asked.to}"
    if there:
        wanted = "4 to 8 digits standing alone" if asked.pattern is None else f"what fits {asked.pattern!r}"
        said = f"no code ({wanted}) in {counted(there, 'message')}{to}"
    else:
        said = f"no message was taken{to}"
    how = request_bodies.Waiting(timeout=asked.timeout)
    refusal = await wait.time_is_up(sandbox, how, filters, f"{said} within {asked.timeout:g} s")
    for one in refusal.more["nearest"]:
        if not one["differs"]:
            one["differs"] = {"text": {"wanted": "a code in it", "found": one["text"]}}
    return refusal
