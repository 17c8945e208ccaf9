"""A sandbox's control panel: its clock, accounts, rules, callbacks, findings and sessions."""

import json
from functools import cache
from typing import Any, NamedTuple

import msgspec

from emulator.control_api import views
from emulator.control_api.refusal import Refusal
from emulator.core.commands import OPERATIONS
from emulator.core.reasons import Reason
from emulator.core.rules.actions import FAULTS
from emulator.core.rules.http_actions import HTTP_FAULTS
from emulator.core.rules.rule import Rule
from emulator.core.rules.smpp_actions import SMPP_FAULTS
from emulator.http.messages import HttpReply, StreamReply
from emulator.sandboxes.known_secrets import secret_words
from emulator.sandboxes.sandbox import Sandbox
from emulator.scenarios.library import names
from emulator.ui import api_calls, charts, live_updates
from emulator.ui.masking import MASK
from emulator.ui.page_request import PageRequest
from emulator.ui.pages.account import terms
from emulator.ui.pages.callbacks import callback, newest
from emulator.ui.pages.contract import linker
from emulator.ui.rendering import html, part

Json = dict[str, Any]
_CALLBACKS = 10
_SAID = ("name", "when", "then", "times", "comment")
"""Of a rule what its author says."""


async def _live(asked: PageRequest) -> Json:
    """What changes by itself while one looks."""
    sandbox = asked.sandbox
    return {
        "sandbox": sandbox, "shown": views.sandbox(sandbox), "now": sandbox.now(),
        "due": sandbox.engine.state.scheduler.due,
        "rate": sandbox.clock.rate, "throughput": charts.of(sandbox), "statuses": charts.statuses(sandbox),
        "callbacks": [callback(sandbox, one) for one in newest(sandbox, _CALLBACKS)],
        "rules": [_rule(one) for one in sandbox.engine.state.rule_book.rules],
        "scenario": sandbox.scenario.comment or _bundled().get(sandbox.scenario.name, ""),
        "scenario_accounts": _scenario_accounts(sandbox),
        "lint": (await asked.call("GET", "/lint"))["findings"] if api_calls.there("GET", "/lint") else [],
        "sessions": (await asked.call("GET", "/sessions"))["sessions"] if api_calls.there("GET", "/sessions") else None,
        "linker": linker(sandbox),
    }  # fmt: skip


def _rule(kept: Rule) -> Json:
    """A rule in words that fit one line each."""
    view = views.rule(kept)
    return {**view, "when": _said(view["when"]) or "always", "then": _said(view["then"]) or "the usual"}


@cache
def _bundled() -> dict[str, str]:
    """What the scenarios that come with us are about."""
    return dict(names())


def _scenario_accounts(sandbox: Sandbox) -> str:
    """What the scenario in force makes of the accounts."""
    told: Json = msgspec.to_builtins(sandbox.scenario.accounts)
    return "; ".join(f"{name}: {_told(patch)}" for name, patch in told.items() if patch)


def _told(patch: Json) -> str:
    """What is set, with nothings and zeros, as they are what matters."""
    return ", ".join(f"{name.replace('_', ' ')} {_said(value) or value}" for name, value in patch.items())


def _said(value: Any) -> str:
    match value:
        case {"after": after, "status": status, **more}:  # a step of a message's life
            return ", ".join(filter(None, (f"{status} after {_said(after) or 0} s", _said(more))))
        case dict():
            return ", ".join(
                f"{name} {_said(one)}".strip() for name, one in value.items() if one not in (None, {}, "", 0)
            )
        case list() | tuple():
            return " then ".join(_said(one) for one in value) or "none"
        case True:
            return ""
        case float():
            return f"{value:g}"
        case _:
            return str(value)


def _accounts(sandbox: Sandbox) -> list[Json]:
    shown = []
    for name, provider in sandbox.providers.items():
        view = views.account(sandbox, name)
        secret = secret_words(provider)
        public = provider.default_credentials
        credentials = {
            word: MASK if word in secret and public.get(word) != value else value
            for word, value in view["credentials"].items()
        }
        shown.append({**view, "title": provider.title, "credentials": credentials, "terms": terms(sandbox, name)})
    return shown


def _rules_text(sandbox: Sandbox) -> str:
    """The rules put in by hand as JSON, to be changed and put back."""
    told = [views.rule(one) for one in sandbox.engine.state.rule_book.rules if one.by_hand]
    bare = [{name: rule.get(name) for name in _SAID if rule.get(name)} for rule in told]
    return json.dumps(bare, indent=2, ensure_ascii=False)


class RefusedForm(NamedTuple):
    """A form that was refused: where it went, what was typed, what was said."""

    path: str
    form: dict[str, str]
    said: str
    hint: str


async def desk(asked: PageRequest, wrong: RefusedForm | None = None) -> HttpReply:
    """The whole page; `wrong`: the form that was refused, which keeps what was typed."""
    sandbox = asked.sandbox

    def typed(path: str, name: str, value: Any) -> Any:
        return wrong.form.get(name, "") if wrong is not None and wrong.path == path else value

    return html(
        "desk.html", 400 if wrong else 200, title=f"Controls of {sandbox.id}", here="desk",
        accounts=_accounts(sandbox), wrong=wrong, typed=typed, rules_text=_rules_text(sandbox),
        providers=sandbox.providers, operations=OPERATIONS, faults={**FAULTS, **HTTP_FAULTS},
        smpp_faults=SMPP_FAULTS if asked.context.smpp.providers else {}, reasons=[one.value for one in Reason],
        snapshots=(await asked.call("GET", "/snapshots"))["snapshots"],
        scenarios=[{"name": name, "comment": comment} for name, comment in names()],
        named=asked.context.manager.names(sandbox, 30),
        world=sandbox.engine.state.began, **await _live(asked),
    )  # fmt: skip


async def refused(asked: PageRequest, refusal: Refusal) -> HttpReply:
    """The page again, what was wrong beside the form that it was about. Raises it where there is no such form."""
    if refusal.code in ("no-such-provider", "no-such-sandbox"):
        raise refusal
    return await desk(asked, RefusedForm(asked.request.path, asked.form, str(refusal), refusal.hint))


async def stream(asked: PageRequest) -> StreamReply:
    """What changes, as often as it does."""

    async def draw() -> str:
        return part("_desk.html", **await _live(asked))

    return live_updates.stream(asked.sandbox, lambda event: True, draw, beats=True)
