"""How often within how long: each limit of HTTP and SOAP, one microsecond before its window ends and at its end."""

import pytest
from providers.smscenter.desk import OTHER, TO, Desk

from emulator.providers.smscenter import PROVIDER
from emulator.providers.smscenter.switches import LIMITS

MOMENT = 0.000001
SAID = {"phones": TO, "mes": "Hello"}


def one(page, **said):
    """Asks in JSON; the code of an error, if it is one."""
    return lambda desk: told(desk.json(page, **said))


def soap(operation, **said):
    return lambda desk: int(desk.soap(operation, **said).get("error", 0)) or None


def told(answer):
    return answer.get("error_code") if isinstance(answer, dict) else None


def numbers(desk):
    """Another number each time."""
    desk.asked = getattr(desk, "asked", 0) + 1
    return one("info", get_operator="1", phone=f"7916{desk.asked:07}")(desk)


WINDOWS = [
    ("identical-sends", 1, one("send", **SAID)),
    ("identical-sends", 1, one("send", **SAID, op="1", err="1", cost="3")),
    ("identical-sends", 1, one("send", list=f"{TO}:a\n{OTHER}:b")),
    ("identical-sends", 1, one("send", phones=TO, mes="code", call="1")),
    ("identical-sends", 1, one("send", phones=TO, hlr="1")),
    ("identical-sends", 1, soap("send_sms", **SAID)),
    ("identical-sends", 1, soap("send_sms2", **SAID, query="cost=3")),
    ("identical-costs", 5, one("send", **SAID, cost="1")),
    ("identical-costs", 5, one("send", list=f"{TO}:a\n{OTHER}:b", cost="1", op="1")),
    ("identical-costs", 5, soap("get_sms_cost", **SAID)),
    ("status-of-one", 5, one("status", phone=TO, id="1")),
    ("status-of-one", 5, one("status", phone=f"{TO},", id="1,", all="2")),
    ("status-of-one", 5, soap("get_status", phone=TO, id="1")),
    ("status-of-one", 5, soap("get_status2", phone=TO, id="1", query="all=2")),
    ("status-of-many", 1, one("status", phone=f"{TO},{OTHER}", id="1,1")),
    ("balance", 10, one("balance")),
    ("balance", 10, soap("get_balance")),
    ("identical-answers", 3, one("get", get_answers="1")),
    ("identical-operators", 3, one("info", get_operator="1", phone=TO)),
    ("operators", 100, numbers),
]


def a_number_was_sent_to(desk):
    desk.send(f"{TO},{OTHER}", mes="first")


@pytest.mark.contract(
    "smscenter.send.error-9", "smscenter.cost.error-9", "smscenter.status.error-9", "smscenter.http-status.error-9",
    "smscenter.balance.error-9", "smscenter.incoming.error-9", "smscenter.operator.error-9",
)  # fmt: skip
@pytest.mark.parametrize(("limit", "count", "ask"), WINDOWS, ids=[f"{n}-{row[0]}" for n, row in enumerate(WINDOWS)])
def test_what_is_over_a_limit_is_error_9_until_its_minute_is_over(limit, count, ask):
    """A refused one is not counted; what was not refused before the minute's end is not either."""
    desk = Desk()
    a_number_was_sent_to(desk)
    desk.advance(5)
    assert [ask(desk) for _ in range(count + 2)] == [None] * count + [9, 9]
    desk.advance(60 - MOMENT)
    assert ask(desk) == 9
    desk.advance(MOMENT)
    assert ask(desk) is None
    desk = Desk(limits={limit: count + 1})
    a_number_was_sent_to(desk)
    asked = [ask(desk) for _ in range(count + 2)]
    assert asked[-1] == 9 or limit == "operators"
    assert asked[count] is None


def test_each_limit_that_has_a_window_is_tried_here():
    tried = {limit for limit, _, _ in WINDOWS} | {"to-one-number", "wrong-passwords"}
    assert tried == {name for name, limit in LIMITS.items() if limit.span}
    assert set(LIMITS) < set(PROVIDER.profile.limits)


@pytest.mark.contract("smscenter.access.blocked")
def test_the_tenth_wrong_password_blocks_until_sixty_seconds_are_over():
    wrong, right = ({"login": "alex", "psw": psw} for psw in ("wrong", "123"))
    desk = Desk()
    for place in range(10):
        assert told(desk.json("balance", right if place == 9 else wrong)) == (None if place == 9 else 2)
    desk.advance(60 - MOMENT)
    assert told(desk.json("balance", wrong)) == 2
    assert told(desk.json("balance", right)) == 4
    desk.advance(60 - MOMENT)
    assert told(desk.json("balance", right)) == 4
    desk.advance(MOMENT)
    assert told(desk.json("balance", right)) is None
    for seconds in (0, 60):
        desk = Desk()
        desk.json("balance", wrong)
        desk.advance(seconds)
        for _ in range(9):
            assert told(desk.json("balance", wrong)) == 2
        assert told(desk.json("balance", right)) == (None if seconds else 4)


@pytest.mark.contract("smscenter.send.flood", "smscenter.send.error-8")
@pytest.mark.parametrize("way", ["send", "list", "soap", "hlr"])
def test_a_pause_of_thirty_seconds_and_no_shorter_one_ends_a_run_and_its_block(way):
    """Fifty messages in a run are taken, whatever asks for them; each blocked attempt prolongs it."""

    def sent(number):
        if way == "soap":
            return int(desk.soap("send_sms", phones=TO, mes=str(number)).get("error", 0)) or None
        said = {"list": f"{TO}:{number}"} if way == "list" else {"phones": TO, "mes": str(number)}
        if way == "hlr":
            said = {"phones": TO, "hlr": "1", "id": str(number + 1)}
        return told(desk.json("send", **said))

    desk = Desk(limits={"identical-sends": 1000})
    for number in range(50):
        assert sent(number) is None
        desk.advance(30 - MOMENT)
    for number in range(50, 53):
        assert sent(number) == 8
        desk.advance(30 - MOMENT)
    desk.advance(MOMENT)
    assert [sent(number) for number in range(53, 104)] == [None] * 50 + [8]
    desk.advance(30)
    assert sent(104) is None


@pytest.mark.contract("smscenter.send.flood")
def test_the_messages_of_one_list_to_one_number_are_a_run_and_those_to_a_repeated_number_are_one():
    desk = Desk()
    assert desk.send(",".join([TO] * 60))["cnt"] == 1
    assert desk.json("send", list="\n".join(f"{TO}:text {n}" for n in range(60)), cost="1")["cnt"] == 49
    answer = desk.json("send", list="\n".join(f"{TO}:text {n}" for n in range(60)), op="1")
    assert (answer["cnt"], [one.get("error") for one in answer["phones"]]) == (49, [None] * 49 + ["251"] * 11)
    assert desk.why().endswith(f"flood, not sent to: {', '.join([TO] * 5)} and 6 more [smscenter.send.error-8]")
    assert told(desk.send(mes="one more")) == 8


@pytest.mark.contract("smscenter.send.flood", "smscenter.send.cost")
def test_to_ask_for_a_price_is_no_message_to_the_number(desk):
    for number in range(60):
        assert told(desk.send(mes=str(number), cost="1")) is None
    assert told(desk.send(mes="sent")) is None


@pytest.mark.contract("smscenter.send.flood")
def test_a_limit_of_none_at_all_to_one_number_blocks_the_first():
    assert told(Desk(limits={"to-one-number": 0}).send()) == 8
