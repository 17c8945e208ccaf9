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
import gc
import hashlib
import importlib
import itertools
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "build" / "mutants"
TRIED = KEPT / "tried.jsonl"
WHERE = ("emulator/core", "emulator/providers", "emulator/smpp")
TESTS = tuple(f"tests/{name}" for name in (
    "core", "providers", "smpp", "dispatch", "journeys", "delivery", "scenarios", "sandboxes", "control_api", "journal",
    "server", "lint", "smtp", "examples/test_rules_page.py",
))  # fmt: skip
PATIENCE = 15.0
"""So much longer than without the fault may the tests take."""
CANNOT = 4
"""Given back where a fault cannot be put into the functions as they stand there."""
LATE = 5
"""Given back where the tests took too long."""
LIBRARIES = ("aiohttp.web", "faker", "hypothesis", "jinja2", "yaml", "xdist.plugin", "_pytest.pytester")
"""Imported once, for all tries."""

OTHERS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
}  # fmt: skip


# the faults


class Fault(NamedTuple):
    """`number`: of the node in the file; `function`: that it stands in, by its qualified name, in its body or not;
    `key`: the same while the statement of the module that it stands in is."""

    file: str
    line: int
    number: int
    kind: str
    function: str
    body: bool
    key: str


def faults(at: Path, file: str) -> Iterator[Fault]:
    """All that may be done to a file."""
    tree = ast.parse((at / file).read_text())
    numbers = {node: number for number, node in enumerate(ast.walk(tree))}
    silent = {node for node in ast.walk(tree) for node in _silent(node)}
    same: Counter[str] = Counter()
    for statement in tree.body:
        source = ast.unparse(statement)
        for node, function, body in _within(statement):
            if node in silent:
                continue
            for kind in _kinds(node):
                told = f"{file} {source} {ast.unparse(node)} {kind}"
                same[told] += 1
                yield Fault(file, node.lineno, numbers[node], kind, function, body, _digest(f"{told} {same[told]}"))


def _within(node: Any, scope: str = "", function: str = "", body: bool = False) -> Iterator[tuple[Any, str, bool]]:
    """The nodes below one, each with its function, and whether it stands in its body."""
    yield node, function, body
    inner, inside = scope, ()
    if isinstance(node, ast.ClassDef):
        inner = f"{scope}{node.name}."
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        inner, inside = f"{scope}{node.name}.<locals>.", node.body
        function = function if body else f"{scope}{node.name}"
    for child in ast.iter_child_nodes(node):
        yield from _within(child, inner, function, body or child in inside)


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
        case ast.Return(value=ast.AST() as value) if not (isinstance(value, ast.Constant) and not value.value):
            return ["None is given back"]
        case ast.Expr(value=ast.Call()) | ast.AugAssign():
            return ["left out"]
    return []


def spoilt(at: Path, fault: Fault) -> tuple[ast.Module, str, str]:
    """The file with the fault in it; the node's code before and after."""
    tree = ast.parse((at / fault.file).read_text())
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
    return tree, before, ast.unparse(node)


def _replaced(tree: ast.Module, gone: ast.AST, before: str) -> tuple[ast.Module, str, str]:
    instead = gone.operand if isinstance(gone, ast.UnaryOp) else ast.copy_location(ast.Pass(), gone)

    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            return instead if node is gone else self.generic_visit(node)

    told = ast.unparse(instead)
    return Replace().visit(tree), before, told


# the plugins: which functions does each test call, and does one fail?


class Reached:
    """Test → its seconds, and the functions (file:qualified name) that it calls."""

    def __init__(self, told: Path) -> None:
        self.told = told
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
        self.told.write_text(json.dumps(self.tests))


class Served:
    """Faults in functions are tried without starting anew: the tests are collected once, and each fault is put into the
    functions as they stand there, in a process of its own. Those that cannot be, and those that no test caught (what a
    function made when it was imported stays as it was made), are left."""

    def __init__(self, trial: "Trial", wanted: "list[Fault]") -> None:
        self.trial, self.wanted = trial, wanted
        self._functions: dict[str, list[FunctionType]] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: Any) -> bool:
        items = {item.nodeid: item for item in session.items}
        gc.collect()
        for one in gc.get_objects():
            if type(one) is FunctionType:
                self._functions.setdefault(one.__code__.co_filename, []).append(one)
        gc.freeze()
        for fault in self.wanted:
            tests = self.trial.reaching(fault)
            chosen = [items[name] for name in tests if name in items]
            code = in_a_child(lambda to=fault, of=chosen: self._failed(session, to, of), self.trial.patience(tests))
            if code not in (0, CANNOT):
                self.trial.keep(fault, code)
        return True

    def _failed(self, session: Any, fault: Fault, items: list[Any]) -> int:
        if not self._put(fault):
            return CANNOT
        session.config.pluginmanager.register(EndsAtOnce())
        for item, after in itertools.zip_longest(items, items[1:]):
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        return 0

    def _put(self, fault: Fault) -> bool:
        path = str(self.trial.at / fault.file)
        new: dict[tuple[str, int], CodeType] = {}
        todo = [compile(spoilt(self.trial.at, fault)[0], path, "exec")]
        while todo:
            code = todo.pop()
            new[code.co_qualname, code.co_firstlineno] = code
            todo += [one for one in code.co_consts if isinstance(one, CodeType)]
        try:
            for function in self._functions.get(path, ()):
                was = function.__code__
                function.__code__ = new.get((was.co_qualname, was.co_firstlineno), was)
        except ValueError:  # of a closure, which holds another number of names now
            return False
        return path in self._functions


class EndsAtOnce:
    """The first test that fails ends it all."""

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            os._exit(1)


def in_a_child(do: Callable[[], int], seconds: float) -> int:
    """What it gives back, done in a process of its own; 1 if it fails, LATE if it takes too long."""
    child = os.fork()
    if not child:
        code = 1
        try:
            os.setsid()
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            code = do()
        finally:
            os._exit(code)
    until, ended = time.monotonic() + seconds, (0, 1)
    try:
        while not ended[0] and time.monotonic() < until:
            time.sleep(0.01)
            ended = os.waitpid(child, os.WNOHANG)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # and what it started
    if not ended[0]:
        os.waitpid(child, 0)
        return LATE
    return int(os.waitstatus_to_exitcode(ended[1]))


# trying them


def tried() -> dict[str, dict[str, Any]]:
    """What was found, by the fault's key."""
    return {one["key"]: one for one in map(json.loads, TRIED.read_text().splitlines())} if TRIED.exists() else {}


def below(at: Path, pattern: str) -> list[Path]:
    """A file itself, or those of a folder."""
    return sorted(at.rglob(pattern)) if at.is_dir() else [at]


def forget_survivors() -> None:
    TRIED.write_text("".join(json.dumps(one) + "\n" for one in tried().values() if one["caught"]))


class Trial:
    """A copy of the repository in which faults are tried."""

    def __init__(self, at: Path, most: float) -> None:
        self.at, self.most = at, most
        left_out = shutil.ignore_patterns(".git", ".venv", ".*_cache", ".hypothesis", "build", "node_modules")
        shutil.copytree(ROOT, at, dirs_exist_ok=True, ignore=left_out)
        self._tests: dict[str, dict[str, Any]] = {}
        self._by_place: dict[str, set[str]] = {}

    def keep(self, fault: Fault, code: int) -> None:
        told: dict[str, Any] = {"key": fault.key, "caught": code != 0}
        if code == LATE:
            told["late"] = True
        if not code:
            _, *codes = spoilt(self.at, fault)
            before, after = ((code.splitlines() or [""])[0] for code in codes)
            told["fault"] = f"{fault.file}:{fault.line}: {fault.kind}: {before!r} → {after!r}"
            told["tests"] = len(self.reaching(fault))
        with TRIED.open("a") as out:
            out.write(json.dumps(told, ensure_ascii=False) + "\n")

    def pytest(self, *arguments: str, seconds: float, bytecode: bool = True, plugins: Any = ()) -> int:
        """What pytest gives back, in a process of its own that finds the libraries loaded."""

        def run() -> int:
            os.chdir(self.at)
            os.environ["PYTHONPATH"] = f"{self.at}:{self.at}/tests"
            sys.path[:1] = [str(self.at), str(self.at / "tests")]
            sys.dont_write_bytecode = not bytecode
            quiet = ("-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-n", "0")
            return int(pytest.main([*quiet, *arguments], plugins=plugins))

        return in_a_child(run, seconds)

    def learn(self, folders: list[str]) -> None:
        """Who calls what, when nothing is wrong; only the files of tests that are new are run."""
        kept = KEPT / "reached.json"
        known: dict[str, Any] = json.loads(kept.read_text()) if kept.exists() else {}
        found = {
            str(file.relative_to(self.at)): _digest(file.read_text())
            for folder in folders for file in below(self.at / folder, "test_*.py")
        }  # fmt: skip
        new = [file for file, digest in found.items() if known.get(file, {}).get("digest") != digest]
        if new:
            told = self.at / "reached.json"
            self.pytest("--timeout", "120", *new, seconds=3600, plugins=[Reached(told)])
            tests = json.loads(told.read_text())
            for file in new:
                its = {name: one for name, one in tests.items() if name.partition("::")[0] == file}
                known[file] = {"digest": found[file], "tests": its}
            kept.write_text(json.dumps(known))
        self._tests = {name: one for file in found for name, one in known[file]["tests"].items()}
        for name, one in self._tests.items():
            for place in one["calls"]:
                self._by_place.setdefault(place, set()).add(name)
        print(f"{len(self._tests)} tests, {len(new)} of {len(found)} files learnt anew", flush=True)

    def reaching(self, fault: Fault) -> list[str]:
        """The tests that are tried on it: those that call the function first, of them those of its own part, one of
        each with parameters before the next of any, the quickest first; then those that call others of the file, and
        for what stands in no function that a test calls, of the folder."""
        place, file, folder = f"{fault.file}:{fault.function}", f"{fault.file}:", f"{fault.file.rpartition('/')[0]}/"
        exact = self._by_place.get(place, set())
        mirror = f"tests/{fault.file.split('/')[1]}/"
        known = exact | self._below(file) if exact else self._below(folder)
        found = sorted(known, key=lambda name: self._tests[name]["seconds"])
        turn: dict[str, int] = {}
        same: Counter[str] = Counter()
        for name in found:
            same[of := name.partition("[")[0]] += 1
            turn[name] = same[of]
        chosen: list[str] = []
        seconds = 0.0
        for name in sorted(found, key=lambda name: (name not in exact, not name.startswith(mirror), turn[name])):
            if seconds + self._tests[name]["seconds"] <= self.most:
                seconds += self._tests[name]["seconds"]
                chosen.append(name)
        return chosen or found[:1]

    def _below(self, start: str) -> set[str]:
        return {name for place, names in self._by_place.items() if place.startswith(start) for name in names}

    def patience(self, tests: list[str]) -> float:
        return PATIENCE + 3 * sum(float(self._tests[one]["seconds"]) for one in tests)

    def serve(self, wanted: list[Fault]) -> None:
        """Those in the bodies of functions, from one start."""
        files = sorted({name.partition("::")[0] for fault in wanted for name in self.reaching(fault)})
        if files:
            self.pytest(*files, seconds=24 * 3600, plugins=[Served(self, wanted)])

    def start_anew(self, fault: Fault) -> None:
        """Any other: the file is changed, and pytest begins with it."""
        file, tests = self.at / fault.file, self.reaching(fault)
        good, times = file.read_bytes(), file.stat()
        file.write_text(ast.unparse(spoilt(self.at, fault)[0]))
        os.utime(file, (times.st_atime, times.st_mtime + 100 + fault.number))  # no bytecode is good for it
        try:
            code = self.pytest("-x", *tests, seconds=self.patience(tests), bytecode=False) if tests else 0
        finally:
            file.write_bytes(good)
            os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
        self.keep(fault, code)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make mutants", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=300, help="so many faults (default: 300)")
    parser.add_argument("--seed", type=int, default=1, help="which ones (default: 1)")
    parser.add_argument("--only", nargs="*", default=list(WHERE), help="folders or files")
    parser.add_argument("--tests", nargs="*", default=list(TESTS), help="tests that may catch them")
    parser.add_argument("--seconds", type=float, default=15, help="tests that take so long together are tried on one"
                        " fault at most (default: 15)")  # fmt: skip
    parser.add_argument("--again", action="store_true", help="try those once more that survived")
    asked = parser.parse_args()
    KEPT.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    for library in LIBRARIES:
        importlib.import_module(library)
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder) / "copy", asked.seconds)
        files = sorted(
            str(found.relative_to(trial.at)) for one in asked.only
            for found in below(trial.at / one, "*.py")
            if "contract" not in found.relative_to(trial.at).parts
        )  # fmt: skip
        every = [fault for file in files for fault in faults(trial.at, file)]
        chosen = sorted(every, key=lambda one: _digest(f"{asked.seed} {one.key}"))[: asked.count]
        trial.learn(asked.tests)
        if asked.again:
            forget_survivors()
        trial.serve([fault for fault in chosen if fault.body and fault.key not in tried()])
        for fault in chosen:
            if fault.key not in tried():
                trial.start_anew(fault)
    known = tried()
    found = [known[fault.key] for fault in chosen]
    survived = [one for one in found if not one["caught"]]
    for one in survived:
        print(f"{one['fault']} ({one['tests']} tests reach it)")
    total = max(1, len(chosen))
    late = sum("late" in one for one in found)
    print(f"{len(chosen)} tried of {len(every)}, {len(survived)} survived ({100 * len(survived) / total:.1f} %);"
          f" with {late} the tests took too long")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
