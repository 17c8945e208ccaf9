"""A sandbox's time: moved on, set, run at another rate, or led to where nothing is due."""

from typing import TYPE_CHECKING, NoReturn

from emulator.control_api import request_bodies, views
from emulator.control_api.call import call
from emulator.control_api.context import Context
from emulator.control_api.refusal import Refusal, deleted_meanwhile, refuse
from emulator.sandboxes.clock_driver import HORIZON, Ended, Overdue, TooFar
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.spec import InvalidOptions, moment

if TYPE_CHECKING:
    from emulator.control_api import response_types


@call("clock")
async def clock(context: Context, sandbox: Sandbox, body: request_bodies.Clock) -> "response_types.ClockNow":
    """Advance, set, go to the next due date, or change the rate."""
    driver = context.manager.clock_driver(sandbox)
    if body.rate is not None:
        driver.cancel_timer()
        sandbox.run_at(body.rate)
        sandbox.schedule_timer()
        return views.clock(sandbox)
    try:
        to = None if body.set is None else moment(body.set)
        await driver.walk(body.advance, body.timeout, to=to, first=body.to == "next")
    except InvalidOptions as bad:
        refuse(bad)
    except ValueError as error:
        raise Refusal(400, "into-the-past", str(error), f"it is {views.iso(sandbox.now())} now") from None
    except Overdue as late:
        raise _overdue(sandbox, late, body.timeout) from None
    except Ended:
        _ended(sandbox)
    return views.clock(sandbox)


@call("settle")
async def settle(context: Context, sandbox: Sandbox, body: request_bodies.Settle) -> "response_types.ClockNow":
    """Move time on until nothing is due and no callback under way; 409 names what is due in over a year."""
    try:
        await context.manager.clock_driver(sandbox).walk(None, body.timeout)
    except Overdue as late:
        raise _overdue(sandbox, late, body.timeout) from None
    except TooFar as far:
        raise _too_far(sandbox, far) from None
    except Ended:
        _ended(sandbox)
    return views.clock(sandbox)


def _too_far(sandbox: Sandbox, far: TooFar) -> Refusal:
    """All else is settled; this would take the clock where nobody meant it to go."""
    found = sandbox.engine.state.store.message(far.message)
    whose = "something" if found is None else f"message m{found.id} to {found.to}, {found.status},"
    return Refusal(
        409, "too-far", f"{whose} is due at {views.iso(far.due)}, and settle goes {HORIZON // 86_400_000_000} days "
        "ahead at most; all that was due sooner has fired",
        'POST clock with {"to": "next"} goes there; was the moment meant?',
        next_due=views.iso(far.due), **views.clock(sandbox),
    )  # fmt: skip


def _ended(sandbox: Sandbox) -> NoReturn:
    """The state whose clock was to be moved is no more."""
    if sandbox.gone:
        raise deleted_meanwhile() from None
    raise Refusal(
        409, "interrupted", "the sandbox was reset or restored while its clock moved, which ended there",
        "calls that move a clock, reset and restore of one sandbox go one after the other", **views.clock(sandbox),
    ) from None  # fmt: skip


def _overdue(sandbox: Sandbox, late: Overdue, timeout: float) -> Refusal:
    due = sandbox.engine.state.scheduler.due
    hint = "give a longer timeout, and call again to go on"
    return Refusal(
        408, "time-is-up", f"not done within {timeout:g} s: {late}", hint,
        next_due=views.iso(due) if due is not None else None, **views.clock(sandbox),
    )  # fmt: skip
