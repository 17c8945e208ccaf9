"""Messages: listed, shown, moved to another status."""

from typing import TYPE_CHECKING

from emulator.control_api import filters, request_bodies, views
from emulator.control_api.call import call
from emulator.control_api.filters import MessageFilters, number_of
from emulator.control_api.refusal import Refusal
from emulator.core.admin_commands import MoveMessage
from emulator.core.messages import Message
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.turns import in_turns, listed

if TYPE_CHECKING:
    from emulator.control_api import response_types


@call("listMessages")
async def every(sandbox: Sandbox, query: MessageFilters) -> "response_types.Messages | bytes":
    """Messages that fit, oldest first."""
    return await in_turns(listed(filters.messages(sandbox, query), "messages"))


@call("getMessage")
async def show(sandbox: Sandbox, message: str) -> "response_types.Message":
    """One message with its history."""
    return views.message(sandbox, _found(sandbox, message))


def _found(sandbox: Sandbox, id: str) -> Message:
    found = sandbox.engine.state.store.message(number_of(id))
    if found is None:
        raise Refusal(404, "no-such-message", f"there is no message {id}")
    return found


@call("moveMessage")
async def move(sandbox: Sandbox, message: str, body: request_bodies.Move) -> "response_types.Message":
    """Give a message another status, now."""
    command = MoveMessage(_found(sandbox, message).id, body.status, body.reason, body.error)
    return views.message(sandbox, sandbox.control(command))
