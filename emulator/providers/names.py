"""The host names of all providers, as certificates, a proxy's guard and a hosts file want them."""

from collections.abc import Iterable, Iterator
from functools import cache

from emulator.providers.base import Provider


def names(providers: Iterable[Provider]) -> tuple[str, ...]:
    """Each name that a provider gives, once."""
    return tuple(dict.fromkeys(host.name for provider in providers for host in provider.hosts))


def domains(providers: Iterable[Provider]) -> tuple[str, ...]:
    """The fewest names that hold all of them: those that no other is above."""
    return _fewest(names(providers))


@cache
def _fewest(names: tuple[str, ...]) -> tuple[str, ...]:
    every = set(names)
    return tuple(sorted(name for name in every if every.isdisjoint(_above(name))))


def _above(name: str) -> Iterator[str]:
    while "." in name:
        _, _, name = name.partition(".")
        yield name
