"""What tests of the page share: an emulator, who surfs it, and a real browser where one is installed."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, CookieJar
from tools import need
from ui.surfer import Surfer

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
async def surfer(served: Any) -> AsyncIterator[Surfer]:
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        yield Surfer(session, served.base_url)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Any]:
    """A real, headless Chromium: one for all tests, which so have one loop. Starting it costs more than most of them;
    each has a context, and an emulator, of its own."""
    chromium = need("chromium")
    from playwright.async_api import async_playwright

    async with async_playwright() as driver:
        running = await driver.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        await running.close()
