"""A message opened: its look, its codes, its life, what was asked and answered, its callbacks."""

from typing import Any

from emulator.control_api.filters import number_of
from emulator.control_api.refusal import Refusal
from emulator.core.codes import codes
from emulator.core.messages import Message
from emulator.http.messages import HttpReply, StreamReply
from emulator.journal import Attempt
from emulator.sandboxes.event_feed import FeedEvent
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.turns import in_turns
from emulator.ui import exchange_view, live_updates, timeline
from emulator.ui.page_request import PageRequest
from emulator.ui.pages.callbacks import attempts_of, callback
from emulator.ui.pages.contract import linker
from emulator.ui.rendering import html, part
from emulator.ui.text_preview import look
from emulator.ui.urls import go, place

Json = dict[str, Any]


def _message(asked: PageRequest) -> Message:
    found = asked.sandbox.engine.state.store.message(number_of(asked.values["message"]))
    if found is None:
        raise Refusal(404, "no-such-message", f"there is no message {asked.values['message']}")
    return found


def _life(sandbox: Sandbox, message: Message) -> Json:
    """What changes while one looks."""
    attempts: list[Attempt] = attempts_of(sandbox, message.id)
    return {
        "sandbox": sandbox, "message": message, "batch": sandbox.engine.state.store.batch_of(message),
        "drawing": timeline.draw(sandbox, message, attempts), "tone": timeline.tone(message.status),
        "callbacks": [callback(sandbox, one) for one in attempts],
        "reported": len({one.status for one in attempts}),
    }  # fmt: skip


async def message(asked: PageRequest) -> HttpReply:
    """The whole page."""
    sandbox, store = asked.sandbox, None
    while store is not sandbox.engine.state.store:  # after a reset meanwhile the message is gone, or another
        store, found = sandbox.engine.state.store, _message(asked)
        batch = store.batch_of(found)
        exchanges = await in_turns(exchange_view.about(sandbox, batch))
    return html(
        "message.html", title=f"Message to {found.to}", here="inbox", look=look(batch.text), codes=codes(batch.text),
        exchanges=[exchange_view.shown(sandbox, one, asked.base_url()) for one in exchanges],
        provider=sandbox.providers[batch.provider], linker=linker(sandbox),
        world=f"{sandbox.id}:{sandbox.engine.state.began}",
        newer=found.id + 1 if found.id < len(store.messages) else 0, **_life(sandbox, found),
    )  # fmt: skip


async def stream(asked: PageRequest) -> StreamReply:
    """Its life, as often as it changes."""
    sandbox, found = asked.sandbox, _message(asked)

    def matters(event: FeedEvent) -> bool:
        if event.kind == "callbacks":
            attempt = sandbox.journal.attempt(event.number)
            return attempt is None or attempt.message == found.id
        return event.kind == "messages" and event.number == found.id

    meant, text = (found.to, found.history[:2]), sandbox.engine.state.store.batch_of(found).text

    def is_another(message: Message) -> bool:
        batch = sandbox.engine.state.store.batch_of(message)
        return (message.to, message.history[:2]) != meant or (batch.text != text and batch.replaced is None)

    async def draw() -> str:
        now = sandbox.engine.state.store.message(found.id)
        if now is None or is_another(now):  # after a reset there may be another of that id
            return "<p>It is no more.</p>"
        return part("_life.html", **_life(sandbox, now))

    return live_updates.stream(sandbox, matters, draw)


async def move(asked: PageRequest) -> HttpReply:
    """Its new status, set from the page."""
    name = asked.values["message"]
    await asked.call("POST", "/messages/{message}/status", {"status": asked.form.get("status", "")}, message=name)
    return go(place(asked.sandbox, "messages", name))


async def what_if(asked: PageRequest) -> HttpReply:
    """`do`: again (the newest report once more), late (the same an hour on), older (the first one last)."""
    sandbox, found, do = asked.sandbox, _message(asked), asked.form.get("do")
    attempts = attempts_of(sandbox, found.id)
    if do not in ("again", "late", "older"):
        raise Refusal(400, "invalid", "a report may come again, late, or out of order")
    if not attempts:
        said = f"no report of m{found.id} has gone out yet"
        raise Refusal(409, "no-report", said, "Settle moves time until one does")
    if do == "late":
        await asked.call("POST", "/clock", {"advance": 3600})
    which = attempts[0] if do == "older" else attempts[-1]
    await asked.call("POST", "/callbacks/{callback}/redeliver", callback=f"c{which.id}")
    return go(place(sandbox, "messages", f"m{found.id}"))
