"""`pytest --sms-blind-spots`: behind the ordinary run, the tests that send once more for each fault that can be put in
their sandboxes, and the faults that none of them noticed."""

from collections.abc import Generator
from types import FrameType
from typing import Any, cast

import pytest

from emulator.certify.blind_spots import Mark, Overheard, Spot, Tried, spots, summary
from emulator.clock import real_now
from emulator.core.units import SECOND, counted
from emulator.histories.reruns import anew, phases
from emulator.providers import found
from emulator.testing.fixtures import OVERHEARD
from emulator.world.watchdog import interrupted

_SLOWER = 20
"""With a fault each phase of a test may take so many times as long as the whole test without,"""
_AT_LEAST = 5.0
"""and so many seconds in any case; then it is said not to end."""
_OWN_RUNS = ("sms_world", "sms_histories")
"""Tests that play faults of their own are not run with ours."""


class DidNotEnd(BaseException):
    """A test with a fault takes too long."""


class OrdinaryRun:
    """A test as it went without a fault of ours."""

    def __init__(self, item: pytest.Item) -> None:
        self.item = item
        self.heard = item.stash[OVERHEARD] = Overheard()
        self.seconds = 0.0
        self.passed = True


class BlindSpots:
    """A plugin of such a run."""

    def __init__(self, config: pytest.Config) -> None:
        if getattr(config.option, "dist", "no") != "no" or hasattr(config, "workerinput"):
            raise pytest.UsageError("--sms-blind-spots runs one test after the other: leave -n out")
        if config.getoption("--sms-emulator-url"):
            raise pytest.UsageError("--sms-blind-spots looks into sandboxes of its own: leave --sms-emulator-url out")
        self._most: float = config.getoption("--sms-blind-spots-seconds")
        self._only = tuple(config.getoption("--sms-blind-spots-only")) or ("",)
        self._ordinary: dict[str, OrdinaryRun] = {}
        self._limit: float | None = None
        """Of a phase of a test, while there is a fault."""
        self._lines: list[str] = []

    # the ordinary run

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self._ordinary[item.nodeid] = OrdinaryRun(item)
        return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        run = self._ordinary[report.nodeid]
        run.seconds += report.duration
        run.passed = run.passed and report.passed

    # behind it

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        done = yield
        if not session.config.option.collectonly:
            self._look(session)
        return done

    def _look(self, session: pytest.Session) -> None:
        tested: dict[Mark, str] = {}
        for one in self._ordinary.values():
            for mark in one.heard.marks:
                tested.setdefault(mark, one.item.nodeid)
        again = sorted(
            (one for one in self._ordinary.values() if one.passed and one.heard.marks
             and not any(one.item.get_closest_marker(name) for name in _OWN_RUNS)),
            key=lambda one: one.seconds,
        )  # fmt: skip
        catalogue = spots(found(), {mark for one in again for mark in one.heard.marks})
        found_here = [one for one in catalogue if one.name.startswith(self._only)]
        plan = {spot.mark: [one for one in again if (spot.provider, spot.over, "") in one.heard.marks]
                for spot in found_here if spot.mark not in tested}  # fmt: skip
        if not found_here:
            names = ", ".join(dict.fromkeys(one.name for one in catalogue))
            nothing = "no test that passes sends anything in a sandbox of sms_emulator or live_sms_emulator"
            self._lines = [f"no fault begins so; there are {names}" if catalogue else nothing]
            return
        cost = sum(one.seconds for tests in plan.values() for one in tests)
        told = cast(Any, session.config.pluginmanager.get_plugin("terminalreporter"))
        told.write_line(
            f"\nsms blind spots: {counted(len(plan), 'fault')}, {counted(len(again), 'test')}: about {cost:.0f} s, "
            f"{self._most:g} s at most (--sms-blind-spots-seconds)"
        )
        until = real_now() + self._most * SECOND
        tried = []
        for number, spot in enumerate(found_here, 1):
            if told.isatty:
                told.rewrite(f"{number}/{len(found_here)} {spot.provider} {spot.over} {spot.name}", erase=True)
            if spot.mark in plan:
                tried.append(self._tried(spot, plan[spot.mark], until))
            else:
                tried.append(Tried(spot, "tested", (tested[spot.mark],)))
        self._lines = summary(tried)

    def _tried(self, spot: Spot, tests: list[OrdinaryRun], until: float) -> Tried:
        """The fault put into one test after the other, the quickest first, until one notices."""
        met, copies = [], 0
        for test in tests:
            if real_now() > until:
                return Tried(spot, "not tried")
            failed, heard = self._run(test, spot)
            if heard.met and failed:
                return Tried(spot, "noticed", (test.item.nodeid,))
            if heard.met:
                met.append(test.item.nodeid)
                copies = max(copies, heard.copies if heard.copies > test.heard.copies else 0)
        return Tried(spot, "unnoticed", tuple(met), copies) if met else Tried(spot, "not met")

    def _run(self, test: OrdinaryRun, spot: Spot) -> tuple[bool, Overheard]:
        item = anew(test.item)
        heard = item.stash[OVERHEARD] = Overheard(spot)
        self._limit = max(_AT_LEAST, _SLOWER * test.seconds)
        option = item.config.option
        wanted, option.tbstyle = option.tbstyle, "native"  # nobody reads it, and the others take long to write
        try:
            # the session in the place of the next item: what is the session's stays set up
            reports = phases(item, cast(pytest.Item, item.session))
        finally:
            self._limit, option.tbstyle = None, wanted
        return any(report.failed for report in reports), heard

    @pytest.hookimpl(wrapper=True)
    def _phase(self) -> Generator[None, object, object]:
        if self._limit is None:
            return (yield)
        with interrupted(self._limit, False, self._up):  # and again, where a loop has swallowed it
            return (yield)

    pytest_runtest_setup = pytest_runtest_call = pytest_runtest_teardown = _phase

    def _up(self, _: FrameType | None) -> None:
        raise DidNotEnd(f"{self._limit:g} s")

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        terminalreporter.section("sms blind spots")
        for line in self._lines:
            terminalreporter.write_line(line)
