"""The scenarios that come with the package, found by name."""

from functools import cache, lru_cache
from pathlib import Path

from msgspec.structs import replace

from emulator.scenarios import loader as files
from emulator.scenarios.extends import over
from emulator.scenarios.problems import Invalid, Problem, did_you_mean, listed
from emulator.scenarios.scenario import Scenario
from emulator.scenarios.vocabulary import Vocabulary

_PACKAGE = Path(__file__).resolve().parent.parent
_PLACES = (_PACKAGE / "scenarios" / "bundled", _PACKAGE.parent / "scenarios")
"""In the installed wheel; in a checkout."""


def _folder() -> Path:
    return _first_there(_PLACES)


@cache
def _first_there(places: tuple[Path, ...]) -> Path:
    return next((place for place in places if place.is_dir()), places[0])


def names() -> list[tuple[str, str]]:
    """(name, first line of its comment) of each scenario, the default first."""
    files = sorted(_folder().glob("*.yaml"), key=lambda file: (file.stem != "happy", file.stem))
    return [(file.stem, _first_comment(file)) for file in files]


def _first_comment(file: Path) -> str:
    with file.open(encoding="utf-8") as lines:
        return next((line.lstrip("#").strip() for line in lines if line.startswith("#")), "")


def find(name_or_path: str | Path, paths: bool = True) -> Path:
    """The file of a scenario: one of ours by name, or any file by its path (not with `paths` off: for what comes
    over the wire). Raises Invalid, with what there is."""
    given = str(name_or_path)
    try:
        return _ours(_PLACES, given)
    except LookupError:
        pass
    if paths and _is_file(Path(given)):
        return Path(given)
    known = [name for name, _ in names()]
    what = "no such scenario or file" if paths else "no such scenario"
    raise Invalid([Problem((), what, f"'{given}'", listed(known), did_you_mean(given, known))])


@lru_cache
def _ours(places: tuple[Path, ...], given: str) -> Path:
    """Raises LookupError, which is not kept: a file may be added."""
    file = _first_there(places) / f"{given}.yaml"
    if Path(given).name != given or not _is_file(file):
        raise LookupError
    return file


def find_base(given: str, folder: Path) -> Path:
    """The file of a scenario that one in that folder extends: one of ours by name, or a file. Raises Invalid."""
    beside = folder / given
    return beside if given.endswith((".yaml", ".yml")) and _is_file(beside) else find(given)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def load_named(name_or_path: str | Path, vocabulary: Vocabulary, paths: bool = True) -> Scenario:
    """The scenario of that name, or in that file. Raises Invalid."""
    return files.load(find(name_or_path, paths), vocabulary)


def extended(scenario: Scenario, vocabulary: Vocabulary) -> Scenario:
    """A scenario that came as data, with the one of ours that it extends. Raises Invalid."""
    if scenario.extends is None:
        return scenario
    try:
        return over(scenario, load_named(scenario.extends, vocabulary, paths=False))
    except Invalid as invalid:
        raise Invalid([replace(one, path=("extends",)) for one in invalid.complaints]) from None
