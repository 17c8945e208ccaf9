"""The page's addresses as one table: method, path, what answers."""

import re
from collections.abc import Awaitable, Callable
from typing import NamedTuple
from urllib.parse import unquote

from emulator.control_api.refusal import Refusal, wrong_method
from emulator.http.messages import HttpReply, StreamReply
from emulator.ui.page_request import PageRequest
from emulator.ui.pages import (
    account,
    actions,
    api,
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


class PageRoute(NamedTuple):
    method: str
    path: str
    do: Callable[[PageRequest], Awaitable[HttpReply | StreamReply]]
    form: bool = False
    """A form of the controls: what is refused is said beside it, and what was typed stays."""


S = f"{BASE}/{{sandbox}}"

ROUTES: tuple[PageRoute, ...] = (
    PageRoute("GET", "/", inbox.inbox),
    PageRoute("GET", "/_emulator/?", inbox.inbox),
    PageRoute("GET", f"{BASE}/?", inbox.inbox),
    PageRoute("GET", f"{BASE}/api", api.api),
    PageRoute("GET", f"{BASE}/contract/{{provider}}", contract.contract),
    PageRoute("GET", f"{S}/live/inbox", inbox.stream),
    PageRoute("GET", f"{S}/live/requests", requests.stream),
    PageRoute("GET", f"{S}/live/desk", control_panel.stream),
    PageRoute("GET", f"{S}/live/messages/{{message}}", message.stream),
    PageRoute("GET", f"{S}/live/sessions/{{session}}", smpp_session.stream),
    PageRoute("GET", f"{S}/messages/{{message}}", message.message),
    PageRoute("POST", f"{S}/messages/{{message}}/status", message.move),
    PageRoute("POST", f"{S}/messages/{{message}}/whatif", message.what_if),
    PageRoute("GET", f"{S}/callbacks", callbacks.callbacks),
    PageRoute("GET", f"{S}/live/callbacks", callbacks.stream),
    PageRoute("POST", f"{S}/callbacks/{{callback}}/redeliver", callbacks.redeliver),
    PageRoute("GET", f"{S}/requests", requests.requests),
    PageRoute("GET", f"{S}/requests/{{request}}", requests.request),
    PageRoute("GET", f"{S}/desk", control_panel.desk),
    PageRoute("POST", f"{S}/clock", actions.clock, form=True),
    PageRoute("POST", f"{S}/accounts/{{provider}}", actions.account, form=True),
    PageRoute("POST", f"{S}/accounts/{{provider}}/senders/{{sender}}", actions.sender),
    PageRoute("POST", f"{S}/accounts/{{provider}}/terms", account.save, form=True),
    PageRoute("GET", f"{S}/ledger", ledger.ledger),
    PageRoute("POST", f"{S}/snapshots", actions.snapshot, form=True),
    PageRoute("POST", f"{S}/restore", actions.restore),
    PageRoute("POST", f"{S}/scenario", actions.scenario, form=True),
    PageRoute("POST", f"{S}/fault", actions.fault, form=True),
    PageRoute("POST", f"{S}/rules", actions.rules, form=True),
    PageRoute("POST", f"{S}/rules/{{rule}}/drop", actions.drop_rule),
    PageRoute("POST", f"{S}/delete", actions.delete),
    PageRoute("GET", f"{S}/sessions/{{session}}", smpp_session.session),
    PageRoute("POST", f"{S}/sessions/{{session}}/end", actions.hang_up),
    PageRoute("POST", f"{S}/reset", actions.reset),
    PageRoute("GET", f"{S}/send", send.form),
    PageRoute("POST", f"{S}/send", send.send),
    PageRoute("POST", f"{S}/incoming", send.incoming),
    PageRoute("POST", f"{S}/calls", send.call),
    PageRoute("POST", f"{S}/demo", send.demo),
)

_PATTERNS = [(re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path)), route) for route in ROUTES]


async def answer(asked: PageRequest) -> HttpReply | StreamReply:
    """Find who answers, and let it. Raises Refusal."""
    method = "GET" if asked.request.method == "HEAD" else asked.request.method
    path = asked.request.path
    others: list[str] = []
    for pattern, route in _PATTERNS:
        found = pattern.fullmatch(path)
        if found and route.method == method:
            asked.values = {name: unquote(value) for name, value in found.groupdict().items()}
            try:
                return await route.do(asked)
            except Refusal as refusal:
                if not route.form or "back" in asked.form:
                    raise
                return await control_panel.refused(asked, refusal)
        if found:
            others += ("GET", "HEAD") if route.method == "GET" else (route.method,)
    if others:
        raise wrong_method("this", others, method)
    raise Refusal(404, "no-such-page", "there is no such page", "the inbox is at /")
