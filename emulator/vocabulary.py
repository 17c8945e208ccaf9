"""The words of scenarios, gathered from the providers found."""

from collections.abc import Mapping

from emulator.core.commands import OPERATIONS
from emulator.providers.contract import Provider
from emulator.scripting.vocabulary import ProviderWords, Vocabulary


def vocabulary_of(providers: Mapping[str, Provider]) -> Vocabulary:
    """What may stand in a rule or an account, by provider."""
    return Vocabulary({
        name: ProviderWords(
            operations=_codes(provider),
            switches=provider.profile.switches,
            limits=tuple(provider.profile.limits),
            prices=tuple(provider.profile.prices),
        )
        for name, provider in providers.items()
    })  # fmt: skip


def _codes(provider: Provider) -> dict[str, tuple[int, ...]]:
    """By operation, the codes over all its protocols; only operations that rules speak of."""
    codes: dict[str, dict[int, None]] = {}
    for name, table in provider.profile.errors.items():
        operation = name.partition("/")[0]
        if operation in OPERATIONS:
            codes.setdefault(operation, {}).update(dict.fromkeys(table.codes))
    return {operation: tuple(found) for operation, found in codes.items()}
