"""The words that exist: which providers, operations, codes, switches, limits, prices. Handed in as a value, so that the
scripting room knows no provider. Rules are held against it here, accounts in account_words.

What is looked at is plain data that may have other mistakes: only what has the right type is judged.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from emulator.core.commands import OPERATIONS
from emulator.core.profile import Switch
from emulator.scripting.complaints import Complaint, Path, did_you_mean, listed, shown


class ProviderWords(msgspec.Struct, frozen=True):
    """What one provider knows. `operations`: those it serves, each with its codes."""

    operations: Mapping[str, tuple[int, ...]]
    switches: Mapping[str, Switch] = {}
    limits: tuple[str, ...] = ()
    prices: tuple[str, ...] = ()

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


def mapping(value: Any, key: str) -> dict[str, Any]:
    """What stands under a key, if it is a mapping at all."""
    inner = value.get(key) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def unknown(path: Path, word: str, options: Mapping[str, Any] | tuple[str, ...], what: str, key: bool) -> Complaint:
    """There is no such word; these there are."""
    return Complaint(
        path, f"no such {what}", shown(word), listed(options), did_you_mean(word, options), about_key=key
    )  # fmt: skip


def about_rule(vocabulary: Vocabulary, rule: Any, path: Path = ()) -> Iterator[Complaint]:
    """Complaints about a rule's words: its provider, its operation, and the code with which it refuses."""
    when = mapping(rule, "when")
    provider, operation = when.get("provider"), when.get("operation")
    words = vocabulary.providers.get(provider) if isinstance(provider, str) else None
    if isinstance(provider, str) and words is None:
        yield unknown((*path, "when", "provider"), provider, vocabulary.providers, "provider", key=False)
    yield from _about_operation(vocabulary, words, operation, (*path, "when", "operation"))
    code = mapping(mapping(rule, "then"), "refuse").get("code")
    if isinstance(code, int) and not isinstance(code, bool):
        yield from _about_code(words, provider, operation, code, (*path, "then", "refuse", "code"))


def _about_operation(
    vocabulary: Vocabulary, words: ProviderWords | None, operation: Any, path: Path
) -> Iterator[Complaint]:
    served = words.operations if words else vocabulary.operations
    if operation in OPERATIONS and operation not in served:
        whom = "this provider does not serve it" if words else "no provider serves it"
        yield Complaint(path, whom, shown(operation), listed(served))


def _about_code(
    words: ProviderWords | None, provider: Any, operation: Any, code: int, path: Path
) -> Iterator[Complaint]:
    if provider is None:
        yield Complaint(
            path, "codes differ from provider to provider", str(code),
            hint="say which with when.provider, or refuse with a neutral reason",
        )  # fmt: skip
    elif words is not None and (operation is None or operation in words.operations):
        codes = words.codes(operation)
        if code not in codes:
            of = f"{provider} in {operation}" if operation else f"{provider}"
            yield Complaint(path, f"no code of {of}", str(code), listed(codes))
