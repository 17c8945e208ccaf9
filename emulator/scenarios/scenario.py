"""A scenario: a seed, accounts and rules. As people write it, in YAML and JSON alike."""

import msgspec

from emulator.core.accounts import AccountPatch
from emulator.core.rules.rule import RuleSpec


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """`accounts` by provider; the first rule that matches decides. `extends` names one of our scenarios, or a file
    (seen from this one): once read, it is a part of this one, and None."""

    name: str = ""
    comment: str = ""
    extends: str | None = None
    seed: int | None = None
    accounts: dict[str, AccountPatch] = {}
    rules: tuple[RuleSpec, ...] = ()
