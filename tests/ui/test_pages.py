"""The pages over real sockets, without a browser."""

import asyncio
import html
import json
import re
import shlex
from asyncio.subprocess import PIPE
from urllib.parse import quote

import pytest
from aiohttp import web
from support import control, frozen, get, octets, receiver, send_path
from ui.surfer import PAGE

from emulator.control_api.routes import CALLS
from emulator.http.messages import HttpRequest
from emulator.smpp.codec import encode
from emulator.smpp.pdu import Pdu
from emulator.smpp.pdu_tables import CommandId
from emulator.ui.rendering import clock_time, when

HOSTILE = """<script>alert(1)</script>"><img src=x onerror=alert(2)> {{ 7*7 }} ' onclick='x' \u202e </textarea>"""


async def test_an_empty_inbox_says_what_to_do(surfer):
    page = await surfer.get("/")
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "Nothing has been sent yet" in page.text
    assert page.text.count("curl 'http") == 3


async def test_a_message_is_listed_and_opened(surfer):
    page = await surfer.send("Your code is 482913", reference="order-7")
    assert page.url == f"{PAGE}/messages/m1"
    for told in ("995577123456", "order-7", "482913", "GSM-7", "19 of 160", "accepted", "POST /api/v2/send/"):
        assert told in page.text, told
    inbox = await surfer.get("/")
    assert "1 message" in inbox.text
    assert "Your code is 482913" in inbox.text


@pytest.mark.parametrize("provider", ["smsoffice", "ubill", "smscenter"])
async def test_hostile_text_stays_text_everywhere(surfer, provider):
    opened = await surfer.send(HOSTILE, provider=provider, reference="<b>r</b>")
    assert "<script>alert(1)</script>" in opened.text or "refused" in opened.text
    await surfer.post(f"{PAGE}/clock", do="settle")
    paths = [f"{PAGE}/{one}" for one in ("requests", "requests/x1", "desk", "callbacks")]
    for path in ("/", "/?q=%3Cscript%3E", *paths, opened.url):
        page = await surfer.get(path)
        assert page.status == 200, path
        assert [tag for tag, given in page.tags if tag == "script" and "src" not in given] == []
        assert not any(name.startswith("on") or name == "style" for _, given in page.tags for name in given), path
        assert not any(given.get("src") == "x" for _, given in page.tags)


@pytest.mark.parametrize("q", ["<script>alert(1)</script>", '"><b>', "%", "\x00", "x" * 5000, "(", "\\", "m1 " * 200])
async def test_a_hostile_search_is_text_too(surfer, q):
    await surfer.send("hello")
    async with surfer.session.get(surfer.base_url + "/", params={"q": q}) as answer:
        html = await answer.text()
    assert answer.status == 200
    assert "<script>alert" not in html
    assert '"><b>' not in html


async def test_no_page_reaches_out_to_another_host(surfer):
    await surfer.send("hello")
    for path in ("/", f"{PAGE}/desk", f"{PAGE}/messages/m1", f"{PAGE}/requests", f"{PAGE}/send"):
        page = await surfer.get(path)
        tags = [given for tag, given in page.tags if tag in ("script", "link", "img")]
        loaded = [given.get("src") or given.get("href") or "" for given in tags]
        assert loaded
        assert all(where.startswith("/_emulator/page/static/") for where in loaded), path


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=995577000002", "m2"),
        ("q=second", "m2"),
        ("q=SECOND+995577000002", "m2"),
        ("q=ref-three", "m3"),
        ("provider=ubill", "m2"),
        ("q=%E1%83%9B%E1%83%94%E1%83%9D%E1%83%97%E1%83%AE%E1%83%94", "m4"),
        ("status=undelivered", "m5"),
        ("q=undelivered", "m5"),
        ("q=m3", "m3"),
    ],
)
async def test_search_finds_by_number_text_reference_status_and_provider(surfer, served, query, found):
    await surfer.send("first one", "995577000001")
    await surfer.send("The Second one", "995577000002", "ubill")
    await surfer.send("third one", "995577000003", reference="ref-three")
    await surfer.send("მეოთხე წერილი", "995577000004")
    await surfer.send("fifth one", "995577990001")
    await surfer.post(f"{PAGE}/clock", do="settle")
    page = await surfer.get(f"/?{query}")
    assert [given["id"] for tag, given in page.tags if tag == "li"] == [found]


async def test_thousands_of_messages_come_in_pages(surfer, served):
    sandbox = served.emulator.default
    provider = served.emulator.providers["smscenter"]
    credentials = sandbox.account("smscenter").credentials
    await surfer.post("/_emulator/page/default/accounts/smscenter", balance="100000")
    for n in range(120):
        served.emulator.exchange(provider.example(credentials, f"7900{n:07d}", f"number {n}", ""))
    seen, path = [], "/"
    while path:
        page = await surfer.get(path)
        ids = [given["id"] for tag, given in page.tags if tag == "li"]
        assert len(ids) <= 50
        seen += ids
        path = next((given["href"] for tag, given in page.tags if given.get("rel") == "next"), None)
    assert seen == [f"m{n}" for n in range(len(sandbox.engine.state.store.messages), 0, -1)]
    assert len(seen) == 120


async def test_callbacks_come_in_pages_narrowed_and_are_sent_again_from_there(surfer, served):
    sandbox, exchange = served.emulator.default, served.emulator.exchange
    await surfer.post(f"{PAGE}/clock", do="rate", value="0")
    for name, count in (("smsoffice", 70), ("ubill", 25)):
        credentials = sandbox.account(name).credentials
        for n in range(count):
            exchange(served.emulator.providers[name].example(credentials, f"995577{n:06d}", f"number {n}", f"r{n}"))
    desk = await surfer.post(f"{PAGE}/clock", do="settle")
    assert "the newest 10 of 120" in desk.text
    seen, path = [], f"{PAGE}/callbacks"
    while path:
        page = await surfer.get(path)
        rows = [given["action"].split("/") for tag, given in page.tags if tag == "form"]
        rows = [row[-2] for row in rows if row[-1] == "redeliver"]
        assert len(rows) <= 50
        seen += rows
        following = next((given["href"] for tag, given in page.tags if given.get("rel") == "next"), None)
        path = following and f"{PAGE}/callbacks{following}"
    assert seen == [f"c{n}" for n in range(120, 0, -1)]
    narrowed = await surfer.get(f"{PAGE}/callbacks?provider=ubill&answer=accepted")
    assert narrowed.html.count("/redeliver") == 50
    assert "No callback fits" in (await surfer.get(f"{PAGE}/callbacks?answer=under+way")).text
    again = await surfer.post(f"{PAGE}/callbacks/c7/redeliver", back="callbacks")
    assert again.url == f"{PAGE}/callbacks"


async def test_secrets_are_masked_and_the_well_known_ones_repeat_a_request(surfer, served):
    sandbox = frozen(served)
    page = f"/_emulator/page/{sandbox.id}"
    for provider in served.emulator.providers:
        await surfer.post(f"{page}/send", provider=provider, to="995577123456", text="hello", reference="")
    secrets = [
        value
        for name in served.emulator.providers
        for word, value in sandbox.account(name).credentials.items()
        if word not in ("login", "system_id")
    ]
    for path in (
        f"{page}/requests",
        f"{page}/requests/x1",
        f"{page}/requests/x2",
        f"{page}/requests/x3",
        f"{page}/desk",
        f"{page}/callbacks",
    ):
        shown = await surfer.get(path)
        assert shown.status == 200
        assert not [secret for secret in secrets if secret in shown.html], path
    await surfer.send("hello")
    default = await surfer.get(f"{PAGE}/requests/x1")
    assert "key=••••••" in default.text
    assert "KEY=emulator-smsoffice" in default.text
    assert 'key="${KEY}"' in default.text


async def test_a_request_full_of_secrets_has_a_page_and_a_line_that_says_the_same(surfer, served):
    said = "emulator-smsoffice" * 2000 + " it's"
    post = f"POST /api/v2/send HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(said)}\r\n\r\n{said}"
    await octets(served.base_url, post.encode())
    page = await surfer.get(f"{PAGE}/requests/x1")
    assert page.status == 200
    line = html.unescape(re.findall(r"<pre[^>]*>([^<]*curl [^<]*)<", page.html)[-1])
    shell = await asyncio.create_subprocess_exec("sh", stdin=PIPE, stdout=PIPE)
    told, _ = await shell.communicate(line.replace("curl ", "printf '%s\\n' ").encode())
    assert said in told.decode().splitlines()


async def test_the_list_of_requests_shows_letters_and_no_escapes(surfer, served):
    await get(served.base_url + send_path(content=quote("კოდი & код 1+1")))
    shown = (await surfer.get(f"{PAGE}/requests")).text
    assert "content=კოდი & код 1+1" in shown
    assert "%E1" not in shown


async def test_the_desk_tells_rules_as_people_say_them(surfer):
    desk = (await surfer.get(f"{PAGE}/desk")).text
    assert "steps undelivered after 2 s" in desk
    assert "steps delivered after 60 s" in desk
    assert "steps undelivered after 2 s, error 13" in desk


async def test_the_desk_moves_time_and_redelivers(surfer, served):
    await surfer.send("hello", reference="first")
    desk = await surfer.post(f"{PAGE}/clock", do="advance", value="60")
    assert desk.url.startswith(f"{PAGE}/desk")
    assert (await surfer.get(f"{PAGE}/messages/m1")).text.count("delivered") >= 2
    assert len(list(served.emulator.default.journal.attempts())) == 1
    await surfer.post(f"{PAGE}/callbacks/c1/redeliver")
    await surfer.post(f"{PAGE}/clock", do="settle")
    assert len(list(served.emulator.default.journal.attempts())) == 2
    frozen_ = await surfer.post(f"{PAGE}/clock", do="rate", value="0")
    assert "frozen" in frozen_.text


async def test_a_fault_is_switched_on_for_the_next_calls(surfer):
    desk = await surfer.post(f"{PAGE}/fault", provider="", operation="send", what="refuse:no-credit", times="2")
    assert "0 of 2" in desk.text
    refused = await surfer.send("hello")
    assert refused.url == f"{PAGE}/requests/x1"
    assert "refused" in refused.text
    await surfer.send("hello 2")
    assert (await surfer.send("hello 3")).url == f"{PAGE}/messages/m1"
    assert "2 of 2" in (await surfer.get(f"{PAGE}/desk")).text


async def test_an_account_is_changed_and_a_sender_approved(surfer, served):
    await surfer.get("/v1/sms/brandNameCreate?key=emulator-ubill&brandName=Shop")
    account = served.emulator.default.account("ubill")
    pending = next((one for one in account.senders.values() if one.state == "pending"), None)
    if pending is None:
        await surfer.session.post(
            surfer.base_url + "/v1/sms/brandNameCreate?key=emulator-ubill", json={"brandName": "Shop"}
        )
        pending = next(one for one in account.senders.values() if one.state == "pending")
    await surfer.post(f"{PAGE}/accounts/ubill/senders/{pending.id}", do="approve")
    assert account.senders[pending.name].state == "active"
    await surfer.post(f"{PAGE}/accounts/ubill", balance="12.5", stoplist="995577000001\n995577000002", callback_url="")
    desk = await surfer.get(f"{PAGE}/desk")
    assert "12.5" in desk.text
    assert "995577000002" in desk.text


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("clock", {"do": "advance", "value": "soon"}),
        ("clock", {"do": "fly"}),
        ("clock", {"do": "advance", "value": "-1"}),
        ("accounts/nobody", {"balance": "1"}),
        ("accounts/ubill", {"balance": "much"}),
        ("fault", {"what": "fault:none", "times": "1"}),
        ("fault", {"what": "status:x", "times": "1"}),
        ("fault", {"what": "", "times": "1"}),
        ("fault", {"what": "fault:lost", "times": "inf"}),
        ("scenario", {"scenario": "nowhere"}),
        ("scenario", {"scenario": "/etc/passwd"}),
        ("rules/r99/drop", {}),
        ("callbacks/c99/redeliver", {}),
        ("accounts/nobody/terms", {"switches:retry": "1"}),
        ("accounts/ubill/terms", {"switches:charge": "gold"}),
        ("accounts/ubill/terms", {"switches:retry": "soon"}),
        ("accounts/ubill/terms", {"prices:part": "much"}),
        ("accounts/smscenter/terms", {"limits:balance": "many"}),
        ("accounts/smscenter/terms", {"limits:nothing": "1"}),
        ("snapshots", {"name": ""}),
        ("restore", {"name": "nowhere"}),
        ("messages/m99/status", {"status": "delivered"}),
        ("sessions/s9/end", {}),
        ("send", {"provider": "nobody"}),
        ("demo", {"count": "many"}),
        ("incoming", {}),
        ("reset", {"what": "more"}),
        ("nowhere", {}),
        ("clock", {"do": "rate", "value": "nan"}),
        ("accounts/ubill/senders/99", {"do": "approve"}),
    ],
)
async def test_what_cannot_be_done_is_said_in_words(surfer, path, form):
    page = await surfer.post(f"{PAGE}/{path}", **form)
    assert page.status in (400, 404, 405), page.text
    assert 'role="alert"' in page.html


async def test_demo_traffic_is_the_same_for_the_same_seed(surfer, served):
    first, second = frozen(served), frozen(served)
    for sandbox in (first, second):
        await surfer.post(f"/_emulator/page/{sandbox.id}/demo", count="30", seed="7")
    texts = [[batch.text for batch in one.engine.state.store.batches] for one in (first, second)]
    assert texts[0] == texts[1]
    assert len(texts[0]) > 20


async def test_of_very_many_sandboxes_the_one_that_is_shown_is_named_and_how_many_are_not(surfer, served):
    last = [frozen(served) for _ in range(210)][-1].id
    page = (await surfer.get(f"/?sandbox={last}")).html
    assert f"<option selected>{last}</option>" in page
    assert "11 more, by" in page
    desk = (await surfer.get(f"/_emulator/page/{last}/desk")).html
    assert f'aria-current="page">{last}</a>' in desk
    assert "181 more in the Inbox" in desk


async def test_other_sandboxes_and_contracts_have_pages(surfer, served):
    sandbox = frozen(served, id="my.box~1")
    for path, said in (
        ("callbacks", "No callback yet"),
        ("requests", "No request yet"),
        ("send?sample=Russian+code", "код"),
    ):
        assert said in (await surfer.get(f"/_emulator/page/my%2Ebox~1/{path}")).text
    form = {"provider": "ubill", "to": "995577123456", "text": "hi", "reference": ""}
    await surfer.post("/_emulator/page/my%2Ebox~1/send", **form)
    page = await surfer.get("/?sandbox=my%2Ebox~1")
    assert "1 message" in page.text
    assert sandbox.id in page.text
    for name in served.emulator.providers:
        assert (await surfer.get(f"/_emulator/page/contract/{name}")).status == 200
    assert (await surfer.get("/_emulator/page/contract/nobody")).status == 404
    assert (await surfer.get("/?sandbox=nobody")).status == 404


async def test_the_ledger_tells_costs_and_what_was_sent_twice(surfer):
    for reference in ("first", "again"):
        await surfer.send("Оплачено €5 <b>!</b>", reference=reference)
    await surfer.send("other", "995577000002", "ubill")
    page = await surfer.get(f"{PAGE}/ledger")
    for told in ("smsoffice.ge222998", "uBill111999", "m1, m2995577123456", "different references", "again m1"):
        assert told in page.text, told
    assert "None after m3" in (await surfer.get(f"{PAGE}/ledger?after=m3")).text


async def test_limits_that_were_lifted_come_back(surfer, served):
    account = served.emulator.default.account("smscenter")
    for said, lifted in (("off", True), ("on", False)):
        await surfer.post(f"{PAGE}/accounts/smscenter/terms", limits=said)
        assert account.limits_off is lifted
    await surfer.post(f"{PAGE}/accounts/smscenter/terms", **{"limits:balance": "3", "blocked": "yes", "limits": "on"})
    assert (account.limits, account.blocked, account.switches) == ({"balance": 3}, True, {})


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("turns", [2, 4])
async def test_a_page_that_a_reset_overtakes_is_of_what_is_there_then(served, monkeypatch, turns, again):
    monkeypatch.setattr("emulator.sandboxes.turns.TURN", -1)  # others have theirs after each step
    sandbox = served.emulator.default
    for number in range(10):
        served.emulator.exchange(HttpRequest(method="GET", target=send_path(content=f"hello {number}")))
    page = HttpRequest(method="GET", target=f"{PAGE}/messages/m9", headers=(("Host", "localhost"),))
    shown = asyncio.create_task(served.control.answer(page))
    for _ in range(turns):
        await asyncio.sleep(0)
    served.emulator.reset(sandbox)
    if again:
        for number in range(10):
            served.emulator.exchange(HttpRequest(method="GET", target=send_path(content=f"other {number}")))
    reply = await shown
    assert (reply.status, b"hello" in reply.body) == ((200, False) if again else (404, False))


async def test_a_reset_empties_the_inbox(surfer):
    await surfer.send("hello")
    page = await surfer.post(f"{PAGE}/reset", what="all")
    assert "0 messages" in page.text


async def test_pdus_are_shown_by_field_and_their_password_nowhere(surfer, served):
    reader, writer = await asyncio.open_connection(served.smpp_host, served.smpp_port)
    for number, password in enumerate((b"wr0ngOne", b"emulator"), 1):
        fields = {"system_id": b"emulator", "password": password, "interface_version": 0x34}
        writer.write(encode(Pdu(CommandId.BIND_TRANSCEIVER, sequence=number, fields=fields)))
        await reader.read(100)
    fields = {"source_addr": b"shop", "destination_addr": b"79001234567", "short_message": b"<b>Code 4821</b>"}
    writer.write(encode(Pdu(CommandId.SUBMIT_SM, sequence=3, fields=fields)))
    await reader.read(100)
    refused = await surfer.get(f"{PAGE}/requests/x1")
    assert "bind_transceiver" in refused.text
    assert "wr0ngOne" not in refused.text
    assert b"wr0ngOne".hex(" ") not in refused.text
    message = await surfer.get(f"{PAGE}/messages/m1")
    for told in ("over smpp", "submit_sm", "<b>Code 4821</b>", "destination_addr: 79001234567"):
        assert told in message.text, told
    desk = await surfer.get(f"{PAGE}/desk")
    assert "bound_trx" in desk.text
    pdus = await surfer.get(f"{PAGE}/sessions/s1")
    assert pdus.text.index("submit_sm") < pdus.text.index("bind_transceiver")
    assert "shop → 79001234567" in pdus.text
    assert "wr0ngOne" not in pdus.html
    assert (await surfer.get(f"{PAGE}/sessions/s2")).status == 404
    ended = await surfer.post(f"{PAGE}/sessions/s1/end")
    assert ended.status == 200
    writer.close()


async def test_a_refused_send_stands_in_the_inbox_with_its_rule_and_is_found_like_a_message(surfer):
    await surfer.send("hello", to="995577000001")
    await surfer.get(send_path(to="995577000002", content="from", sender="stranger"))
    page = await surfer.get("/")
    assert "1 message · 1 send refused" in page.text
    assert "[smsoffice.send.sender-registered]" in page.text
    assert page.text.index("995577000002") < page.text.index("995577000001")  # the newest first
    for query, there in (("q=stranger", True), ("status=refused", True), ("q=hello", False), ("provider=ubill", False)):
        assert ("[smsoffice.send.sender-registered]" in (await surfer.get(f"/?{query}")).text) is there, query


async def test_where_every_send_was_refused_the_inbox_does_not_say_that_nothing_was_sent(surfer):
    await surfer.get(send_path(sender="stranger"))
    page = await surfer.get("/")
    assert "Nothing has been sent yet" not in page.text
    assert "0 messages · 1 send refused" in page.text


async def test_what_is_counted_is_what_is_shown(surfer):
    for n in range(3):
        await surfer.send(f"text-{n}x")
    assert "0 of 3 messages fit “zzzz”" in (await surfer.get("/?q=zzzz")).text
    assert "1 of 3 messages fits “text-2x”" in (await surfer.get("/?q=text-2x")).text
    assert "3 messages" in (await surfer.get("/")).text


async def test_a_message_whose_callback_was_not_accepted_has_a_badge(surfer, served):
    async with receiver() as client:
        client.answers = lambda _: web.Response(status=500)
        served.emulator.default.account("smsoffice").callback_url = client.url
        await surfer.send("hello", reference="r1")
        await surfer.post(f"{PAGE}/clock", do="settle")
        assert "callback not accepted" in (await surfer.get("/")).text
        client.answers = lambda _: web.Response(text="OK")
        callback = (await control(served, "GET", "/_emulator/sandboxes/default/callbacks"))[1]["callbacks"][-1]
        await surfer.post(f"{PAGE}/callbacks/{callback['id']}/redeliver")
        await surfer.post(f"{PAGE}/clock", do="settle")
        assert "callback not accepted" not in (await surfer.get("/")).text


async def test_the_desk_says_what_a_scenario_without_rules_does(surfer, served):
    await control(served, "PUT", "/_emulator/sandboxes/default/scenario", "no-credit")
    desk = (await surfer.get(f"{PAGE}/desk")).text
    assert "None: every message is delivered" not in desk
    assert "The scenario: The accounts are empty" in desk
    assert "smsoffice: balance 0; ubill: balance 0; smscenter: balance 0" in desk


async def test_parameters_come_first_and_the_wire_behind_a_fold(surfer):
    await surfer.get(send_path(content="კოდი 1234", reference="login-1"))
    for path in (f"{PAGE}/messages/m1", f"{PAGE}/requests/x1"):
        page = (await surfer.get(path)).html
        table, fold = page.index('<table class="parameters">'), page.index('<details class="raw">')
        assert table < page.index("კოდი 1234", table) < fold < page.index("curl ", fold)
        assert '<th scope="row">reference</th><td dir="auto">login-1</td>' in page
        assert "emulator-smsoffice" not in page[table:fold]


@pytest.mark.parametrize(
    ("page", "query", "found"),
    [
        ("requests", "login-2", {"x2"}),
        ("requests", "REFUSED", {"x3"}),
        ("requests", "getbalance", {"x4"}),
        ("requests", "login 9955", {"x1", "x2"}),
        ("requests", "zzz", set()),
        ("callbacks", "login-1", {"m1"}),
        ("callbacks", "delivered", {"m1", "m2"}),
        ("callbacks", "zzz", set()),
    ],
)
async def test_requests_and_callbacks_are_searched(surfer, page, query, found):
    for more in ({"reference": "login-1"}, {"reference": "login-2"}, {"sender": "Shop"}):
        await surfer.get(send_path(**more))
    await surfer.get("/api/getBalance/?key=emulator-smsoffice")
    await surfer.post(f"{PAGE}/clock", do="settle")
    shown = await surfer.get(f"{PAGE}/{page}?q={query}")
    assert set(re.findall(rf'href="{PAGE}/(?:requests|messages)/([xm]\d+)"', shown.html)) == found
    total = 4 if page == "requests" else 2
    assert f"{len(found)} of {total} {page} fit" in shown.text


@pytest.mark.parametrize(
    ("do", "statuses", "later"),
    [("again", ["sent", "delivered", "delivered"], 0), ("late", ["sent", "delivered", "delivered"], 3600),
     ("older", ["sent", "delivered", "sent"], 0)],
)  # fmt: skip
async def test_a_report_comes_again_late_or_out_of_order(surfer, served, do, statuses, later):
    default = served.emulator.default
    default.clock.rate = 0
    told = default.account("smscenter").credentials
    rule = {"when": {"operation": "send"}, "then": {"steps": [{"after": 1, "status": "sent"},
                                                              {"after": 2, "status": "delivered"}]}}  # fmt: skip
    await surfer.post(f"{PAGE}/rules", rules=json.dumps([rule]))
    await surfer.post(f"{PAGE}/accounts/smscenter/terms", **{"switches:report-sent": "true"})
    await surfer.get(f"/sys/send.php?login={told['login']}&psw={told['psw']}&phones=995577123456&mes=hello")
    await surfer.post(f"{PAGE}/clock", do="settle")
    assert [one.status for one in default.journal.attempts()] == statuses[:2]
    then = default.now()
    page = await surfer.post(f"{PAGE}/messages/m1/whatif", do=do)
    assert page.url.endswith("/messages/m1")
    await surfer.post(f"{PAGE}/clock", do="settle")
    assert [one.status for one in default.journal.attempts()] == statuses
    assert default.now() - then == later * 1_000_000


async def test_what_if_before_any_report_says_what_to_do(surfer, served):
    served.emulator.default.clock.rate = 0
    await surfer.get(send_path())
    page = await surfer.post(f"{PAGE}/messages/m1/whatif", do="again")
    assert page.status == 409
    assert "no report of m1 has gone out yet" in page.text


async def test_a_form_that_is_refused_keeps_what_was_typed_and_says_what_was_wrong_beside_it(surfer):
    page = await surfer.post(
        f"{PAGE}/accounts/ubill", balance="much", stoplist="995577000001", callback_url="http://x/"
    )
    assert page.status == 400
    form = page.html.partition(f'action="{PAGE}/accounts/ubill"')[2].partition("</form>")[0]
    assert 'role="alert"' in form
    assert "not a number" in form
    assert 'value="much"' in form
    assert "995577000001" in form
    assert 'value="http://x/"' in form
    assert page.html.count('role="alert"') == 3  # this one, and two that are hidden: what is gone


async def test_rules_are_edited_in_place_with_the_complaints_of_the_checker(surfer, served):
    wrong = '[{"when": {"operaton": "send"}, "then": {"reply": {"fault": "lots"}}}]'
    page = await surfer.post(f"{PAGE}/rules", rules=wrong)
    assert page.status == 400
    assert "operation" in page.text
    assert "operaton" in page.html.partition('<textarea name="rules"')[2].partition("</textarea>")[0]
    assert "did you mean" in page.text
    page = await surfer.post(f"{PAGE}/rules", rules="[{")
    assert "that is not JSON" in page.text
    rule = '[{"when": {"operation": "send"}, "then": {"refuse": {"reason": "no-credit"}}, "times": 2}]'
    page = await surfer.post(f"{PAGE}/rules", rules=rule)
    assert page.status == 200
    assert [one.spec.times for one in served.emulator.default.engine.state.rule_book.rules if one.by_hand] == [2]
    again = page.html.partition('<textarea name="rules"')[2].partition(">")[2].partition("</textarea>")[0]
    assert json.loads(html.unescape(again)) == json.loads(rule)


async def test_a_sandbox_is_deleted_from_its_controls_and_the_default_one_is_not(surfer, served):
    name = frozen(served).id
    controls = await surfer.get(f"/_emulator/page/{name}/desk")
    assert "Delete the sandbox" in controls.text
    await surfer.post(f"/_emulator/page/{name}/delete")
    assert name not in served.emulator.sandboxes.by_id
    assert "Delete the sandbox" not in (await surfer.get(f"{PAGE}/desk")).text
    assert (await surfer.post(f"{PAGE}/delete")).status == 409


async def test_the_api_page_has_each_call_with_a_curl_line_that_works(surfer, served):
    page = await surfer.get("/_emulator/page/api")
    lines = [html.unescape(one) for one in re.findall(r'<pre tabindex="0">(curl .*?)</pre>', page.html)]
    assert len(lines) == len(CALLS) + 1  # and health
    await surfer.get(send_path(reference="r"))
    await surfer.post(f"{PAGE}/clock", do="settle")
    for line in lines:
        words = shlex.split(line)
        method = words[words.index("-X") + 1] if "-X" in words else "GET"
        url = next(word for word in words if word.startswith("http"))
        body = words[words.index("-d") + 1] if "-d" in words else None
        if any(word in url for word in ("/events", "/sessions/", "/outbind", "/otp", "/wait")):
            continue  # they wait, or need a client that listens
        async with surfer.session.request(method, url, data=body) as answer:
            assert answer.status not in (400, 405, 500), (line, await answer.text())


async def test_times_say_whose_they_are_and_of_which_day(surfer, served):
    served.emulator.default.clock.rate = 0
    await surfer.get(send_path())
    page = await surfer.get("/")
    assert "times in UTC by the sandbox's clock, which stands at" in page.text
    sent = served.emulator.default.now()
    assert f">{clock_time(sent)}</time>" in page.html
    await surfer.post(f"{PAGE}/clock", do="advance", value=str(2 * 86_400))
    assert f">{when(sent):%d %b} {clock_time(sent)}</time>" in (await surfer.get("/")).html
