"""The architecture as its imports draw it: which package may import which, and that the pure packages are pure; and
that docs/architecture.md and CONTRIBUTING.md say what is so."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "emulator"
FILES = sorted(ROOT.rglob("*.py"))

_SANDBOX = {"core", "http", "smpp", "providers", "scenarios", "journal", "lint", "clock", "sandboxes"}
_BELOW_APP = _SANDBOX | {
    "cluster", "dispatch", "delivery", "storage", "server", "smtp", "control_api", "ui", "net", "tls",
}  # fmt: skip

MAY_IMPORT = {
    "core": set(),
    "http": set(),
    "smpp": set(),
    "net": set(),
    "version": set(),
    "exports": set(),
    "extras": set(),
    "clock": {"core"},
    "tls": {"clock"},
    "providers": {"core", "http", "smpp"},
    "scenarios": {"core"},
    "journal": {"core", "http"},
    "lint": {"core", "http", "journal", "net", "providers"},
    "sandboxes": _SANDBOX,
    "dispatch": _SANDBOX,
    "delivery": _SANDBOX | {"net"},
    "storage": _SANDBOX,
    "server": {"clock", "core", "dispatch", "http", "net", "sandboxes", "smpp", "tls"},
    "cluster": {"dispatch", "http", "journal", "sandboxes", "server", "smpp", "smtp", "storage"},
    "smtp": {"dispatch", "http", "net", "sandboxes", "tls"},
    "control_api": _SANDBOX | {"dispatch", "net"},
    "ui": _SANDBOX | {"samples", "control_api", "dispatch", "net"},
    "samples": {"providers"},
    "control_client": {
        "clock", "core", "samples", "control_api", "http", "interception", "providers", "sandboxes", "scenarios",
    },
    "client": {"clock", "core", "http", "providers", "smpp"},
    "app": _BELOW_APP,
    "interception": {"providers", "tls"},
    "histories": _BELOW_APP | {"app", "control_client"},
    "certify": _BELOW_APP | {"app", "control_client", "histories"},
    "world": _BELOW_APP | {"app", "control_client"},
    "testing": _BELOW_APP | {"world", "app", "certify", "control_client", "histories"},
    "cli": _BELOW_APP | {"samples", "app", "certify", "control_client", "histories", "interception"},
    "pytest_plugin": {"control_client", "histories", "interception", "testing", "world"},
    "__main__": {"cli"},
    "__init__": {"control_client", "testing"},
}
"""What each package may import besides itself, `version`, `exports` and `extras`. `__init__`: the package root, which
nobody imports."""

NAMED_FILES = {
    "time": {"clock.py", "client/sync_transport.py", "world/nature.py", "world/socket_loop.py"},
    "threading": {
        "client/connections.py", "client/references.py", "client/reports.py", "client/smscenter/rate_limit.py",
        "client/sync_transport.py", "control_client/background_loop.py", "world/nature.py", "world/watchdog.py",
    },
    "random": {"client/carrying_out.py", "client/smpp/client.py", "client/smpp/reconnecting.py",
               "client/smpp/requests.py", "samples.py", "ui/demo_traffic.py", "world/nature.py",
               "world/plan.py"},
    "secrets": {
        "client/doubts.py", "client/references.py", "app/control.py", "control_api/login_sessions.py",
        "sandboxes/spec.py", "testing/fixtures.py",
    },
    "sqlite3": {"storage/sqlite.py"},
    "asyncpg": {"storage/postgres.py"},
}  # fmt: skip
"""Real time, threads, chance and SQL, each with the files that may know it."""

PURE = ("core", "smpp", "providers", "http")

BANNED_MODULES = {
    "aiohttp", "asyncio", "http.client", "http.cookiejar", "http.server", "multiprocessing", "os", "secrets", "select",
    "socket", "sqlite3", "subprocess", "threading", "time", "urllib.request", "uuid",
}  # fmt: skip
ALLOWED = {"http.HTTPStatus"}
BANNED_CALLS = {
    ("datetime", "now"), ("datetime", "today"), ("datetime", "utcnow"), ("date", "today"), ("os", "urandom"),
    ("random", "random"), ("random", "choice"), ("random", "randint"), ("random", "shuffle"), ("random", "uniform"),
}  # fmt: skip
BANNED_NAMES = {"hash", "open", "id", "input", "print"}

DOCUMENTED = {"_asdict", "_fields", "_make", "_replace", "_value_", "asyncio._set_running_loop"}
"""Names of namedtuples and enums that begin with a line below only so that they are in no field's way; and one of
asyncio's, which says of itself that event loops are to use it, and stands in the __all__ of its module."""


def package_of(file: Path) -> str:
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


@cache
def nodes_of(file: Path) -> list[ast.AST]:
    return list(ast.walk(tree_of(file)))


@cache
def imports_of(file: Path) -> list[tuple[int, str]]:
    """(line, full name) of everything a file imports."""
    package = (*file.relative_to(ROOT.parent).with_suffix("").parts,)
    found = []
    for node in nodes_of(file):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: -node.level]) + "." if node.level else ""
            found += [(node.lineno, f"{base}{node.module or ''}.{alias.name}") for alias in node.names]
    return found


def packages_imported(file: Path) -> Iterator[tuple[int, str]]:
    for line, name in imports_of(file):
        parts = name.split(".")
        if parts[0] == "emulator":
            known = len(parts) > 1 and ((ROOT / parts[1]).is_dir() or (ROOT / f"{parts[1]}.py").is_file())
            yield line, parts[1] if known else "__init__"


def arrows() -> dict[tuple[str, str], list[str]]:
    """(package, imported package): where."""
    found: dict[tuple[str, str], list[str]] = {}
    for file in FILES:
        for line, other in packages_imported(file):
            if other not in (package_of(file), "version", "exports", "extras"):
                found.setdefault((package_of(file), other), []).append(f"{file.relative_to(ROOT)}:{line}")
    return found


def test_every_package_has_its_row():
    assert {package_of(file) for file in FILES} == set(MAY_IMPORT)


def test_a_package_imports_only_what_it_may():
    wrong = {pair: where for pair, where in arrows().items() if pair[1] not in MAY_IMPORT[pair[0]]}
    assert wrong == {}


def test_the_table_has_no_circle():
    from graphlib import TopologicalSorter

    table = {name: {one for one in below if one != name} for name, below in MAY_IMPORT.items()}
    assert len(list(TopologicalSorter(table).static_order())) == len(table)


def test_nobody_outside_its_folder_knows_a_provider_by_name():
    names = {folder.name for folder in (ROOT / "providers").iterdir() if (folder / "__init__.py").exists()}
    found = []
    for file in FILES:
        parts = file.relative_to(ROOT).parts
        if parts[0] == "providers" and len(parts) > 2:
            continue
        for node in nodes_of(file):
            if isinstance(node, ast.Compare):
                values = [node.left, *node.comparators]
                found += [f"{file.relative_to(ROOT)}:{node.lineno} compares with {v.value!r}" for v in values
                          if isinstance(v, ast.Constant) and v.value in names]  # fmt: skip
        found += [f"{file.relative_to(ROOT)}:{line} imports {name}" for line, name in imports_of(file)
                  if name.startswith("emulator.providers.") and name.split(".")[2] in names
                  and parts[0] != "client"]  # fmt: skip
    assert found == []


def test_a_pure_package_does_no_io_reads_no_clock_and_rolls_no_dice():
    pure = [file for file in FILES if package_of(file) in PURE]
    assert [f"{file.relative_to(ROOT)}:{wrong}" for file in pure for wrong in impure(file)] == []


def impure(file: Path) -> Iterator[str]:
    for line, name in imports_of(file):
        top = name.split(".")[0]
        if name in ALLOWED:
            continue
        if top in BANNED_MODULES or any(name.startswith(f"{banned}.") for banned in BANNED_MODULES if "." in banned):
            yield f"{line}: imports {name}"
    for node in nodes_of(file):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
            yield f"{node.lineno}: is asynchronous"
        elif isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Name) and function.id in BANNED_NAMES:
                yield f"{node.lineno}: calls {function.id}()"
            elif (
                isinstance(function, ast.Attribute)
                and isinstance(function.value, ast.Name)
                and (function.value.id, function.attr) in BANNED_CALLS
            ):
                yield f"{node.lineno}: calls {function.value.id}.{function.attr}()"


@pytest.mark.parametrize("module", NAMED_FILES)
def test_real_time_threads_chance_and_sql_are_known_in_the_named_files_only(module):
    found = {
        file.relative_to(ROOT).as_posix()
        for file in FILES
        if any(name.split(".")[0] == module for _, name in imports_of(file))
    }
    assert found == NAMED_FILES[module]


def names_made_here(file: Path) -> set[str]:
    """What a file calls its functions, classes, class attributes and the attributes of self."""
    found = set()
    for node in nodes_of(file):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and is_self(node.value):
            found.add(node.attr)
    return found


def is_self(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def is_private(name: str) -> bool:
    return any(part.startswith("_") and not part.startswith("__") for part in name.split("."))


def private_names_of_others(file: Path, ours: set[str]) -> Iterator[tuple[int, str]]:
    """(line, name): attributes that begin with a line below and were not made here, also where the name stands in a
    string; modules and what is imported from them. `ours`: what the whole package makes, for what is inherited."""
    here = names_made_here(file)
    for node in nodes_of(file):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            if node.attr not in (ours if is_self(node.value) else here):
                yield node.lineno, node.attr
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("attr", ".pop")):
            names = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            yield from ((node.lineno, name) for name in names if is_private(name) and name not in here)
    for line, name in imports_of(file):
        if is_private(name) and not name.startswith("emulator."):
            yield line, name


def test_no_private_name_of_a_library_is_used():
    ours = set().union(*map(names_made_here, FILES))
    found = [
        f"{file.relative_to(ROOT).as_posix()}:{line} {name}"
        for file in FILES
        for line, name in private_names_of_others(file, ours)
        if name not in DOCUMENTED
    ]
    assert found == []


def test_every_file_says_in_its_first_lines_what_belongs_in_it():
    silent = [str(file.relative_to(ROOT)) for file in FILES if not ast.get_docstring(tree_of(file))]
    assert silent == []


GUIDES = ("docs/architecture.md", "CONTRIBUTING.md")
UNLISTED = {"__init__", "__main__", "version"}


def test_the_table_of_packages_lists_each_once_and_no_package_before_one_that_it_imports():
    text = (ROOT.parent / "docs/architecture.md").read_text(encoding="utf-8")
    listed = [name.removesuffix(".py").removesuffix("/") for name in re.findall(r"^\| `([\w./]+)` \|", text, re.M)]
    assert sorted(listed) == sorted(set(MAY_IMPORT) - UNLISTED)
    place = {name: number for number, name in enumerate(listed)}
    early = {f"{name} imports {other}" for name, other in arrows()
             if name in place and other in place and place[other] > place[name]}  # fmt: skip
    assert early == set()


@pytest.mark.parametrize("guide", GUIDES)
def test_every_file_that_a_guide_names_is_there(guide):
    text = (ROOT.parent / guide).read_text(encoding="utf-8")
    named = {name for name in re.findall(r"`([\w./-]+)`", text) if "/" in name and name.split("/")[0] in
             ("emulator", "tests", "docs", "scenarios")} - {"emulator/providers/NAME/"}  # fmt: skip
    assert len(named) > 5
    assert {name for name in named if not (ROOT.parent / name).exists()} == set()


def test_every_table_that_contributing_names_is_in_the_file_of_its_line():
    text = (ROOT.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    step = re.compile(r"(`emulator/[\w./]+\.py`(?:(?!`emulator/).)*?)(?=^ *(?:\d+\.|-) |^$|`emulator/)", re.M | re.S)
    table = re.compile(r"`([A-Z][A-Z_]+|\w+FaultName)`")
    told = [(one.split("`")[1], set(table.findall(one))) for one in step.findall(text)]
    assert sum(len(words) for _, words in told) >= 12
    for file, words in told:
        source = (ROOT.parent / file).read_text(encoding="utf-8")
        missing = {word for word in words if not re.search(rf"^{word}(:| =)", source, re.M)}
        assert missing == set(), file


SEVERAL = {
    "Account", "Batch", "Call", "Connection", "Course", "Exchange", "Fault", "Finding", "Incoming", "Plan", "Refused",
    "Reply", "Reports", "Settings", "Step",
}  # fmt: skip
"""Names that stand for two classes still: one of them is known outside, or in a package that is used alone."""
WIRE = re.compile(r"response_types|request_bodies|control_client/records|client/(smsoffice|ubill|smscenter)/")
"""Where a class is the shape of another on its way, or one of each provider's: the same name is what says so."""


def test_a_name_stands_for_one_class():
    found: dict[str, list[str]] = {}
    for file in FILES:
        if not WIRE.search(file.as_posix()):
            for node in tree_of(file).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    found.setdefault(node.name, []).append(str(file))
    assert {name for name, files in found.items() if len(files) > 1} == SEVERAL
