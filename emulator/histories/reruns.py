"""@pytest.mark.sms_histories: the whole test item once more for each delivery history, with fresh fixtures.

pytest's own protocol of an item (set up, call, tear down) is run again and again, and only the last run is reported.
Between two runs the next item is said to be a twin of this one: what belongs to the item is torn down, what belongs to
its class, module or session stays.
"""

import copy
from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from _pytest.runner import runtestprotocol  # as every plugin that runs tests again does: pytest offers no other way

from emulator.control_client.records import missing
from emulator.histories.history import NORMAL, History, read_token
from emulator.histories.kinds import KINDS, kinds_of
from emulator.histories.runner import PLAYING, HistoryRunner

MAX_EXAMPLES = 50
SECONDS = 20.0
SEED = 1

Reports = list[pytest.TestReport]


def run(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Run an item over its histories and report it once."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in Rerunning(item, nextitem).reports():
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)


def once_more(item: pytest.Item, nextitem: pytest.Item | None) -> Reports:
    """The item from set-up to tear-down, as if it had never run; nothing is reported."""
    item._report_sections.clear()
    if isinstance(item, pytest.Function) and isinstance(item.parent, pytest.Class):
        vars(item).pop("_instance", None)
        vars(item).pop("_obj", None)
    return runtestprotocol(item, log=False, nextitem=nextitem)


class Rerunning:
    """The runs of one item. A marker written wrong fails it like a fixture that cannot be made."""

    def __init__(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        self._item = item
        self._next = nextitem
        self._twin = copy.copy(item)
        self._properties = list(item.user_properties)
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
            return _told(self._run(asked, self._next)[0], self._item, asked, None)
        assert search is not None
        reports, played = self._run(NORMAL, self._twin)
        if any(report.skipped for report in reports):
            return self._run(NORMAL, self._next)[0]
        if _failed(reports):
            return _told(self._run(NORMAL, self._next)[0], self._item, NORMAL, None)
        if not played.sandboxes:
            return self._refused("@pytest.mark.sms_histories plays delivery histories in the sandbox of sms_emulator "
                                 "or live_sms_emulator, and this test uses neither")  # fmt: skip
        looking = search(self._survives, words["max_examples"], words["seconds"])
        shortest = looking.shortest(played.waits, words["without"], words["seed"])
        if self._stopped is not None:
            raise self._stopped
        last, _ = self._run(shortest or NORMAL, self._next)
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
            reports, _ = self._run(history, self._twin)
        except pytest.exit.Exception as stop:
            self._stopped = stop
            return True
        if _failed(reports):
            self._found[history] = reports
        return not _failed(reports)

    def _run(self, history: History, nextitem: pytest.Item | None) -> tuple[Reports, HistoryRunner]:
        item = self._item
        item.user_properties[:] = self._properties
        played = item.stash[PLAYING] = HistoryRunner(history)
        try:
            return once_more(item, nextitem), played
        finally:
            del item.stash[PLAYING]

    def _refused(self, why: str) -> Reports:
        """The item fails while it is set up, and is torn down as usual."""

        def refuse() -> NoReturn:
            raise pytest.fail.Exception(why, pytrace=False) from None

        vars(self._item)["setup"] = refuse
        try:
            return self._run(NORMAL, self._next)[0]
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
    except ImportError as error:
        raise ValueError("@pytest.mark.sms_histories needs hypothesis: pip install 'sms-emulator[histories]' "
                         f"({error})") from None  # fmt: skip
    return Search
