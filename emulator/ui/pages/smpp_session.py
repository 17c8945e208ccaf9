"""One SMPP session: its PDUs both ways, newest first, each with what was answered."""

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import islice
from typing import Any

from emulator.control_api import views
from emulator.control_api.filters import number_of, session_of
from emulator.control_api.refusal import Refusal
from emulator.dispatch.explain import explain
from emulator.http.messages import HttpReply, StreamReply
from emulator.journal import Attempt, Exchange
from emulator.sandboxes.sandbox import Sandbox
from emulator.ui import live_updates
from emulator.ui.masking import Mask
from emulator.ui.page_request import PageRequest
from emulator.ui.pages.contract import linker
from emulator.ui.rendering import html, part

Json = dict[str, Any]
PAGE = 50


def _entries(sandbox: Sandbox, session: str, before: int) -> Iterator[tuple[int, Exchange | Attempt]]:
    """What went over a session, newest first, with its order in the journal."""
    asked: Iterable[tuple[int, Exchange | Attempt]] = (
        (one.id, one) for one in sandbox.journal.newest(before, protocol="smpp")
    )
    sent: Iterable[tuple[int, Exchange | Attempt]] = sandbox.journal.newest_attempts()
    both = merge(asked, sent, key=lambda entry: entry[0], reverse=True)
    return (
        (order, one) for order, one in both
        if session_of(one.request) == session and (not before or order < before)
    )  # fmt: skip


def _gist(fields: Json) -> str:
    """Who to whom."""
    return " → ".join(str(fields[name]) for name in ("source_addr", "destination_addr") if fields.get(name))


def _row(sandbox: Sandbox, mask: Mask, one: Exchange | Attempt) -> Json:
    """`ours`: the emulator asked, the client answered."""
    if isinstance(one, Exchange):
        view = views.exchange(sandbox, one)
        asked, answer, why = view["request"], view["reply"], explain(sandbox.providers, one)
        told = {"ours": False, "link": view["id"], "text": asked.get("text", ""), "fault": one.fault}
    else:
        sent = views.attempt(sandbox, one)
        asked = {"command": sent["method"], "fields": sent["sent"]}
        answer, why = sent["answer"], sent["verdict"]
        told = {"ours": True, "link": sent["message_id"], "text": sent["sent"].get("short_message", ""), "fault": None}
    none = "under way" if told["ours"] and one.accepted is None else "none"  # type: ignore[union-attr]
    said = none if answer is None else answer.get("error") or f"{answer.get('command', 'PDU')} {answer.get('status')}"
    return {
        **told, "at": one.at, "command": asked.get("command", "PDU"), "gist": mask.text(_gist(asked.get("fields", {}))),
        "text": mask.text(str(told["text"])), "answer": said, "why": mask.text(why),
    }  # fmt: skip


def listed(asked: PageRequest) -> Json:
    """A page of PDUs. `before` in the query: only older ones."""
    sandbox, name = asked.sandbox, asked.values["session"]
    line = asked.context.smpp.lines.get(name)
    mine = line if line is not None and line.sandbox is sandbox else None
    before = number_of(asked.query.get("before"))
    kept = list(islice(_entries(sandbox, name, before), PAGE + 1))
    mask = Mask(sandbox)
    return {
        "sandbox": sandbox, "session": name, "bound": None if mine is None else views.session(sandbox, mine),
        "rows": [_row(sandbox, mask, one) for _, one in kept[:PAGE]], "before": before,
        "more": kept[PAGE - 1][0] if len(kept) > PAGE else 0, "linker": linker(sandbox),
    }  # fmt: skip


async def session(asked: PageRequest) -> HttpReply:
    """The page; also of a session that has ended, as long as the journal knows its PDUs."""
    data = listed(asked)
    if data["bound"] is None and not data["rows"]:
        raise Refusal(404, "no-such-session", f"there is no session {asked.values['session']}",
                      "the desk lists the bound ones; the journal keeps the newest PDUs only")  # fmt: skip
    return html("session.html", title=f"Session {data['session']}", here="desk", **data)


async def stream(asked: PageRequest) -> StreamReply:
    """The newest of them, as often as they change."""

    async def draw() -> str:
        return part("_session.html", **listed(asked))

    return live_updates.stream(asked.sandbox, lambda event: event.kind in ("requests", "callbacks"), draw)
