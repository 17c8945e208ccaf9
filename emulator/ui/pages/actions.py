"""What the control panel's buttons do: each is a call of the control API, then back to the panel."""

import json
import re
from collections.abc import Callable
from typing import Any

from emulator.control_api.refusal import Refusal
from emulator.http.messages import HttpReply
from emulator.ui.page_request import PageRequest
from emulator.ui.urls import go, inbox_of, place

Json = dict[str, Any]


def _desk(asked: PageRequest, section: str) -> HttpReply:
    return go(f"{place(asked.sandbox, 'desk')}#{section}")


def _number(asked: PageRequest, name: str) -> float:
    text = asked.form.get(name, "").strip().replace(",", ".")
    try:
        return float(text)
    except ValueError:
        raise Refusal(400, "invalid", f"{name}: {text[:50]!r} is not a number") from None


def _whole(name: str, text: str) -> int:
    if not re.fullmatch(r"\s*[0-9]{1,9}\s*", text):
        raise Refusal(400, "invalid", f"{name}: {text[:50]!r} is not a whole number")
    return int(text)


async def clock(asked: PageRequest) -> HttpReply:
    """`do`: advance, rate, next or settle; `value`: seconds, or the rate; `back`: the message one came from."""
    match asked.form.get("do"):
        case "settle":
            await asked.call("POST", "/settle")
        case "next":
            await asked.call("POST", "/clock", {"to": "next"})
        case "advance" | "rate" as what:
            await asked.call("POST", "/clock", {what: _number(asked, "value")})
        case _:
            raise Refusal(400, "invalid", "the clock can advance, go to the next due date, settle, or take a rate")
    message = asked.form.get("back", "")
    return go(place(asked.sandbox, "messages", message)) if message else _desk(asked, "clock")


async def account(asked: PageRequest) -> HttpReply:
    """Balance, stop list and callback URL of one account."""
    body: Json = {}
    if "balance" in asked.form:
        body["balance"] = _number(asked, "balance")
    if "stoplist" in asked.form:
        body["stoplist"] = [one for one in re.split(r"[\s,;]+", asked.form["stoplist"]) if one]
    if "callback_url" in asked.form:
        body["callback_url"] = asked.form["callback_url"].strip() or None
    await asked.call("PATCH", "/accounts/{provider}", body, provider=asked.values["provider"])
    return _desk(asked, "accounts")


async def sender(asked: PageRequest) -> HttpReply:
    """Approve a sender's name, or refuse it."""
    state = 1 if asked.form.get("do") == "approve" else 2
    await asked.call("PATCH", "/accounts/{provider}/brands/{brand}", {"authorized": state},
                     provider=asked.values["provider"], brand=asked.values["sender"])  # fmt: skip
    return _desk(asked, "accounts")


async def scenario(asked: PageRequest) -> HttpReply:
    await asked.call("PUT", "/scenario", asked.form.get("scenario", ""))
    return _desk(asked, "rules")


async def fault(asked: PageRequest) -> HttpReply:
    """A rule for the next `times` calls. `what`: fault:NAME, status:NUMBER or refuse:REASON."""
    kind, _, name = asked.form.get("what", "").partition(":")
    then: dict[str, Callable[[], Json]] = {
        "fault": lambda: {"reply": {"fault": name}}, "status": lambda: {"reply": {"status": _whole("status", name)}},
        "refuse": lambda: {"refuse": {"reason": name}},
    }  # fmt: skip
    if kind not in then:
        raise Refusal(400, "invalid", "choose what shall go wrong")
    when = {word: asked.form[word] for word in ("provider", "operation") if asked.form.get(word)}
    times = _whole("times", asked.form.get("times", ""))
    rule = {"when": when, "then": then[kind](), "times": times, "comment": "from the page"}
    await asked.call("POST", "/rules", rule)
    return _desk(asked, "rules")


async def rules(asked: PageRequest) -> HttpReply:
    """All rules put in by hand, as JSON."""
    try:
        told = json.loads(asked.form.get("rules") or "[]")
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "no-json", f"that is not JSON: {error}") from None
    if not isinstance(told, list):
        raise Refusal(400, "invalid", "rules are a list: [{...}, {...}]")
    await asked.call("PUT", "/rules", {"rules": told})
    return _desk(asked, "rules")


async def drop_rule(asked: PageRequest) -> HttpReply:
    await asked.call("DELETE", "/rules/{rule}", rule=asked.values["rule"])
    return _desk(asked, "rules")


async def snapshot(asked: PageRequest) -> HttpReply:
    """Keep the sandbox's state under a name."""
    await asked.call("POST", "/snapshots", {"name": asked.form.get("name", "").strip()})
    return _desk(asked, "keeping")


async def restore(asked: PageRequest) -> HttpReply:
    """Back to a state that was kept."""
    await asked.call("POST", "/restore", {"name": asked.form.get("name", "")})
    return _desk(asked, "keeping")


async def hang_up(asked: PageRequest) -> HttpReply:
    """End an SMPP session."""
    await asked.call("DELETE", "/sessions/{session}", session=asked.values["session"])
    return _desk(asked, "sessions")


async def delete(asked: PageRequest) -> HttpReply:
    """The sandbox, with all that hangs on it."""
    await asked.call("DELETE", "")
    return go("/")


async def reset(asked: PageRequest) -> HttpReply:
    """The sandbox as it was made."""
    await asked.call("POST", "/reset", {"what": asked.form.get("what", "all")})
    return go(inbox_of(asked.sandbox))
