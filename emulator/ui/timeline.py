"""A message's life as a drawing: two lanes from top to bottom, the message's statuses and the callbacks they led to.

   0 s   ●  pending
 + 2 s   ●  delivered
 + 2 s   ├──◆ callback 1: delivered     200 OK, accepted
+ 60 s   ○  due: undelivered
"""

from typing import NamedTuple

from emulator.core.messages import Message
from emulator.core.state.scheduler import Begin, Expire, Item, SendReport, Step
from emulator.core.units import Timestamp, counted
from emulator.http.messages import HttpReply
from emulator.journal import Attempt
from emulator.sandboxes.sandbox import Sandbox
from emulator.ui.rendering import clock_time, span

_ROW = 46
_WIDTH = 380
_WIDE = 33
_LOOKED_THROUGH = 20_000
"""Of a longer list what is still due is not shown."""


class Mark(NamedTuple):
    """One thing on the drawing. `kind`: status, callback, due; `tone`: good, bad, waiting, plain."""

    at: Timestamp
    kind: str
    tone: str
    title: str
    more: str
    since: str
    time: str
    y: int


class Drawing(NamedTuple):
    marks: list[Mark]
    width: int
    height: int
    spine: int
    """Where the message's lane ends."""


_TONES = {"delivered": "good", "read": "good", "undelivered": "bad", "expired": "bad", "rejected": "bad",
          "deleted": "bad", "error": "bad", "unknown": "bad"}  # fmt: skip


def tone(status: str) -> str:
    return _TONES.get(status, "waiting")


def draw(sandbox: Sandbox, message: Message, attempts: list[Attempt]) -> Drawing:
    """Everything that happened to a message and what is still due, in order."""
    batch = sandbox.engine.state.store.batch_of(message)
    began = batch.created_at
    history = message.history
    found: list[tuple[Timestamp, int, str, str, str, str]] = []
    found.append((began, 0, "status", "plain", "accepted", _cost(sandbox, message)))
    for n in range(0, len(history), 2):
        status = str(history[n])
        last = n == len(history) - 2
        found.append((int(history[n + 1]), 1, "status", tone(status), status, _why(message) if last else ""))
    for one in attempts:
        taken = {True: "good", False: "bad", None: "waiting"}[one.accepted]
        found.append((one.at, 2, "callback", taken, f"callback: {one.status}, attempt {one.attempt}", _answer(one)))
    for at, what in _due(sandbox, message):
        found.append((at, 3, "due", "waiting", f"due: {what}", ""))
    found.sort(key=lambda one: (one[2] == "due", one[0], one[1]))
    marks = [
        Mark(at, kind, how, _short(title), _short(more, 46), span(at - began), clock_time(at), 26 + _ROW * n)
        for n, (at, _, kind, how, title, more) in enumerate(found)
    ]
    spine = max(mark.y for mark in marks if mark.kind != "due")
    return Drawing(marks, _WIDTH, 26 + _ROW * len(marks) - 14, spine)


def _cost(sandbox: Sandbox, message: Message) -> str:
    batch = sandbox.engine.state.store.batch_of(message)
    return f"{counted(batch.parts, 'part')}, over {batch.protocol}"


def _why(message: Message) -> str:
    error = f"error {message.error}" if message.error else ""
    return ", ".join(filter(None, (message.reason, error)))


def _answer(one: Attempt) -> str:
    if one.failure is not None:
        return one.failure
    if isinstance(one.answer, HttpReply):
        return f"{one.answer.status} {one.answer.body[:40].decode('utf-8', 'replace')!r}"
    return one.verdict if one.answer is not None else "under way"


def _due(sandbox: Sandbox, message: Message) -> list[tuple[Timestamp, str]]:
    state = sandbox.engine.state
    if len(state.scheduler) > _LOOKED_THROUGH:
        return []
    coming = [(at, _what(sandbox, message, item)) for at, _, _, item in state.scheduler.entries()]
    return sorted((at, what) for at, what in coming if what)[:6]


def _what(sandbox: Sandbox, message: Message, item: Item) -> str:
    match item:
        case Step(message=message.id, version=message.version):
            steps = sandbox.engine.state.plans[message.plan].steps or ()
            return steps[item.index].status if item.index < len(steps) else "a step"
        case Begin(message=message.id, version=message.version):
            return "it begins"
        case Expire(message=message.id):
            return "it expires"
        case SendReport(message=message.id):
            return f"callback: {item.status}, attempt {item.attempt}"
    return ""


def _short(text: str, most: int = _WIDE) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
