"""Every page by axe, the rules that most accessibility checks are made of: without a violation, light and dark, wide
and narrow; and with one heading that says where one is."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from support import frozen, get, key_of, send_path, serving, walk
from tools import NODE_MODULES, need

from emulator.app.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def lived_in() -> AsyncIterator[Server]:
    """An emulator whose default sandbox has something of everything."""
    async with serving() as served:
        default = served.emulator.default
        default.clock.rate = 0
        for more in ({"reference": "one"}, {"sender": "Shop"}, {"to": "995577990001", "reference": "two"}):
            await get(served.base_url + send_path(**more))
        await get(served.base_url + send_path(key=key_of(frozen(served)), content="elsewhere"))
        await walk(served, default)
        yield served


PATHS = {"inbox": "/", "message": "messages/m1", "controls": "desk"}
MORE = {
    "refused": "requests/x2", "requests": "requests", "login": "/_emulator/page/login", "nothing there": "messages/m99",
    "empty inbox": "/?q=nothing-of-the-kind", "callbacks": "callbacks", "send": "send", "ledger": "ledger",
    "api": "/_emulator/page/api", "contract": "/_emulator/page/contract/ubill",
}  # fmt: skip
"""What is made of the same pieces, and long tables: axe takes a second of each, so in make test-long."""


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
async def test_axe_finds_nothing_on_any_page(browser: Any, lived_in: Server, scheme: str) -> None:
    need("npm's axe-core")
    axe = (NODE_MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    width = 1280 if scheme == "light" else 390
    context = await browser.new_context(
        bypass_csp=True, color_scheme=scheme, viewport={"width": width, "height": 800}, reduced_motion="reduce"
    )
    found = {}
    try:
        page = await context.new_page()
        for name, path in (PATHS if scheme == "light" else {**PATHS, **MORE}).items():
            await page.goto(lived_in.base_url + (path if path.startswith("/") else f"/_emulator/page/default/{path}"))
            assert await page.locator("h1").count() == 1, name
            await page.add_script_tag(content=axe)
            told = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            found[name] = [f"{one['id']}: {node['html'][:160]}" for one in told["violations"] for node in one["nodes"]]
    finally:
        await context.close()
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
