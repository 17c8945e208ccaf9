"""What the control API tells of rules, scenarios and accounts, given back to it: what it added is taken off again."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from emulator.control_api import views
from emulator.core.rules.rule import Rule
from emulator.sandboxes.sandbox import Sandbox

Json = dict[str, Any]

_OF_A_RULE = ("id", "source", "fired")
_OF_AN_ACCOUNT = ("provider", "credentials", "spent", "warnings")


def rule(given: Any) -> Any:
    """A rule as it is written; its id and counts begin anew."""
    return {name: one for name, one in given.items() if name not in _OF_A_RULE} if isinstance(given, dict) else given


def rules(given: Iterable[Any], stays: Iterable[Rule] = ()) -> list[Any]:
    """Rules as they are written, without those that are told of a rule that `stays` in force all the same."""
    kept = {one.id: _text(views.rule(one)) for one in stays}
    return [
        rule(one) for one in given
        if not (isinstance(one, dict) and isinstance(one.get("id"), str) and kept.get(one["id"]) == _text(one))
    ]  # fmt: skip


def scenario(given: Any, stays: Iterable[Rule] = ()) -> Any:
    """A scenario as it is written."""
    if not isinstance(given, dict):
        return given
    made = {name: one for name, one in given.items() if name != "warnings" and not (name == "name" and one is None)}
    if isinstance(made.get("rules"), list):
        made["rules"] = rules(made["rules"], stays)
    return made


def account(sandbox: Sandbox, provider: str, given: Any) -> Any:
    """A change of an account without what cannot be changed, where it is said as it is."""
    told: Mapping[str, Any] = views.account(sandbox, provider)
    if not isinstance(given, dict):
        return given
    made = {
        name: one for name, one in given.items()
        if not (name in _OF_AN_ACCOUNT and (name in ("spent", "warnings") or told[name] == one))
    }  # fmt: skip
    if isinstance(made.get("senders"), list):
        made["senders"] = [
            {name: value for name, value in one.items() if name != "id"} if one in told["senders"] else one
            for one in made["senders"]
        ]
    return made


def _text(given: Mapping[str, Any]) -> bytes:
    """What makes one rule another."""
    return msgspec.json.encode({name: one for name, one in given.items() if name != "fired"}, order="deterministic")
