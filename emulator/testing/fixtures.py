"""The sandboxes behind the fixtures: made as the marker says, watched for the report, deleted in the end."""

import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, NoReturn, TypeVar

import pytest

from emulator.app.server import Server
from emulator.control_api import views
from emulator.control_client.async_client import AsyncSms
from emulator.control_client.records import CallRefused, missing
from emulator.control_client.sync_client import Sms
from emulator.histories.runner import PLAYING, HistoryRunner
from emulator.sandboxes.spec import NewSandbox
from emulator.scenarios.problems import Invalid
from emulator.testing.failure_report import journal_text, request_lines
from emulator.testing.running import Home, remote, served_here

T = TypeVar("T")


class FailureReporter(NamedTuple):
    """A sandbox that a test has used: `tell` its journal, and be `done` with it."""

    title: str
    tell: Callable[[], str]
    done: Callable[[], None]


WITNESSES = pytest.StashKey[list[FailureReporter]]()
HOME = pytest.StashKey[Home]()

_TELLING = 10.0
"""Real seconds that a report waits for a journal."""


def live_sandbox(request: pytest.FixtureRequest) -> Sms:
    """A fresh sandbox of this process's server in a thread, or of the one elsewhere."""
    home = _home(request.config)
    try:
        sms = home.sandbox(wishes(request))
        if (playing := _playing(request)) is not None:
            sms = Sms(sms.background.run(playing.lay(sms.behind)), sms.background)
    except (CallRefused, Invalid, OSError, TypeError) as error:
        _fail(error)
    strays = _strays(home.serving)

    def tell() -> str:
        return sms.background.run(journal_text(sms.behind), _TELLING) + strays()

    _watch(request, FailureReporter(sms.id, tell, sms.delete))
    return sms


@asynccontextmanager
async def sandbox_here(request: pytest.FixtureRequest) -> AsyncIterator[AsyncSms]:
    """A fresh sandbox, served by the running loop or by the server elsewhere."""
    url = _url(request.config)
    if url is not None:
        live = live_sandbox(request)
        async with remote(url) as door:
            sms = AsyncSms(door, live.behind.place, live.id, live.accounts, live.warnings)
            playing = _playing(request)
            yield sms if playing is None else await playing.listen(sms)
        return
    opening = served_here(wishes(request))
    try:
        sms, serving = await opening.__aenter__()
    except (CallRefused, Invalid, OSError, TypeError) as error:
        _fail(error)
    if (playing := _playing(request)) is not None:
        sms = await playing.lay(sms)
    strays = _strays(serving)
    _watch(request, FailureReporter(sms.id, lambda: _at_once(journal_text(sms)) + strays(), lambda: None))
    try:
        yield sms
    finally:
        await opening.__aexit__(None, None, None)


def _playing(request: pytest.FixtureRequest) -> HistoryRunner | None:
    """The delivery history that the test is run over, if it is marked so."""
    playing: HistoryRunner | None = request.node.stash.get(PLAYING, None)
    return playing


def _url(config: pytest.Config) -> str | None:
    url: str | None = config.getoption("--sms-emulator-url") or os.environ.get("SMS_EMULATOR_URL")
    return url or None


def _home(config: pytest.Config) -> Home:
    """One for the process, made when the first test asks, stopped when pytest ends."""
    home = config.stash.get(HOME, None)
    if home is None:
        try:
            home = config.stash[HOME] = Home(_url(config))
            config.add_cleanup(home.stop)
        except (OSError, ValueError) as error:
            _fail(error)
    return home


def wishes(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What the test's `sms` markers say; the closest to the test wins. Fails for a word that no sandbox takes."""
    wished: dict[str, Any] = {}
    for marker in reversed(list(request.node.iter_markers("sms"))):
        if marker.args:
            given = ", ".join(map(repr, marker.args))
            pytest.fail(f"@pytest.mark.sms({given}): write what it is, such as scenario={given}", pytrace=False)
        wished |= marker.kwargs
    known = NewSandbox.__struct_encode_fields__
    for word in wished:
        if word not in known:
            pytest.fail(missing(word, "@pytest.mark.sms does not take this word", known), pytrace=False)
    return wished


def _watch(request: pytest.FixtureRequest, witness: FailureReporter) -> None:
    request.node.stash.setdefault(WITNESSES, []).append(witness)


def tell(item: pytest.Item, report: pytest.TestReport) -> None:
    """Put the journals of a failed test's sandboxes into its report; delete them when the test is over."""
    witnesses = item.stash.get(WITNESSES, [])
    if report.failed:
        report.sections += [(f"sms-emulator, sandbox {one.title}", _tried(one.tell)) for one in witnesses]
    if report.when == "teardown":
        for one in witnesses:
            _tried(one.done)
        witnesses.clear()


def _tried(do: Callable[[], Any]) -> str:
    """A journal that cannot be read must not hide the failure that it should explain."""
    try:
        return str(do())
    except Exception as error:
        return f"the journal could not be read: {type(error).__name__}: {error}"


def _strays(serving: Server | None) -> Callable[[], str]:
    """Tells requests that came from now on with credentials of no sandbox, or to no known address. On a server that
    others use too they may be theirs: nothing is told."""
    if serving is None:
        return lambda: ""
    default = serving.emulator.default
    since = default.journal.made

    def tell() -> str:
        lines: Iterable[str] = (
            line for one in default.journal.exchanges(since) for line in request_lines(views.exchange(default, one))
        )
        text = "".join(f"\n  {line}" for line in lines)
        return f"\nrequests with credentials of no sandbox, or to no provider's address:{text}" if text else ""

    return tell


def _at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives back that never waits: reading a journal in this process does not."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        value: T = done.value
        return value
    finally:
        coroutine.close()
    raise RuntimeError("it would have to wait")


def _fail(error: Exception) -> NoReturn:
    """The error's own words are enough: where in our files it was raised teaches nobody."""
    raise pytest.fail.Exception(str(error), pytrace=False) from None
