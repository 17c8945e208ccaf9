"""@pytest.mark.sms_histories: the whole test item once more for each delivery history, with fresh fixtures.

An item can be run once, so each run but the last has one that is collected anew from the same class or module. A run
is the three phases of pytest's own (set up, call, tear down); between two of them the item is said to come next: what
belongs to the item is torn down, what belongs to its class, module or session stays. Only the last run is reported.
"""

import bdb
import inspect
import unittest
from collections.abc import Callable
from typing import Any, Literal, NoReturn

import pytest

from emulator.control_client.records import missing
from emulator.extras import NotInstalled
from emulator.histories.history import NORMAL, History, read_token
from emulator.histories.kinds import KINDS, kinds_of
from emulator.histories.runner import PLAYING, HistoryRunner

MAX_EXAMPLES = 50
SECONDS = 20.0
SEED = 1

Reports = list[pytest.TestReport]


def run(item: pytest.Item, nextitem: pytest.Item | None, *keys: pytest.StashKey[Any]) -> None:
    """Run an item over its histories and report it once. `keys`: of what each of its runs has in its stash."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in Rerunning(item, nextitem, keys).reports():
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)


def anew(item: pytest.Item, *keys: pytest.StashKey[Any]) -> pytest.Item:
    """The item as pytest collects it: its parameters and fixtures are found again, its instance is another. What was
    added to it while tests were collected is added again, of its stash what stands under the keys."""
    parent = item.parent
    if isinstance(parent, pytest.Class) and issubclass(parent.obj, unittest.TestCase):
        found: list[pytest.Item] = [type(item).from_parent(parent, name=item.name)]
    elif isinstance(item, pytest.Function) and isinstance(parent, pytest.Class | pytest.Module):
        function = inspect.getattr_static(parent.obj, item.originalname)
        made = item.ihook.pytest_pycollect_makeitem(collector=parent, name=item.originalname, obj=function)
        found = made if isinstance(made, list) else [made]
    else:
        found = []
    for one in found:
        if one.name == item.name:
            one.own_markers[:] = item.own_markers
            one.keywords.update(item.keywords)
            one.user_properties[:] = item.user_properties
            for key in keys:
                if key in item.stash:
                    one.stash[key] = item.stash[key]
            return one
    raise ValueError(f"{item.nodeid} cannot be run again: collected anew, there is no test of this name. Give "
                     "parametrize a list, not a generator, and ids that stay")  # fmt: skip


def phases(item: pytest.Item, nextitem: pytest.Item | None) -> Reports:
    """An item that has not run yet, from set-up to tear-down, as pytest runs it; nothing is reported."""
    reports = [_phase(item, "setup")]
    if reports[0].passed and not item.config.getoption("setuponly", False):
        reports.append(_phase(item, "call"))
    if item.session.shouldfail or item.session.shouldstop:
        nextitem = None
    return [*reports, _phase(item, "teardown", nextitem=nextitem)]


def _phase(item: pytest.Item, when: Literal["setup", "call", "teardown"], **more: object) -> pytest.TestReport:
    hook = getattr(item.ihook, f"pytest_runtest_{when}")

    def whole() -> None:
        __tracebackhide__ = True
        hook(item=item, **more)

    debugged = item.config.getoption("usepdb", False)
    stops = (pytest.exit.Exception,) if debugged else (pytest.exit.Exception, KeyboardInterrupt)
    call = pytest.CallInfo.from_call(whole, when, reraise=stops)
    report: pytest.TestReport = item.ihook.pytest_runtest_makereport(item=item, call=call)
    quiet = (pytest.skip.Exception, unittest.SkipTest, bdb.BdbQuit)
    if call.excinfo is not None and not hasattr(report, "wasxfail") and not isinstance(call.excinfo.value, quiet):
        item.ihook.pytest_exception_interact(node=item, call=call, report=report)
    return report


class Rerunning:
    """The runs of one item. A marker written wrong fails it like a fixture that cannot be made."""

    def __init__(
        self, item: pytest.Item, nextitem: pytest.Item | None, keys: tuple[pytest.StashKey[Any], ...]
    ) -> None:
        self._item = item
        self._keys = keys
        self._next = nextitem
        self._stopped: BaseException | None = None
        self._found: dict[History, Reports] = {}

    def reports(self) -> Reports:
        """The reports of the run that counts: over the shortest history that fails, or the normal one."""
        wrong = ""
        try:
            words = _words(self._item)
            token = self._item.config.getoption("--sms-history")
            asked = None if token is None else read_token(token)
            search = None if asked else _search()
        except ValueError as error:
            wrong = str(error)
        if wrong:
            return self._refused(wrong)
        if asked is not None:
            return _told(self._last(asked), self._item, asked, None)
        assert search is not None
        try:
            reports, played = self._run(NORMAL)
        except ValueError as error:
            return self._refused(str(error))
        if any(report.skipped for report in reports):
            return self._last(NORMAL)
        if _failed(reports):
            return _told(self._last(NORMAL), self._item, NORMAL, None)
        if not played.sandboxes:
            return self._refused("@pytest.mark.sms_histories plays delivery histories in the sandbox of sms_emulator "
                                 "or live_sms_emulator, and this test uses neither")  # fmt: skip
        looking = search(self._survives, words["max_examples"], words["seconds"])
        shortest = looking.shortest(played.waits, words["without"], words["seed"])
        if self._stopped is not None:
            raise self._stopped
        last = self._last(shortest or NORMAL)
        if shortest is None:
            return last
        if not _failed(last):
            last = [*self._found[shortest][:-1], last[-1]]
            return _told(last, self._item, shortest, looking.tried, "; run again it passed: it does not always fail")
        return _told(last, self._item, shortest, looking.tried)

    def _survives(self, history: History) -> bool:
        """Does the test pass over a history? Told to stop, nothing more is run."""
        if self._stopped is not None:
            return True
        try:
            reports, _ = self._run(history)
        except pytest.exit.Exception as stop:
            self._stopped = stop
            return True
        if _failed(reports):
            self._found[history] = reports
        return not _failed(reports)

    def _run(self, history: History) -> tuple[Reports, HistoryRunner]:
        item = anew(self._item, *self._keys)
        played = item.stash[PLAYING] = HistoryRunner(history)
        return phases(item, self._item), played

    def _last(self, history: History) -> Reports:
        self._item.stash[PLAYING] = HistoryRunner(history)
        return phases(self._item, self._next)

    def _refused(self, why: str) -> Reports:
        """The item fails while it is set up, and is torn down as usual."""

        def refuse() -> NoReturn:
            raise pytest.fail.Exception(why, pytrace=False) from None

        vars(self._item)["setup"] = refuse
        try:
            return self._last(NORMAL)
        finally:
            del vars(self._item)["setup"]


def _failed(reports: Reports) -> bool:
    return any(report.failed or (report.skipped and hasattr(report, "wasxfail")) for report in reports)


def _told(reports: Reports, item: pytest.Item, history: History, tried: int | None, note: str = "") -> Reports:
    """The reports, the history in words in the one that failed."""
    kinds = ", ".join(kinds_of(history)) or "normal"
    among = "" if tried is None else f", the shortest that fails of {tried} tried{note}"
    lines = [f"{kinds}{among}", str(history), f"replay: pytest '{item.nodeid}' --sms-history={history.token}"]
    if item.config.pluginmanager.hasplugin("rerunfailures"):
        lines.append("pytest-rerunfailures leaves this test alone: it has been run often enough to say so")
    for report in reports:
        if report.failed:
            report.sections.append(("sms delivery history", "\n".join(lines)))
            break
    return reports


_WORDS: dict[str, tuple[Any, Callable[[Any], bool], str]] = {
    "max_examples": (MAX_EXAMPLES, lambda n: isinstance(n, int) and n >= 1, "a whole number from 1 on"),
    "seconds": (SECONDS, lambda n: isinstance(n, int | float) and n > 0, "seconds, more than 0"),
    "seed": (SEED, lambda n: isinstance(n, int), "a whole number"),
    "without": (
        (), lambda names: isinstance(names, list | tuple | set) and set(names) <= set(KINDS),
        f"a list of some of {', '.join(KINDS)}",
    ),
}  # fmt: skip
"""What the marker takes: each word's default, whether a value will do, what may stand there."""


def _words(item: pytest.Item) -> dict[str, Any]:
    """What the item's marker says, completed. Raises ValueError."""
    marker = item.get_closest_marker("sms_histories")
    assert marker is not None
    if marker.args:
        raise ValueError(f"@pytest.mark.sms_histories{marker.args}: write what it is, such as max_examples=50")
    if hasattr(getattr(item, "obj", None), "hypothesis"):
        raise ValueError("@pytest.mark.sms_histories and hypothesis's @given on one test: each would run the other "
                         "many times. Use one of them")  # fmt: skip
    for word, value in marker.kwargs.items():
        if word not in _WORDS:
            raise ValueError(missing(word, "@pytest.mark.sms_histories does not take this word", _WORDS))
        _, good, what = _WORDS[word]
        if not good(value):
            raise ValueError(f"@pytest.mark.sms_histories({word}={value!r}): here may stand {what}")
    return {word: marker.kwargs.get(word, default) for word, (default, _, _) in _WORDS.items()}


def _search() -> Any:
    try:
        from emulator.histories.search import Search
    except ImportError:
        raise ValueError(str(NotInstalled("@pytest.mark.sms_histories", "hypothesis"))) from None
    return Search
