"""A scenario as a handle is given it: the name of one that comes along, a whole one, or a file of one's own."""

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

ScenarioArgument = str | PathLike[str] | Mapping[str, Any]


def as_sent(play: ScenarioArgument) -> str | Mapping[str, Any]:
    """What the control API takes. A path (a PathLike, or a text that ends in .yaml or .yml) is read here, where the
    file is: a server reads no files for who calls it. Raises Invalid with every mistake in the file."""
    if not isinstance(play, PathLike) and not (isinstance(play, str) and play.endswith((".yaml", ".yml"))):
        return play
    import msgspec

    from emulator.providers import found
    from emulator.sandboxes.vocabulary import vocabulary_of
    from emulator.scenarios.loader import load

    whole: dict[str, Any] = msgspec.to_builtins(load(Path(play), vocabulary_of(found())))
    return whole
