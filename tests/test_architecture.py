"""The house as its imports draw it: which room may lean on which, and that the pure rooms are pure."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "emulator"
FILES = sorted(ROOT.rglob("*.py"))

MAY_IMPORT = {
    "core": {"core"},
    "smpp": {"smpp"},
    "http": {"http"},
    "providers": {"core", "smpp", "http", "providers"},
    "scenarios": {"core", "scenarios"},
    "clock": {"core"},
    "tls": {"tls", "clock"},
    "client": {"http", "smpp", "core", "providers", "client", "clock"},
}
"""Rooms with a closed list. core/__init__ and smpp/__init__ included; the package's own name is free."""

NOBODY_IMPORTS = {"cli", "pytest_plugin", "__main__"}

PURE = ("core", "smpp", "providers", "http")

BANNED_MODULES = {
    "aiohttp", "asyncio", "http", "multiprocessing", "os", "secrets", "select", "socket", "sqlite3", "subprocess",
    "threading", "time", "urllib.request", "uuid",
}  # fmt: skip
BANNED_CALLS = {
    ("datetime", "now"), ("datetime", "today"), ("datetime", "utcnow"), ("date", "today"), ("os", "urandom"),
    ("random", "random"), ("random", "choice"), ("random", "randint"), ("random", "shuffle"), ("random", "uniform"),
}  # fmt: skip
BANNED_NAMES = {"hash", "open", "id", "input", "print"}


def room_of(file: Path) -> str:
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def imports_of(file: Path) -> Iterator[tuple[int, str]]:
    """(line, full name) of everything a file imports."""
    package = (*file.relative_to(ROOT.parent).with_suffix("").parts,)
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: -node.level]) + "." if node.level else ""
            for alias in node.names:
                yield node.lineno, f"{base}{node.module or ''}.{alias.name}"


def rooms_imported(file: Path) -> Iterator[tuple[int, str]]:
    for line, name in imports_of(file):
        parts = name.split(".")
        if parts[0] == "emulator" and len(parts) > 1 and parts[1] not in ("__version__", "running"):
            yield line, parts[1]


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_a_room_leans_only_on_the_rooms_it_may(room):
    allowed = MAY_IMPORT[room]
    found = [
        f"{file.relative_to(ROOT)}:{line} imports {other}"
        for file in FILES
        if room_of(file) == room
        for line, other in rooms_imported(file)
        if other not in allowed and other != room
    ]
    assert found == []


def test_nobody_imports_the_command_or_the_pytest_plugin():
    found = [
        f"{file.relative_to(ROOT)}:{line} imports {other}"
        for file in FILES
        if room_of(file) not in NOBODY_IMPORTS
        for line, other in rooms_imported(file)
        if other in NOBODY_IMPORTS
    ]
    assert found == []


def test_nobody_outside_its_folder_knows_a_provider_by_name():
    names = {folder.name for folder in (ROOT / "providers").iterdir() if (folder / "__init__.py").exists()}
    found = []
    for file in FILES:
        parts = file.relative_to(ROOT).parts
        if parts[0] == "providers" and len(parts) > 2:
            continue
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.Compare):
                values = [node.left, *node.comparators]
                found += [f"{file.relative_to(ROOT)}:{node.lineno} compares with {v.value!r}" for v in values
                          if isinstance(v, ast.Constant) and v.value in names]  # fmt: skip
        found += [f"{file.relative_to(ROOT)}:{line} imports {name}" for line, name in imports_of(file)
                  if name.startswith("emulator.providers.") and name.split(".")[2] in names
                  and parts[0] != "client"]  # fmt: skip
    assert found == []


@pytest.mark.parametrize("file", [f for f in FILES if room_of(f) in PURE], ids=lambda f: str(f.relative_to(ROOT)))
def test_a_pure_room_does_no_io_reads_no_clock_and_rolls_no_dice(file):
    found = []
    for line, name in imports_of(file):
        top = name.split(".")[0]
        if top in BANNED_MODULES or any(name.startswith(f"{banned}.") for banned in BANNED_MODULES if "." in banned):
            found.append(f"{line}: imports {name}")
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
            found.append(f"{node.lineno}: is asynchronous")
        elif isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Name) and function.id in BANNED_NAMES:
                found.append(f"{node.lineno}: calls {function.id}()")
            elif (
                isinstance(function, ast.Attribute)
                and isinstance(function.value, ast.Name)
                and (function.value.id, function.attr) in BANNED_CALLS
            ):
                found.append(f"{node.lineno}: calls {function.value.id}.{function.attr}()")
    assert found == []


def test_only_the_clock_reads_real_time():
    found = [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for file in FILES
        if room_of(file) not in ("clock",)
        for line, name in imports_of(file)
        if name in ("time", "time.time", "time.monotonic", "time.time_ns")
    ]
    assert found == []


def test_only_the_state_file_speaks_sql():
    found = [str(file.relative_to(ROOT)) for file in FILES if "sqlite3" in {name for _, name in imports_of(file)}]
    assert found == ["storage/sqlite.py"]


def test_every_file_says_in_its_first_lines_what_belongs_in_it():
    silent = [str(file.relative_to(ROOT)) for file in FILES if not ast.get_docstring(tree_of(file))]
    assert silent == []
