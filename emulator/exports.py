"""What a package passes on. Type checkers read its imports; at run time names are imported when they are asked for.

The package root does so by itself: importing it imports nothing, not even this.
"""

TYPE_CHECKING = False  # importing typing would be most of what importing us costs
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


def when_asked(
    package: "dict[str, Any]", homes: "Mapping[str, str]"
) -> "tuple[Callable[[str], Any], Callable[[], list[str]]]":
    """The `__getattr__` and `__dir__` of a package with these globals, whose names are imported from `homes` when they
    are asked for. A name whose home is called `<package>.<name>` is that module."""

    def found(name: str) -> "Any":
        if name not in homes:
            raise AttributeError(
                f"module {package['__name__']!r} has no attribute {name!r}; it has {', '.join(sorted(homes))}"
            )
        from importlib import import_module

        module = import_module(homes[name])
        package[name] = module if homes[name] == f"{package['__name__']}.{name}" else getattr(module, name)
        return package[name]

    return found, lambda: sorted({*package, *homes})


def imported(package: "dict[str, Any]") -> list[str]:
    """The `__all__` of a package that passes on the classes and functions that it imports."""
    return [name for name, value in package.items() if not name.startswith("_") and callable(value)]
