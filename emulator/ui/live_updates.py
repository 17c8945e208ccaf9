"""Parts of a page, drawn again whenever what they show has changed: server-sent events without a name, which htmx swaps
in. However much happens, a part is drawn a few times a second at most; one that shows what no event tells of is drawn
now and then where nothing happens."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from emulator.http import sse
from emulator.http.messages import StreamReply
from emulator.sandboxes.event_feed import REPLACED, FeedEvent
from emulator.sandboxes.sandbox import Sandbox

_PAUSE = 0.2
"""Real seconds between two drawings."""
_BEAT = 5.0
_HEADERS = (("Content-Type", "text/event-stream; charset=utf-8"), ("X-Accel-Buffering", "no"))


def stream(
    sandbox: Sandbox, matters: Callable[[FeedEvent], bool], draw: Callable[[], Awaitable[str]], beats: bool = False
) -> StreamReply:
    """The part as it is now, then again after each event that matters, and after each that replaces what there was; if
    it `beats`, at every beat too."""
    return StreamReply(headers=_HEADERS, pieces=_drawn(sandbox, matters, draw, beats))


async def _drawn(
    sandbox: Sandbox, matters: Callable[[FeedEvent], bool], draw: Callable[[], Awaitable[str]], beats: bool
) -> AsyncIterator[bytes]:
    feed = sandbox.feed
    seen = feed.made
    shown = await draw()
    yield _frame(shown)
    while True:
        if feed.made == seen and not await feed.wait(_BEAT):
            yield sse.BEAT
            if not beats:
                continue
        else:
            await asyncio.sleep(_PAUSE)
            missed, events = feed.after(seen)
            seen = feed.made
            if any(event.kind == "gone" for _, event in events):
                return
            if not missed and not any(event.kind in REPLACED or matters(event) for _, event in events):
                continue
        fresh = await draw()
        if fresh != shown:
            shown = fresh
            yield _frame(shown)


def _frame(html: str) -> bytes:
    lines = "".join(f"data: {line}\n" for line in html.splitlines())
    return f"{lines}\n".encode("utf-8", "replace")
