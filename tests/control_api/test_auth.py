"""Who may do what, octet by octet over the wire: tokens, names of hosts, origins, paths, log-ins."""

import asyncio
import hmac

import pytest
from aiohttp import ClientSession
from support import octets, once, send_path, serving

from emulator.app.settings import Settings, settings
from emulator.control_api.auth import Auth
from emulator.control_api.login_sessions import FREE, LASTS
from emulator.control_api.refusal import Refusal
from emulator.http.browser_headers import DATA
from emulator.http.messages import HttpRequest
from emulator.sandboxes.change_log import NotPersisted

API = "/_emulator/sandboxes"
TOKEN = "open-sesame"


@pytest.fixture
def free(served):
    """An emulator on loopback: nobody is asked for a token."""
    return served


@pytest.fixture
async def guarded():
    async with serving(token=TOKEN) as served:
        yield served


async def ask(served, target=API, *lines, method="GET", version="1.1", body=""):
    """Status and headers of the answer to a request in just these lines."""
    if body:
        lines = (*lines, f"Content-Length: {len(body)}")
    head = "\r\n".join((f"{method} {target} HTTP/{version}", *lines, "Connection: close", "", ""))
    came = await octets(served.base_url, (head + body).encode("latin-1"))
    first, *rest = came.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    return int(first.split()[1]), [tuple(line.split(": ", 1)) for line in rest]


async def status(served, *said, **how):
    return (await ask(served, *said, **how))[0]


HOSTS_OF_OURS = ("localhost", "LocalHost:1", "localhost.", "localhost.:80", "a.b.localhost", "127.0.0.1", "127.1.2.3:9",
                 "[::1]", "[::1]:8775", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]:1", "127.0.0.1:")  # fmt: skip
HOSTS_OF_OTHERS = ("evil.example", "evil.example:8775", "localhost.evil.example", "xlocalhost", "0.0.0.0", "10.0.0.1",
                   "169.254.1.1", "[::2]", "[::ffff:10.0.0.1]", "[", "[::1", "::1", "a@localhost",
                   "localhost@evil.test", "localhost/evil.test", "evil.test#localhost", "localhost, evil.test",
                   "localhost evil.test", ":8775", ".", "127.1", "0x7f.1", "localhost:80:80", "\xe9vil")  # fmt: skip


async def test_names_of_loopback_need_no_token(free):
    for host in HOSTS_OF_OURS:
        assert [await status(free, target, f"Host: {host}") for target in (API, "/")] == [200, 200], host


async def test_other_names_are_refused(free):
    for host in HOSTS_OF_OTHERS:
        assert [await status(free, target, f"Host: {host}") for target in (API, "/", "/_emulator/metrics")] in (
            [403] * 3, [400] * 3), host  # fmt: skip


async def test_a_program_that_sends_no_host_is_no_browser(free):
    assert await status(free, API, version="1.0") == 200
    assert await status(free, API, "Origin: http://evil.example", version="1.0") == 403
    assert await status(free, API, "Host: evil.example", version="1.0") == 403


async def test_two_hosts_are_one_too_many(free):
    assert await status(free, API, "Host: localhost", "Host: evil.example") in (400, 403)
    assert await status(free, API, "Host: evil.example", "Host: localhost") in (400, 403)


async def test_an_absolute_target_names_the_host_and_the_header_does_not(free, guarded):
    assert await status(free, f"http://localhost:1{API}", "Host: evil.example") == 200
    assert await status(free, f"http://evil.example{API}", "Host: localhost") == 403
    assert await status(free, f"http://localhost@evil.example{API}", "Host: localhost") == 403
    assert await status(free, f"http://evil.example?x=http://localhost{API}", "Host: localhost") == 403
    assert await status(guarded, f"http://localhost{API}", "Host: localhost") == 401


TRICKS = (
    "//_emulator/sandboxes", "/%5femulator/sandboxes", "/_emulator%2fsandboxes", "/./_emulator/sandboxes",
    "/x/../_emulator/sandboxes", "/_EMULATOR/sandboxes", "/api/v2/send/../../../_emulator/sandboxes",
    "/_emulator/health/../sandboxes", "/_emulator/health%2f..%2fsandboxes", "/_emulator/sink/../sandboxes",
    "/_emulator/sink/smsoffice/../../sandboxes", "/_emulator/page/static/../../sandboxes",
    "/_emulator/health;/sandboxes", "/_emulator\\sandboxes", "/_emulator//sandboxes", "/_emulator/sandboxes/",
    "/_emulator/sandboxes?x=/_emulator/health",
    "/_emulator/page/static/%2e%2e/front.py", "/_emulator/./sandboxes", "http:///_emulator/sandboxes",
    "http://localhost//_emulator/sandboxes", "/_emulator/page/login/../../sandboxes", "/_emulator/page/login/",
)  # fmt: skip


async def test_no_shape_of_a_path_goes_round_the_gate(guarded):
    for target in TRICKS:
        came = await octets(guarded.base_url, once(target, "a"))
        assert b'"default"' not in came, target
        assert came.split()[1] in (b"400", b"401", b"404"), (target, came[:60])


async def test_health_asks_nobody(guarded):
    for lines in ((), ("Host: evil.test",), ("Host: x", "Origin: http://evil.test", "Sec-Fetch-Site: cross-site")):
        assert await status(guarded, "/_emulator/health", *lines, version="1.0") == 200
    assert await status(guarded, "/_emulator/health", "Host: x", method="POST") == 401


NO_TOKEN = (TOKEN, "Bearer", "Bearer ", f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "",
            f"Bearer {TOKEN.upper()}", f"Bearer\t{TOKEN}", "Bearer \xe9\xff", f"Bearer,{TOKEN}")  # fmt: skip


async def test_the_token_and_nothing_else_opens(guarded):
    for value in NO_TOKEN:
        assert await status(guarded, API, "Host: a", f"Authorization: {value}") == 401, value
    for value in (f"Bearer {TOKEN}", f"bearer {TOKEN}", f"BEARER   {TOKEN}"):
        assert await status(guarded, API, "Host: a", f"Authorization: {value}") == 200, value


async def test_the_token_passes_whatever_the_host_and_the_origin(guarded):
    said = ("Host: evil.example", "Origin: http://other.example", "Sec-Fetch-Site: cross-site")
    assert await status(guarded, API, *said, f"Authorization: Bearer {TOKEN}") == 200


async def test_who_lacks_the_token_is_told_what_to_send(guarded):
    code, headers = await ask(guarded, API, "Host: 192.168.1.5:8775")
    assert (code, dict(headers)["WWW-Authenticate"]) == (401, 'Bearer realm="sms-emulator"')
    code, _ = await ask(guarded, "/", "Host: 192.168.1.5:8775")
    assert code == 401  # the log-in, under any name


FOREIGN = (
    ("Origin: http://evil.example",), ("Origin: null",), ("Origin: http://localhost:3000",),
    ("Origin: http://localhost",),
    ("Origin: http://[",), ("Origin: http://localhost:8775.evil.example",), ("Origin: http://x@localhost:8775",),
    ("Sec-Fetch-Site: cross-site",), ("Sec-Fetch-Site: same-site",), ("Sec-Fetch-Site: CROSS-SITE",),
    ("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"),
    ("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image"),
)  # fmt: skip


async def test_requests_of_other_sites_pages_are_refused(free, guarded):
    for lines in FOREIGN:
        for target in (API, "/"):
            assert await status(free, target, "Host: localhost:8775", *lines) == 403, lines
        for target in (API, "/_emulator/page/default/demo"):
            assert await status(free, target, "Host: localhost:8775", *lines, method="POST", body="{}") == 403, lines
        assert await status(guarded, API, "Host: localhost:8775", *lines) == 403, lines
    assert len(free.emulator.sandboxes.by_id) == 1


async def test_our_own_pages_requests_and_links_pass(free):
    for lines in (
        ("Origin: http://localhost:8775",), ("Origin: HTTP://LOCALHOST:8775",), ("Origin: https://localhost:8775",),
        ("Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: cors"), ("Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate"),
        ("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"),
    ):  # fmt: skip
        assert await status(free, "/", "Host: localhost:8775", *lines) == 200, lines


def cookies_of(headers):
    return [value for name, value in headers if name == "Set-Cookie"]


async def log_in(served, token=TOKEN, *lines):
    return await ask(served, "/_emulator/page/login", "Host: localhost", *lines, method="POST", body=f"token={token}")


async def test_a_log_in_and_its_end(guarded):
    code, headers = await log_in(guarded)
    entered, marker = cookies_of(headers)
    assert (code, TOKEN in entered) == (303, False)
    assert entered.split("; ")[1:] == ["Path=/_emulator", "HttpOnly", "SameSite=Strict"]
    assert marker == "sms_emulator_in=1; Path=/; SameSite=Strict"
    cookie = "Cookie: " + entered.split(";")[0]
    for lines in ((cookie,), ('Cookie: {"a": 1}; b="; ' + cookie[8:] + "; c=\xe9",), (cookie + "; sms_emulator=old",)):
        assert await status(guarded, API, "Host: localhost", *lines) == 200, lines
    assert await status(guarded, API, "Host: localhost", cookie, "Origin: http://evil.example") == 403
    code, headers = await ask(guarded, "/?sandbox=default", "Host: localhost", "Cookie: sms_emulator_in=1")
    assert (code, dict(headers)["Location"]) == (303, "/_emulator/page?sandbox=default")
    assert await status(guarded, "/_emulator/page/logout", "Host: localhost", cookie, method="POST") == 303
    assert await status(guarded, API, "Host: localhost", cookie) == 401


async def test_cookies_of_others_open_nothing(guarded):
    for value in ("", "x", TOKEN, '""', "=", "sms_emulator=x", "\xe9" * 3000, "; " * 500, "a" * 43):
        assert await status(guarded, API, "Host: localhost", f"Cookie: sms_emulator={value}") == 401, value


async def test_the_log_in_is_refused_to_other_sites_and_to_the_wrong_word(guarded):
    assert (await log_in(guarded, TOKEN, "Origin: http://evil.example"))[0] == 403
    for wrong in ("", "x", TOKEN + "x"):
        code, headers = await log_in(guarded, wrong)
        assert (code, cookies_of(headers)) == (401, [])


async def test_behind_tls_the_cookies_stay_there():
    async with serving(token=TOKEN, public_url="https://sms.test") as served:
        assert all("; Secure" in cookie for cookie in cookies_of((await log_in(served))[1]))


@pytest.fixture
def standing(monkeypatch):
    """The gate's time stands: a guess is forgiven in a second, and a slow machine makes few in one."""
    monkeypatch.setattr("emulator.control_api.http_api.monotonic", Clock())


async def test_wrong_tokens_are_counted(standing, guarded):
    codes = [await status(guarded, API, "Host: a", f"Authorization: Bearer {n}") for n in range(FREE + 6)]
    assert codes == [401] * FREE + [429] * 6
    code, headers = await ask(guarded, API, "Host: a", "Authorization: Bearer x")
    assert (code, dict(headers)["Retry-After"]) == (429, "1")
    assert (await log_in(guarded, "x"))[0] == 429
    assert await status(guarded, API, "Host: a") == 401  # who guesses nothing is not counted
    assert await status(guarded, "/_emulator/health", "Host: a") == 200


def asked(peer="10.0.0.1", **headers):
    return HttpRequest(method="GET", target=API, headers=tuple(headers.items()), peer=peer)


async def let_in(gate, request):
    try:
        await gate.let_in(request)
    except Refusal as refusal:
        return refusal.status
    return 200


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


async def test_guesses_are_forgiven_with_time_and_counted_by_address():
    clock = Clock()
    gate = Auth(TOKEN, (), clock)
    wrong, right = {"Authorization": "Bearer x"}, {"Authorization": f"Bearer {TOKEN}"}
    assert {await let_in(gate, asked(**wrong)) for _ in range(FREE)} == {401}
    assert await let_in(gate, asked(**right)) == 429  # else a guess that hits would show
    assert await let_in(gate, asked("10.0.0.2", **right)) == 200
    clock.now += 1.5
    assert await let_in(gate, asked(**right)) == 200
    for host in range(FREE):
        await let_in(gate, asked(f"2001:db8:1:2::{host + 1:x}", **wrong))
    assert await let_in(gate, asked("2001:db8:1:2::ffff", **right)) == 429  # one customer's network
    assert await let_in(gate, asked("2001:db8:1:3::1", **right)) == 200


async def test_a_log_in_ends_when_nobody_used_it_for_a_while():
    clock = Clock()
    gate = Auth(TOKEN, (), clock)
    value = gate.log_in(asked(), TOKEN)
    for _ in range(3):
        clock.now += LASTS - 1
        assert await let_in(gate, asked(Cookie=f"sms_emulator={value}")) == 200
    clock.now += LASTS + 1
    assert await let_in(gate, asked(Cookie=f"sms_emulator={value}")) == 401


class Shared:
    """Log-outs that others know of too."""

    def __init__(self):
        self.ended, self.questions, self.away = set(), 0, False

    async def log_out(self, log_in, lasts):
        assert lasts > LASTS
        self.ended.add(log_in)

    async def logged_out(self, log_in):
        self.questions += 1
        if self.away:
            raise NotPersisted("the database does not answer")
        return log_in in self.ended


async def test_a_log_out_holds_for_all_who_share_it_whether_or_not_they_heard_of_it():
    """They ask when they see a log-in first, and again after a while."""
    clock, shared = Clock(), Shared()
    here, other = gates = Auth(TOKEN, (), clock), Auth(TOKEN, (), clock)
    for gate in gates:
        gate.share_log_ins(lambda: "secret", shared)
    request = asked(Cookie=f"sms_emulator={here.log_in(asked(), TOKEN)}")
    for _ in range(3):
        assert [await let_in(gate, request) for gate in gates] == [200, 200]
    assert shared.questions == 2
    await here.log_out(request)
    assert await let_in(here, request) == 401
    later = Auth(TOKEN, (), clock)
    later.share_log_ins(lambda: "secret", shared)
    shared.away = True
    assert await let_in(later, request) == 503
    shared.away = False
    assert await let_in(later, request) == 401
    clock.now += 11
    assert [await let_in(gate, request) for gate in (other, later)] == [401, 401]


async def test_tokens_are_compared_by_digest_in_constant_time(monkeypatch):
    seen = []
    real = hmac.compare_digest
    monkeypatch.setattr("hmac.compare_digest", lambda a, b: seen.append((len(a), len(b))) or real(a, b))
    gate = Auth(TOKEN, (), Clock())
    for given in ("x", TOKEN, TOKEN[:-1], "y" * 5000):
        await let_in(gate, asked(Authorization=f"Bearer {given}"))
    assert seen == [(32, 32)] * 4


async def test_without_a_token_nobody_enters_from_elsewhere(monkeypatch):
    """The command makes a token when none is given; who starts it otherwise does not open the door to all."""
    monkeypatch.setattr(Settings, "loopback", False)
    async with serving() as served:
        assert await status(served, API, "Host: localhost") == 401
        assert await status(served, API, "Host: localhost", "Authorization: Bearer ") == 401


def test_an_empty_variable_is_none_and_an_empty_token_is_refused():
    assert settings({}, {"SMS_EMULATOR_TOKEN": ""}).token is None
    for wrong in ("", "two words", "\xe9t\xe9", "new\nline"):
        with pytest.raises(ValueError, match="one word of ASCII"):
            settings({"token": wrong}, {})


@pytest.mark.parametrize("wrong", ["http://sms.test", "sms.test:80", "", "*", "a b"])
def test_allow_host_takes_names(wrong):
    with pytest.raises(ValueError, match=r"^--allow-host: .* is no host name and no address"):
        settings({"allow_host": [wrong]}, {})
    assert settings({"allow_host": ["SMS.test."]}, {}).allow_host == ("sms.test",)


OURS = ("/", API, "/_emulator/health", "/_emulator/openapi.json", "/_emulator/metrics", "/_emulator/nothing",
        "/_emulator/sandboxes/none", "/_emulator/page/login", "/_emulator/page/static/page.js", "/_emulator/page/none",
        "/_emulator/page/default/desk", "/_emulator/sink/smsoffice", "/_emulator/sink/none", "/_emulator")  # fmt: skip


async def test_every_answer_of_ours_carries_the_headers_and_no_provider_s_does(free, guarded):
    names = {name for name, _ in DATA}
    for target in OURS:
        for served in (free, guarded):
            _, headers = await ask(served, target, "Host: localhost")
            said = dict(headers)
            assert names - set(said) == set(), target
            assert len(said) == len(headers), target
            policy = said["Content-Security-Policy"]
            assert {"default-src 'none'", "frame-ancestors 'none'"} <= set(policy.split("; ")), target
            assert ("script-src" in policy, "unsafe" in policy) == ("script-src 'self'" in policy, False), target
            assert (said["X-Content-Type-Options"], said["X-Frame-Options"]) == ("nosniff", "DENY")
            assert said["Cache-Control"] == ("no-cache" if "/static/" in target else "no-store"), target
    _, headers = await ask(free, API, "Host: evil.example")
    assert names - set(dict(headers)) == set()
    large = ("Host: localhost", "Content-Length: 99999999")
    code, headers = await ask(free, f"{API}/default/clock", *large, method="POST")
    assert (code, names - set(dict(headers))) == (413, set())
    for target in (send_path(), "/api/v2/none", "/v1/sms/balance", "/sys/balance.php", "/sys/soap.php?wsdl", "/x"):
        _, headers = await ask(free, target, "Host: smsoffice.ge", "Origin: http://evil.example")
        assert names & set(dict(headers)) == set(), target


async def test_a_large_file_is_read_of_nobody_who_may_not_send_it(guarded, free):
    large = ("Host: localhost", "Content-Length: 20000000")
    those = ((guarded, ()), (guarded, ("Authorization: Bearer x",)), (free, ("Origin: http://evil.test",)))
    asked = (status(served, API, *large, *more, method="POST") for served, more in those)  # each lingers for a while
    assert await asyncio.gather(*asked) == [413, 413, 413]
    request = "POST " + API + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000000\r\nConnection: close\r\n"
    body = b"{" + b" " * 19_999_998 + b"}"
    for served, more in ((guarded, f"Authorization: Bearer {TOKEN}\r\n"), (free, "")):
        assert (await octets(served.base_url, f"{request}{more}\r\n".encode(), body)).split()[1] == b"201"


async def test_streams_carry_the_headers_too(free):
    for target in ("/_emulator/sandboxes/default/events", "/_emulator/page/default/live/inbox"):
        async with ClientSession() as session, session.get(free.base_url + target) as answer:
            assert {name for name, _ in DATA} <= set(answer.headers), target


async def test_provider_paths_serve_any_host_and_any_origin(guarded):
    for host in ("smsoffice.ge", "evil.example:1", "[::2]", "x@y"):
        lines = (f"Host: {host}", "Origin: http://evil.example", "Sec-Fetch-Site: cross-site")
        for target in ("/api/getBalance?key=emulator-smsoffice", "/_emulator/sink/smsoffice"):
            assert await status(guarded, target, *lines) == 200
    assert await status(guarded, "http://smsoffice.ge/api/getBalance?key=emulator-smsoffice", "Host: evil.test") == 200


async def test_nothing_is_tunnelled(free):
    assert await status(free, "evil.example:443", "Host: evil.example:443", method="CONNECT") == 403
