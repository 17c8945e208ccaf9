"""Pages and products that are left out, and the order in which a request is looked at; in memory."""

import json
from urllib.parse import quote

import pytest
from providers.smscenter.desk import FORM, LOGIN, OTHER, TO, Desk

from emulator.core.accounts import AccountPatch
from emulator.core.admin_commands import PatchAccount
from emulator.providers.smscenter.left_out import PAGES


@pytest.mark.contract("smscenter.left-out.pages")
@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_is_left_out_answers_in_the_provider_s_error_form_and_the_journal_says_why(desk, page):
    assert desk.json(page, get="1")["error_code"] == 1
    assert f"{page}.php" in desk.why()
    assert "leaves out" in desk.why()
    assert "[smscenter.left-out.pages]" in desk.why()
    assert desk.get(page, fmt="0").startswith(b"ERROR = 1 (")
    assert desk.get(page, fmt="1") == b"0,-1"
    assert b"<error_code>1</error_code>" in desk.get(page, fmt="2")


@pytest.mark.contract("smscenter.left-out.pages", "smscenter.order")
@pytest.mark.parametrize("page", PAGES)
def test_who_asks_is_looked_at_first_there_too(page):
    desk = Desk(allowed_ips=["192.0.2.1"])
    assert desk.json(page, {"login": "nobody", "psw": "1"})["error_code"] == 2
    assert desk.json(page, {"login": "alex", "psw": "1"})["error_code"] == 2
    assert desk.json(page, {"apikey": "key-of-alex"})["error_code"] == 1
    desk.peer = "192.0.2.2"
    assert desk.json(page)["error_code"] == 2
    assert desk.json(page, {})["error_code"] == 1


@pytest.mark.contract("smscenter.order", "smscenter.products")
@pytest.mark.parametrize(
    "more", [{"call": "1"}, {"viber": "1"}, {"maxsms": "many"}, {"list": "no item"}, {"time": "never"}, {"id": "a b"}]
)
def test_a_wrong_password_is_2_whatever_else_is_wrong(desk, more):
    assert desk.send(**{**LOGIN, "psw": "wrong"}, **more)["error_code"] == 2
    assert desk.send(**more)["error_code"] in (1, 5)


@pytest.mark.contract("smscenter.order")
def test_a_wrong_password_is_2_over_soap_and_for_lists_of_statuses_too(desk):
    assert desk.soap("get_status", {"login": "alex", "psw": "x"}, phone=f"{TO},{TO}", id="1,2") == {"error": "2"}
    assert desk.soap("send_sms2", {"login": "alex", "psw": "x"}, phones=TO, mes="a", query="hlr=1") == {"error": "2"}
    assert desk.json("status", {"login": "alex", "psw": "x"}, phone="1,2,", id="1,")["error_code"] == 2


@pytest.mark.contract("smscenter.order", "smscenter.access.blocked")
def test_a_blocked_address_comes_before_the_password():
    desk = Desk(blocked=True)
    assert desk.json("get", {"login": "alex", "psw": "x"})["error_code"] == 4
    assert desk.send(hlr="1")["error_code"] == 4


@pytest.mark.contract("smscenter.left-out.pages")
def test_a_rule_may_refuse_them_with_a_code_of_the_provider(desk):
    desk.rules({"when": {"provider": "smscenter"}, "then": {"refuse": {"code": 9}}})
    assert json.loads(desk.get("info", fmt="3", get_operator="1", phone=quote(TO)))["error_code"] == 9
    assert desk.json("jobs")["error_code"] == 9
    assert "[smscenter.send.error-9]" in desk.why()


@pytest.mark.contract("smscenter.http.repeated", "smscenter.http.body-unread")
def test_what_is_not_read_is_found(desk):
    who = "login=alex&psw=123&fmt=3"
    desk.ask("GET", f"/sys/send.php?{who}&phones={TO}&phones=79261234567&mes=a&mes=a")
    assert [number for number, _, _ in desk.messages()] == ["79261234567"]
    assert desk.details("smscenter.http.repeated") == ["x1: said more than once, and otherwise: phones"]
    desk.ask("POST", f"/sys/balance.php?{who}", b"{}", {"Content-Type": "application/json"})
    assert "smscenter.http.body-unread" in desk.lint()
    as_curl_says = Desk()
    octets = b'{"phones": "79161234567", "mes": "x"}'
    told = as_curl_says.ask("POST", f"/rest/send/?{who}", octets, {"Content-Type": FORM})
    assert (b'"error_code": 1' in told.body, as_curl_says.lint()) == (True, ["smscenter.http.body-unread"])


@pytest.mark.contract("smscenter.send.unknown-parameters")
@pytest.mark.parametrize(("page", "said"), [
    ("get", "get_messages=1&phones=1"), ("get", "get_answers=1&hours=1"), ("senders", "get=1&gets=1"),
    ("info", f"get_operator=1&phone={TO}&phones=1"), ("wait_call", f"phone={TO}&phones=1"),
])  # fmt: skip
def test_a_name_close_to_a_known_one_is_found_on_every_page(desk, page, said):
    desk.ask("GET", f"/sys/{page}.php?login=alex&psw=123&fmt=3&{said}")
    assert "smscenter.send.unknown-parameters" in [one.row for one in desk.sandbox.lint()]


@pytest.mark.contract("smscenter.order")
def test_the_checks_of_a_send_go_on_in_the_order_of_their_row():
    """Each wrong thing beside all that come behind it: the first is told."""
    desk = Desk(balance=0.5, stoplist=[OTHER])
    wrong = {"mes": "", "time": "never", "sender": "far too long a name", "phones": "12"}
    right = {"mes": "a", "time": "0", "sender": "Shop", "phones": OTHER}
    told = []
    for name, value in right.items():
        told.append(desk.json("send", **wrong)["error_code"])
        wrong[name] = value
    told += [desk.json("send", **wrong)["error_code"], desk.json("send", **{**wrong, "phones": TO})["error_code"]]
    assert told == [1, 5, 6, 7, 8, 3]
    desk = Desk(stoplist=[OTHER])
    twice = {"mes": "a", "phones": TO}
    assert desk.json("send", **twice)["cnt"] == 1
    desk.sandbox.control(PatchAccount("smscenter", AccountPatch(stoplist=[TO], balance=0)))
    assert desk.json("send", **twice)["error_code"] == 9, "before the numbers are looked at"
    desk.advance(60)
    assert desk.json("send", **twice)["error_code"] == 8, "before money"

