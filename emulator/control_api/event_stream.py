"""What happens in a sandbox, told as it happens: the feed's events as server-sent events with what they are about.

`request`, `message`, `callback` carry what the lists show; of a message the state is the one of that moment. `missed`
tells a listener that came or read too late how many events are lost to it; `gone` that the sandbox was deleted.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Annotated, Any

import msgspec

from emulator.control_api import views
from emulator.control_api.call import call
from emulator.http import sse
from emulator.http.messages import StreamReply
from emulator.sandboxes.event_feed import FeedEvent
from emulator.sandboxes.sandbox import Sandbox

Json = Mapping[str, Any]

_BEAT = 15.0
"""Real seconds of silence after which a sign of life is sent."""
_HEADERS = (("Content-Type", "text/event-stream; charset=utf-8"), ("X-Accel-Buffering", "no"))
_encode = msgspec.json.Encoder().encode


class Listening(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`after`: the number of the last event seen, 0 for all that are kept; the header Last-Event-ID goes before it.
    With neither, what happens from now on."""

    after: Annotated[int, msgspec.Meta(ge=0)] | None = None


@call("events", kind="text/event-stream")
async def listen(sandbox: Sandbox, query: Listening) -> StreamReply:
    """What happens, as it happens: server-sent events."""
    after = sandbox.feed.made if query.after is None else query.after
    return StreamReply(headers=_HEADERS, pieces=told(sandbox, after))


async def told(sandbox: Sandbox, after: int) -> AsyncIterator[bytes]:
    """Frames of what happened after an event, then of what happens; ends with the sandbox."""
    feed = sandbox.feed
    yield sse.BEAT
    while True:
        after = after if after <= feed.made else 0  # a number of a server that is no more
        missed, events = feed.after(after)
        if missed:
            after += missed
            yield _frame(after, "missed", {"events": missed})
        for after, event in events:
            found = shown(sandbox, event)
            if found is not None:
                yield _frame(after, *found)
            if event.kind == "gone":
                return
        if feed.made == after and not await feed.wait(_BEAT):
            yield sse.BEAT


def _frame(number: int, kind: str, data: Json) -> bytes:
    return sse.write(sse.SseFrame(str(number), kind, _encode(data).decode()))


def shown(sandbox: Sandbox, event: FeedEvent) -> tuple[str, Json] | None:
    """Kind and content of an event; None where nobody is told of such."""
    show = _SHOW.get(event.kind)
    return None if show is None else show(sandbox, event)


def _request(sandbox: Sandbox, event: FeedEvent) -> tuple[str, Json]:
    found = sandbox.journal.exchange(event.number)
    return ("request", views.exchange(sandbox, found)) if found else _lost(f"x{event.number}")


def _callback(sandbox: Sandbox, event: FeedEvent) -> tuple[str, Json]:
    found = sandbox.journal.attempt(event.number)
    return ("callback", views.attempt(sandbox, found)) if found else _lost(f"c{event.number}")


def _message(sandbox: Sandbox, event: FeedEvent) -> tuple[str, Json]:
    """As it was: later statuses are left out."""
    found = sandbox.engine.state.store.message(event.number)
    if found is None or len(found.history) < 2 * event.steps:
        return _lost(f"m{event.number}")
    view = views.message(sandbox, found)
    history = view["history"][: event.steps]
    if len(history) < len(view["history"]):
        view |= {"history": history, "status": history[-1]["status"], "reason": "", "error": 0}
    return "message", view


def _lost(id: str) -> tuple[str, Json]:
    return "missed", {"events": 1, "id": id}


_SHOW: dict[str, Callable[[Sandbox, FeedEvent], tuple[str, Json]]] = {
    "requests": _request, "callbacks": _callback, "messages": _message,
    "reset": lambda sandbox, event: ("reset", {"clock": views.clock(sandbox)}),
    "restored": lambda sandbox, event: ("restored", {"clock": views.clock(sandbox)}),
    "forgotten": lambda sandbox, event: ("forgotten", {"clock": views.clock(sandbox)}),
    "gone": lambda sandbox, event: ("gone", {"id": sandbox.id}),
}  # fmt: skip
