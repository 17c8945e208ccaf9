"""A sandbox's journal in a few readable lines: what the report of a failed test shows."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from emulator.control_client.async_client import AsyncSms

Json = Mapping[str, Any]

_NEWEST = 20
"""So many of each kind are shown."""
_LONG = 200


async def journal_text(sms: AsyncSms) -> str:
    """Requests with the rule that explains each answer, messages with their lives, callbacks with their answers."""
    shown = await sms.show()
    clock = shown["clock"]
    head = (
        f"sandbox {sms.id} at {sms.base_url}, scenario {shown['scenario']}, seed {shown['seed']}; "
        f"its time is {clock['now']}, rate {clock['rate']:g}"
    )
    warned = [f"warning: {_short(one, 2 * _LONG)}" for one in sms.warnings]
    due = [f"next due: {shown['next_due']}"] if shown["next_due"] else []
    callbacks = await sms.callbacks()
    findings = await sms.lint(mild=not callbacks)  # who misses callbacks may find the reason there
    lists = (
        *_listed("requests", await sms.requests(), request_lines),
        *_listed("messages", await sms.messages(), _message),
        *_listed("callbacks", callbacks, _callback),
        *_listed("findings about the client", findings, _finding),
    )
    return "\n".join([head, *warned, *due, *lists])


def _listed(kind: str, every: list[Any], lines: Callable[[Any], Iterable[str]]) -> list[str]:
    newest = every[-_NEWEST:]
    earlier = f", the newest {len(newest)} of them" if len(newest) < len(every) else ""
    return [f"{kind}: {len(every) or 'none'}{earlier}", *(f"  {line}" for one in newest for line in lines(one))]


def request_lines(one: Json) -> list[str]:
    """A request, its reply, and why."""
    asked, reply = one["request"], one["reply"]
    answer = "no reply" if reply is None else f"{reply.get('status', '')} {_body(reply)}".strip()
    fired = f" (rule {one['rule']})" if one["rule"] else ""
    fault = f" (fault {one['fault']})" if one.get("fault") else ""
    who = " ".join(filter(None, (one["provider"], one["operation"])))
    words = ("command", "session", "text") if "command" in asked else ("method", "url")
    asks = " ".join(_short(asked.get(word, "")) for word in words) + f" {_body(asked)}".rstrip()
    return [
        f"{one['id']} {_time(one['at'])} {who}: {asks}".rstrip(),
        f"    -> {_short(answer)}{fault}",
        f"    {one['outcome']}{fired}: {_short(one['explain'], 4 * _LONG)}",
    ]


def _message(one: Json) -> list[str]:
    began = datetime.fromisoformat(one["created_at"])
    life = ", ".join(
        f"{step['status']} +{(datetime.fromisoformat(step['at']) - began).total_seconds():g} s"
        for step in one["history"]
    )
    reference = f" reference {_short(one['reference'])}" if one["reference"] else ""
    return [
        f"{one['id']} {_time(one['created_at'])} {one['provider']} to {_short(one['to'])} from {_short(one['sender'])}"
        f"{reference}: {_short(one['text'])!r}",
        f"    {life}",
    ]


def _callback(one: Json) -> list[str]:
    answer = one["answer"]
    if answer is None:
        told = "not answered yet"
    elif "error" in answer:
        told = answer["error"]
    else:
        told = f"{answer.get('status')} {_body(answer)}".rstrip()
    taken = {True: "accepted", False: "NOT accepted", None: "under way"}[one["accepted"]]
    return [
        f"{one['id']} {_time(one['at'])} {one['message_id']} {one['status']}, attempt {one['attempt']}: "
        f"{one['method']} {_short(one['url'])}",
        f"    -> {_short(told)}; {taken}: {_short(one['verdict'])}",
    ]


def _finding(one: Json) -> list[str]:
    often = "once" if one["count"] == 1 else f"{one['count']} times"
    details = "; ".join(map(_short, one["details"]))
    return [f"{one['statement'] or one['row']} [{one['row']}], {often}, last in {one['last_request']}: {details}"]


def _time(at: str) -> str:
    return at[11:23]


def _body(one: Json) -> str:
    return _short(one.get("body") or one.get("body_base64") or "")


def _short(text: Any, most: int = _LONG) -> str:
    """On one line, without what a terminal would obey."""
    whole = str(text or "")
    cut = whole if len(whole) <= most else f"{whole[:most]}… ({len(whole)} characters)"
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in cut)
