"""The journal to read: every exchange, newest first, also those that no message came of."""

from collections import deque
from typing import Any

from emulator.admin.finding import number_of
from emulator.admin.verbs import Refusal
from emulator.explaining import explain
from emulator.sandboxes import Sandbox
from emulator.ui import exchanges, live
from emulator.ui.asked import Asked
from emulator.ui.contracts import linker
from emulator.ui.masking import Mask
from emulator.ui.rendering import html, part
from emulator.wire import HttpReply, HttpRequest, StreamReply

PAGE = 50
WORDS = ("accepted", "refused", "answered", "dropped", "unreadable", "unroutable", "ignored", "unanswered")

Json = dict[str, Any]


def listed(sandbox: Sandbox, query: dict[str, str]) -> Json:
    """A page of the journal. `provider`, `outcome` narrow it; `before`: only older ones."""
    before = number_of(query.get("before"))
    every = sandbox.journal.exchanges(provider=query.get("provider") or None, word=query.get("outcome") or None)
    kept = deque((one for one in every if not before or one.id < before), PAGE + 1)
    newest = list(reversed(kept))
    mask = Mask(sandbox)
    rows = []
    for one in newest[:PAGE]:
        asks = f"{one.request.method} {one.request.target}" if isinstance(one.request, HttpRequest) else one.operation
        rows.append({"kept": one, "asks": mask.text(asks)[:300], "why": mask.text(explain(sandbox.providers, one))})
    return {
        "sandbox": sandbox, "rows": rows, "more": newest[PAGE - 1].id if len(newest) > PAGE else 0,
        "query": {"provider": "", "outcome": "", "before": "", **query}, "linker": linker(sandbox),
        "dropped": sandbox.journal.dropped,
    }  # fmt: skip


async def requests(asked: Asked) -> HttpReply:
    """The list."""
    return html("requests.html", title="Requests", here="requests", words=WORDS, providers=asked.sandbox.providers,
                **listed(asked.sandbox, asked.query))  # fmt: skip


async def stream(asked: Asked) -> StreamReply:
    """The list, as often as it changes."""
    sandbox, query = asked.sandbox, asked.query

    async def draw() -> str:
        return part("_requests.html", **listed(sandbox, query))

    return live.stream(sandbox, lambda event: event.kind == "requests", draw)


async def request(asked: Asked) -> HttpReply:
    """One exchange."""
    sandbox = asked.sandbox
    kept = sandbox.journal.exchange(number_of(asked.values["request"]))
    if kept is None:
        raise Refusal(404, "no-such-request", f"there is no request {asked.values['request']}",
                      "the journal keeps the newest only")  # fmt: skip
    return html("request.html", title=f"Request x{kept.id}", here="requests", sandbox=sandbox, linker=linker(sandbox),
                one=exchanges.shown(sandbox, kept, asked.base_url()))  # fmt: skip
