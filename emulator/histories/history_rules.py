"""A delivery history as rules of a sandbox: laid over the rules that are there."""

from collections.abc import Mapping, Sequence
from typing import Any

from emulator.core.statuses import FINAL
from emulator.histories.history import AGAIN, History, HistoryEvent

Json = dict[str, Any]

_OWN = ("steps", "refuse", "reports")
"""A rule that says one of these says itself what becomes of its messages."""


def plan(history: History) -> Json:
    """What becomes of a message, and what is told of it. Who asks for its status hears the first end that is told; if
    none is, it is delivered and nobody said so."""
    end = next((event for event in history.events if event.status in FINAL), HistoryEvent("delivered"))
    script = [told for event in history.events for told in _told(event)]
    early = any(event.early for event in history.events)
    return {
        "steps": [{"after": min(end.after, 2.0), "status": end.status}],
        "reports": {"script": script, "before_reply": early},
    }


def _told(event: HistoryEvent) -> list[Json]:
    once: Json = {"after": event.after, "status": event.status}
    if event.changed is not None:
        once["changed"] = event.changed
    if not event.again:
        return [once]
    as_of = event.after if event.changed is None else event.changed
    return [once, {**once, "after": event.after + AGAIN, "changed": as_of, "attempt": 2}]


def laid_over(rules: Sequence[Mapping[str, Any]], history: History) -> list[Json]:
    """Rules to be put in by the control API, so that every message has this history. A rule that is there already about
    a fault of the reply gets it too; one that says itself what becomes of its messages stays as it is."""
    told = plan(history)
    out: list[Json] = []
    for rule in rules:
        when, then = dict(rule.get("when", {})), dict(rule["then"])
        if when.get("operation", "send") != "send":
            continue
        if not any(word in then for word in _OWN):
            then |= told
        out.append({"when": when, "then": then, **{name: rule[name] for name in ("times", "name") if rule.get(name)}})
    return [*out, {"when": {"operation": "send"}, "then": told}]
