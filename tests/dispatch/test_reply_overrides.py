"""What rules make of replies and reports, as values and over the wire of every provider."""

import pytest
from playhouse import PROVIDERS, TO, desk
from support import receiver

from emulator.core.accounts import Account
from emulator.core.rules.actions import Reply, Reports
from emulator.delivery import report_overrides
from emulator.dispatch import reply_overrides
from emulator.http.messages import HttpReply, HttpRequest
from emulator.providers.smsoffice.provider import PROVIDER

MADE = HttpReply(headers=(("Content-Type", "application/json"), ("X-Own", "1")), body=b"{}")
everybody = pytest.mark.parametrize("provider", PROVIDERS)


@pytest.mark.parametrize(
    ("said", "made", "expected"),
    [
        (Reply(status=503), None, HttpReply(status=503)), (Reply(fault="lost"), MADE, MADE),
        (Reply(fault="drop"), None, None), (Reply(delay=1), MADE, MADE),
        (Reply(status=502, body="<html>"), None,
         HttpReply(status=502, headers=(("Content-Type", "text/plain; charset=utf-8"),), body=b"<html>")),
        (Reply(status=429, headers={"Retry-After": "5"}), None,
         HttpReply(status=429, headers=(("Retry-After", "5"),))),
        (Reply(headers={"content-type": "text/html"}), MADE,
         HttpReply(headers=(("X-Own", "1"), ("content-type", "text/html")), body=b"{}")),
        (Reply(body="maintenance"), MADE, HttpReply(headers=MADE.headers, body=b"maintenance")),
    ],
)  # fmt: skip
def test_a_reply_as_a_rule_wants_it(said, made, expected):
    assert reply_overrides.reply(said, made) == expected


GET = HttpRequest(method="GET", target="http://h/cb?secret=a%2Fb&status=Delivered&reason=&x=1")
POST = HttpRequest(method="POST", target="http://h/cb?status=own", body=b"id=1&status=1&mes=%D0%B0+b")


@pytest.mark.parametrize(
    ("request_", "without", "having", "expected"),
    [
        (GET, (), {}, "secret=a%2Fb&status=Delivered&reason=&x=1"),
        (GET, ("reason",), {}, "secret=a%2Fb&status=Delivered&x=1"),
        (GET, ("missing",), {"status": "DELIVERED", "new": "a b"},
         "secret=a%2Fb&status=DELIVERED&reason=&x=1&new=a+b"),
        (POST, ("id",), {"status": "odd"}, "status=odd&mes=%D0%B0+b"),
    ],
)  # fmt: skip
def test_fields_of_a_report_as_a_rule_wants_them(request_, without, having, expected):
    account = Account(provider="smsoffice", credentials={}, balance=0)
    made = report_overrides.overridden(Reports(without=without, having=having), request_, PROVIDER, account)
    sent = made.body.decode() if made.method == "POST" else made.target.partition("?")[2]
    assert sent == expected
    if made.method == "POST":
        assert made.target == request_.target


FIELDS = {"smsoffice": ("reason", "status"), "ubill": ("date", "statusID"), "smscenter": ("ts", "status")}


def play(then, **when):
    return {"rules": [{"when": {"operation": "send", **when}, "then": then}]}


@everybody
async def test_a_report_may_lack_a_field_and_say_another_value(provider):
    gone, odd = FIELDS[provider]
    steps = [{"after": 1, "status": "delivered"}]
    changed = play({"steps": steps, "reports": {"without": [gone], "with": {odd: "QUEER?", "extra": "new"}}})
    async with desk(provider, play({"steps": steps})) as plain, desk(provider, changed) as client:
        for one in (plain, client):
            await one.send()
            await one.walk(1)
        (usual,), (came,) = plain.endpoint.came, client.endpoint.came
        assert set(usual) - set(came) == {gone}
        assert (came[odd], came["extra"]) == ("QUEER?", "new")
        assert list(came)[:-1] == [name for name in usual if name != gone]


@everybody
async def test_a_report_may_go_to_another_url(provider):
    async with receiver() as elsewhere:
        then = {"steps": [{"after": 1, "status": "delivered"}], "reports": {"to": elsewhere.url + "?mine=1"}}
        async with desk(provider, play(then)) as client:
            await client.send()
            await client.walk(1)
            assert client.endpoint.came == []
            assert len(elsewhere.came) == 1
            if provider != "smscenter":
                assert elsewhere.came[0]["mine"] == "1"


@everybody
@pytest.mark.parametrize(
    ("reply", "http", "done"),
    [
        ({"status": 500, "body": "<html>"}, 500, 0), ({"status": 502}, 502, 0),
        ({"status": 200, "body": "OK?"}, 200, 0),
        ({"status": 429, "headers": {"Retry-After": "7"}}, 429, 0), ({"body": "<html>maintenance</html>"}, 200, 1),
        ({"fault": "empty"}, 200, 1), ({"fault": "garbled"}, 200, 1), ({"fault": "lost"}, None, 1),
        ({"fault": "drop"}, None, 0), ({"fault": "reset"}, None, 1), ({"fault": "cut"}, None, 1),
    ],
)  # fmt: skip
async def test_a_reply_that_is_none_of_the_providers(provider, reply, http, done):
    async with desk(provider, play({"reply": reply})) as client:
        heard = await client.send()
        assert (heard.http, heard.code) == (http, None)
        assert heard.headers.get("Retry-After") == reply.get("headers", {}).get("Retry-After")
        assert client.spent == done


@everybody
async def test_a_wrong_content_type_leaves_the_answer_as_it_is(provider):
    then = {"reply": {"headers": {"Content-Type": "text/html"}}}
    async with desk(provider, play(then)) as client:
        reply = await client.ask(client.words.send(client._credentials, [TO], "Hello", "r1"))
        assert reply.header("content-type") == "text/html"
        assert client.words.code(HttpReply(body=reply.body)) == 0
        (kept,) = client.sandbox.journal.exchanges(0)
        assert kept.reply.header("content-type") == "text/html"


@everybody
async def test_before_reply_the_client_has_answered_the_report(provider):
    async with desk(provider, play({"reports": {"before_reply": True}})) as client:
        assert (await client.send()).code == 0
        assert len(client.endpoint.came) >= 1


async def test_a_step_names_the_operator_in_report_and_status():
    steps = [{"after": 1, "status": "delivered", "operator": "28299"}]
    for provider in ("smsoffice", "smscenter"):
        async with desk(provider, play({"steps": steps})) as client:
            await client.send()
            await client.walk(1)
            assert client.endpoint.came[0]["operator"] == "28299"


async def test_a_rule_by_account_tells_login_and_key_apart():
    scenario = play({"refuse": {"reason": "no-credit"}}, provider="smscenter", account="one*")
    wish = {"accounts": {"smscenter": {"login": "one1", "psw": "p", "apikey": "two2"}}}
    async with desk("smscenter", scenario, **wish) as client:
        assert (await client.send()).code == 3
        from emulator.providers.smscenter.client import Who, read_answer, send

        reply = await client.ask(send(Who(apikey="two2"), [TO], "Hello"))
        assert read_answer(reply)["cnt"] == 1
