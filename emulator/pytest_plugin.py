"""Fixtures and marker for pytest; nothing else. Only pytest is imported until a fixture is used.

`sms_emulator` (async) has to be served by the loop that runs the test, and each async plugin makes its loop in its own
way. So it is a plain fixture that looks at the test and asks for one of several hidden fixtures: one that
pytest-asyncio (and so pytest-aiohttp) sets up in the loop scope of the test, or one that anyio takes for its own.
"""

import inspect
import sys
from collections.abc import AsyncIterator, Generator, Iterator
from importlib.machinery import ModuleSpec, PathFinder
from typing import TYPE_CHECKING, Any, cast

import pytest

if TYPE_CHECKING:
    from emulator.control_client.async_client import AsyncSms
    from emulator.control_client.sync_client import Sms
    from emulator.histories.history import History
    from emulator.world.world import World


class _AsTheyAre:
    """Finds our modules before pytest does, which would rewrite the asserts of all of them, as it does for the whole
    package of a plugin; there are none that a test should see."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        return PathFinder.find_spec(name, path, target) if name.startswith("emulator.") else None


sys.meta_path.insert(0, _AsTheyAre)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("sms-emulator")
    group.addoption(
        "--sms-emulator-url", metavar="URL", default=None,
        help="use the emulator that runs there (`sms-emulator serve`) instead of starting one; the environment says "
        "it as SMS_EMULATOR_URL, and its --token as SMS_EMULATOR_TOKEN",
    )  # fmt: skip
    group.addoption(
        "--sms-history", metavar="TOKEN", default=None,
        help="run tests marked sms_histories over this one delivery history, as a failure's report names it",
    )  # fmt: skip
    group.addoption(
        "--sms-world", metavar="TOKEN", default=None,
        help="run tests with the fixture sms_world in this one world, as a failure's report names it",
    )  # fmt: skip
    group.addoption(
        "--sms-worlds", metavar="N", type=int, default=None,
        help="run tests with the fixture sms_world in so many worlds, whatever their marks say",
    )  # fmt: skip
    group.addoption(
        "--sms-world-real", action="store_true",
        help="run tests with the fixture sms_world once, in real time over sockets of this machine",
    )  # fmt: skip
    group.addoption(
        "--sms-world-real-wait", metavar="SECONDS", type=float, default=1.0,
        help="with --sms-world-real, cut each wait short in which so long nothing happens (default: 1)",
    )  # fmt: skip
    group.addoption(
        "--sms-blind-spots", action="store_true",
        help="behind the ordinary run, run the tests that send once more for each fault that the provider may have, "
        "and list the faults that no test notices",
    )  # fmt: skip
    group.addoption(
        "--sms-blind-spots-seconds", metavar="N", type=float, default=300.0,
        help="look for blind spots so long at most (default: 300)",
    )  # fmt: skip
    group.addoption(
        "--sms-blind-spots-only", metavar="FAULT", action="append", default=[],
        help="only for faults whose names begin so; repeatable",
    )  # fmt: skip
    for word, may in (("clock", "real or frozen"), ("scenario", "its name, or a file beside this one"),
                      ("seed", "a whole number")):  # fmt: skip
        parser.addini(f"sms_emulator_{word}", f"{word} of every test's sandbox unless its mark sms says so: {may}",
                      default="")  # fmt: skip


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "sms(scenario=..., seed=..., clock=..., balance=..., ...): what the sandbox of sms_emulator and "
        "live_sms_emulator is made of; anything that POST /_emulator/sandboxes takes",
    )
    config.addinivalue_line(
        "markers",
        'sms_world(worlds=50, crashes=0, network="rough", seed=1): run the test in many worlds of virtual time, each '
        "with other latencies, lost answers and crashes",
    )
    config.addinivalue_line(
        "markers",
        "sms_histories(max_examples=50, seconds=20, seed=1, without=()): run the test over many delivery histories of "
        "the messages it sends (duplicated, reordered, late, missing, ...), each time with fresh fixtures",
    )
    if config.getoption("--sms-blind-spots"):
        from emulator.testing.blind_spots import BlindSpots

        config.pluginmanager.register(BlindSpots(config), "sms-blind-spots")
    if _has_pytest_asyncio(config):
        from emulator.testing import asyncio_fixtures

        config.pluginmanager.register(asyncio_fixtures, "sms-emulator-asyncio")


def _has_pytest_asyncio(config: pytest.Config) -> bool:
    plugin = sys.modules.get("pytest_asyncio.plugin")
    return plugin is not None and config.pluginmanager.is_registered(plugin)


# fixtures


@pytest.fixture
def sms_emulator(request: pytest.FixtureRequest) -> "AsyncSms":
    """An emulator in the loop of this async test, with a fresh sandbox: its calls as coroutines (await sms.otp(...)),
    and base_url, smpp_port, and credentials such as .smsoffice.key as attributes."""
    sms: AsyncSms = request.getfixturevalue(_serving_fixture(request))
    return sms


@pytest.fixture
def live_sms_emulator(request: pytest.FixtureRequest) -> "Sms":
    """An emulator in a thread, one for the whole run, with a fresh sandbox for this test: the same as sms_emulator
    without await, for synchronous tests and for apps in other processes."""
    from emulator.testing.fixtures import live_sandbox

    return live_sandbox(request)


@pytest.fixture
def sms_intercept(live_sms_emulator: "Sms") -> "Iterator[Sms]":
    """live_sms_emulator, to which this process's own clients are led for the test: requests, httpx, aiohttp, urllib and
    zeep that call https://smsoffice.ge, https://api.ubill.dev and https://smsc.ru, not a line of them changed."""
    from emulator.extras import NotInstalled

    try:
        from emulator.interception.in_process import intercepted
    except NotInstalled as missing:
        raise pytest.fail.Exception(f"The fixture sms_intercept: {missing}", pytrace=False) from None
    with intercepted(live_sms_emulator.base_url):
        yield live_sms_emulator


@pytest.fixture
async def _sms_emulator_by_anyio(request: pytest.FixtureRequest) -> "AsyncIterator[AsyncSms]":
    from emulator.testing.fixtures import sandbox_here

    async with sandbox_here(request) as sms:
        yield sms


@pytest.fixture
def sms_history(request: pytest.FixtureRequest) -> "History":
    """The delivery history that this run of the test is over: .statuses that are told, .events, str() in words; the
    normal one without the marker sms_histories."""
    from emulator.histories.history import NORMAL
    from emulator.histories.runner import PLAYING

    playing = request.node.stash.get(PLAYING, None)
    return NORMAL if playing is None else playing.history


@pytest.fixture
def sms_world(request: pytest.FixtureRequest) -> "World":
    """A world of virtual time: the providers, your application's processes, a network that loses answers. The test is
    run in many of them (docs/virtual-time.md)."""
    from emulator.testing.world_runs import sandbox_of

    placeholder: World = cast("World", sandbox_of(request))
    return placeholder  # the test itself is given each world in its place


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if "sms_world" not in pyfuncitem.funcargs:
        return None
    from emulator.testing.world_runs import play

    play(pyfuncitem)
    return True


def _serving_fixture(request: pytest.FixtureRequest) -> str:
    """The hidden fixture that serves in the loop of this test. Fails, saying what to use, when there is none."""
    function = request.function
    function = getattr(getattr(function, "hypothesis", None), "inner_test", function)
    if not inspect.iscoroutinefunction(function):
        _refuse("serves in the event loop of an async test, and this test is not async. Use live_sms_emulator: "
                "the same without await")  # fmt: skip
    marker = request.node.get_closest_marker("asyncio")
    if marker is not None and _has_pytest_asyncio(request.config):
        if "anyio_backend" in request.fixturenames:
            _refuse("would be set up by anyio while pytest-asyncio runs the test, in two loops. Take the mark anyio "
                    "from the test, or set asyncio_mode = strict")  # fmt: skip
        scope = marker.kwargs.get("loop_scope") or marker.kwargs.get("scope") or _default_loop_scope(request.config)
        return f"_sms_emulator_in_{scope}_loop"
    if "anyio_backend" in request.fixturenames:
        backend = request.getfixturevalue("anyio_backend")
        name = backend if isinstance(backend, str) else backend[0]
        if name != "asyncio":
            _refuse(f"serves in an asyncio loop, and this test runs on {name}. Use live_sms_emulator, or let the "
                    "fixture anyio_backend give 'asyncio'")  # fmt: skip
        return "_sms_emulator_by_anyio"
    return _refuse(
        "finds no plugin that runs this async test. Install pytest-aiohttp or pytest-asyncio and mark the test "
        "@pytest.mark.asyncio (or set asyncio_mode = auto), or mark it @pytest.mark.anyio; unittest's async tests "
        "have `async with emulator.running() as sms:`"
    )


def _default_loop_scope(config: pytest.Config) -> str:
    try:
        return str(config.getini("asyncio_default_test_loop_scope"))
    except ValueError:  # pytest-asyncio before 0.26 has no such setting
        return "function"


def _refuse(why: str) -> str:
    pytest.fail(f"The fixture sms_emulator {why}.", pytrace=False)


# a test over many delivery histories


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    if item.get_closest_marker("sms_histories") is None:
        return None
    from emulator.histories.reruns import run
    from emulator.testing.fixtures import OVERHEARD

    run(item, nextitem, OVERHEARD)
    return True


# the report of a failed test


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if used := sys.modules.get("emulator.testing.fixtures"):
        used.tell(item, call, report)
    return report
