"""Callback attempts as the page shows them: all of them a page at a time, newest first; and sending one again."""

from itertools import islice
from typing import Any

from emulator.control_api import views
from emulator.control_api.filters import number_of
from emulator.http.messages import HttpReply, StreamReply
from emulator.journal import Attempt
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.turns import in_turns
from emulator.ui import live_updates
from emulator.ui.masking import Mask
from emulator.ui.page_request import PageRequest
from emulator.ui.rendering import html, part
from emulator.ui.search import page_of
from emulator.ui.urls import go, place

Json = dict[str, Any]

PAGE = 50
_SCANNED = 100_000
"""So many are looked through for one page."""
ANSWERS: dict[str, bool | None] = {"accepted": True, "not accepted": False, "under way": None}
"""How a callback may have been answered, in the page's words."""


def attempts_of(sandbox: Sandbox, message: int) -> list[Attempt]:
    """Those of one message, oldest first."""
    return [one for one in sandbox.journal.attempts() if one.message == message]


def newest(sandbox: Sandbox, count: int) -> list[Attempt]:
    """Newest first."""
    return [one for _, one in islice(sandbox.journal.newest_attempts(), count)]


def callback(sandbox: Sandbox, made: Attempt) -> Json:
    """An attempt, secrets masked."""
    view = views.attempt(sandbox, made)
    mask = Mask(sandbox)
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


async def listed(sandbox: Sandbox, query: dict[str, str]) -> Json:
    """A page of them. `provider`, `answer` narrow it; `before`: only older ones, by their place in the journal (a
    receipt that waited has an older number)."""
    provider, answer, before = query.get("provider", ""), query.get("answer", ""), number_of(query.get("before"))
    older = (entry for entry in sandbox.journal.newest_attempts() if not before or entry[0] < before)
    words = query.get("q", "").casefold().split()

    def fits(one: Attempt) -> bool:
        answered = answer not in ANSWERS or ANSWERS[answer] is one.accepted
        return provider in ("", one.provider) and answered and _fits(sandbox, one, words)

    found, more = await in_turns(page_of(older, fits, PAGE, _SCANNED))
    return {
        "sandbox": sandbox, "rows": [callback(sandbox, one) for one in found], "more": more,
        "query": {"q": query.get("q", ""), "provider": provider, "answer": answer, "before": str(before or "")},
        "total": sandbox.journal.counts()["callbacks"],
    }  # fmt: skip


def _fits(sandbox: Sandbox, one: Attempt, words: list[str]) -> bool:
    """Do all words stand in what it said, where it went, or what came back?"""
    if not words:
        return True
    told = callback(sandbox, one)
    said = (value for pair in told["sent"].items() for value in pair)
    hay = "\n".join(map(str, (
        told["id"], told["about"], one.provider, one.status, told["url"], told["told"], told["verdict"], *said,
    ))).casefold()  # fmt: skip
    return all(word in hay for word in words)


async def callbacks(asked: PageRequest) -> HttpReply:
    """The list."""
    sandbox = asked.sandbox
    return html("callbacks.html", title="Callbacks", here="callbacks", answers=ANSWERS, providers=sandbox.providers,
                **await listed(sandbox, asked.query))  # fmt: skip


async def stream(asked: PageRequest) -> StreamReply:
    """The list, as often as it changes."""
    sandbox, query = asked.sandbox, asked.query

    async def draw() -> str:
        return part("_callbacks.html", **await listed(sandbox, query))

    return live_updates.stream(sandbox, lambda event: event.kind == "callbacks", draw)


async def redeliver(asked: PageRequest) -> HttpReply:
    """The same report once more. `back`: the message, or the list, that it was asked from."""
    await asked.call("POST", "/callbacks/{callback}/redeliver", callback=asked.values["callback"])
    back = asked.form.get("back", "")
    if back == "callbacks":
        return go(place(asked.sandbox, "callbacks"))
    return go(place(asked.sandbox, "messages", back) if back else f"{place(asked.sandbox, 'desk')}#callbacks")
