"""Who may ask, how often wrongly, and how many at once."""

from hashlib import md5, sha1

import pytest
from providers.smscenter.desk import LOGIN, TO, Desk

WRONG = {"login": "alex", "psw": "wrong"}


@pytest.mark.contract("smscenter.access.hashes", "smscenter.status.psw")
@pytest.mark.parametrize("psw", ["123", md5(b"123").hexdigest(), sha1(b"123").hexdigest(), "key-of-alex"])
def test_psw_is_the_password_its_md5_its_sha1_or_the_key(desk, psw):
    assert desk.json("balance", {"login": "alex", "psw": psw}) == {"balance": "1000.00"}
    assert desk.soap("get_balance", {"login": "alex", "psw": psw})["error"] == "0"


@pytest.mark.contract("smscenter.access.hashes", "smscenter.send.error-2")
@pytest.mark.parametrize("psw", ["124", md5(b"123").hexdigest().upper(), "пароль", "12"])
def test_anything_else_is_error_2_in_the_sandbox_of_the_login(desk, psw):
    assert desk.send(**{"psw": psw})["error_code"] == 2
    assert "the password of alex is another" in desk.why()
    assert len(list(desk.sandbox.journal.exchanges())) == 1


@pytest.mark.contract("smscenter.access.apikey", "smscenter.access.empty-login", "smscenter.status.apikey")
@pytest.mark.parametrize(
    "who",
    [{"apikey": "key-of-alex"}, {"login": "alex", "apikey": "key-of-alex"}, {"login": "", "psw": "key-of-alex"},
     {"login": "someone", "psw": "else", "apikey": "key-of-alex"}],
)  # fmt: skip
def test_the_key_alone_says_who_asks(who):
    assert Desk().json("balance", who) == {"balance": "1000.00"}


@pytest.mark.contract("smscenter.send.error-1", "smscenter.send.error-2")
def test_nobody_is_error_1_and_a_stranger_error_2(desk):
    for who in ({}, {"login": "alex"}, {"login": "alex", "psw": ""}):
        assert desk.json("send", who, phones=TO, mes="a")["error_code"] == 1
    for who in ({"login": "nobody", "psw": "x"}, {"apikey": "nobody"}):
        assert desk.json("send", who, phones=TO, mes="a")["error_code"] == 2


@pytest.mark.contract(
    "smscenter.access.blocked", "smscenter.send.error-4", "smscenter.status.error-4", "smscenter.http-status.error-4",
    "smscenter.balance.error-4",
)  # fmt: skip
def test_ten_wrong_passwords_within_a_minute_block_the_address_for_a_minute(desk):
    for place in range(10):
        assert desk.json("balance", WRONG)["error_code"] == 2, place
    assert desk.json("balance") == {"error": "ip is blocked", "error_code": 4}
    assert desk.send()["error_code"] == 4
    assert desk.status(1)["error_code"] == 4
    assert desk.soap("get_status", phone=TO, id="1") == {"error": "4"}
    desk.peer = "192.0.2.2"
    assert desk.send()["cnt"] == 1
    desk.peer = "192.0.2.1"
    desk.advance(60)
    assert desk.send(mes="again")["cnt"] == 1


@pytest.mark.contract("smscenter.access.blocked")
def test_wrong_passwords_over_a_longer_time_and_unknown_logins_block_nobody():
    desk = Desk()
    for _ in range(5):
        desk.json("balance", WRONG)
    desk.advance(60)
    for _ in range(5):
        desk.json("balance", WRONG)
    for _ in range(20):
        desk.json("balance", {"login": "nobody", "psw": "wrong"})
    assert desk.json("balance") == {"balance": "1000.00"}
    desk = Desk(limits="off")
    for _ in range(20):
        desk.json("balance", WRONG)
    assert desk.json("balance") == {"balance": "1000.00"}


@pytest.mark.contract("smscenter.status.error-2-address", "smscenter.send.error-2", "smscenter.http-status.error-2")
def test_an_address_that_is_not_in_the_account_s_list_is_error_2():
    desk = Desk(allowed_ips=["198.51.100.7"])
    assert desk.send()["error_code"] == 2
    assert desk.status(1)["error_code"] == 2
    assert desk.soap("get_status", phone=TO, id="1") == {"error": "2"}
    assert "the address 192.0.2.1 is not among the account's: 198.51.100.7" in desk.why()
    desk.peer = "198.51.100.7"
    assert desk.send()["cnt"] == 1


@pytest.mark.contract("smscenter.status.error-4")
def test_an_account_can_be_blocked_by_hand():
    assert Desk(blocked=True).send()["error_code"] == 4


@pytest.mark.contract("smscenter.access.at-once", "smscenter.send.error-9", "smscenter.http-status.error-9")
def test_the_fifteenth_request_at_once_is_error_9_and_for_a_status_the_fifth():
    desk = Desk()
    desk.in_flight = 14
    assert desk.send()["cnt"] == 1
    assert desk.status(1)["error_code"] == 9
    desk.in_flight = 15
    assert desk.send(mes="b")["error_code"] == 9
    assert desk.json("balance")["error_code"] == 9
    desk.in_flight = 5
    assert desk.status(1)["error_code"] == 9
    desk.in_flight = 4
    assert desk.status(1)["status"] == -1
    desk = Desk(limits="off")
    desk.in_flight = 1000
    assert desk.send()["cnt"] == 1


def test_a_refused_request_charges_nothing_and_leaves_nothing_but_counters():
    desk = Desk()
    before = desk.sandbox.engine.state.dump()
    desk.send(**LOGIN, time="never")
    desk.send(viber="1")
    desk.status(7)
    assert (desk.messages(), desk.left) == ([], 1000)
    desk = Desk()
    desk.send(time="never")
    assert len(desk.sandbox.engine.state.dump()) == len(before)
