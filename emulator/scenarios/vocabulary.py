"""The words that exist: which providers, operations, codes, switches, limits, prices. Handed in as a value, so that
this package knows no provider. Rules are held against it in rule_words, accounts in account_words.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from emulator.core.profile import Switch
from emulator.core.reasons import Reason
from emulator.scenarios.problems import Path, Problem, did_you_mean, listed, shown


class ProviderWords(msgspec.Struct, frozen=True):
    """What one provider knows. `operations`: those it serves, each with its codes."""

    operations: Mapping[str, tuple[int, ...]]
    switches: Mapping[str, Switch] = {}
    limits: tuple[str, ...] = ()
    prices: tuple[str, ...] = ()
    protocols: tuple[str, ...] = ()
    reasons: Mapping[str, tuple[str, ...]] = {}
    """By operation, the neutral reasons that it has a code for."""
    incoming: bool = False
    """Does it pass messages of subscribers on?"""

    def said(self, operation: str | None) -> tuple[str, ...]:
        """The reasons of an operation, or of all of them."""
        if operation is not None:
            return self.reasons.get(operation, ())
        return tuple(dict.fromkeys(reason for reasons in self.reasons.values() for reason in reasons))

    def codes(self, operation: str | None) -> tuple[int, ...]:
        """The codes of an operation, or of all of them."""
        if operation is not None:
            return self.operations[operation]
        return tuple(dict.fromkeys(code for codes in self.operations.values() for code in codes))


class Vocabulary(msgspec.Struct, frozen=True):
    """All words, by provider."""

    providers: Mapping[str, ProviderWords]

    @property
    def operations(self) -> tuple[str, ...]:
        """Operations that some provider serves."""
        return tuple(dict.fromkeys(name for words in self.providers.values() for name in words.operations))

    @property
    def protocols(self) -> tuple[str, ...]:
        """Protocols that some provider speaks."""
        return tuple(dict.fromkeys(name for words in self.providers.values() for name in words.protocols))

    @property
    def reasons(self) -> tuple[str, ...]:
        """All neutral reasons."""
        return tuple(reason.value for reason in Reason)

    def said(self, operation: str | None) -> tuple[str, ...]:
        """Reasons that some provider has a code for in an operation, or in any."""
        return tuple(dict.fromkeys(one for words in self.providers.values() for one in words.said(operation)))


def mapping(value: Any, key: str) -> dict[str, Any]:
    """What stands under a key, if it is a mapping at all."""
    inner = value.get(key) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def unknown(path: Path, word: str, options: Mapping[str, Any] | tuple[str, ...], what: str, key: bool) -> Problem:
    """There is no such word; these there are."""
    return Problem(
        path, f"no such {what}", shown(word), listed(options), did_you_mean(word, options), about_key=key
    )  # fmt: skip
