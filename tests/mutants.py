"""Do the tests notice? Small faults, one at a time, in the core, the providers and SMPP; `make mutants` tells which of
them no test caught.

First the tests run once, while the functions that each of them calls are written down. Then, for each fault, those
tests run that reach the function it stands in, the quickest first. The repository itself is never changed: all of it
happens in a copy.

    make mutants ARGS="--count 300 --seed 1 --only emulator/smpp"
"""

import argparse
import ast
import copy
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
WHERE = ("emulator/core", "emulator/providers", "emulator/smpp")
TESTS = ("tests/core", "tests/providers", "tests/smpp", "tests/journeys", "tests/delivery")
MOST_TESTS = 60
"""So many tests are tried on one fault at most."""
SECONDS = 90
REACHED = "MUTANTS_REACHED"
"""Where the plugin writes down who calls what."""

OTHERS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
}  # fmt: skip


# the plugin: which functions does each test call?


class Reached:
    """Function (file:line) → the tests that call it; test → seconds."""

    def __init__(self) -> None:
        self.tests: dict[str, set[str]] = {}
        self.seconds: dict[str, float] = {}
        self._seen: set[tuple[str, int]] = set()

    def pytest_runtest_call(self, item: Any) -> None:
        self._seen = set()
        sys.setprofile(self._called)

    def _called(self, frame: Any, event: str, _: Any) -> None:
        if event == "call":
            self._seen.add((frame.f_code.co_filename, frame.f_code.co_firstlineno))

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when == "call" and report.passed:
            self.seconds[report.nodeid] = report.duration
            for file, line in self._seen:
                _, ours, name = file.rpartition("/emulator/")
                if ours:
                    self.tests.setdefault(f"emulator/{name}:{line}", set()).add(report.nodeid)
        if report.when == "call":
            sys.setprofile(None)

    def pytest_sessionfinish(self) -> None:
        told = {"tests": {name: sorted(found) for name, found in self.tests.items()}, "seconds": self.seconds}
        Path(os.environ[REACHED]).write_text(json.dumps(told))


def pytest_configure(config: Any) -> None:
    if REACHED in os.environ:
        config.pluginmanager.register(Reached())


# the faults


class Fault(NamedTuple):
    """`place`: file, line; `number`: of the node in the file, `kind`: what is done to it; `function`: the line in which
    the function begins that it stands in, 0 for none."""

    file: str
    line: int
    number: int
    kind: str
    function: int


def faults(file: str) -> Iterator[Fault]:
    """All that may be done to a file."""
    tree = ast.parse((ROOT / file).read_text())
    functions = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    silent = _silent(tree)
    for number, node in enumerate(ast.walk(tree)):
        line = getattr(node, "lineno", 0)
        if not line or number in silent:
            continue
        around = [one for one in functions if one.lineno <= line <= (one.end_lineno or 0)]
        begins = max(
            (min([one.lineno, *(by.lineno for by in one.decorator_list)]) for one in around), default=0
        )
        for kind in _kinds(node):
            yield Fault(file, line, number, kind, begins)


def _silent(tree: ast.AST) -> set[int]:
    """The numbers of nodes that change nothing: docstrings, annotations, what is said of types."""
    quiet: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            quiet.update(ast.walk(node))
        for field in ("annotation", "returns"):
            if isinstance(found := getattr(node, field, None), ast.AST):
                quiet.update(ast.walk(found))
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            quiet.update(ast.walk(node))
        if isinstance(node, ast.Assert | ast.Raise | ast.JoinedStr):  # what is meant for people, or never happens
            quiet.update(ast.walk(node))
    return {number for number, node in enumerate(ast.walk(tree)) if node in quiet}


def _kinds(node: ast.AST) -> list[str]:
    match node:
        case ast.Compare(ops=[one]) | ast.BoolOp(op=one) | ast.BinOp(op=one) if type(one) in OTHERS:
            return ["other operator"]
        case ast.Constant(value=bool()):
            return ["the opposite"]
        case ast.Constant(value=int()):
            return ["one more"]
        case ast.UnaryOp(op=ast.Not()):
            return ["without not"]
        case ast.If() | ast.IfExp():
            return ["never", "always"]
        case ast.Return(value=ast.AST()):
            return ["None is given back"]
        case ast.Expr(value=ast.Call()) | ast.AugAssign():
            return ["left out"]
    return []


def spoilt(fault: Fault) -> tuple[str, str, str]:
    """The file with the fault in it; the line's code before and after."""
    tree = ast.parse((ROOT / fault.file).read_text())
    node: Any = list(ast.walk(tree))[fault.number]
    before = ast.unparse(node)
    match node, fault.kind:
        case ast.Compare(), _:
            node.ops = [OTHERS[type(node.ops[0])]()]
        case (ast.BoolOp() | ast.BinOp()), _:
            node.op = OTHERS[type(node.op)]()
        case ast.Constant(value=bool()), _:
            node.value = not node.value
        case ast.Constant(), _:
            node.value += 1
        case (ast.If() | ast.IfExp()), kind:
            node.test = ast.copy_location(ast.Constant(kind == "always"), node.test)
        case ast.Return(), _:
            node.value = ast.copy_location(ast.Constant(None), node.value)
        case _:
            return _replaced(tree, node, before)
    return ast.unparse(tree), before, ast.unparse(node)


def _replaced(tree: ast.Module, gone: ast.AST, before: str) -> tuple[str, str, str]:
    instead = gone.operand if isinstance(gone, ast.UnaryOp) else ast.copy_location(ast.Pass(), gone)

    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            return instead if node is gone else self.generic_visit(node)

    told = ast.unparse(instead)
    return ast.unparse(Replace().visit(tree)), before, told


# trying them


class Trial:
    """A copy of the repository in which faults are tried."""

    def __init__(self, at: Path) -> None:
        self.at = at
        left_out = shutil.ignore_patterns(".git", ".venv", ".*_cache", ".hypothesis")
        shutil.copytree(ROOT, at, dirs_exist_ok=True, ignore=left_out)
        self._told: dict[str, Any] = {}

    def pytest(self, *arguments: str, seconds: float, **more: str) -> int:
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-n", "0", *arguments]
        environment = {**os.environ, "PYTHONPATH": f"{self.at}:{self.at}/tests", **more}
        try:
            return subprocess.run(
                command, cwd=self.at, env=environment, timeout=seconds, check=False, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            ).returncode  # fmt: skip
        except subprocess.TimeoutExpired:
            return 1

    def learn(self, tests: list[str]) -> None:
        """Who calls what, when nothing is wrong."""
        told = self.at / "reached.json"
        environment = {REACHED: str(told)}
        if self.pytest("-p", "mutants", "--timeout", "120", *tests, seconds=3600, **environment) != 0:
            sys.exit("mutants: the tests fail as they are")
        self._told = json.loads(told.read_text())

    def reaching(self, fault: Fault) -> list[str]:
        seconds = self._told["seconds"]
        by_place: dict[str, list[str]] = self._told["tests"]
        found = set(by_place.get(f"{fault.file}:{fault.function}", ()))
        if not fault.function:
            found = {one for place, tests in by_place.items() if place.startswith(f"{fault.file}:") for one in tests}
        return sorted(found, key=lambda one: float(seconds[one]))[:MOST_TESTS]

    def caught(self, fault: Fault, tests: list[str]) -> bool:
        file = self.at / fault.file
        good, times = file.read_bytes(), file.stat()
        file.write_text(spoilt(fault)[0])
        os.utime(file, (times.st_atime, times.st_mtime + 100 + fault.number))  # no bytecode is good for it
        try:
            return self.pytest(*tests, seconds=SECONDS, PYTHONDONTWRITEBYTECODE="1") != 0
        finally:
            file.write_bytes(good)
            os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


def main() -> int:
    parser = argparse.ArgumentParser(prog="make mutants", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=200, help="so many faults (default: 200)")
    parser.add_argument("--seed", type=int, default=1, help="which ones (default: 1)")
    parser.add_argument("--only", nargs="*", default=list(WHERE), help="folders or files")
    parser.add_argument("--tests", nargs="*", default=list(TESTS), help="tests that may catch them")
    asked = parser.parse_args()
    files = sorted(
        str(found.relative_to(ROOT)) for one in asked.only
        for found in ((ROOT / one).rglob("*.py") if (ROOT / one).is_dir() else [ROOT / one])
        if "contract" not in found.relative_to(ROOT).parts
    )  # fmt: skip
    every = [fault for file in files for fault in faults(file)]
    chosen = random.Random(asked.seed).sample(every, min(asked.count, len(every)))
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder) / "copy")
        trial.learn(asked.tests)
        survived = unreached = 0
        for done, fault in enumerate(chosen, 1):
            tests = trial.reaching(fault)
            unreached += not tests
            if not tests or not trial.caught(fault, tests):
                survived += 1
                _, before, after = spoilt(copy.copy(fault))
                first = (before.splitlines() or [""])[0], (after.splitlines() or [""])[0]
                why = f"{len(tests)} tests reach it" if tests else "no test reaches it"
                print(f"{fault.file}:{fault.line}: {fault.kind}: {first[0]!r} → {first[1]!r} ({why})", flush=True)
            if done % 20 == 0:
                print(f"... {done} of {len(chosen)} tried, {survived} survived", file=sys.stderr, flush=True)
    tried = len(chosen)
    print(f"{tried} tried of {len(every)}, {tried - survived} caught, {survived} survived "
          f"({100 * survived / max(1, tried):.1f} %), {unreached} of them reached by no test")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
