"""The options of a call, held against what it takes: a misspelled one must not be lost."""

from collections.abc import Mapping
from difflib import get_close_matches


def hold(call: str, given: Mapping[str, object], kind: type) -> None:
    """Raises TypeError for an option that `kind` (a TypedDict) does not have, naming what may stand there."""
    takes = kind.__annotations__
    for name in given:
        if name not in takes:
            near = get_close_matches(name, takes, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"it takes {', '.join(takes)}"
            raise TypeError(f"{call}() takes no option {name!r}; {hint}")
