"""What a test with our fixtures costs beside one with pytest-httpserver, and an empty one with our plugin beside one
without it: processor time of the whole test, with set-up and teardown, medians of one run. pytest-httpserver is no
dependency of ours: `pip install pytest-httpserver` first."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

_TESTS = """
import urllib.request

import aiohttp
import pytest

again = pytest.mark.parametrize("n", range(100))
SEND = "/api/v2/send/?destination=995577123456&sender=smsoffice&content=Hi&key="


async def fetch(url):
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        await answer.read()


@again
def test_untouched(n, SYNC):
    pass


@again
async def test_untouched_async(n, ASYNC):
    pass


@again
def test_send(n, SYNC):
    urllib.request.urlopen(at(SYNC)).read()


@again
async def test_send_async(n, ASYNC):
    await fetch(at(ASYNC))


"""
_EMPTY = """
import pytest

again = pytest.mark.parametrize("n", range(300))


@again
def test_empty(n):
    pass


@again
async def test_empty_async(n):
    pass
"""
_OURS = "\n\ndef at(sms):\n    return sms.base_url + SEND + sms.smsoffice.key\n"
_THEIRS = """

def at(server):
    server.expect_request("/api/v2/send/").respond_with_json({"Success": True})
    return server.url_for(SEND)
"""
_TIMES = """
import collections
import json
import statistics
import time

import pytest

TIMES = collections.defaultdict(list)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    began = time.process_time()
    done = yield
    TIMES[f"{item.module.__name__} {item.originalname}"].append(time.process_time() - began)
    return done


def pytest_sessionfinish(session):
    with open("times.json", "w") as file:
        json.dump({name: statistics.median(all) * 1e3 for name, all in TIMES.items()}, file)
"""
_ROWS = {
    "untouched": "a test, the fixture untouched: ms",
    "untouched_async": "the same, async: ms",
    "send": "a test with one send: ms",
    "send_async": "the same, async: ms",
}
_EMPTY_ROWS = {
    "empty": "an empty test, beside one without our plugin: ms",
    "empty_async": "the same, async: ms",
}


def measure() -> Iterator[tuple[str, float, float, float]]:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "conftest.py").write_text(_TIMES)
        ours = _TESTS.replace("ASYNC", "sms_emulator").replace("SYNC", "live_sms_emulator")
        theirs = _TESTS.replace("ASYNC", "httpserver").replace("SYNC", "httpserver")
        (folder / "test_ours.py").write_text(ours + _OURS)
        (folder / "test_theirs.py").write_text(theirs + _THEIRS)
        (folder / "test_no.py").write_text(_EMPTY)
        times = _times(folder, "test_ours.py", "test_theirs.py")
        with_it, without = _times(folder, "test_no.py"), _times(folder, "test_no.py", "-p", "no:sms_emulator")
    for test, what in _ROWS.items():
        mine, other = times[f"test_ours test_{test}"], times[f"test_theirs test_{test}"]
        yield what, mine, other, mine / other
    for test, what in _EMPTY_ROWS.items():
        mine, other = with_it[f"test_no test_{test}"], without[f"test_no test_{test}"]
        yield what, mine, other, mine / other


def _times(folder: Path, *chosen: str) -> dict[str, float]:
    """Milliseconds of each test of a run."""
    options = ["asyncio_mode=auto", "asyncio_default_fixture_loop_scope=function"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *(f"-o{one}" for one in options)]
    done = subprocess.run([*command, *chosen], cwd=folder, env=dict(os.environ), capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{done.stdout[-2000:]}\n`pip install pytest-httpserver` brings the yardstick")
    times: dict[str, float] = json.loads((folder / "times.json").read_text())
    return times
