"""Rules and the scenario: what is in force, put in by hand, or put in its place."""

from typing import TYPE_CHECKING, Any

import msgspec

from emulator.control_api import given_back, request_bodies, views, warnings
from emulator.control_api.call import Json, call
from emulator.control_api.context import Context
from emulator.control_api.filters import RuleFilters
from emulator.control_api.handlers.accounts import done
from emulator.control_api.refusal import refuse
from emulator.core.admin_commands import AddRule, DropRule, PatchAccount, PutRules
from emulator.core.rules.rule import RuleSpec
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.spec import InvalidOptions
from emulator.scenarios.contradictions import hidden

if TYPE_CHECKING:
    from emulator.control_api import response_types


def _in_force(sandbox: Sandbox, name: str | None = None) -> "response_types.RulesInForce":
    rules = sandbox.engine.state.rule_book.rules
    return {"rules": [views.rule(one) for one in rules if name in (None, one.spec.name)]}


def _specs(context: Context, given: list[Any]) -> list[RuleSpec]:
    try:
        return context.manager.rules(given)
    except InvalidOptions as bad:
        refuse(bad)


@call("listRules")
async def listed(sandbox: Sandbox, query: RuleFilters) -> "response_types.RulesInForce":
    """The rules in force, or those of a name, and how often each fired."""
    return _in_force(sandbox, query.name)


@call("putRules")
async def put(context: Context, sandbox: Sandbox, body: request_bodies.Rules) -> "response_types.RulesInForce":
    """Replace the rules put in by this API."""
    behind = (one for one in sandbox.engine.state.rule_book.rules if not one.by_hand)
    specs = _specs(context, given_back.rules(body.rules, behind))
    sandbox.control(PutRules(specs))
    told = _in_force(sandbox)
    if said := [one.told() for one in hidden(specs)]:
        told["warnings"] = said
    return told


@call("addRule")
async def add(context: Context, sandbox: Sandbox, body: request_bodies.Filled) -> "response_types.RulesInForce":
    """One rule, put in front."""
    sandbox.control(AddRule(_specs(context, [given_back.rule(body)])[0]))
    return _in_force(sandbox)


@call("deleteRule")
async def delete(sandbox: Sandbox, rule: str) -> "response_types.RulesInForce":
    """Take a rule out."""
    done(sandbox, DropRule(rule), "no-such-rule")
    return _in_force(sandbox)


@call("getScenario")
async def scenario(sandbox: Sandbox) -> "response_types.ScenarioInForce":
    """The scenario in force."""
    spec: Json = msgspec.to_builtins(sandbox.scenario)
    return {"name": sandbox.scenario.name or None, "comment": sandbox.scenario.comment,
            "accounts": spec.get("accounts", {}), "rules": _in_force(sandbox)["rules"]}  # fmt: skip


@call("putScenario")
async def put_scenario(
    context: Context, sandbox: Sandbox, body: str | request_bodies.Filled
) -> "response_types.ScenarioInForce":
    """Another scenario: a name, or a whole one."""
    given = body["scenario"] if isinstance(body, dict) and set(body) == {"scenario"} else body
    try:
        by_hand = (one for one in sandbox.engine.state.rule_book.rules if one.by_hand)
        chosen = context.manager.scenario(given_back.scenario(given, by_hand))
    except InvalidOptions as bad:
        refuse(bad)
    left = [*warnings.about_accounts(sandbox.scenario, chosen)]
    sandbox.scenario = chosen
    for provider, patch in chosen.accounts.items():
        sandbox.control(PatchAccount(provider, patch))
    sandbox.control(PutRules(None, list(chosen.rules)))
    told = await scenario(sandbox)
    alone = isinstance(given, dict) and "extends" not in given
    hides = [one.told() for one in hidden(chosen.rules)] if alone else []
    if said := [*left, *hides, *warnings.about_callbacks(sandbox, chosen.accounts, context.targets)]:
        told["warnings"] = said
    return told
