"""What people may ask of a sandbox, in process. The routes (control_api/routes.py) say the same over HTTP, the client
again.

Every verb takes the sandbox and what the call says, and gives back JSON-ready data. Raises Refusal.
"""

from typing import TYPE_CHECKING, Any, NoReturn

import msgspec

from emulator.clock import real_now
from emulator.control_api import filters as finding
from emulator.control_api import given_back, request_bodies, views, warnings
from emulator.control_api.context import Context
from emulator.control_api.filters import CallbackFilters, MessageFilters, RequestFilters, number_of
from emulator.core.accounts import AccountPatch, SenderState
from emulator.core.admin_commands import (  # fmt: skip
    AddRule,
    DropRule,
    MoveMessage,
    PatchAccount,
    PatchSender,
    PutRules,
    Redeliver,
)
from emulator.core.rules.matching import RuleSpec
from emulator.sandboxes.clock_driver import HORIZON, Ended, Overdue, TooFar
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.spec import DEFAULT, InvalidOptions, NewSandbox, moment
from emulator.scenarios.contradictions import hidden
from emulator.scenarios.library import names

if TYPE_CHECKING:
    from emulator.control_api import response_types

Json = dict[str, Any]


class Refusal(Exception):
    """What was asked cannot be had: HTTP status, code, message, hint, and more to show."""

    def __init__(self, status: int, code: str, message: str, hint: str = "", **more: Any) -> None:
        super().__init__(message)
        self.status, self.code, self.hint, self.more = status, code, hint, more


_STATUS = {"taken": 409, "full": 409}


def refuse(bad: InvalidOptions) -> NoReturn:
    raise Refusal(_STATUS.get(bad.code, 400), bad.code, str(bad), bad.hint) from None


class Verbs:
    """The verbs over the sandboxes of one emulator."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.manager = context.manager

    # sandboxes

    def sandbox(self, name: str) -> Sandbox:
        found = self.manager.sandboxes.by_id.get(name)
        if found is None:
            shown = name if len(name) <= 100 else f"{name[:100]}…"
            raise Refusal(404, "no-such-sandbox", f"there is no sandbox {shown}", "GET /_emulator/sandboxes lists them")
        found.used_at = real_now()
        return found

    async def create(self, wish: NewSandbox) -> "response_types.Made":
        wish.scenario = given_back.scenario(wish.scenario)
        try:
            made = self.manager.create(wish)
        except InvalidOptions as bad:
            refuse(bad)
        about_callbacks = warnings.about_callbacks(made, made.providers, self.context.targets)
        told = views.credentials(made)
        if said := [*about_callbacks, *warnings.about_binds(made)]:
            told["warnings"] = said
        return told

    async def list_sandboxes(self) -> "response_types.Sandboxes":
        return {"sandboxes": [views.sandbox(one) for one in self.manager.sandboxes.by_id.values()]}

    async def show(self, sandbox: Sandbox) -> "response_types.Sandbox":
        return views.sandbox(sandbox)

    async def delete(self, sandbox: Sandbox) -> None:
        if sandbox.id == DEFAULT:
            raise Refusal(409, "default-stays", "the sandbox default cannot be deleted", "reset gives it back fresh")
        self.manager.remove(sandbox)

    async def reset(self, sandbox: Sandbox, body: request_bodies.Reset) -> None:
        if body.what == "all":
            self.manager.reset(sandbox)
        elif body.what == "journal":
            sandbox.journal.clear()
            sandbox.findings.clear(sandbox.journal.made)
        else:
            sandbox.control(PutRules(None, list(sandbox.scenario.rules), anew=True))

    # accounts

    def _provider(self, name: str) -> str:
        if name not in self.manager.providers:
            known = ", ".join(self.manager.providers)
            raise Refusal(404, "no-such-provider", f"there is no provider {name}", f"there are {known}")
        return name

    async def account(self, sandbox: Sandbox, provider: str) -> "response_types.Account":
        return views.account(sandbox, self._provider(provider))

    async def patch_account(self, sandbox: Sandbox, provider: str, body: Json) -> "response_types.Account":
        self._provider(provider)
        try:
            patch: AccountPatch = self.manager.patch(provider, given_back.account(sandbox, provider, body))
        except InvalidOptions as bad:
            refuse(bad)
        sandbox.control(PatchAccount(provider, patch))
        told = views.account(sandbox, provider)
        if said := [*warnings.about_callbacks(sandbox, [provider], self.context.targets)]:
            told["warnings"] = said
        return told

    async def patch_brand(
        self, sandbox: Sandbox, provider: str, brand: str, body: request_bodies.Brand
    ) -> "response_types.BrandSet":
        self._provider(provider)
        state: SenderState = "active" if body.authorized == 1 else "refused"
        sender = self._done(sandbox, PatchSender(provider, number_of(brand), state), "no-such-brand")
        return {"id": sender.id, "name": sender.name, "authorized": body.authorized}

    def _done(self, sandbox: Sandbox, verb: Any, code: str) -> Any:
        try:
            return sandbox.control(verb)
        except LookupError as error:
            raise Refusal(404, code, str(error.args[0])) from None

    # messages

    async def messages(self, sandbox: Sandbox, filters: MessageFilters) -> "response_types.Messages":
        return {"messages": finding.messages(sandbox, filters)}

    async def message(self, sandbox: Sandbox, name: str) -> "response_types.Message":
        found = sandbox.engine.state.store.message(number_of(name))
        if found is None:
            raise Refusal(404, "no-such-message", f"there is no message {name}")
        return views.message(sandbox, found)

    async def move(self, sandbox: Sandbox, name: str, body: request_bodies.Move) -> "response_types.Message":
        verb = MoveMessage(number_of(name), body.status, body.reason, body.error)
        return views.message(sandbox, self._done(sandbox, verb, "no-such-message"))

    # seeing

    async def requests(self, sandbox: Sandbox, filters: RequestFilters) -> "response_types.Requests":
        return {"requests": finding.requests(sandbox, filters)}

    async def callbacks(self, sandbox: Sandbox, filters: CallbackFilters) -> "response_types.Callbacks":
        return {"callbacks": finding.callbacks(sandbox, filters)}

    async def redeliver(self, sandbox: Sandbox, name: str) -> "response_types.Callback":
        made = sandbox.journal.attempt(number_of(name))
        if made is None:
            raise Refusal(404, "no-such-callback", f"there is no callback {name}", "the journal keeps the newest only")
        if made.incoming:
            what = f"{name} told of a subscriber's message, and only reports are sent again"
            raise Refusal(400, "invalid", what, "POST incoming puts another one in")
        again = Redeliver(
            made.message, made.status, made.changed_at, made.reason, made.error, part=made.part,  # type: ignore[arg-type]
        )  # fmt: skip
        self._done(sandbox, again, "no-such-message")
        return views.attempt(sandbox, made)

    # time

    async def clock(self, sandbox: Sandbox, body: request_bodies.Clock) -> "response_types.ClockNow":
        driver = self.manager.clock_driver(sandbox)
        if body.rate is not None:
            driver.cancel_timer()
            sandbox.run_at(body.rate)
            sandbox.schedule_timer()
            return views.clock(sandbox)
        try:
            to = None if body.set is None else moment(body.set)
            await driver.walk(body.advance, body.timeout, to=to, first=body.to == "next")
        except InvalidOptions as bad:
            refuse(bad)
        except ValueError as error:
            raise Refusal(400, "into-the-past", str(error), f"it is {views.iso(sandbox.now())} now") from None
        except Overdue as late:
            raise self._overdue(sandbox, late, body.timeout) from None
        except Ended:
            self._ended(sandbox)
        return views.clock(sandbox)

    async def settle(self, sandbox: Sandbox, body: request_bodies.Settle) -> "response_types.ClockNow":
        try:
            await self.manager.clock_driver(sandbox).walk(None, body.timeout)
        except Overdue as late:
            raise self._overdue(sandbox, late, body.timeout) from None
        except TooFar as far:
            raise self._too_far(sandbox, far) from None
        except Ended:
            self._ended(sandbox)
        return views.clock(sandbox)

    def _too_far(self, sandbox: Sandbox, far: TooFar) -> Refusal:
        """All else is settled; this would take the clock where nobody meant it to go."""
        found = sandbox.engine.state.store.message(far.message)
        whose = "something" if found is None else f"message m{found.id} to {found.to}, {found.status},"
        return Refusal(
            409, "too-far", f"{whose} is due at {views.iso(far.due)}, and settle goes {HORIZON // 86_400_000_000} days "
            "ahead at most; all that was due sooner has fired",
            'POST clock with {"to": "next"} goes there; was the moment meant?',
            next_due=views.iso(far.due), **views.clock(sandbox),
        )  # fmt: skip

    def _ended(self, sandbox: Sandbox) -> NoReturn:
        """The state whose clock was to be moved is no more."""
        if sandbox.gone:
            raise Refusal(404, "no-such-sandbox", "the sandbox was deleted meanwhile") from None
        raise Refusal(
            409, "interrupted", "the sandbox was reset or restored while its clock moved, which ended there",
            "calls that move a clock, reset and restore of one sandbox go one after the other", **views.clock(sandbox),
        ) from None  # fmt: skip

    def _overdue(self, sandbox: Sandbox, late: Overdue, timeout: float) -> Refusal:
        due = sandbox.engine.next_due()
        hint = "give a longer timeout, and call again to go on"
        return Refusal(
            408, "time-is-up", f"not done within {timeout:g} s: {late}", hint,
            next_due=views.iso(due) if due is not None else None, **views.clock(sandbox),
        )  # fmt: skip

    # rules

    async def rules(self, sandbox: Sandbox, name: str | None = None) -> "response_types.RulesInForce":
        rules = sandbox.engine.state.rule_book.rules
        return {"rules": [views.rule(one) for one in rules if name in (None, one.spec.name)]}

    async def put_rules(self, sandbox: Sandbox, body: request_bodies.Rules) -> "response_types.RulesInForce":
        behind = (one for one in sandbox.engine.state.rule_book.rules if not one.by_hand)
        specs = self._specs(given_back.rules(body.rules, behind))
        sandbox.control(PutRules(specs))
        told = await self.rules(sandbox)
        if said := [one.told() for one in hidden(specs)]:
            told["warnings"] = said
        return told

    async def add_rule(self, sandbox: Sandbox, body: Json) -> "response_types.RulesInForce":
        sandbox.control(AddRule(self._specs([given_back.rule(body)])[0]))
        return await self.rules(sandbox)

    async def drop_rule(self, sandbox: Sandbox, name: str) -> "response_types.RulesInForce":
        self._done(sandbox, DropRule(name), "no-such-rule")
        return await self.rules(sandbox)

    def _specs(self, given: list[Any]) -> list[RuleSpec]:
        try:
            return self.manager.rules(given)
        except InvalidOptions as bad:
            refuse(bad)

    async def scenario(self, sandbox: Sandbox) -> "response_types.ScenarioInForce":
        spec: Json = msgspec.to_builtins(sandbox.scenario)
        rules = [views.rule(one) for one in sandbox.engine.state.rule_book.rules]
        return {"name": sandbox.scenario.name or None, "comment": sandbox.scenario.comment,
                "accounts": spec.get("accounts", {}), "rules": rules}  # fmt: skip

    async def put_scenario(self, sandbox: Sandbox, body: str | Json) -> "response_types.ScenarioInForce":
        given = body["scenario"] if isinstance(body, dict) and set(body) == {"scenario"} else body
        try:
            by_hand = (one for one in sandbox.engine.state.rule_book.rules if one.by_hand)
            play = self.manager.scenario(given_back.scenario(given, by_hand))
        except InvalidOptions as bad:
            refuse(bad)
        left = [*warnings.about_accounts(sandbox.scenario, play)]
        sandbox.scenario = play
        for provider, patch in play.accounts.items():
            sandbox.control(PatchAccount(provider, patch))
        sandbox.control(PutRules(None, list(play.rules)))
        told = await self.scenario(sandbox)
        alone = isinstance(given, dict) and "extends" not in given
        hides = [one.told() for one in hidden(play.rules)] if alone else []
        if said := [*left, *hides, *warnings.about_callbacks(sandbox, play.accounts, self.context.targets)]:
            told["warnings"] = said
        return told

    # what there is

    async def contract(self, provider: str | None) -> "response_types.Contract":
        chosen = [self._provider(provider)] if provider else list(self.manager.providers)
        rows = [msgspec.to_builtins(row) for name in chosen for row in self.manager.providers[name].contract()]
        switches: dict[str, dict[str, response_types.Switch]] = {
            name: {
                word: {"default": one.default, "choices": one.choices, "why": one.why, "row": one.row}
                for word, one in self.manager.providers[name].profile.switches.items()
            }
            for name in chosen
        }
        return {"rows": rows, "switches": switches}

    async def scenarios(self) -> "response_types.Plays":
        return {"scenarios": [{"name": name, "comment": comment} for name, comment in names()]}
