"""Do the tests notice? Small faults, one at a time, in the core, the providers and SMPP; `make mutants` tells which of
them no test caught.

First the tests run once, while the functions that each of them calls are written down. Then, for each fault, those
tests run that reach the function it stands in, the quickest first. The repository itself is never changed: all of it
happens in a copy. What was found is kept in build/mutants: stopped and begun again it goes on where it was, and learns
and tries only what has changed since.

    make mutants ARGS="--count 300 --seed 1 --only emulator/smpp"
    make mutants ARGS="--again"        the survivors once more, after tests were written
"""

import argparse
import ast
import contextlib
import hashlib
import importlib
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "build" / "mutants"
WHERE = ("emulator/core", "emulator/providers", "emulator/smpp")
TESTS = tuple(f"tests/{name}" for name in (
    "core", "providers", "smpp", "dispatch", "journeys", "delivery", "scenarios", "sandboxes", "control_api", "journal",
    "server", "lint",
))  # fmt: skip
MOST_SECONDS = 20.0
"""Tests that take so long together, when nothing is wrong, are tried on one fault at most."""
PATIENCE = 60.0
"""... and so much longer may they take with the fault."""
REACHED = "MUTANTS_REACHED"
"""Where the plugin writes down who calls what."""
LIBRARIES = ("aiohttp.web", "faker", "hypothesis", "jinja2", "yaml", "xdist.plugin", "_pytest.pytester")
"""Imported once, for all tries."""

OTHERS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
}  # fmt: skip


# the plugin: which functions does each test call?


class Reached:
    """Test → its seconds, and the functions (file:qualified name) that it calls."""

    def __init__(self) -> None:
        self.tests: dict[str, dict[str, Any]] = {}
        self._seen: set[Any] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: Any) -> Iterator[None]:
        self._seen = set()
        sys.setprofile(lambda frame, event, _: self._seen.add(frame.f_code) if event == "call" else None)
        try:
            return (yield)
        finally:
            sys.setprofile(None)
            if item.nodeid in self.tests:
                ours = [(code.co_filename.rpartition("/emulator/"), code.co_qualname) for code in self._seen]
                self.tests[item.nodeid]["calls"] = sorted(
                    f"emulator/{name}:{function}" for (_, found, name), function in ours if found
                )

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when == "call" and report.passed:
            self.tests[report.nodeid] = {"seconds": report.duration, "calls": []}

    def pytest_sessionfinish(self) -> None:
        Path(os.environ[REACHED]).write_text(json.dumps(self.tests))


def pytest_configure(config: Any) -> None:
    if REACHED in os.environ:
        config.pluginmanager.register(Reached())


# the faults


class Fault(NamedTuple):
    """`number`: of the node in the file; `function`: that it stands in, by its qualified name; `key`: the same while
    the statement of the module that it stands in does."""

    file: str
    line: int
    number: int
    kind: str
    function: str
    key: str


def faults(file: str) -> Iterator[Fault]:
    """All that may be done to a file."""
    tree = ast.parse((ROOT / file).read_text())
    numbers = {node: number for number, node in enumerate(ast.walk(tree))}
    silent = {node for node in ast.walk(tree) for node in _silent(node)}
    same: Counter[str] = Counter()
    for statement in tree.body:
        source = ast.unparse(statement)
        for node, function in _within(statement, ""):
            if node in silent:
                continue
            for kind in _kinds(node):
                told = f"{file} {source} {ast.unparse(node)} {kind}"
                same[told] += 1
                yield Fault(file, node.lineno, numbers[node], kind, function, _digest(f"{told} {same[told]}"))


def _within(node: Any, scope: str, function: str = "") -> Iterator[tuple[Any, str]]:
    """The nodes below one, each with its function."""
    yield node, function
    inner = scope
    if isinstance(node, ast.ClassDef):
        inner = f"{scope}{node.name}."
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        inner, function = f"{scope}{node.name}.<locals>.", f"{scope}{node.name}"
    for child in ast.iter_child_nodes(node):
        yield from _within(child, inner, function)


def _digest(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()[:16]


def _silent(node: ast.AST) -> Iterator[ast.AST]:
    """What changes nothing: docstrings, annotations, what is said of types or to people, and what never happens."""
    match node:
        case (
            ast.Expr(value=ast.Constant()) | ast.If(test=ast.Name(id="TYPE_CHECKING"))
            | ast.Assert() | ast.Raise() | ast.JoinedStr() | ast.keyword(arg="strict" | "maxsize")
            | ast.Call(func=ast.Attribute(value=ast.Name(id="LOG" | "log" | "logger")))
        ):  # fmt: skip
            yield from ast.walk(node)
            return
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="LOG" | "log" | "logger")))):
            yield node
    said = [getattr(node, "annotation", None), getattr(node, "returns", None), *getattr(node, "decorator_list", ())]
    for one in said:
        if isinstance(one, ast.AST):
            yield from ast.walk(one)


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
        case ast.Return(value=ast.AST() as value) if not (isinstance(value, ast.Constant) and value.value is None):
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
        left_out = shutil.ignore_patterns(".git", ".venv", ".*_cache", ".hypothesis", "build", "node_modules")
        shutil.copytree(ROOT, at, dirs_exist_ok=True, ignore=left_out)
        self._tests: dict[str, dict[str, Any]] = {}

    def pytest(self, *arguments: str, seconds: float, **more: str) -> int:
        """What pytest gives back, in a process of its own that finds the libraries loaded; 1 if it takes too long."""
        child = os.fork()
        if not child:
            os.setsid()
            os.chdir(self.at)
            os.environ.update(PYTHONPATH=f"{self.at}:{self.at}/tests", **more)
            sys.path[:1] = [str(self.at), str(self.at / "tests")]
            sys.dont_write_bytecode = "PYTHONDONTWRITEBYTECODE" in more
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            code = 3
            try:
                code = pytest.main(["-q", "-p", "no:cacheprovider", "-n", "0", *arguments])
            finally:
                os._exit(code)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if (ended := os.waitpid(child, os.WNOHANG))[0]:
                break
            time.sleep(0.02)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # and what it started
        return os.waitstatus_to_exitcode(ended[1] if ended[0] else os.waitpid(child, 0)[1])

    def learn(self, folders: list[str], kept: Path) -> None:
        """Who calls what, when nothing is wrong; only the files of tests that are new are run."""
        known: dict[str, Any] = json.loads(kept.read_text()) if kept.exists() else {}
        found = {
            str(file.relative_to(self.at)): _digest(file.read_text())
            for folder in folders for file in sorted((self.at / folder).rglob("test_*.py"))
        }  # fmt: skip
        new = [file for file, digest in found.items() if known.get(file, {}).get("digest") != digest]
        if new:
            told = self.at / "reached.json"
            self.pytest("-p", "mutants", "--timeout", "120", *new, seconds=3600, **{REACHED: str(told)})
            tests = json.loads(told.read_text())
            for file in new:
                its = {name: one for name, one in tests.items() if name.partition("::")[0] == file}
                known[file] = {"digest": found[file], "tests": its}
            kept.write_text(json.dumps(known))
        self._tests = {name: one for file in found for name, one in known[file]["tests"].items()}
        print(f"{len(self._tests)} tests, {len(new)} of {len(found)} files learnt anew", flush=True)

    def reaching(self, fault: Fault) -> list[str]:
        place = f"{fault.file}:{fault.function}"
        found = [
            name for name, one in self._tests.items()
            if (place in one["calls"] if fault.function else any(call.startswith(place) for call in one["calls"]))
        ]  # fmt: skip
        chosen, seconds = [], 0.0
        for name in sorted(found, key=lambda one: float(self._tests[one]["seconds"])):
            seconds += self._tests[name]["seconds"]
            if seconds > MOST_SECONDS and chosen:
                break
            chosen.append(name)
        return chosen

    def caught(self, fault: Fault, tests: list[str]) -> bool:
        file = self.at / fault.file
        good, times = file.read_bytes(), file.stat()
        file.write_text(spoilt(fault)[0])
        os.utime(file, (times.st_atime, times.st_mtime + 100 + fault.number))  # no bytecode is good for it
        lasts = PATIENCE + 3 * sum(self._tests[one]["seconds"] for one in tests)
        try:
            return self.pytest("-x", *tests, seconds=lasts, PYTHONDONTWRITEBYTECODE="1") != 0
        finally:
            file.write_bytes(good)
            os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


def main() -> int:
    parser = argparse.ArgumentParser(prog="make mutants", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=300, help="so many faults (default: 300)")
    parser.add_argument("--seed", type=int, default=1, help="which ones (default: 1)")
    parser.add_argument("--only", nargs="*", default=list(WHERE), help="folders or files")
    parser.add_argument("--tests", nargs="*", default=list(TESTS), help="tests that may catch them")
    parser.add_argument("--again", action="store_true", help="try those once more that survived")
    asked = parser.parse_args()
    files = sorted(
        str(found.relative_to(ROOT)) for one in asked.only
        for found in ((ROOT / one).rglob("*.py") if (ROOT / one).is_dir() else [ROOT / one])
        if "contract" not in found.relative_to(ROOT).parts
    )  # fmt: skip
    every = [fault for file in files for fault in faults(file)]
    chosen = sorted(every, key=lambda one: _digest(f"{asked.seed} {one.key}"))[: asked.count]
    KEPT.mkdir(parents=True, exist_ok=True)
    tried = KEPT / "tried.jsonl"
    lines = tried.read_text().splitlines() if tried.exists() else []
    caught: dict[str, bool] = {one["key"]: one["caught"] for one in map(json.loads, lines)}
    for library in LIBRARIES:
        importlib.import_module(library)
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder) / "copy")
        trial.learn(asked.tests, KEPT / "reached.json")
        survived = unreached = 0
        for done, fault in enumerate(chosen, 1):
            tests = trial.reaching(fault)
            unreached += not tests
            if fault.key not in caught or (asked.again and not caught[fault.key]):
                caught[fault.key] = bool(tests) and trial.caught(fault, tests)
                with tried.open("a") as out:
                    out.write(json.dumps({"key": fault.key, "caught": caught[fault.key]}) + "\n")
            if not caught[fault.key]:
                survived += 1
                before, after = ((code.splitlines() or [""])[0] for code in spoilt(fault)[1:])
                why = f"{len(tests)} tests reach it" if tests else "no test reaches it"
                print(f"{fault.file}:{fault.line}: {fault.kind}: {before!r} → {after!r} ({why})", flush=True)
            if done % 20 == 0:
                print(f"... {done} of {len(chosen)} tried, {survived} survived", file=sys.stderr, flush=True)
    total = len(chosen)
    print(f"{total} tried of {len(every)}, {total - survived} caught, {survived} survived "
          f"({100 * survived / max(1, total):.1f} %), {unreached} of them reached by no test")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
