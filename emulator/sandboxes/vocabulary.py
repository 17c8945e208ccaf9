"""The words of scenarios, gathered from the providers found."""

from collections.abc import Mapping

from emulator.core.commands import OPERATIONS
from emulator.providers.base import Provider
from emulator.scenarios.vocabulary import ProviderWords, Vocabulary

_last: list[tuple[Mapping[str, Provider], Vocabulary]] = []
"""The providers that were asked about last, and their words."""


def vocabulary_of(providers: Mapping[str, Provider]) -> Vocabulary:
    """What may stand in a rule or an account, by provider; gathered once as long as it is asked of the same ones."""
    if not _last or _last[0][0] is not providers:
        _last[:] = [(providers, _gathered(providers))]
    return _last[0][1]


def _gathered(providers: Mapping[str, Provider]) -> Vocabulary:
    return Vocabulary({
        name: ProviderWords(
            operations=_codes(provider),
            switches=provider.profile.switches,
            limits=tuple(provider.profile.limits),
            prices=tuple(provider.profile.prices),
            protocols=_protocols(provider),
            reasons=_reasons(provider),
            incoming=provider.incoming is not None,
        )
        for name, provider in providers.items()
    })  # fmt: skip


def _protocols(provider: Provider) -> tuple[str, ...]:
    """Every provider speaks HTTP; another protocol has tables of its own."""
    named = (name.partition("/")[2] for name in provider.profile.errors)
    return tuple(dict.fromkeys(("http", *filter(None, named))))


def _reasons(provider: Provider) -> dict[str, tuple[str, ...]]:
    """By operation, the reasons that some table of it has a code for."""
    reasons: dict[str, dict[str, None]] = {}
    for name, table in provider.profile.errors.items():
        said = dict.fromkeys(row.reason.value for row in table.rows)
        reasons.setdefault(name.partition("/")[0], {}).update(said)
    return {operation: tuple(found) for operation, found in reasons.items()}


def _codes(provider: Provider) -> dict[str, tuple[int, ...]]:
    """By operation, the codes over all its protocols; only operations that rules speak of."""
    codes: dict[str, dict[int, None]] = {}
    for name, table in provider.profile.errors.items():
        operation = name.partition("/")[0]
        if operation in OPERATIONS:
            codes.setdefault(operation, {}).update(dict.fromkeys(table.codes))
    return {operation: tuple(found) for operation, found in codes.items()}
