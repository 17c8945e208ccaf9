"""The providers found here: every package of this folder that offers PROVIDER. Adding one edits nothing else."""

from collections.abc import Iterable
from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # whoever wants only a client's half of a folder pays nothing for the server's
    from emulator.providers.base import Provider


@lru_cache(maxsize=1)
def found() -> "dict[str, Provider]":
    """All providers by name, in the order of their names."""
    return gather(f"{__name__}.{module.name}" for module in iter_modules(__path__) if module.ispkg)


def gather(packages: Iterable[str]) -> "dict[str, Provider]":
    """The providers of some packages, by name."""
    providers = [import_module(package).PROVIDER for package in packages]
    return {provider.name: provider for provider in sorted(providers, key=lambda provider: provider.name)}
