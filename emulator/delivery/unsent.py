"""What had not gone out when the emulator was told to stop, in words for the log."""

from itertools import islice

from emulator.core.state.scheduler import Begin, SendIncoming, SendReport, Step
from emulator.sandboxes.sandbox import Sandbox

_MOST = 5
"""So many callbacks are named; the rest is counted."""
_MOST_SANDBOXES = 10
_LOOKED_AT = 100_000
"""So much of what is to come in a sandbox: a second of work. Whoever stops is not kept waiting."""


def unfinished(sandboxes: list[Sandbox], kept_in: str | None) -> list[str]:
    """A line for each sandbox with callbacks or receipts to come that somebody waits for: a URL was given, or they go
    over SMPP. `kept_in`: the file that keeps them, None where they are lost."""
    lines = [line for one in sandboxes if (line := _line(one, kept_in))]
    more = len(lines) - _MOST_SANDBOXES
    return lines if more <= 0 else [*lines[:_MOST_SANDBOXES], f"{more} more sandboxes had callbacks to come"]


def _line(sandbox: Sandbox, kept_in: str | None) -> str | None:
    state = sandbox.engine.state
    under_way = [shown for due in state.in_flight.values() if (shown := _shown(sandbox, due))]
    due, living = [], {}
    for *_, item in islice(state.scheduler.entries(), _LOOKED_AT):
        if shown := _shown(sandbox, item):
            due.append(shown)
        elif isinstance(item, Step | Begin) and _awaited(sandbox, item.message):
            living[item.message] = f"m{item.message}"
    named = [*under_way, *due, *living.values()]
    if not named:
        return None
    kinds = ((under_way, "under way"), (due, "due"), (living, "of messages still on their way"))
    counted = ", ".join(f"{len(some)} {kind}" for some, kind in kinds if some)
    first = ", ".join(named[:_MOST]) + (f" and {len(named) - _MOST} more" if len(named) > _MOST else "")
    if kept_in is None:
        advice = "they are lost; start with --state FILE to keep such"
    else:
        advice = f"they go out after the next start with --state {kept_in}"
    noun = "callback" if len(named) == 1 else "callbacks"
    some = "at least " if len(state.scheduler) > _LOOKED_AT else ""
    return f"{some}{len(named)} {noun} of sandbox {sandbox.id} had not gone out ({counted}): {first}; {advice}"


def _shown(sandbox: Sandbox, due: object) -> str:
    """A report or a subscriber's message that somebody waits for, in words."""
    if isinstance(due, SendReport) and _awaited(sandbox, due.message):
        return f"m{due.message} {due.status}"
    return f"incoming {due.incoming}" if isinstance(due, SendIncoming) else ""


def _awaited(sandbox: Sandbox, number: int) -> bool:
    """Is there anybody who hears of the message?"""
    state = sandbox.engine.state
    message = state.store.message(number)
    if message is None:
        return False
    batch = state.store.batch_of(message)
    manner = state.plans[message.plan].reports
    if not batch.report or (manner is not None and manner.never):
        return False
    return bool(batch.asks or (manner is not None and manner.to) or sandbox.account(batch.provider).callback_url)
