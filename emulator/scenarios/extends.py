"""A scenario that extends another: its own words over the other's."""

from typing import Any

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from emulator.core.accounts import AccountPatch
from emulator.scenarios.scenario import Scenario


def over(own: Scenario, base: Scenario) -> Scenario:
    """Own rules stand in front of the base's, accounts are laid over its accounts, what else is said goes first."""
    names = {**base.accounts, **own.accounts}
    return replace(
        own,
        extends=None,
        seed=base.seed if own.seed is None else own.seed,
        comment=own.comment or base.comment,
        accounts={name: _laid(own.accounts.get(name), base.accounts.get(name)) for name in names},
        rules=own.rules + base.rules,
    )


def _laid(own: AccountPatch | None, base: AccountPatch | None) -> AccountPatch:
    """What is said of an account goes before what the base says; mappings by their keys."""
    if own is None or base is None:
        found = own or base
        assert found is not None
        return found
    said: dict[str, Any] = {}
    for field in msgspec.structs.fields(AccountPatch):
        mine, theirs = getattr(own, field.name), getattr(base, field.name)
        if isinstance(mine, dict) and isinstance(theirs, dict):
            said[field.name] = {**theirs, **mine}
        else:
            said[field.name] = theirs if mine is UNSET else mine
    return AccountPatch(**said)
