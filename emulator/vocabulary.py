"""The words of scenarios, gathered from the providers found."""

from collections.abc import Mapping

from emulator.providers.contract import Provider
from emulator.scripting.vocabulary import ProviderWords, Vocabulary


def vocabulary_of(providers: Mapping[str, Provider]) -> Vocabulary:
    """What may stand in a rule or an account, by provider."""
    return Vocabulary({
        name: ProviderWords(
            operations={operation: tuple(table.codes) for operation, table in provider.profile.errors.items()},
            switches=provider.profile.switches,
            limits=tuple(provider.profile.limits),
            prices=tuple(provider.profile.prices),
        )
        for name, provider in providers.items()
    })  # fmt: skip
