"""Callback attempts as the page shows them, and sending one again."""

from collections import deque
from typing import Any

from emulator.admin import views
from emulator.journal import Attempt
from emulator.sandboxes import Sandbox
from emulator.ui.asked import Asked, place
from emulator.ui.front import go
from emulator.ui.masking import Mask
from emulator.wire import HttpReply

Json = dict[str, Any]


def attempts_of(sandbox: Sandbox, message: int) -> list[Attempt]:
    """Those of one message, oldest first."""
    return [one for one in sandbox.journal.attempts() if one.message == message]


def newest(sandbox: Sandbox, count: int) -> list[Attempt]:
    """Newest first."""
    return list(reversed(deque(sandbox.journal.attempts(), count)))


def callback(sandbox: Sandbox, made: Attempt) -> Json:
    """An attempt, secrets masked."""
    view = views.attempt(sandbox, made)
    mask = Mask(sandbox, made.provider)
    answer = view["answer"]
    if answer is None:
        told = "under way"
    elif "error" in answer:
        told = answer["error"]
    elif "hex" in answer:
        told = f"{answer.get('command', 'PDU')} status {answer.get('status')}"
    else:
        told = f"HTTP {answer['status']} {answer.get('body', '')!r}"
    return {"made": made, "id": view["id"], "about": view["message_id"], "method": view["method"],
            "url": mask.text(view["url"]), "sent": mask.fields(view["sent"]), "told": told,
            "verdict": view["verdict"]}  # fmt: skip


async def redeliver(asked: Asked) -> HttpReply:
    """The same report once more."""
    await asked.call("POST", "/callbacks/{callback}/redeliver", callback=asked.values["callback"])
    back = asked.form.get("message", "")
    return go(place(asked.sandbox, "messages", back) if back else f"{place(asked.sandbox, 'desk')}#callbacks")
