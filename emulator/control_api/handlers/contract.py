"""What there is: the contract's rows with their switches, and the scenarios that come along."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from emulator.control_api.call import call
from emulator.control_api.context import Context
from emulator.control_api.handlers.accounts import known
from emulator.scenarios.library import names

if TYPE_CHECKING:
    from emulator.control_api import response_types


def _of(context: Context, providers: Iterable[str]) -> "response_types.Contract":
    chosen = {name: context.providers[name] for name in providers}
    rows = [msgspec.to_builtins(row) for provider in chosen.values() for row in provider.contract()]
    switches: dict[str, dict[str, response_types.Switch]] = {
        name: {
            word: {"default": one.default, "choices": one.choices, "why": one.why, "row": one.row}
            for word, one in provider.profile.switches.items()
        }
        for name, provider in chosen.items()
    }
    return {"rows": rows, "switches": switches}


@call("contract")
async def contract(context: Context) -> "response_types.Contract":
    """Every documented statement and what the emulator does."""
    return _of(context, context.providers)


@call("providerContract")
async def of_one(context: Context, provider: str) -> "response_types.Contract":
    """One provider's contract."""
    return _of(context, [known(context, provider)])


@call("listScenarios")
async def scenarios() -> "response_types.Plays":
    """The scenarios that come along."""
    return {"scenarios": [{"name": name, "comment": comment} for name, comment in names()]}
