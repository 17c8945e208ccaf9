"""The inbox: messages newest first, searched and paged, and the same list again whenever something changes."""

from heapq import merge
from itertools import islice
from typing import Any

from emulator.control_api.refused_sends import refused_sends
from emulator.core.codes import codes
from emulator.http.messages import HttpReply, StreamReply
from emulator.sandboxes.event_feed import FeedEvent
from emulator.sandboxes.sandbox import Sandbox
from emulator.ui import live_updates
from emulator.ui.masking import Mask
from emulator.ui.page_request import PageRequest
from emulator.ui.rendering import html, part
from emulator.ui.search import PAGE, InboxSearch, find

Json = dict[str, Any]

_ATTEMPTS = 5_000
"""So many callbacks are looked through for those that were not accepted."""


async def listed(asked: PageRequest, search: InboxSearch) -> dict[str, Any]:
    """What the list's template needs: messages and, in between, the sends that were refused."""
    sandbox = asked.sandbox
    state = sandbox.engine.state
    found = await find(sandbox, search)
    failed = _not_accepted(sandbox, {one.id for one in found.messages})
    messages: list[Json] = [
        {"at": batch.created_at, "refused": None, "message": one, "batch": batch, "codes": codes(batch.text),
         "failed": failed.get(one.id, "")}
        for one in found.messages for batch in (state.store.batch_of(one),)
    ]  # fmt: skip
    mask = Mask(sandbox)
    refused: list[Json] = [
        {"at": one.at, "refused": one, "text": mask.cut(one.text, 200), "why": mask.cut(one.why, 300)}
        for one in found.refused
    ]
    return {
        "sandbox": sandbox, "search": search, "total": len(state.store.messages), "more": found.more,
        "scanned": found.scanned, "page": PAGE, "world": f"{sandbox.id}:{state.began}", "fit": len(messages),
        "refusals": len(refused), "now": sandbox.now(), "rate": sandbox.clock.rate,
        "rows": list(merge(messages, refused, key=lambda row: -row["at"])),
    }  # fmt: skip


def _not_accepted(sandbox: Sandbox, messages: set[int]) -> dict[int, str]:
    """Of these messages those with a callback whose last attempt the client did not take, and why."""
    seen: set[tuple[int, str, int]] = set()
    failed: dict[int, str] = {}
    for _, one in islice(sandbox.journal.newest_attempts(), _ATTEMPTS):
        told = (one.message, one.status, one.part)
        if one.message in messages and one.accepted is not None and told not in seen:
            seen.add(told)
            if not one.accepted:
                failed.setdefault(one.message, one.verdict)
    return failed


async def inbox(asked: PageRequest) -> HttpReply:
    """The whole page."""
    sandbox, search = asked.sandbox, InboxSearch.of(asked.query)
    accounts = {name: sandbox.account(name) for name in sandbox.providers}
    return html(
        "inbox.html", title="Inbox", here="inbox", providers=sandbox.providers, accounts=accounts,
        named=asked.context.manager.names(sandbox, 200), base_url=asked.base_url(),
        **await listed(asked, search),
    )  # fmt: skip


async def stream(asked: PageRequest) -> StreamReply:
    """The list, as often as it changes."""
    sandbox, search = asked.sandbox, InboxSearch.of(asked.query)

    async def draw() -> str:
        return part("_list.html", **await listed(asked, search))

    return live_updates.stream(sandbox, lambda event: _matters(sandbox, search, event), draw)


def _matters(sandbox: Sandbox, search: InboxSearch, event: FeedEvent) -> bool:
    """May the event change the list? With a status looked for a message may also leave it."""
    store = sandbox.engine.state.store
    if event.kind == "requests":
        newest = islice(refused_sends(sandbox), 1)
        return any(one.exchange.id == event.number and search.fits_refused(one) for one in newest)
    if event.kind == "callbacks":
        attempt = sandbox.journal.attempt(event.number)
        return attempt is None or attempt.accepted is not None
    message = store.message(event.number)
    return message is None or bool(search.status) or search.fits(message, store.batch_of(message))
