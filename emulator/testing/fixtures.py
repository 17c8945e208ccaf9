"""The sandboxes behind the fixtures: made as the marker says, watched for the report, deleted in the end."""

import inspect
import os
import re
import secrets
import traceback
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import pytest

from emulator.control_client.async_client import AsyncSms, Wishes
from emulator.control_client.background_loop import at_once
from emulator.control_client.records import CallRefused, missing
from emulator.control_client.sync_client import Sms
from emulator.histories.runner import PLAYING, HistoryRunner
from emulator.scenarios.problems import Invalid
from emulator.testing.running import Home, remote, served_here

if TYPE_CHECKING:  # whoever uses a server elsewhere goes without the one that we are
    from emulator.app.server import Server
    from emulator.certify.blind_spots import Overheard


class FailureReporter(NamedTuple):
    """A sandbox that a test has used: `tell` its journal, and be `done` with it. `here`: the test's own loop serves."""

    title: str
    tell: Callable[[], str]
    done: Callable[[], None]
    here: bool = False


WITNESSES = pytest.StashKey[list[FailureReporter]]()
HOME = pytest.StashKey[Home]()
INI = pytest.StashKey[dict[str, Any]]()
OVERHEARD: "pytest.StashKey[Overheard]" = pytest.StashKey()
"""On an item of a run that looks for blind spots: what hears its sandboxes."""

_LONGEST = 80
"""Letters of a test's name in the id of its sandbox."""
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
    if home.serving is not None and OVERHEARD in request.node.stash:
        sms.background.run(_overheard(request, home.serving, sms.id))
    strays = _strays(home.serving)

    def tell() -> str:
        return sms.background.run(_report(sms.behind), _TELLING) + strays()

    _watch(request, FailureReporter(sms.id, tell, lambda: home.over(sms)))
    return sms


@asynccontextmanager
async def sandbox_here(request: pytest.FixtureRequest) -> AsyncIterator[AsyncSms]:
    """A fresh sandbox, served by the running loop or by the server elsewhere."""
    url = _url(request.config)
    if url is not None:
        live = live_sandbox(request)
        async with remote(url) as door:
            sms = AsyncSms(door, live.behind.place, live.id, live.accounts, live.warnings, live.fake.seed)
            playing = _playing(request)
            yield sms if playing is None else await playing.listen(sms)
        return
    try:
        sms, serving = await served_here(wishes(request))
    except (CallRefused, Invalid, OSError, TypeError) as error:
        _fail(error)
    try:
        if (playing := _playing(request)) is not None:
            sms = await playing.lay(sms)
        await _overheard(request, serving, sms.id)
        strays = _strays(serving)
        _watch(request, FailureReporter(sms.id, lambda: at_once(_report(sms)) + strays(), lambda: None, here=True))
        yield sms
    finally:
        await serving.stop()


def _playing(request: pytest.FixtureRequest) -> HistoryRunner | None:
    """The delivery history that the test is run over, if it is marked so."""
    playing: HistoryRunner | None = request.node.stash.get(PLAYING, None)
    return playing


async def _overheard(request: pytest.FixtureRequest, serving: "Server", sandbox: str) -> None:
    """In the loop that serves: the run looks for blind spots in the sandbox, if it looks for any."""
    if OVERHEARD in request.node.stash:
        request.node.stash[OVERHEARD].attend(serving.emulator.sandboxes.by_id[sandbox])


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
    """What the ini file and the test's `sms` markers say; the closest to the test wins. Without an id of its own the
    sandbox is called after the test. Fails for a word that no sandbox takes."""
    wished: dict[str, Any] = {}
    for marker in reversed(list(request.node.iter_markers("sms"))):
        if marker.args:
            given = ", ".join(map(repr, marker.args))
            pytest.fail(f"@pytest.mark.sms({given}): write what it is, such as scenario={given}", pytrace=False)
        wished |= marker.kwargs
    for word in wished:
        if word not in Wishes.__annotations__:
            wrong = missing(word, "@pytest.mark.sms does not take this word", Wishes.__annotations__)
            pytest.fail(wrong, pytrace=False)
    if "import_" not in wished:  # a file that export wrote says all this itself
        ini = request.config.stash.get(INI, None)
        if ini is None:
            ini = request.config.stash[INI] = _ini(request.config)
        wished = ini | wished
    if "id" not in wished and (name := _named(request.node.name)):
        wished["id"] = name
    return wished


def _ini(config: pytest.Config) -> dict[str, Any]:
    """What the ini file says for all tests."""
    said = {word: config.getini(f"sms_emulator_{word}").strip() for word in ("clock", "scenario", "seed")}
    wished: dict[str, Any] = {word: text for word, text in said.items() if text}
    if "seed" in wished:
        try:
            wished["seed"] = int(wished["seed"])
        except ValueError:
            _fail(f"sms_emulator_seed = {wished['seed']} in {config.inipath}: not a whole number")
    if wished.get("scenario", "").endswith((".yaml", ".yml")) and config.inipath is not None:
        wished["scenario"] = config.inipath.parent / wished["scenario"]
    return wished


def _named(test: str) -> str:
    """The id of a test's sandbox: what may stand in one of the test's name, and a few letters that keep apart two of
    one name (on a server that several runs share, say)."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", test).strip("-")[:_LONGEST].rstrip("-")
    return f"{name}-{secrets.token_hex(3)}" if name else ""


def _watch(request: pytest.FixtureRequest, witness: FailureReporter) -> None:
    request.node.stash.setdefault(WITNESSES, []).append(witness)


def tell(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
    """Put the journals of a failed test's sandboxes into its report; delete them when the test is over."""
    witnesses = item.stash.get(WITNESSES, [])
    if report.failed:
        report.sections += [(f"sms-emulator, sandbox {one.title}", _tried(one.tell)) for one in witnesses]
        if call.excinfo is not None and any(one.here for one in witnesses) and _held_up(call.excinfo.value):
            report.sections.append(("sms-emulator", _HELD_UP))
    if report.when == "teardown":
        for one in witnesses:
            _tried(one.done)
        witnesses.clear()


_HELD_UP = (
    "Synchronous code waited in vain for an answer in the event loop of this test, which is the loop that serves\n"
    "sms_emulator: while it waits there, nobody answers. Use live_sms_emulator, which is served by a thread, or\n"
    "await asyncio.to_thread(...) around the synchronous call."
)


def _held_up(error: BaseException) -> bool:
    """Did a blocking socket time out in a plain function, and not in a thread? What is awaited ends in a coroutine."""
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None and cause not in chain:
        chain.append(cause)
    codes = [frame.f_code for one in chain for frame, _ in traceback.walk_tb(one.__traceback__)]
    in_a_thread = any(code.co_filename.replace("\\", "/").endswith("concurrent/futures/thread.py") for code in codes)
    last = [frame.f_code for frame, _ in traceback.walk_tb(chain[-1].__traceback__)][-1:]
    awaited = any(code.co_flags & inspect.CO_COROUTINE for code in last)
    return isinstance(chain[-1], TimeoutError) and chain[-1].errno is None and not awaited and not in_a_thread


def _tried(do: Callable[[], Any]) -> str:
    """A journal that cannot be read must not hide the failure that it should explain."""
    try:
        return str(do())
    except Exception as error:
        return f"the journal could not be read: {type(error).__name__}: {error}"


async def _report(sms: AsyncSms) -> str:
    """Where it was served, what was known to come to nothing, and what happened."""
    return "\n".join([f"served at {sms.base_url}", *(f"warning: {one}" for one in sms.warnings), await sms.report()])


def _strays(serving: "Server | None") -> Callable[[], str]:
    """Tells requests that came from now on with credentials of no sandbox, or to no known address. On a server that
    others use too they may be theirs: nothing is told."""
    if serving is None:
        return lambda: ""
    from emulator.control_api.handlers.report import request
    from emulator.control_api.report_text import request_lines

    default = serving.emulator.default
    since = default.journal.made

    def tell() -> str:
        lines: Iterable[str] = (
            line for one in default.journal.exchanges(since) for line in request_lines(request(default, one), [])
        )
        text = "".join(f"\n{line}" for line in lines)
        return f"\nrequests with credentials of no sandbox, or to no provider's address:{text}" if text else ""

    return tell


def _fail(error: Exception | str) -> NoReturn:
    """The error's own words are enough: where in our files it was raised teaches nobody."""
    raise pytest.fail.Exception(str(error), pytrace=False) from None
