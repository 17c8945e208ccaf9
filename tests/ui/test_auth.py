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


async def test_the_log_in_sets_a_cookie_that_is_not_the_token(guarded):
    wrong = await guarded.post("/_emulator/page/login", token="open sesame")
    assert (wrong.status, "not the token" in wrong.text) == (401, True)
    async with guarded.session.post(
        guarded.base_url + "/_emulator/page/login", data={"token": "open-sesame"}, allow_redirects=False
    ) as answer:
        cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict"} <= set(cookie.split("; "))
    assert "open-sesame" not in cookie
    assert (await guarded.get("/")).status == 200
    assert (await guarded.get(SANDBOXES)).status == 200
    await guarded.post("/_emulator/page/logout")
    assert (await guarded.get("/")).status == 401


async def test_the_bearer_token_opens_everything_under_any_name(guarded):
    page = await guarded.get(SANDBOXES, Authorization="Bearer open-sesame", Host="emulator:8775")
    assert page.status == 200


async def test_a_name_may_be_allowed():
    async with (
        serving(allow_host=("sms.test",), public_url="http://public.test:99") as served,
        ClientSession() as session,
    ):
        surfer = Surfer(session, served.base_url)
        for host in ("sms.test:8775", "public.test:99"):
            assert (await surfer.get("/", Host=host)).status == 200
        assert (await surfer.get("/", Host="other.test")).status == 403


@pytest.mark.parametrize(
    "said",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:3000"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"},
    ],
)
async def test_another_site_cannot_make_a_browser_do_something(surfer, served, said):
    named = {name.replace("_", "-"): value for name, value in said.items()}
    assert (await surfer.post(f"{PAGE}/demo", headers=named)).status == 403
    async with surfer.session.post(surfer.base_url + SANDBOXES, json={}, headers=named) as answer:
        assert answer.status == 403
    assert len(served.emulator.sandboxes.by_id) == 1


async def test_a_link_from_elsewhere_opens_the_page(surfer):
    said = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}
    assert (await surfer.get("/", **said)).status == 200
    assert (await surfer.get("/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors")).status == 403


async def test_our_own_forms_and_plain_clients_pass(surfer):
    own = {"Origin": surfer.base_url, "Sec-Fetch-Site": "same-origin"}
    assert (await surfer.post(f"{PAGE}/demo", headers=own, count="1")).status == 200
    assert (await surfer.get(SANDBOXES)).status == 200


async def test_providers_are_served_under_any_name_to_any_site(surfer):
    path = "/api/getBalance?key=emulator-smsoffice"
    assert (await surfer.get(path, Host="smsoffice.ge", Origin="http://evil.example")).status == 200
    assert (await surfer.get("/_emulator/sink/smsoffice", Host="anything.test")).status == 200
