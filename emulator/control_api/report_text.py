"""A sandbox's report in lines that a person reads: what a failed test prints, in any language."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

Json = Mapping[str, Any]

_LONG = 200
_WHOLE = ("reference", "id", "smsID", "msgid", "message_id", "receipted_message_id")
"""Parameters that are never cut: people look for them elsewhere."""


def report_text(told: Json) -> str:
    """Sends with decoded parameters, each answer with its reason, what came of it; callbacks, findings, what is due."""
    shown, totals = told["sandbox"], told["totals"]
    clock, due = shown["clock"], shown["next_due"]
    of_batch: dict[str, list[Json]] = {}
    for message in told["messages"]:
        of_batch.setdefault(message["batch"], []).append(message)
    refused = sum(one["outcome"] == "refused" for one in told["sends"])
    lines = [
        f"sandbox {shown['id']}, scenario {shown['scenario']}, seed {shown['seed']}; its time is {clock['now']}, "
        f"rate {clock['rate']:g}",
        f"sends: {_count(told, 'sends')}" + (f"; {refused} refused" if refused else ""),
    ]
    for one in told["sends"]:
        lines += request_lines(one, of_batch.pop(one["batch"], []) if one["batch"] else [])
    left = [message for messages in of_batch.values() for message in messages]
    if left:
        lines += ["messages of other requests:", *(f"  {message_line(one)}" for one in left)]
    if totals["others"]:
        lines.append(f"other requests: {_count(told, 'others')}")
        lines += [line for one in told["others"] for line in request_lines(one, [])]
    lines.append(f"callbacks: {_count(told, 'callbacks')}")
    lines += [line for one in told["callbacks"] for line in _callback(one)]
    if told["findings"]:
        lines += ["findings about the client:", *(line for one in told["findings"] for line in _finding(one))]
    lines.append(f"next due: {due or 'nothing'}")
    return "\n".join(lines)


def _count(told: Json, kind: str) -> str:
    total, here = told["totals"][kind], len(told[kind])
    return f"{total or 'none'}" + (f", the newest {here} of them" if here < total else "")


def request_lines(one: Json, messages: list[Json]) -> list[str]:
    """A request, its reply, why, and the messages that came of it."""
    who = " ".join(filter(None, (one["provider"], one["operation"])))
    outcome = "REFUSED" if one["outcome"] == "refused" else one["outcome"]
    reason = f" ({one['reason']})" if one["reason"] else ""
    width = min(max((len(one["name"]) for one in one["parameters"]), default=0), 24)
    fault = f" (fault {one['fault']})" if one["fault"] else ""
    lines = [f"  {one['id']} {_time(one['at'])} {who}: {outcome}{reason}   {one['line']}"]
    lines += [f"      {_name(pair['name'], width)}  {_value(pair)}" for pair in one["parameters"]]
    lines += [f"      -> {short(one['reply'])}{fault}", f"      because: {short(one['explain'], 4 * _LONG)}"]
    if one["right"]:
        lines.append(f"      right would be: {short(one['right'], 2 * _LONG)}")
    return [*lines, *(f"      {message_line(message)}" for message in messages)]


def _name(name: str, width: int) -> str:
    return f"{short(name, 24):<{width}}"


def _value(pair: Json) -> str:
    return short(pair["value"], 10_000 if pair["name"] in _WHOLE else _LONG)


def message_line(one: Json) -> str:
    """A message with its life."""
    began = datetime.fromisoformat(one["created_at"])
    life = ", ".join(
        f"{step['status']} +{(datetime.fromisoformat(step['at']) - began).total_seconds():g} s"
        for step in one["history"]
    )
    reference = f" [{short(one['reference'], 10_000)}]" if one["reference"] else ""
    return f"{one['id']} to {short(one['to'])}{reference}, {short(one['text'], 60)!r}: {life}"


def _callback(one: Json) -> list[str]:
    answer = one["answer"]
    if answer is None:
        told = "not answered yet"
    elif "error" in answer:
        told = answer["error"]
    else:
        told = f"{answer.get('status')} {answer.get('body') or ''}".rstrip()
    taken = {True: "accepted", False: "NOT accepted", None: "under way"}[one["accepted"]]
    width = min(max(map(len, one["sent"]), default=0), 24)
    sent = [] if "hex" in one else [
        f"      {_name(name, width)}  {_value({'name': name, 'value': value})}" for name, value in one["sent"].items()
    ]  # fmt: skip
    where = one["url"].partition("?")[0]
    return [
        f"  {one['id']} {_time(one['at'])} {one['message_id']} {one['status']}, attempt {one['attempt']}: "
        f"{one['method']} {short(where)}",
        *sent, f"      -> {short(told)}; {taken}: {short(one['verdict'])}",
    ]  # fmt: skip


def _finding(one: Json) -> list[str]:
    often = "once" if one["count"] == 1 else f"{one['count']} times"
    what = "; ".join(one["details"]) or one["emulator"]
    return [f"  {one['statement'] or one['row']} [{one['row']}], {often}, last in {one['last_request']}: "
            f"{short(what, 2 * _LONG)}"]  # fmt: skip


def _time(at: str) -> str:
    return at[11:23]


def short(text: Any, most: int = _LONG) -> str:
    """On one line, without what a terminal would obey."""
    whole = str("" if text is None else text)
    cut = whole if len(whole) <= most else f"{whole[:most]}… ({len(whole)} characters)"
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in cut)
