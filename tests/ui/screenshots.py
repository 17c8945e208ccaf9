"""Pictures of the page, for the docs and for whoever changes it: `make screenshots`.

2,000 messages in a sandbox, some refused, some with callbacks that their receiver did not take; inbox, message and
controls, wide and narrow, light and dark. The same seed draws the same pictures, but for the time of day.
"""

import asyncio
import sys
from pathlib import Path
from random import Random
from urllib.parse import urlencode

from aiohttp import ClientSession, web
from playwright.async_api import async_playwright
from support import receiver, serving
from tools import need
from ui.conftest import FLAGS

from emulator.app.server import Server
from emulator.sandboxes.spec import NewSandbox
from emulator.ui.demo_traffic import traffic

SIZES = {"wide": (1280, 800), "phone": (390, 844)}
SCHEMES = ("light", "dark")
MESSAGES = 2_000


async def filled(served: Server, callback_url: str) -> str:
    """A sandbox with a day's traffic; its id."""
    wish = NewSandbox(id="shop", clock="frozen", balance=100_000.0, callback_url=callback_url)
    sandbox = served.emulator.create(wish)
    key = sandbox.account("smsoffice").credentials["key"]
    chance = Random(1)
    async with ClientSession() as session:
        for number, one in enumerate(traffic(["smsoffice"], MESSAGES, 1)):
            fields = {"key": key, "destination": one.to, "sender": "smsoffice", "content": one.text}
            fields["reference"] = f"order-{number}"
            if number % 41 == 40 or number in (MESSAGES - 3, MESSAGES - 6):
                fields["sender"] = "Shop"  # not among the account's senders
            await session.get(f"{served.base_url}/api/v2/send/?{urlencode(fields)}")
            if number % 100 == 99 or number > MESSAGES - 30:
                where = f"{served.base_url}/_emulator/sandboxes/{sandbox.id}/clock"
                await session.post(where, json={"advance": 7 if number > MESSAGES - 30 else chance.randint(60, 900)})
        await session.post(f"{served.base_url}/_emulator/sandboxes/{sandbox.id}/clock", json={"advance": 1})
        lost = {"when": {"operation": "send"}, "then": {"reply": {"fault": "lost"}}, "times": 2}
        await session.post(f"{served.base_url}/_emulator/sandboxes/{sandbox.id}/rules", json=lost)
    return sandbox.id


async def main(folder: Path) -> None:
    async with serving() as served, receiver() as taking, async_playwright() as driver:
        taking.answers = lambda fields: web.Response(text="no" if fields["reference"].endswith("3") else "OK")
        name = await filled(served, taking.url)
        newest = len(served.emulator.sandboxes.by_id[name].engine.state.store.messages)
        pages = {
            "inbox": f"/?sandbox={name}", "message": f"/_emulator/page/{name}/messages/m{newest - 3}",
            "controls": f"/_emulator/page/{name}/desk", "requests": f"/_emulator/page/{name}/requests",
            "callbacks": f"/_emulator/page/{name}/callbacks", "api": "/_emulator/page/api",
        }  # fmt: skip
        browser = await driver.chromium.launch(executable_path=need("chromium"), args=FLAGS)
        for scheme in SCHEMES:
            for size, (width, height) in SIZES.items():
                tab = await browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
                for page, path in pages.items():
                    await tab.goto(served.base_url + path)
                    await tab.screenshot(path=folder / f"{page}-{size}-{scheme}.png")
                await tab.close()
        await browser.close()


if __name__ == "__main__":
    where = Path(sys.argv[1])
    where.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(where))
