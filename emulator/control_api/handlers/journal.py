"""The journal: what clients asked, the callbacks that went out, and one of these once more."""

from typing import TYPE_CHECKING

from emulator.control_api import filters, views
from emulator.control_api.call import call
from emulator.control_api.filters import CallbackFilters, RequestFilters, number_of
from emulator.control_api.handlers.accounts import done
from emulator.control_api.refusal import Refusal
from emulator.core.admin_commands import Redeliver
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.turns import in_turns, listed

if TYPE_CHECKING:
    from emulator.control_api import response_types


@call("listRequests")
async def requests(sandbox: Sandbox, query: RequestFilters) -> "response_types.Requests | bytes":
    """The journal of exchanges, each with the rule that led to its answer."""
    return await in_turns(listed(filters.requests(sandbox, query), "requests"))


@call("listCallbacks")
async def callbacks(sandbox: Sandbox, query: CallbackFilters) -> "response_types.Callbacks | bytes":
    """Every callback attempt and how it was answered."""
    return await in_turns(listed(filters.callbacks(sandbox, query), "callbacks"))


@call("redeliver")
async def redeliver(sandbox: Sandbox, callback: str) -> "response_types.Callback":
    """The same report once more, now."""
    made = sandbox.journal.attempt(number_of(callback))
    if made is None:
        raise Refusal(404, "no-such-callback", f"there is no callback {callback}", "the journal keeps the newest only")
    if made.incoming:
        what = f"{callback} told of a subscriber's message, and only reports are sent again"
        raise Refusal(400, "invalid", what, "POST incoming puts another one in")
    again = Redeliver(
        made.message, made.status, made.changed_at, made.reason, made.error, part=made.part,  # type: ignore[arg-type]
    )  # fmt: skip
    done(sandbox, again, "no-such-message")
    return views.attempt(sandbox, made)
