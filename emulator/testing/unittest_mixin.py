"""For unittest: a fresh sandbox for each test, and its report behind every failure."""

import os
import unittest
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar

from emulator.control_client.async_client import Wishes as SandboxOptions
from emulator.control_client.sync_client import Sms
from emulator.testing.running import Home

__unittest = True  # as unittest's own modules: its tracebacks leave our frames out

Error = tuple[type[BaseException], BaseException, TracebackType]


@cache
def _home() -> Home:
    """One for the process: the emulator that SMS_EMULATOR_URL names, or one of ours in a thread."""
    return Home(os.environ.get("SMS_EMULATOR_URL") or None)


if TYPE_CHECKING:  # a mixin is one beside a TestCase
    _Beside = unittest.TestCase
else:
    _Beside = object


class SmsTestMixin(_Beside):
    """Before unittest.TestCase among the bases: `self.sms` is a fresh sandbox, made of `sms_options`; where the test
    fails, its report is in what unittest prints."""

    sms: Sms
    sms_options: ClassVar[SandboxOptions] = {}

    def run(self, result: Any = None) -> Any:
        given = self.defaultTestResult() if result is None else result
        self.sms = _home().sandbox(self.sms_options)
        try:
            return super().run(_Reporting(given, self.sms))  # type: ignore[arg-type]
        finally:
            self.sms.delete()


class _Reporting:
    """A result that gets the sandbox's report behind each failure."""

    def __init__(self, result: Any, sms: Sms) -> None:
        self._result = result
        self._sms = sms

    def __getattr__(self, name: str) -> Any:
        return getattr(self._result, name)

    def addFailure(self, test: unittest.TestCase, error: Error) -> None:
        self._note(error)
        self._result.addFailure(test, error)

    def addError(self, test: unittest.TestCase, error: Error) -> None:
        self._note(error)
        self._result.addError(test, error)

    def addSubTest(self, test: unittest.TestCase, sub: unittest.TestCase, error: Error | None) -> None:
        if error is not None:
            self._note(error)
        self._result.addSubTest(test, sub, error)

    def _note(self, error: Error) -> None:
        try:
            told = self._sms.report()
        except Exception as trouble:  # it must not hide the failure that it should explain
            told = f"the report could not be read: {type(trouble).__name__}: {trouble}"
        error[1].add_note(f"\n{told}")
