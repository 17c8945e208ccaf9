"""What it would have cost: by account, by message, and what was sent twice."""

from emulator.http.messages import HttpReply
from emulator.ui.page_request import PageRequest
from emulator.ui.rendering import html

PAGE = 100


async def ledger(asked: PageRequest) -> HttpReply:
    """A page of the ledger, oldest first. `after` in the query: only later messages."""
    after = asked.query.get("after", "")
    told = await asked.call("GET", "/ledger", query={"limit": PAGE + 1, "after": after or None})
    lines = told["messages"]
    return html(
        "ledger.html", title=f"Ledger of {asked.sandbox.id}", here="desk", sandbox=asked.sandbox, told=told,
        lines=lines[:PAGE], more=lines[PAGE - 1]["id"] if len(lines) > PAGE else "", after=after,
        doubles=told["doubles"][-PAGE:], providers=asked.sandbox.providers,
    )  # fmt: skip
