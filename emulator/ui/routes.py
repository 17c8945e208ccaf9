"""The page's addresses as one table: method, path, what answers."""

import re
from collections.abc import Awaitable, Callable
from typing import NamedTuple
from urllib.parse import unquote

from emulator.control_api.handlers.sandboxes import Refusal
from emulator.http.messages import HttpReply, StreamReply
from emulator.ui.page_request import PageRequest
from emulator.ui.pages import (
    account,
    actions,
    callbacks,
    contract,
    control_panel,
    inbox,
    ledger,
    message,
    requests,
    send,
    smpp_session,
)
from emulator.ui.urls import BASE


class Route(NamedTuple):
    method: str
    path: str
    do: Callable[[PageRequest], Awaitable[HttpReply | StreamReply]]


S = f"{BASE}/{{sandbox}}"

ROUTES: tuple[Route, ...] = (
    Route("GET", "/", inbox.inbox),
    Route("GET", "/_emulator/?", inbox.inbox),
    Route("GET", f"{BASE}/?", inbox.inbox),
    Route("GET", f"{BASE}/contract/{{provider}}", contract.contract),
    Route("GET", f"{S}/live/inbox", inbox.stream),
    Route("GET", f"{S}/live/requests", requests.stream),
    Route("GET", f"{S}/live/desk", control_panel.stream),
    Route("GET", f"{S}/live/messages/{{message}}", message.stream),
    Route("GET", f"{S}/live/sessions/{{session}}", smpp_session.stream),
    Route("GET", f"{S}/messages/{{message}}", message.message),
    Route("POST", f"{S}/messages/{{message}}/status", message.move),
    Route("GET", f"{S}/callbacks", callbacks.callbacks),
    Route("GET", f"{S}/live/callbacks", callbacks.stream),
    Route("POST", f"{S}/callbacks/{{callback}}/redeliver", callbacks.redeliver),
    Route("GET", f"{S}/requests", requests.requests),
    Route("GET", f"{S}/requests/{{request}}", requests.request),
    Route("GET", f"{S}/desk", control_panel.desk),
    Route("POST", f"{S}/clock", actions.clock),
    Route("POST", f"{S}/accounts/{{provider}}", actions.account),
    Route("POST", f"{S}/accounts/{{provider}}/senders/{{sender}}", actions.sender),
    Route("POST", f"{S}/accounts/{{provider}}/terms", account.save),
    Route("GET", f"{S}/ledger", ledger.ledger),
    Route("POST", f"{S}/snapshots", actions.snapshot),
    Route("POST", f"{S}/restore", actions.restore),
    Route("POST", f"{S}/scenario", actions.scenario),
    Route("POST", f"{S}/fault", actions.fault),
    Route("POST", f"{S}/rules/{{rule}}/drop", actions.drop_rule),
    Route("GET", f"{S}/sessions/{{session}}", smpp_session.session),
    Route("POST", f"{S}/sessions/{{session}}/end", actions.hang_up),
    Route("POST", f"{S}/reset", actions.reset),
    Route("GET", f"{S}/send", send.form),
    Route("POST", f"{S}/send", send.send),
    Route("POST", f"{S}/incoming", send.incoming),
    Route("POST", f"{S}/demo", send.demo),
)

_PATTERNS = [(re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path)), route) for route in ROUTES]


async def answer(asked: PageRequest) -> HttpReply | StreamReply:
    """Find who answers, and let it. Raises Refusal."""
    method = "GET" if asked.request.method == "HEAD" else asked.request.method
    path = asked.request.path
    others = []
    for pattern, route in _PATTERNS:
        found = pattern.fullmatch(path)
        if found and route.method == method:
            asked.values = {name: unquote(value) for name, value in found.groupdict().items()}
            return await route.do(asked)
        if found:
            others.append(route.method)
    if others:
        raise Refusal(405, "method", f"this takes {', '.join(others)}, not {method[:20]}")
    raise Refusal(404, "no-such-page", "there is no such page", "the inbox is at /")
