"""Who may see the page: the token, the log-in, and other sites' requests. The rest of the door:
control_api/test_auth.py."""

import pytest
from aiohttp import ClientSession, CookieJar
from support import serving
from ui.surfer import PAGE, Surfer

SANDBOXES = "/_emulator/sandboxes"


@pytest.fixture
async def guarded():
    async with serving(token="open-sesame") as served, ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        yield Surfer(session, served.base_url)


async def test_without_the_token_there_is_a_log_in_and_nothing_else(guarded):
    for path in ("/", f"{PAGE}/desk", f"{PAGE}/requests", f"{PAGE}/live/inbox"):
        page = await guarded.get(path)
        assert page.status == 401
        assert "Log in" in page.text
        assert "message" not in page.text.replace("messages", "")
    assert (await guarded.post(f"{PAGE}/demo")).status == 401
    assert (await guarded.get("/_emulator/metrics")).status == 401
    assert (await guarded.get("/_emulator/health")).status == 200


async def test_a_browser_logs_in_with_the_token_and_out_again(guarded):
    wrong = await guarded.post("/_emulator/page/login", token="open sesame")
    assert (wrong.status, "not the token" in wrong.text) == (401, True)
    assert (await guarded.post("/_emulator/page/login", token="open-sesame")).status == 200
    assert (await guarded.get(SANDBOXES)).status == 200
    await guarded.post("/_emulator/page/logout")
    assert (await guarded.get("/")).status == 401


async def test_a_name_may_be_allowed():
    async with (
        serving(allow_host=("sms.test",), public_url="http://public.test:99") as served,
        ClientSession() as session,
    ):
        surfer = Surfer(session, served.base_url)
        for host in ("sms.test:8775", "public.test:99"):
            assert (await surfer.get("/", Host=host)).status == 200
        assert (await surfer.get("/", Host="other.test")).status == 403


async def test_our_own_forms_and_plain_clients_pass(surfer):
    own = {"Origin": surfer.base_url, "Sec-Fetch-Site": "same-origin"}
    assert (await surfer.post(f"{PAGE}/demo", headers=own, count="1")).status == 200
    assert (await surfer.get(SANDBOXES)).status == 200
