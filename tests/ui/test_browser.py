"""The page in a real browser: what comes by itself, what the keys do, and that a hostile text does nothing."""

import asyncio
import json
import re
import time
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from support import PATIENCE, control, frozen, get, send_path, serving
from ui.surfer import PAGE

from emulator.app.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")
ROWS = "#list li[data-id]"
COUNT_DRAWINGS = "window.drawn = 0; addEventListener('htmx:sse:after:message', () => { window.drawn += 1 })"
NOTE_COPIES = """new MutationObserver((changes) => {
  window.copied ||= changes.some((one) => one.target.matches("button.code.copied"));
}).observe(document.body, {subtree: true, attributeFilter: ["class"]})"""


class Window:
    """One tab. `expect`: what holds of its page by and by, as the driver's `inner_text`, `count` and their like do not
    wait. `trouble`: what the console complained of, refused scripts and styles among it."""

    def __init__(self, page: Any, served: Server) -> None:
        self.page, self.served, self.base_url = page, served, served.base_url
        from playwright import async_api

        self.api = async_api
        self.expect = async_api.expect
        self.expect.set_options(timeout=PATIENCE * 1000)
        self.trouble: list[str] = []
        page.set_default_timeout(PATIENCE * 1000)
        page.on("console", lambda said: self.trouble.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("dialog", lambda dialog: self.trouble.append(f"dialog {dialog.message}"))

    async def open(self, path: str) -> None:
        await self.page.goto(self.base_url + path)

    async def until(self, true: str) -> None:
        """Until a script's expression holds. One that fails, as it may while one page replaces another, does not hold
        yet. (The driver's own way evaluates text in the page, which its policy forbids.)"""
        ends = time.monotonic() + PATIENCE
        while True:
            failed = None
            try:
                if await self.page.evaluate(true):
                    return
            except self.api.Error as error:
                failed = error
            if time.monotonic() > ends:
                raise AssertionError(f"it never held: {true}") from failed
            await asyncio.sleep(0.05)

    async def live(self) -> None:
        """Until the live part has been drawn once: from now on it is the stream that tells what is new."""
        await self.until("window.drawn > 0")

    async def send(self, text: str, **more: str) -> None:
        """As a program under test does, behind the page's back."""
        assert (await get(self.base_url + send_path(content=text, **more)))[0] == 200


@asynccontextmanager
async def opened(browser, served, **look):
    """A tab of a browser that remembers nothing."""
    context = await browser.new_context(**look)
    try:
        await context.add_init_script(COUNT_DRAWINGS)
        made = Window(await context.new_page(), served)
        yield made
        assert made.trouble == []
    finally:
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def window(browser):
    async with serving() as served, opened(browser, served, viewport={"width": 1280, "height": 800}) as made:
        yield made


async def test_a_message_appears_without_reload_and_its_status_moves(window):
    window.served.emulator.default.clock.rate = 0
    await window.open("/")
    await window.live()
    await window.page.evaluate("window.same = true")
    await window.send("Your%20code%20is%20482913")
    row = window.page.locator(f"{ROWS} >> nth=0")
    await window.expect(row).to_contain_text("Your code is 482913")
    await window.expect(row.locator(".status")).to_have_text("pending")
    await window.expect(window.page.locator(".empty")).to_be_hidden()
    await window.served.emulator.clock_driver(window.served.emulator.default).walk(60.0, 10.0)
    await window.page.locator(f"{ROWS} .status.delivered").wait_for()
    assert await window.page.evaluate("window.same") is True


async def test_an_open_message_follows_its_life(window):
    window.served.emulator.default.clock.rate = 0
    await window.send("hello", reference="first")
    await window.open(f"{PAGE}/messages/m1")
    await window.live()
    await window.page.locator(".timeline .at-due").wait_for()
    await window.page.get_by_role("button", name="Settle").click()
    await window.page.locator("#life .status.delivered").first.wait_for()
    await window.page.locator(".timeline .at-callback.good").wait_for()
    await window.expect(window.page.locator(".timeline")).to_contain_text("callback: delivered, attempt 1")


async def test_advance_on_the_desk_moves_the_status(window):
    window.served.emulator.default.clock.rate = 0
    await window.send("hello", reference="first")
    await window.open(f"{PAGE}/desk")
    fields = window.page.locator("#wrong form >> nth=0").locator("select, input, button")
    ends = await fields.evaluate_all("all => all.map((one) => Math.round(one.getBoundingClientRect().bottom / 4))")
    assert (len(ends), len(set(ends))) == (5, 1)  # in one line, each below its label
    statuses = window.page.locator(".plot.statuses")
    await window.expect(statuses).to_contain_text("pending")
    await window.page.get_by_role("button", name="+ 1 min").click()
    await window.expect(statuses).to_contain_text("delivered")
    await window.page.locator("#callbacks td .good").first.wait_for()


async def test_a_snapshot_is_kept_restored_and_the_sandbox_taken_home(window):
    window.served.emulator.default.clock.rate = 0
    await window.send("first")
    await window.open(f"{PAGE}/desk")
    await window.page.fill("#keeping input[name=name]", "до распродажи")
    await window.page.get_by_role("button", name="Keep").click()
    await window.page.locator("#keeping td", has_text="до распродажи").wait_for()
    await window.send("second", to="995577000002")
    await window.open(f"{PAGE}/desk")
    window.page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
    await window.page.get_by_role("button", name="Restore").click()
    await window.page.locator("#keeping td", has_text="1 time").wait_for()
    assert window.trouble == ["dialog Go back to this snapshot? Messages since then go."]
    window.trouble.clear()
    assert len(window.served.emulator.default.engine.state.store.messages) == 1
    async with window.page.expect_download() as starting:
        await window.page.get_by_role("link", name="Export").click()
    download = await starting.value
    assert download.suggested_filename == "sms-emulator-default.json"
    assert "journal" in json.loads((await download.path()).read_text(encoding="utf-8"))


async def test_a_switch_a_limit_and_a_price_are_set_on_the_desk(window):
    account = window.served.emulator.default.account("smscenter")
    await window.open(f"{PAGE}/desk")
    card = window.page.locator(".card", has_text="SMS Center")
    await card.locator("summary").click()
    await card.locator("select[name='switches:long-text']").select_option(label="accept")
    await card.locator("input[name='switches:retry']").fill("60 600")
    await card.locator("input[name='prices:part']").fill("2.5")
    await card.locator("select[name=limits]").select_option("off")
    await card.locator("form.terms button").click()
    await window.expect(card.locator("details:not([open])")).to_have_count(1)
    assert (account.switches, account.limits_off) == ({"long-text": "accept", "retry": [60, 600]}, True)
    await card.locator("summary").click()
    await window.expect(card.locator("form.terms .changed")).to_have_text(["long-text", "retry"])
    await window.expect(card.locator("input[name='prices:part']")).to_have_value("2.5")


async def test_the_pdus_of_a_session_come_as_they_go(window):
    from emulator.client import SmppClient

    async with SmppClient(window.served.smpp_host, "emulator", "emulator", port=window.served.smpp_port) as client:
        await window.open(f"{PAGE}/desk")
        await window.page.locator("#sessions a", has_text="s1").click()
        await window.page.wait_for_url("**/sessions/s1")
        await window.live()
        await client.submit("79001112233", "Привет", sender="Shop")
        await window.served.emulator.clock_driver(window.served.emulator.default).walk(60.0, 10.0)
        names = [re.compile(rf"\s{name}\s*$") for name in ("deliver_sm", "submit_sm", "bind_transceiver")]
        await window.expect(window.page.locator(".pdus td[data-th=PDU]")).to_have_text(names)
        await window.expect(window.page.locator(".pdus")).to_contain_text("Привет")
    await window.page.locator("text=It is not bound").wait_for()


async def test_search_finds_it_and_the_live_list_keeps_to_it(window):
    for n, text in enumerate(("apple%20pie", "plum%20cake", "apple%20juice"), 1):
        await window.send(text, to=f"99557700000{n}")
    await window.open("/")
    await window.page.keyboard.press("/")
    await window.page.keyboard.type("apple")
    await window.page.keyboard.press("Enter")
    await window.page.wait_for_url("**q=apple**")
    await window.expect(window.page.locator(ROWS)).to_have_count(2)
    await window.live()
    await window.send("cherry", to="995577000004")
    await window.send("apple%20tart", to="995577000005")
    await window.expect(window.page.locator(ROWS)).to_have_count(3)


async def test_a_script_in_a_text_stays_text(window):
    await window.open("/")
    await window.live()
    await window.send("%3Cscript%3Ealert(1)%3C/script%3E%3Cimg%20src=x%20onerror=alert(2)%3E")
    row = window.page.locator(ROWS)
    await window.expect(row).to_contain_text("<script>alert(1)</script><img src=x onerror=alert(2)>")
    await row.locator("a").click()
    await window.page.wait_for_url("**/messages/m1")
    await window.expect(window.page.locator(".bubble")).to_contain_text("<script>alert(1)</script>")
    await window.expect(window.page.locator("img[src=x]")).to_have_count(0)


async def test_what_was_opened_is_read_and_stays_so(window):
    for n in (1, 2, 3):
        await window.send("hello", to=f"99557700000{n}")
    await window.open("/")
    unread = window.page.locator(f"{ROWS}.unread")
    await window.expect(unread).to_have_count(3)
    await window.expect(window.page).to_have_title(re.compile(r"^\(3\) "))
    await window.page.locator("#m2 a").click()
    await window.until("(localStorage.getItem('read:default') || '').includes('[2]')")
    await window.open("/")
    await window.expect(unread).to_have_count(2)
    await window.page.get_by_role("button", name="Mark all as read").click()
    await window.expect(unread).to_have_count(0)
    await window.send("news", to="995577000009")
    await window.expect(unread).to_have_count(1)


async def test_keys_walk_the_list_and_open_a_message(window):
    for n in (1, 2, 3):
        await window.send("hello", to=f"99557700000{n}")
    await window.open("/")
    for key in ("j", "j", "j", "k"):
        await window.page.keyboard.press(key)
    await window.expect(window.page.locator("#m2 a:focus")).to_have_count(1)
    await window.page.keyboard.press("Enter")
    await window.page.wait_for_url("**/messages/m2")
    await window.page.keyboard.press("i")
    await window.page.wait_for_url(f"{window.base_url}/")
    await window.page.keyboard.press("d")
    await window.page.wait_for_url("**/desk")


async def test_a_code_is_copied(window):
    await window.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await window.send("Your%20code%20is%20482913")
    await window.open("/")
    await window.page.evaluate(NOTE_COPIES)
    await window.page.locator("button.code").click()
    await window.until("window.copied")
    assert await window.page.evaluate("navigator.clipboard.readText()") == "482913"


async def test_sending_from_the_page_with_georgian_and_cyrillic(window):
    await window.open(f"{PAGE}/send")
    await window.page.fill("textarea[name=text] >> nth=0", "გამარჯობა, Привет 🎉")
    await window.page.get_by_role("button", name="Send", exact=True).click()
    await window.page.wait_for_url("**/messages/m1")
    await window.expect(window.page.locator(".bubble")).to_have_text("გამარჯობა, Привет 🎉")
    await window.expect(window.page.locator("dl.facts")).to_contain_text("UCS-2")


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
async def test_nothing_is_wider_than_a_narrow_phone(window, scheme):
    sandbox = frozen(window.served, id="test-" + "named-after-its-test-" * 4)
    place = f"/_emulator/page/{sandbox.id}"
    for number in range(40):
        frozen(window.served, id=f"{number}-{'long-name' * 9}")
    await window.page.set_viewport_size({"width": 360, "height": 740})
    await window.page.emulate_media(color_scheme=scheme)
    await window.open(f"{place}/send")
    await window.page.fill("textarea[name=text] >> nth=0", "w" * 300 + " https://example.test/" + "a" * 200)
    await window.page.fill("input[name=reference]", "r" * 60)
    await window.page.get_by_role("button", name="Send", exact=True).click()
    await window.page.wait_for_url("**/messages/m1")
    for path in (
        f"/?sandbox={sandbox.id}",
        f"{place}/messages/m1",
        f"{place}/desk",
        f"{place}/requests",
        f"{place}/requests/x1",
        f"{place}/send",
        f"{place}/ledger",
        "/_emulator/page/contract/ubill",
    ):
        await window.open(path)
        assert await window.page.evaluate("document.documentElement.scrollWidth") <= 360, path


async def test_the_title_counts_all_that_is_unread_however_few_are_shown(window):
    await window.send("hello", to=",".join(f"9955770000{n:02}" for n in range(60)))
    await window.open("/")
    await window.expect(window.page.locator(ROWS)).to_have_count(50)
    await window.expect(window.page).to_have_title(re.compile(r"^\(60\) "))
    await window.open("/?q=995577000007")
    await window.expect(window.page.locator(ROWS)).to_have_count(1)
    await window.expect(window.page).to_have_title(re.compile(r"^\(60\) "))
    await window.page.get_by_role("button", name="Mark all as read").click()
    await window.expect(window.page).not_to_have_title(re.compile(r"^\("))


async def test_a_server_that_is_gone_is_told_within_seconds(browser):
    async with serving() as served, opened(browser, served) as window:
        await window.open(f"{PAGE}/requests/x1")
        gone = window.page.locator("[data-gone]")
        await window.expect(gone).to_be_hidden()
        await served.stop()
        await window.expect(gone).to_be_visible()
        window.trouble.clear()


async def test_a_sandbox_that_is_deleted_is_told_where_it_is_open(browser):
    async with serving() as served, opened(browser, served) as window:
        sandbox = frozen(served)
        await window.open(f"/?sandbox={sandbox.id}")
        await window.live()
        await control(served, "DELETE", f"/_emulator/sandboxes/{sandbox.id}")
        await window.expect(window.page.locator("[data-no-more]")).to_be_visible()
        assert {re.search("404", one) is not None for one in window.trouble} == {True}
        window.trouble.clear()


async def test_a_filter_acts_at_once(window):
    await window.send("one", to="995577000001")
    await window.send("two", sender="Shop")
    await window.open("/")
    rows = window.page.locator("#list li")
    await window.expect(rows).to_have_count(2)
    await window.page.select_option("select[name=status]", "refused")
    await window.page.wait_for_url("**status=refused**")
    await window.expect(rows).to_have_count(1)
    await window.expect(rows.first).to_contain_text("refused")
    await window.open(f"{PAGE}/requests")
    await window.page.select_option("select[name=outcome]", "accepted")
    await window.page.wait_for_url("**outcome=accepted**")
    await window.expect(window.page.locator("#requests li")).to_have_count(1)


async def test_clear_empties_the_inbox_once_it_is_confirmed(window):
    await window.send("one")
    await window.open("/")
    window.page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
    await window.page.get_by_role("button", name="Clear").click()
    await window.expect(window.page.locator("main")).to_contain_text("Nothing has been sent yet")
    assert [one.partition("?")[0] for one in window.trouble] == ["dialog Clear the sandbox"]
    window.trouble.clear()
