"""A rule as people write it, one in force with its counters, and what the rules say of one call."""

from collections.abc import Iterable, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from emulator.core.rules.actions import Plan
from emulator.core.rules.conditions import When
from emulator.core.rules.ranges import Count
from emulator.core.units import Timestamp

NAME = "^(?!r[0-9]+$)[A-Za-z][A-Za-z0-9._-]{0,63}$"
"""Of a rule; not what could be an id."""
Name = Annotated[str, Meta(pattern=NAME, description="of letters, digits and . _ -, and not like the id r7")]


class RuleSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rule as people write it, in YAML and JSON alike. By its `name` one asks whether it fired."""

    then: Plan
    when: When = When()
    times: Count | None = None
    comment: str = ""
    name: Name | None = None


class Rule(msgspec.Struct):
    """A rule in force, with its counters."""

    id: str
    spec: RuleSpec
    by_hand: bool
    seen: int = 0
    """Calls that matched everything but the keys that count; kept where there are such keys."""
    fired: int = 0
    counted: dict[str, int] = {}
    """The same, for each number, reference or text where it counts `per` those; under "" where not."""
    recent: dict[str, list[Timestamp]] = {}
    """When the last of them came, where it has a rate."""

    @property
    def exhausted(self) -> bool:
        return self.spec.times is not None and self.fired >= self.spec.times


class Ruling(msgspec.Struct, frozen=True):
    """What the rules say of one call: those that decide, in their order; and which of them of whom."""

    rules: tuple[Rule, ...] = ()
    everyone: Rule | None = None
    """Decides of all recipients; or it is None, and then"""
    recipients: dict[int | tuple[str, str], Rule | None] | None = None
    """a rule for each recipient: by its place among the destinations, or by number and id that are asked after."""
    judges: bool = False
    """Does any of them say something of the call itself, or of its answer?"""

    def of(self, recipient: int | tuple[str, str]) -> Rule | None:
        """The rule for a recipient."""
        return self.everyone if self.recipients is None else self.recipients.get(recipient)

    def each(self) -> Iterable[Rule | None]:
        """The rules of all recipients; of a call without any, its own."""
        return (self.everyone,) if self.recipients is None else self.recipients.values()


NOTHING = Ruling()


def ruling_of(
    rules: Sequence[Rule], everyone: Rule | None, recipients: dict[int | tuple[str, str], Rule | None] | None = None
) -> Ruling:  # fmt: skip
    return Ruling(tuple(rules), everyone, recipients, any(rule.spec.then.judges for rule in rules))
