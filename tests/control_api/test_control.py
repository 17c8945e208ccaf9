"""The control API over the wire: every call of the table, and errors that teach."""

import asyncio
import json
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession
from support import TO, control, frozen, get, key_of, octets, once, send_path, serving, skip, turns, until, walk
from yarl import URL

from emulator.core.units import SECOND
from emulator.http.messages import HttpRequest

S = "/_emulator/sandboxes/default"


async def sent(served, sandbox=None, **more):
    """A message; its sandbox's path."""
    key = key_of(sandbox) if sandbox else "emulator-smsoffice"
    _, body = await get(served.base_url + send_path(key, **more))
    return json.loads(body)


async def test_health_says_ok_and_the_version():
    async with serving(token="secret") as served:
        status, answer = await control(served, "GET", "/_emulator/health")
        assert (status, answer["status"]) == (200, "ok")
        assert answer["version"]
        assert set(answer) == {"status", "version", "smpp"}


async def test_health_tells_what_else_is_served_where(tmp_path):
    async with serving(https_port=0, also_http_port=0, smpp_tls_port=0, ca_dir=str(tmp_path)) as served:
        _, answer = await control(served, "GET", "/_emulator/health")
        told = {name: answer[name].partition(":")[0] for name in ("https", "also_http", "smpp", "smpps")}
        assert told == {"https": "https", "also_http": "http", "smpp": "smpp", "smpps": "smpps"}


async def test_a_new_sandbox_tells_its_credentials_and_they_lead_to_it(served):
    status, made = await control(served, "POST", "/_emulator/sandboxes", {"clock": "frozen"})
    assert status == 201
    key = made["accounts"]["smsoffice"]["key"]
    assert made["accounts"]["smsoffice"]["sender"] == "smsoffice"
    await get(served.base_url + send_path(key))
    _, mine = await control(served, "GET", f"/_emulator/sandboxes/{made['id']}/messages")
    _, others = await control(served, "GET", f"{S}/messages")
    assert [len(mine["messages"]), len(others["messages"])] == [1, 0]


async def test_credentials_that_are_taken_are_409(served):
    wish = {"accounts": {"smsoffice": {"key": "emulator-smsoffice"}}}
    status, answer = await control(served, "POST", "/_emulator/sandboxes", wish)
    assert status == 409
    assert "taken" in answer["error"]["message"]


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"scenario": "hapy"}, "happy"),
        ({"scenario": "/etc/passwd"}, "no such scenario"),
        ({"balance": {"smsofice": 1}}, "smsoffice"),
        ({"accounts": {"smsoffice": {"switches": {"numbers": "loose"}}}}, "lenient"),
        ({"accounts": {"smsoffice": {"ballance": 3}}}, "balance"),
        ({"clock": {"now": "2026-01-01T00:00:00"}}, "zone"),
        ({"clok": "frozen"}, "clock"),
        ({"ttl": 0}, "ttl"),
        ({"ttl": 1e300}, "ttl"),
        ({"id": "a/b"}, "a-b"),
        ({"id": "gw0:1"}, "gw0-1"),
        ({"id": "tests/test_x.py::test_it[a b]"}, "tests-test_x.py-test_it-a-b"),
        ({"id": "a?b"}, "letters"),
        ({"id": "ж"}, "random"),
        ({"id": ""}, "random"),
        ({"id": "."}, "random"),
        ({"id": "a" * 101}, "at most 100"),
        ({"id": "a" * 100_000}, "at most 100"),
        ({"scenario": {"name": "no-credit"}}, "by its name alone"),
        ({"clock": {"now": "0001-01-01T00:00:00Z"}}, "1970"),
        ({"clock": {"now": "9999-12-31T23:59:59Z"}}, "9000"),
        ({"clock": {"rate": 1e9}}, "rate"),
        ({"seed": 10**30}, "seed"),
        ({"balance": 1e300}, "balance"),
        ({"accounts": {"smscenter": {"login": "a\0b"}}}, "printable"),
        ({"accounts": {"smsoffice": {"key": "k" * 201}}}, "200"),
        ({"scenario": {"rules": [{"then": {"steps": [{"after": -1, "status": "sent"}]}}]}}, "after"),
    ],
)
async def test_a_wish_that_cannot_be_granted_is_400_and_says_what_may_stand_there(served, wish, said):
    status, answer = await control(served, "POST", "/_emulator/sandboxes", wish)
    assert status == 400
    assert said in answer["error"]["message"] + answer["error"]["hint"]
    _, there = await control(served, "GET", "/_emulator/sandboxes")
    assert [one["id"] for one in there["sandboxes"]] == ["default"]


async def test_a_deleted_sandbox_is_gone_and_its_key_with_it(served):
    sandbox = frozen(served)
    status, _ = await control(served, "DELETE", f"/_emulator/sandboxes/{sandbox.id}")
    assert status == 204
    assert (await sent(served, sandbox))["ErrorCode"] == 80
    status, answer = await control(served, "GET", f"/_emulator/sandboxes/{sandbox.id}")
    assert (status, answer["error"]["code"]) == (404, "no-such-sandbox")


async def test_the_default_sandbox_cannot_be_deleted(served):
    assert (await control(served, "DELETE", S))[0] == 409


async def test_no_more_sandboxes_than_allowed():
    async with serving(max_sandboxes=2) as served:
        assert (await control(served, "POST", "/_emulator/sandboxes", {}))[0] == 201
        status, answer = await control(served, "POST", "/_emulator/sandboxes", {})
        assert status == 409
        assert "--max-sandboxes" in answer["error"]["message"]


async def test_reset_all_gives_back_the_sandbox_as_it_was_made(served):
    sandbox = frozen(served, balance=5, stoplist=["995577000001"])
    path = f"/_emulator/sandboxes/{sandbox.id}"
    _, before = await control(served, "GET", path)
    rules = {"rules": [{"then": {"refuse": {"reason": "no-credit"}}}]}
    await control(served, "PUT", f"{path}/rules", rules)
    change = {"stoplist": [], "senders": ["Shop"], "balance": 9}
    await control(served, "PATCH", f"{path}/accounts/smsoffice", change)
    await sent(served, sandbox)
    await control(served, "POST", f"{path}/clock", {"advance": 60})
    assert (await control(served, "POST", f"{path}/reset"))[0] == 204
    _, after = await control(served, "GET", path)
    assert after == before
    _, account = await control(served, "GET", f"{path}/accounts/smsoffice")
    assert account["stoplist"] == ["995577000001"]
    assert [sender["name"] for sender in account["senders"]] == ["smsoffice", "SMSOFFICE"]
    assert (await sent(served, sandbox))["ErrorCode"] == 0


async def test_reset_all_gives_back_the_scenario_and_its_accounts_too(served):
    for sandbox in ("default", frozen(served, scenario="happy").id):
        path = f"/_emulator/sandboxes/{sandbox}"
        _, before = await control(served, "GET", f"{path}/scenario")
        assert (await control(served, "PUT", f"{path}/scenario", "no-credit"))[0] == 200
        assert (await control(served, "POST", f"{path}/reset"))[0] == 204
        _, after = await control(served, "GET", path)
        assert (after["scenario"], after["balances"]["smsoffice"]) == ("happy", 1000)
        assert (await control(served, "GET", f"{path}/scenario"))[1] == before


async def test_new_sandboxes_begin_with_what_serve_was_told_whatever_became_of_the_default_one():
    async with serving(scenario="doubled-reports", seed=7) as served:
        await control(served, "PUT", f"{S}/scenario", "no-credit")
        _, made = await control(served, "POST", "/_emulator/sandboxes", {})
        _, told = await control(served, "GET", f"/_emulator/sandboxes/{made['id']}")
        assert (told["scenario"], told["seed"]) == ("doubled-reports", 7)


@pytest.mark.parametrize("body", [{"name": "no-credit"}, {"scenario": {"name": "no-credit", "comment": "x"}}])
async def test_a_scenario_with_nothing_but_a_name_is_refused_with_the_right_shape(served, body):
    status, answer = await control(served, "PUT", f"{S}/scenario", body)
    assert status == 400
    assert '{"scenario": "no-credit"}' in answer["error"]["hint"]
    assert (await control(served, "PUT", f"{S}/scenario", {"name": "mine", "rules": []}))[0] == 200
    assert (await control(served, "PUT", f"{S}/scenario", "no-credit"))[0] == 200


async def test_a_sandbox_is_found_by_its_id_however_that_is_escaped(served):
    frozen(served, id="gw0-1.test~x")
    async with ClientSession() as session:
        for written in ("gw0-1.test~x", "gw0%2d1%2Etest%7Ex", "%67w0-1.test~x"):
            url = URL(f"{served.base_url}/_emulator/sandboxes/{written}", encoded=True)
            assert (await session.get(url)).status == 200, written
        assert (await session.delete(url)).status == 204


async def test_a_clock_at_its_end_stays_there_and_everything_can_still_be_asked(served):
    wish = {"id": "late", "clock": {"now": "9000-01-01T00:00:00Z", "rate": 0}}
    _, made = await control(served, "POST", "/_emulator/sandboxes", wish)
    path = "/_emulator/sandboxes/late"
    century = {"rules": [{"then": {"steps": [{"after": 3_153_600_000, "status": "sent"}] * 12}}]}
    assert (await control(served, "PUT", f"{path}/rules", century))[0] == 200
    await get(served.base_url + send_path(made["accounts"]["smsoffice"]["key"]))
    for body in ({"advance": 1}, {"set": "9999-12-31T23:59:59Z"}):
        status, answer = await control(served, "POST", f"{path}/clock", body)
        assert (status, answer["error"]["code"]) == (400, "invalid")
    assert (await control(served, "POST", f"{path}/clock", {"rate": 1_000_000}))[1]["now"].startswith("9000-01-01")
    for what in ("", "/messages", "/requests", "/ledger", "/export"):
        assert (await control(served, "GET", path + what))[0] == 200, what
    assert (await control(served, "GET", "/_emulator/sandboxes"))[0] == 200


async def test_a_sandbox_ends_so_long_after_its_last_use(served):
    _, made = await control(served, "POST", "/_emulator/sandboxes", {"id": "used", "ttl": 3600})
    used = served.emulator.sandboxes.by_id["used"]
    for touch in (
        lambda: get(served.base_url + send_path(made["accounts"]["smsoffice"]["key"])),
        lambda: control(served, "GET", "/_emulator/sandboxes/used/messages"),
    ):
        used.used_at -= 3599 * SECOND
        await touch()
        skip(3600)
        await turns()
        assert "used" in served.emulator.sandboxes.by_id
    used.used_at -= 3600 * SECOND
    skip(3600)
    await until(lambda: "used" not in served.emulator.sandboxes.by_id)


async def test_reset_scenario_puts_rules_and_counts_back_behind_those_put_in_by_hand(served):
    _, before = await control(served, "GET", f"{S}/rules")
    mine = {"when": {"to": "*77"}, "then": {"refuse": {"reason": "no-credit"}}, "times": 1}
    await control(served, "POST", f"{S}/rules", mine)
    for to in ("995577990001", "995577000077"):
        await sent(served, to=to)
    await control(served, "POST", f"{S}/reset", {"what": "scenario"})
    _, after = await control(served, "GET", f"{S}/rules")
    expected = [mine["when"], *(r["when"] for r in before["rules"])]
    assert [(r["when"], r["fired"]) for r in after["rules"]] == [(when, 0) for when in expected]


async def test_another_scenario_goes_behind_the_rules_put_in_by_hand_and_says_what_the_old_one_left_of_accounts(served):
    await control(served, "POST", f"{S}/rules", {"when": {"to": "*77"}, "then": {"reply": {"status": 503}}})
    await control(served, "PUT", f"{S}/scenario", "no-credit")
    _, told = await control(served, "PUT", f"{S}/scenario", "happy")
    assert [one["source"] for one in told["rules"]][:2] == ["hand", "scenario"]
    assert any("balance of ubill stay as no-credit has made them" in one for one in told["warnings"])
    assert (await get(served.base_url + send_path("emulator-smsoffice", to="995577000077")))[0] == 503
    _, told = await control(served, "GET", S)
    assert told["balances"]["smsoffice"] == 0


async def test_what_one_call_tells_of_rules_another_takes(served):
    for word in ("first", "second"):
        rule = {"name": word, "when": {"contains": word}, "then": {"refuse": {"reason": "no-credit"}}}
        await control(served, "POST", f"{S}/rules", rule)
    await sent(served, content="first")
    _, told = await control(served, "GET", f"{S}/rules")
    status, again = await control(served, "PUT", f"{S}/rules", told)
    kept = [[(one["when"], one["then"], one["name"], one["source"]) for one in rules]
            for rules in (told["rules"], again["rules"])]  # fmt: skip
    assert (status, kept[0]) == (200, kept[1])
    other = {**told["rules"][0], "then": {"reply": {"status": 500}}}
    status, more = await control(served, "POST", f"{S}/rules", other)
    assert (status, more["rules"][0]["then"]) == (200, {"reply": {"status": 500}})
    _, told = await control(served, "GET", f"{S}/scenario")
    status, again = await control(served, "PUT", f"{S}/scenario", told)
    assert (status, len(again["rules"])) == (200, len(told["rules"]))
    status, made = await control(served, "POST", "/_emulator/sandboxes", {"scenario": told})
    assert (status, bool(made["id"])) == (201, True)


@pytest.mark.parametrize("provider", ["smsoffice", "ubill", "smscenter"])
async def test_what_is_told_of_an_account_may_be_given_back(served, provider):
    _, told = await control(served, "GET", f"{S}/accounts/{provider}")
    status, again = await control(served, "PATCH", f"{S}/accounts/{provider}", told)
    assert (status, again) == (200, told)
    status, answer = await control(served, "PATCH", f"{S}/accounts/{provider}", {"credentials": {"key": "x"}})
    assert (status, "no such key" in answer["error"]["message"]) == (400, True)


async def test_rules_that_never_decide_are_told(served):
    rules = [{"then": {"opt_out": True}}, {"when": {"to": "*1"}, "then": {}}]
    status, told = await control(served, "PUT", f"{S}/rules", {"rules": rules})
    assert (status, told["warnings"]) == (
        200, ["at rules[0]: it holds for every call, so that none of the 1 behind it ever decides"]
    )  # fmt: skip
    assert "warnings" not in (await control(served, "PUT", f"{S}/rules", {"rules": rules[:1]}))[1]
    _, told = await control(served, "PUT", f"{S}/scenario", {"rules": rules})
    assert len(told["warnings"]) == 1


async def test_a_rule_has_a_name_by_which_one_asks_whether_it_fired(served):
    for word in ("lost", "other"):
        rule = {"name": word, "when": {"contains": word}, "then": {"refuse": {"reason": "no-credit"}}}
        await control(served, "POST", f"{S}/rules", rule)
    for text in ("lost", "other", "lost"):
        await sent(served, content=text)
    _, told = await control(served, "GET", f"{S}/rules?name=lost")
    assert [(one["name"], one["fired"]) for one in told["rules"]] == [("lost", 2)]
    for path in (f"{S}/requests?rule=lost", f"{S}/wait?for=requests&rule=lost&count=2"):
        _, told = await control(served, "GET", path)
        assert [one["rule_name"] for one in told["requests"]] == ["lost", "lost"]
    _, told = await control(served, "DELETE", f"{S}/rules/lost")
    assert [one["name"] for one in told["rules"]][:2] == ["other", None]
    status, answer = await control(served, "POST", f"{S}/rules", {"name": "r7", "then": {}})
    assert (status, "name" in answer["error"]["message"]) == (400, True)


async def test_rules_may_share_a_name_by_which_they_are_counted_found_and_taken_away_together(served):
    rules = [{"name": name, "when": {"contains": word}, "then": {"refuse": {"reason": "no-credit"}}}
             for name, word in (("money", "one"), ("other", "two"), ("money", "three"))]  # fmt: skip
    assert (await control(served, "PUT", f"{S}/rules", {"rules": rules}))[0] == 200
    for text in ("one", "two", "three", "three"):
        await sent(served, content=text)
    _, told = await control(served, "GET", f"{S}/rules?name=money")
    ids = [one["id"] for one in told["rules"]]
    assert [one["fired"] for one in told["rules"]] == [1, 2]
    _, told = await control(served, "GET", f"{S}/requests?rule=money")
    assert [one["rule"] for one in told["requests"]] == [ids[0], ids[1], ids[1]]
    assert [ids[n] in told["requests"][n]["explain"] for n in (0, 1)] == [True, True]
    _, told = await control(served, "DELETE", f"{S}/rules/money")
    assert [one["name"] for one in told["rules"]][:2] == ["other", None]


@pytest.mark.parametrize(("url", "status"), [
    ("http://1\u05e9\u05dc\u05d5\u05dd.com/x", 400), ("http://" + "\u10d0" * 64 + ".ge/", 400),
    ("http://a\u3002.ge/", 400),
    ("http://shop\u0661.example/", 200), ("http://\u10d0\uff11.ge/", 200), ("http://localhost:\u0668\u0660/", 400),
])  # fmt: skip
async def test_the_host_of_a_callback_s_url_is_one_that_can_be_asked_for(served, url, status):
    patch = {"callback_url": url}
    for provider in ("smsoffice", "ubill", "smscenter"):
        given, answer = await control(served, "PATCH", f"{S}/accounts/{provider}", patch)
        assert (given, status == 200 or "callback_url" in answer["error"]["message"]) == (status, True)


@pytest.mark.parametrize(("query", "said"), [
    ("messages?status=delievered", "delivered"), ("messages?provider=smsofice", "smsoffice"),
    ("requests?operation=sned", "send"), ("requests?outcome=refusd", "refused"), ("requests?protocol=htpp", "http"),
    ("callbacks?status=dlivered", "delivered"), ("callbacks?provider=ubil", "ubill"), ("messages?after=zzz", "m12"),
    ("requests?after=m1", "x12"), ("callbacks?message=r1", "m12"), ("callbacks?after=9c", "c12"),
    ("wait?for=messages&status=delievered&timeout=0", "delivered"), ("wait?for=requests&after=zz&timeout=0", "x12"),
    ("ledger?provider=ubil", "ubill"),
])  # fmt: skip
async def test_a_filter_with_a_word_that_nothing_can_have_is_refused_with_those_it_may_have(served, query, said):
    status, answer = await control(served, "GET", f"{S}/{query}")
    assert (status, answer["error"]["code"]) == (400, "invalid")
    assert said in answer["error"]["hint"]


@pytest.mark.parametrize(("method", "query", "message", "hint"), [
    ("GET", "messages?limt=5", "no word 'limt'", "did you mean limit?"),
    ("GET", "messages?limit=5&limit=6", "limit: it stands twice", "once"),
    ("GET", "messages?limit=x", "limit: found 'x'; may be a whole number", ""),
    ("GET", "wait?for=msgs", "for: found 'msgs'; may be messages, callbacks, requests", ""),
    ("GET", "messages?to=", "to: it is empty", "leave it out"),
    ("POST", "settle?timeout=1", "takes no query: found timeout", "in its body"),
    ("DELETE", "rules/r1?all=1", "takes no query: found all", ""),
    ("POST", "snapshots", "the key name is missing; name is text, at least 1 long, at most 100 long", ""),
])  # fmt: skip
async def test_a_query_that_cannot_be_meant_is_refused_in_words(served, method, query, message, hint):
    status, answer = await control(served, method, f"{S}/{query}", {} if method == "POST" else None)
    assert status == 400
    assert message in answer["error"]["message"]
    assert hint in answer["error"]["hint"]


async def test_messages_are_found_by_every_filter(served):
    served.emulator.default.clock.rate = 0
    await sent(served, content="first", reference="a1")
    await sent(served, to="995577990001", content="second", reference="b2")
    await sent(served, content="third")
    for query, texts in (
        (f"to={TO}", ["first", "third"]),
        ("reference=b2", ["second"]),
        ("contains=ir", ["first", "third"]),
        ("provider=smsoffice&limit=2", ["first", "second"]),
        ("after=m1", ["second", "third"]),
        ("status=pending&after=2", ["third"]),
        ("status=delivered", []),
        ("provider_id=7", []),
    ):
        _, found = await control(served, "GET", f"{S}/messages?{query}")
        assert [message["text"] for message in found["messages"]] == texts, query


async def test_one_message_shows_its_whole_life(served):
    sandbox = frozen(served)
    await sent(served, sandbox, reference="r1")
    await walk(served, sandbox, 2)
    status, found = await control(served, "GET", f"/_emulator/sandboxes/{sandbox.id}/messages/m1")
    assert status == 200
    assert {"id", "provider", "provider_id", "to", "sender", "text", "reference", "status", "parts", "encoding",
            "cost", "created_at", "history"} <= set(found)  # fmt: skip
    assert [entry["status"] for entry in found["history"]] == ["pending", "delivered"]
    assert (found["cost"], found["parts"], found["encoding"], found["provider_id"]) == (1, 1, "gsm7", None)


async def test_a_message_moved_by_hand_reports_as_usual_and_its_plan_is_void(served, client):
    sandbox = frozen(served, callback_url=client.url)
    await sent(served, sandbox, reference="r1")
    path = f"/_emulator/sandboxes/{sandbox.id}"
    body = {"status": "undelivered", "reason": "absent"}
    status, moved = await control(served, "POST", f"{path}/messages/m1/status", body)
    assert (status, moved["status"], moved["reason"]) == (200, "undelivered", "absent")
    await control(served, "POST", f"{path}/settle")
    assert [(one["status"], one["reason"]) for one in client.came] == [("Undelivered", "absent")]
    status, answer = await control(served, "POST", f"{path}/messages/m1/status", {"status": "lost"})
    assert status == 400
    assert "lost" in answer["error"]["message"]


async def test_wait_answers_at_once_what_is_there_and_later_what_comes(served):
    sandbox = frozen(served)
    path = f"/_emulator/sandboxes/{sandbox.id}"
    await sent(served, sandbox, reference="r1")
    status, found = await control(served, "GET", f"{path}/wait?to={TO}&timeout=0")
    assert (status, len(found["messages"])) == (200, 1)
    import asyncio

    waiting = asyncio.ensure_future(control(served, "GET", f"{path}/wait?status=delivered&timeout=60"))
    more = asyncio.ensure_future(control(served, "GET", f"{path}/wait?for=requests&operation=balance&timeout=60"))
    calls = asyncio.ensure_future(control(served, "GET", f"{path}/wait?for=callbacks&message=m1&timeout=60"))
    await asyncio.sleep(0)
    await get(f"{served.base_url}/api/getBalance?key={key_of(sandbox)}")
    await control(served, "POST", f"{path}/clock", {"advance": 2})
    assert (await waiting)[1]["messages"][0]["status"] == "delivered"
    assert (await more)[1]["requests"][0]["operation"] == "balance"
    assert (await calls)[1]["callbacks"][0]["accepted"] is True


async def test_otp_says_why_these_digits_are_the_code_and_takes_those_of_the_newest_message_that_has_one(served):
    await sent(served, content="code%20111111")
    await sent(served, content="order%2012345%20code%20123-456")
    await sent(served, content="no%20code%20here%20123456789012")
    status, found = await control(served, "GET", f"{S}/otp?to={TO}")
    assert (status, found["code"], found["rule"]) == (200, "123456", "the digits beside 'code'")
    _, found = await control(served, "GET", f"{S}/otp?pattern=order%20(%5Cd%2B)")
    assert (found["code"], found["rule"]) == ("12345", r"the first group of the pattern order (\d+)")


@pytest.mark.parametrize("pattern", ["(", "a{99999999999}", "[" * 2000, "(" * 2000 + ")" * 2000, "(?=ab)", r"(a)\1"])
async def test_a_pattern_that_is_none_is_told_of(served, pattern: str):
    status, answer = await control(served, "GET", f"{S}/otp?{urlencode({'pattern': pattern})}")
    assert (status, answer["error"]["code"]) == (400, "invalid")
    assert answer["error"]["message"].startswith("pattern: not a regular expression: ")


async def test_no_pattern_and_no_rule_holds_up_the_loop(served):
    trap = "a" * 900 + "!"
    rules = [
        {"when": {"matches": "(a+)+$"}, "then": {}}, {"when": {"matches": "^(([a-z])+.)+[A-Z]([a-z])+$"}, "then": {}},
        {"when": {"to_matches": "(9*)*x"}, "then": {}}, {"when": {"to": "*9*9*9*9*9*9*9*9*9*z"}, "then": {}},
    ]  # fmt: skip
    assert (await control(served, "PUT", f"{S}/rules", {"rules": rules}))[0] == 200
    await sent(served, content=trap)
    status, _ = await asyncio.wait_for(control(served, "GET", f"{S}/otp?timeout=0.01&pattern=(a%2B)%2B%24"), 5)
    assert status == 408


async def test_a_clock_is_set_to_a_moment_of_any_zone(served):
    _, made = await control(served, "POST", "/_emulator/sandboxes", {"clock": {"now": "2026-01-01T12:00:00Z"}})
    path = f"/_emulator/sandboxes/{made['id']}/clock"
    await control(served, "POST", path, {"rate": 0})
    _, told = await control(served, "POST", path, {"set": "2026-01-02T04:00:00+04:00"})
    assert told == {"now": "2026-01-02T00:00:00.000000Z", "rate": 0}


@pytest.mark.parametrize("wrong", [{}, {"advance": 1, "rate": 2}, {"advance": -1}, {"set": "2027-01-01T00:00:00"}])
async def test_a_clock_is_moved_one_way_at_a_time_and_never_back(served, wrong):
    assert (await control(served, "POST", f"{S}/clock", wrong))[0] == 400


async def test_a_rule_with_a_wrong_word_is_400_and_says_which_may_stand_there(served):
    status, answer = await control(
        served, "POST", f"{S}/rules", {"when": {"operation": "sned"}, "then": {"refuse": {"reason": "no-credit"}}}
    )
    assert status == 400
    assert "send" in answer["error"]["message"]
    wrong = {"when": {"provider": "smsoffice"}, "then": {"refuse": {"code": 12345}}}
    status, answer = await control(served, "POST", f"{S}/rules", wrong)
    assert status == 400
    assert "150" in answer["error"]["message"]


async def test_a_callback_is_redelivered(served, client):
    sandbox = frozen(served, callback_url=client.url)
    path = f"/_emulator/sandboxes/{sandbox.id}"
    await sent(served, sandbox, reference="r1")
    await control(served, "POST", f"{path}/settle")
    assert (await control(served, "POST", f"{path}/callbacks/c1/redeliver"))[0] == 200
    await control(served, "POST", f"{path}/settle")
    assert len(client.came) == 2
    assert client.came[0] == client.came[1]
    assert (await control(served, "POST", f"{path}/callbacks/c99/redeliver"))[0] == 404


@pytest.mark.parametrize(("method", "path", "allow"), [
    ("PUT", "/_emulator/sandboxes", "POST, GET, HEAD"), ("GET", f"{S}/reset", "POST"),
    ("OPTIONS", "/_emulator/health", "GET, HEAD"), ("DELETE", "/_emulator/page/default/requests", "GET, HEAD"),
])  # fmt: skip
async def test_another_method_is_405_and_the_reply_names_those_there_are(served, method, path, allow):
    answer = await octets(served.base_url, once(path, "localhost", method=method))
    assert answer.startswith(b"HTTP/1.1 405 ")
    assert f"\r\nAllow: {allow}\r\n".encode() in answer


@pytest.mark.parametrize("path", ["/_emulator/sandboxes", f"{S}/messages", f"{S}/events"])
async def test_head_is_served_where_get_is(served, path):
    answer = await octets(served.base_url, once(path, "localhost", method="HEAD"))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"\r\n\r\n")


async def test_what_is_not_there_is_404(served):
    assert (await control(served, "GET", "/_emulator/nothing"))[1]["error"]["code"] == "no-such-call"
    assert (await control(served, "GET", f"{S}/accounts/nobody"))[0] == 404
    assert (await control(served, "GET", f"{S}/messages/m77"))[0] == 404
    assert (await control(served, "DELETE", f"{S}/rules/nope"))[0] == 404
    assert (await control(served, "GET", f"{S}/messages?too=1"))[0] == 400


async def test_a_body_that_is_no_json_is_400():
    async with serving() as served, ClientSession() as session:
        for data in (b"{", b'{"no such word": 1'):
            answer = await session.post(f"{served.base_url}{S}/clock", data=data)
            assert answer.status == 400
            assert (await answer.json())["error"]["code"] == "no-json"


async def test_a_scenario_that_was_left_out_is_refused_and_the_one_that_is_there_stays(served):
    for body in (None, {}, {"scenario": {}}, {"comment": "later"}):
        status, answer = await control(served, "PUT", f"{S}/scenario", body)
        assert (status, answer["error"]["code"]) == (400, "invalid"), body
    assert (await control(served, "POST", f"{S}/rules"))[1]["error"]["message"].endswith("nothing stands in it")
    assert (await control(served, "GET", f"{S}/scenario"))[1]["name"] == "happy"


@pytest.mark.parametrize(("end", "status"), [("reset", 200), ("remove", 404)])
async def test_a_code_that_is_waited_for_while_the_sandbox_ends_is_given_or_refused_as_gone(served, end, status):
    sandbox = frozen(served)
    waiting = asyncio.ensure_future(control(served, "GET", f"/_emulator/sandboxes/{sandbox.id}/otp?timeout=9"))
    await until(lambda: sandbox.feed.listeners)
    if end == "reset":
        key = sandbox.account("smsoffice").credentials["key"]
        served.emulator.exchange(HttpRequest(method="GET", target=send_path(key, content="code+1234")))
    getattr(served.emulator, end)(sandbox)  # before whoever waits has had its turn
    assert (await waiting)[0] == status
