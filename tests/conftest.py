"""For all tests: pytest inside pytest, which tests an emulator elsewhere is for, and how many examples a property is
tried with: the same few each time, which hypothesis draws without chance; in `make test-long` many, never tried yet."""

import os

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["pytester", "tools"]

INNER = "-p no:schemathesis"  # an inner pytest has no use for it, and would wait 0.7 s for it
os.environ["PYTEST_ADDOPTS"] = INNER
for _name in [one for one in os.environ if one.lower() in ("http_proxy", "https_proxy", "all_proxy", "no_proxy")]:
    del os.environ[_name]  # clients of others would ask a proxy for what listens on this machine

EVERYWHERE = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow], "database": None, "print_blob": True}
settings.register_profile("same", derandomize=True, max_examples=30, **EVERYWHERE)
settings.register_profile("fresh", derandomize=False, max_examples=300, **EVERYWHERE)

FROM_A_FIXTURE = {"sms_emulator", "live_sms_emulator", "sms_intercept"}


def pytest_collection_modifyitems(config, items):
    """With --sms-emulator-url: the tests whose emulator comes from a fixture. All others make one of their own."""
    if config.getoption("--sms-emulator-url"):
        elsewhere = [one for one in items if FROM_A_FIXTURE.intersection(one.fixturenames)]
        config.hook.pytest_deselected(items=[one for one in items if one not in elsewhere])
        items[:] = elsewhere


@pytest.fixture(scope="session")
def _everything_is_imported():
    """pytester forgets all modules that were first imported under it; a second copy of ours would not fit the first,
    nor one of http.cookiejar what requests has of it."""
    import http.cookiejar  # noqa: F401

    import emulator

    with emulator.running(), emulator.running() as sms:
        sms.settle()


@pytest.fixture
def pytester(_everything_is_imported, pytester, monkeypatch):
    """pytest inside pytest, in one process, which says the same in CI, on a narrow terminal and with warnings that are
    errors."""
    for name in ("CI", "BUILD_NUMBER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("PYTEST_ADDOPTS", INNER)
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function\n")  # pytest-asyncio warns without it
    return pytester


@pytest.fixture
async def served():
    """An emulator on a free port."""
    from support import serving

    async with serving() as one:
        yield one


@pytest.fixture
async def at():
    """An emulator with a sandbox whose clock stands, seen by an SMPP client."""
    from esme import desk

    async with desk() as one:
        yield one


@pytest.fixture
async def client():
    """Where a client of the emulator takes callbacks, on a free port."""
    from support import receiver

    async with receiver() as one:
        yield one


@pytest.fixture
async def sms():
    """A handle of a sandbox whose clock stands, in an emulator of its own."""
    import emulator

    async with emulator.running(clock="frozen") as one:
        yield one
