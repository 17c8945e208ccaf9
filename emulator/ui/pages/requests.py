"""The journal to read: every exchange, newest first, also those that no message came of."""

from typing import Any
from urllib.parse import unquote_plus

from emulator.control_api.filters import number_of
from emulator.control_api.parameters import parameters
from emulator.control_api.refusal import Refusal
from emulator.dispatch.explain import explain
from emulator.http.messages import HttpReply, HttpRequest, StreamReply
from emulator.journal import Exchange
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.turns import in_turns
from emulator.ui import exchange_view, live_updates
from emulator.ui.masking import Mask
from emulator.ui.page_request import PageRequest
from emulator.ui.pages.contract import linker
from emulator.ui.rendering import html, part
from emulator.ui.search import page_of

PAGE = 50
WORDS = ("accepted", "refused", "answered", "dropped", "unreadable", "unroutable", "ignored", "unanswered")
PROTOCOLS = ("http", "soap", "smpp", "smtp")

Json = dict[str, Any]

_SCANNED = 20_000
"""So many are looked through for one page."""


async def listed(sandbox: Sandbox, query: dict[str, str]) -> Json:
    """A page of the journal. `provider`, `protocol`, `outcome` narrow it; `before`: only older ones."""
    narrow = {name: query.get(name) or None for name in ("provider", "protocol")}
    every = sandbox.journal.newest(number_of(query.get("before")), word=query.get("outcome") or None, **narrow)
    wanted = query.get("q", "").casefold().split()
    numbered = ((one.id, one) for one in every)
    newest, more = await in_turns(page_of(numbered, lambda one: _fits(sandbox, one, wanted), PAGE, _SCANNED))
    mask = Mask(sandbox)
    rows = []
    for one in newest:
        rows.append({"kept": one, "asks": _asks(one, mask), "why": mask.cut(explain(sandbox.providers, one), 2000)})
    return {
        "sandbox": sandbox, "rows": rows, "more": more,
        "query": {"q": "", "provider": "", "protocol": "", "outcome": "", "before": "", **query},
        "linker": linker(sandbox),
        "dropped": sandbox.journal.dropped, "total": sandbox.journal.counts()["requests"],
    }  # fmt: skip


def _asks(one: Exchange, mask: Mask) -> str:
    """Its first line with letters in the place of escapes; masked before, while each value has its end, and after."""
    if not isinstance(one.request, HttpRequest):
        return one.operation
    return mask.cut(unquote_plus(mask.cut(f"{one.request.method} {one.request.target}", 1000)), 300)


def _fits(sandbox: Sandbox, one: Exchange, words: list[str]) -> bool:
    """Do all words stand in its parameters, its address, its outcome or the reason of its answer?"""
    if not words:
        return True
    said = [value for pair in parameters(one) for value in pair]
    where = one.request.path if isinstance(one.request, HttpRequest) else one.request.session
    hay = "\n".join((
        f"x{one.id}", one.provider, one.protocol, one.operation, one.word, where, explain(sandbox.providers, one),
        *said,
    )).casefold()  # fmt: skip
    return all(word in hay for word in words)


async def requests(asked: PageRequest) -> HttpReply:
    """The list."""
    return html("requests.html", title="Requests", here="requests", words=WORDS, protocols=PROTOCOLS,
                providers=asked.sandbox.providers, **await listed(asked.sandbox, asked.query))  # fmt: skip


async def stream(asked: PageRequest) -> StreamReply:
    """The list, as often as it changes."""
    sandbox, query = asked.sandbox, asked.query

    async def draw() -> str:
        return part("_requests.html", **await listed(sandbox, query))

    return live_updates.stream(sandbox, lambda event: event.kind == "requests", draw)


async def request(asked: PageRequest) -> HttpReply:
    """One exchange."""
    sandbox = asked.sandbox
    kept = sandbox.journal.exchange(number_of(asked.values["request"]))
    if kept is None:
        raise Refusal(404, "no-such-request", f"there is no request {asked.values['request']}",
                      "the journal keeps the newest only")  # fmt: skip
    return html("request.html", title=f"Request x{kept.id}", here="requests", sandbox=sandbox, linker=linker(sandbox),
                one=exchange_view.shown(sandbox, kept, asked.base_url()))  # fmt: skip
