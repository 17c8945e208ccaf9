"""The inbox: messages newest first, searched and paged, and the same list again whenever something changes."""

from typing import Any

from emulator.core.codes import codes
from emulator.http.messages import HttpReply, StreamReply
from emulator.sandboxes.event_feed import Event
from emulator.sandboxes.sandbox import Sandbox
from emulator.ui import live_updates
from emulator.ui.page_request import PageRequest
from emulator.ui.rendering import html, part
from emulator.ui.search import PAGE, Search, find


async def listed(asked: PageRequest, search: Search) -> dict[str, Any]:
    """What the list's template needs."""
    sandbox = asked.sandbox
    world = sandbox.engine.world
    found = await find(sandbox, search)
    return {
        "sandbox": sandbox, "search": search, "total": len(world.store.messages), "more": found.more,
        "scanned": found.scanned, "page": PAGE, "world": f"{sandbox.id}:{world.began}",
        "rows": [
            {"message": one, "batch": batch, "codes": codes(batch.text)}
            for one in found.messages for batch in (world.store.batch_of(one),)
        ],
    }  # fmt: skip


async def inbox(asked: PageRequest) -> HttpReply:
    """The whole page."""
    sandbox, search = asked.sandbox, Search.of(asked.query)
    accounts = {name: sandbox.account(name) for name in sandbox.providers}
    return html(
        "inbox.html", title="Inbox", here="inbox", providers=sandbox.providers, accounts=accounts,
        sandboxes=list(asked.context.manager.sandboxes.by_id)[:200], base_url=asked.base_url(),
        **await listed(asked, search),
    )  # fmt: skip


async def stream(asked: PageRequest) -> StreamReply:
    """The list, as often as it changes."""
    sandbox, search = asked.sandbox, Search.of(asked.query)

    async def draw() -> str:
        return part("_list.html", **await listed(asked, search))

    return live_updates.stream(sandbox, lambda event: _matters(sandbox, search, event), draw)


def _matters(sandbox: Sandbox, search: Search, event: Event) -> bool:
    """May the event change the list? With a status looked for a message may also leave it."""
    if event.kind != "messages":
        return event.kind in ("reset", "restored")
    store = sandbox.engine.world.store
    message = store.message(event.number)
    return message is None or bool(search.status) or search.fits(store.batch_of(message), message)
