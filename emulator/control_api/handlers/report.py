"""The call that tells what a failed test should print: what was asked and why it was answered so, what came of it."""

from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice, starmap
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import msgspec

from emulator.control_api import views
from emulator.control_api.call import call
from emulator.control_api.parameters import parameters
from emulator.control_api.refusal import while_there
from emulator.control_api.report_text import report_text
from emulator.core.commands import Submit
from emulator.core.outcomes import Accepted, Refused
from emulator.core.reasons import Reason
from emulator.core.units import plain
from emulator.http.messages import HttpReply, SmppFrame
from emulator.journal import Exchange
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.turns import Steps

if TYPE_CHECKING:
    from emulator.control_api import response_types

S = TypeVar("S")
T = TypeVar("T")
Shown = TypeVar("Shown")

_TEXT = (("Content-Type", "text/plain; charset=utf-8"),)


class ReportQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`limit`: so many of each kind, the newest."""

    format: Literal["text", "json"] = "text"
    limit: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 20


@call("report", kind="text/plain")
async def report(sandbox: Sandbox, query: ReportQuery) -> "response_types.Report | HttpReply":
    """What a failed test should print: sends, refusals, callbacks, findings, what is due; text or JSON."""
    told = await while_there(sandbox, report_of(sandbox, query.limit))
    if query.format == "json":
        return told
    return HttpReply(headers=_TEXT, body=report_text(told).encode())


def report_of(sandbox: Sandbox, limit: int) -> "Steps[response_types.Report]":
    yield from sandbox.look_through()
    sends: deque[tuple[Sandbox, Exchange]] = deque(maxlen=limit)
    others: deque[tuple[Sandbox, Exchange]] = deque(maxlen=limit)
    sent = came = 0
    for one in sandbox.journal.exchanges():
        newest = sends if one.operation == "send" else others
        newest.append((sandbox, one))
        sent += newest is sends
        came += 1
        yield
    store, callbacks = sandbox.engine.state.store, sandbox.journal.counts()["callbacks"]
    messages = store.with_batches(islice(reversed(store.messages), limit))
    attempts = ((sandbox, one) for _, one in islice(sandbox.journal.newest_attempts(), limit))
    return {
        "sandbox": views.sandbox(sandbox),
        "sends": (yield from _shown(request, sends)),
        "others": (yield from _shown(request, others)),
        "messages": (yield from _shown(views.message_of, messages))[::-1],
        "callbacks": (yield from _shown(views.attempt, attempts))[::-1],
        "findings": [views.finding(sandbox, one) for one in sandbox.lint() if one.level != "mild"
                     or (not callbacks and ".callback." in one.row)],  # why there were none
        "totals": {"sends": sent, "others": came - sent, "messages": len(store.messages), "callbacks": callbacks},
    }  # fmt: skip


def _shown(view: Callable[[S, T], Shown], things: Iterable[tuple[S, T]]) -> Steps[list[Shown]]:
    shown = []
    for one in starmap(view, things):
        shown.append(one)
        yield
    return shown


def request(sandbox: Sandbox, kept: Exchange) -> "response_types.ReportedRequest":
    """A request, read for people."""
    view = views.exchange(sandbox, kept)
    send = kept.command if isinstance(kept.command, Submit) else None
    outcome = kept.outcome
    return {
        "id": view["id"], "at": view["at"], "provider": view["provider"], "protocol": view["protocol"],
        "operation": view["operation"], "line": _line(kept),
        "parameters": [{"name": name, "value": value} for name, value in parameters(kept)],
        "to": list(send.destinations or ()) if send else [], "sender": send.sender if send else None,
        "text": send.text if send else None, "reference": send.reference if send else None,
        "outcome": view["outcome"], "reason": view["reason"], "rule": view["rule"], "fault": view["fault"],
        "reply": _said(view["reply"]), "explain": view["explain"],
        "right": _right(sandbox, kept, outcome) if isinstance(outcome, Refused) else "",
        "batch": f"b{outcome.batch}" if isinstance(outcome, Accepted) else None,
    }  # fmt: skip


def _line(kept: Exchange) -> str:
    """What was asked, without its parameters: a method and a path, or a PDU's name."""
    if isinstance(kept.request, SmppFrame):
        return f"{kept.operation or 'PDU'} on {kept.request.session}"
    return f"{kept.request.method} {kept.request.path}"


def _said(reply: Any) -> str:
    if reply is None:
        return "no reply"
    if "hex" in reply:
        return f"{reply['command']} status {reply['status']}"
    return f"{reply['status']} {reply.get('body') or reply.get('body_base64') or ''}".rstrip()


def _right(sandbox: Sandbox, kept: Exchange, refused: Refused) -> str:
    """What would have been right, in words."""
    if kept.rule is not None:
        return f"rule {kept.rule} refused it; without that rule the request would have been looked at"
    say = _RIGHT.get(refused.reason)
    if say is not None and kept.provider in sandbox.providers:
        return say(sandbox, kept.provider)
    said = views.explained(sandbox, kept)
    rows = [row for provider in sandbox.providers.values() for row in provider.contract() if f"[{row.id}]" in said]
    return min(rows, key=lambda row: said.index(f"[{row.id}]")).statement if rows else ""


def _senders(sandbox: Sandbox, provider: str) -> str:
    active = [one for one in sandbox.account(provider).senders.values() if one.state == "active"]
    by_id = sandbox.providers[provider].shown(sandbox.account(provider))
    names = ", ".join(f"{one.id} ({one.name})" if "brandID" in by_id else one.name for one in active)
    return f"a sender of this account: {names or 'it has none'}"


def _credentials(sandbox: Sandbox, provider: str) -> str:
    said = ", ".join(f"{name} {value}" for name, value in sandbox.account(provider).credentials.items())
    return f"this sandbox's credentials: {said}"


def _balance(sandbox: Sandbox, provider: str) -> str:
    return f"the balance is {plain(sandbox.account(provider).balance):g}: a smaller send, or a larger `balance`"


def _stop_list(sandbox: Sandbox, provider: str) -> str:
    listed = sandbox.account(provider).stoplist
    return f"a number that is not on the stop list ({', '.join(list(listed)[:5])})"


def _allowed(sandbox: Sandbox, provider: str) -> str:
    return f"an address among the account's `allowed_ips`: {', '.join(sandbox.account(provider).allowed_ips)}"


_RIGHT: dict[Reason, Callable[[Sandbox, str], str]] = {
    **dict.fromkeys((Reason.SENDER_MISSING, Reason.SENDER_UNKNOWN, Reason.SENDER_INACTIVE), _senders),
    **dict.fromkeys((Reason.KEY_MISSING, Reason.KEY_UNKNOWN, Reason.PASSWORD_WRONG), _credentials),
    **dict.fromkeys(
        (Reason.DESTINATION_MISSING, Reason.DESTINATION_EMPTY, Reason.DESTINATION_INVALID, Reason.NO_VALID_DESTINATION),
        lambda sandbox, provider: "a number in international form, digits only, such as 995577123456",
    ),
    Reason.NO_CREDIT: _balance,
    Reason.STOP_LISTED: _stop_list,
    Reason.STOP_LISTED_OR_INVALID: _stop_list,
    Reason.ADDRESS_NOT_ALLOWED: _allowed,
    Reason.API_OFF: lambda sandbox, provider: "`api_access` is off for this account: PATCH it to true",
}
"""By the reason of a refusal, what the account would have taken."""
