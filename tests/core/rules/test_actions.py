"""then: what a rule does to the account, to a message's life, and to its reports."""

import msgspec
import pytest
from worlds import START, TO, Play, profile

from emulator.core.accounts import AccountPatch
from emulator.core.admin_commands import PatchAccount
from emulator.core.engine import checks, recipients
from emulator.core.outcomes import Accepted
from emulator.core.reasons import Reason
from emulator.core.rules.rule import RuleSpec
from emulator.core.state.scheduler import SendIncoming
from emulator.core.units import SECOND, Chance

DELIVERED = [{"after": 1, "status": "delivered"}]
BOTH = [{"after": 1, "status": "sent"}, {"after": 2, "status": "delivered"}]


def moments(play: Play, seconds: float = 100) -> list[tuple[str, float]]:
    return [one for one in play.reported(seconds) if one[0] != "pending"]


# accept


def test_accept_passes_over_the_want_of_money_and_charges_all_the_same() -> None:
    play = Play({"when": {"to": TO}, "then": {"accept": True}}, balance=0)
    assert isinstance(play.submit(TO).outcome, Accepted)
    assert play.account.balance == -10_000
    assert play.submit("995577000001").outcome.reason == Reason.NO_CREDIT


def test_accept_passes_over_the_stop_list_for_its_number_alone() -> None:
    listed = {TO: True, "995577000001": True}
    play = Play({"when": {"to": TO}, "then": {"accept": True}}, stoplist=listed)
    outcome = play.accepted(TO, "995577000001")
    assert (outcome.count, outcome.stop_listed) == (1, ("995577000001",))


def test_accept_passes_over_limits_and_bars() -> None:
    from emulator.core.profile import Limit

    few = checks.at_most("few", Reason.TOO_MANY_REQUESTS, lambda case: "")
    made = profile(
        checks={"Submit": (checks.account_open, few, recipients.numbers, checks.enough_credit)},
        limits={"few": Limit(1, 60, "")}, bar=lambda case, number, *_: Reason.FLOOD if number == TO else None,
    )  # fmt: skip
    strict, open_ = Play(made=made), Play({"then": {"accept": True}}, made=made)
    assert strict.submit(TO).outcome.reason == Reason.FLOOD
    assert [open_.submit(TO).outcome.word for _ in range(3)] == ["accepted"] * 3


def test_what_is_wrong_with_the_request_itself_is_refused_though_a_rule_accepts() -> None:
    play = Play({"then": {"accept": True}})
    assert play.submit("nonsense").outcome.reason == Reason.DESTINATION_INVALID


# the account


def test_a_rule_changes_the_account_behind_the_call_that_it_decides() -> None:
    play = Play({"when": {"nth": 2}, "then": {"account": {"balance": 0}}})
    assert [play.submit().outcome.word for _ in range(3)] == ["accepted", "accepted", "refused"]


@pytest.mark.parametrize("then", [{"reply": {"fault": "drop"}}, {"reply": {"status": 500}}, {"refuse": {"code": -1}}])
def test_it_changes_the_account_also_where_the_call_comes_to_nothing(then: dict[str, object]) -> None:
    play = Play({"then": {**then, "account": {"blocked": True, "stoplist": [TO], "api_access": False}}, "times": 1})
    play.submit()
    assert (play.account.blocked, play.account.api_access, list(play.account.stoplist)) == (True, False, [TO])
    play.do(PatchAccount("plain", AccountPatch(blocked=False)))
    play.submit()
    assert play.account.blocked is False


# the subscriber


def test_who_opts_out_is_on_the_stop_list_once_the_message_is_delivered() -> None:
    play = Play({"then": {"opt_out": True, "steps": DELIVERED}})
    play.accepted(TO)
    assert not play.account.stoplist
    play.advance(1)
    assert play.submit(TO).outcome.reason == Reason.STOP_LISTED


def test_a_message_that_is_read_at_once_has_arrived_too_and_once_is_enough() -> None:
    plan = {"opt_out": True, "incoming": {"text": "STOP", "after": 1}}
    steps = [{"after": n, "status": status} for n, status in enumerate(("read", "sent", "delivered", "read"), 1)]
    play = Play({"then": {**plan, "steps": steps}})
    play.accepted(TO)
    out = play.advance(10)
    assert play.account.stoplist == {TO: True}
    assert [(one.at - START) / SECOND for one in out if isinstance(one.due, SendIncoming)] == [2]


def test_retries_hold_for_the_subscribers_answer_too() -> None:
    rule = {"then": {"incoming": {"text": "YES"}, "steps": DELIVERED, "retries": [5, 7], "reports": {"never": True}}}
    play = Play(rule, switches={"retry": [1]})
    play.accepted(TO)
    at = []
    for _ in range(30):
        for out in play.advance(1):
            at.append((out.at - START) / SECOND)
            play.engine.answered(out.attempt, False, play.at)
    assert at == [1, 6, 13]


def test_who_never_gets_the_message_does_nothing() -> None:
    steps = [{"after": 1, "status": "undelivered"}]
    play = Play({"then": {"opt_out": True, "incoming": {"text": "STOP"}, "steps": steps}})
    play.accepted(TO)
    play.advance(10)
    assert not play.account.stoplist
    assert not play.state.incoming


def test_the_subscriber_answers_so_many_seconds_after_the_delivery() -> None:
    play = Play({"then": {"incoming": {"text": "YES", "after": 5}, "steps": DELIVERED}})
    play.accepted(TO)
    out = play.advance(10)
    (passing,) = [one for one in out if isinstance(one.due, SendIncoming)]
    came = play.state.incoming[0]
    assert (came.source, came.to, came.text, came.way) == (TO, "shop", "YES", "http")
    assert (passing.at - START) / SECOND == 6


# reports


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ({}, [("sent", 1), ("delivered", 2)]),
        ({"never": True}, []),
        ({"twice": True}, [("sent", 1), ("sent", 1), ("delivered", 2), ("delivered", 2)]),
        ({"times": 1}, [("sent", 1), ("delivered", 2)]),
        ({"times": 3}, [("sent", 1)] * 3 + [("delivered", 2)] * 3),
        ({"late": 30}, [("sent", 31), ("delivered", 32)]),
        ({"order": "reversed"}, [("delivered", 2), ("sent", 2)]),
    ],
)
def test_the_manner_of_reports(reports: dict[str, object], expected: list[tuple[str, float]]) -> None:
    play = Play({"then": {"steps": BOTH, "reports": reports}}, made=profile(reports_first_state=False))
    play.accepted()
    assert moments(play) == expected


def lateness(seed: int) -> list[float]:
    play = Play({"then": {"steps": DELIVERED, "reports": {"late": {"from": 5, "to": 60}}}})
    play.state.chance = Chance(seed)
    for _ in range(20):
        play.accepted()
    return [at for _, at in moments(play)]


def test_lateness_within_a_range_hangs_on_the_seed_alone() -> None:
    assert lateness(1) == lateness(1) != lateness(2)
    assert all(6 <= at <= 61 for at in lateness(1))
    assert len(set(lateness(1))) > 15


def test_shuffled_reports_come_at_the_end_in_an_order_that_hangs_on_the_seed() -> None:
    steps = [{"after": n, "status": status} for n, status in enumerate(["sent", "error", "unknown", "delivered"], 1)]

    def order(seed: int) -> list[str]:
        play = Play({"then": {"steps": steps, "reports": {"order": "shuffled"}}})
        play.state.chance = Chance(seed)
        play.accepted()
        assert not play.advance(3)
        return [status for status, _ in play.reported(1)]

    assert order(1) == order(1)
    assert len({tuple(order(seed)) for seed in range(8)}) > 3


def test_before_reply_takes_the_first_step_at_once_where_the_rule_names_none() -> None:
    play = Play({"then": {"reports": {"before_reply": True}}})
    verdict = play.submit()
    assert verdict.reports_first
    assert play.reported(0)[-1] == ("delivered", 0)
    told = Play({"then": {"steps": DELIVERED, "reports": {"before_reply": True}}})
    told.submit()
    assert [status for status, _ in told.reported(0)] == ["pending"]


def test_retries_go_by_the_rule_where_it_says_some_and_else_by_the_account() -> None:
    play = Play(
        {"when": {"to": TO}, "then": {"steps": DELIVERED, "retries": [10, 20]}}, switches={"retry": [1]},
        made=profile(reports_first_state=False),
    )  # fmt: skip

    def tries(number: str) -> list[float]:
        play.accepted(number)
        at = []
        for _ in range(100):
            for report in play.advance(1):
                at.append(report.due.attempt)
                play.engine.answered(report.attempt, False, play.at)
        return at

    assert tries(TO) == [1, 2, 3]
    assert tries("995577000001") == [1, 2]
    assert Play({"then": {"retries": []}}).state.rule_book.rules[0].spec.then.retries == ()


def test_a_step_may_name_the_operator() -> None:
    play = Play({"then": {"steps": [{"after": 1, "status": "delivered", "operator": "28201"}]}})
    play.accepted(TO, reference="r")
    play.advance(1)
    assert play.state.store.messages[0].operator == "28201"
    assert play.ask(TO, "r").outcome.entries[0].operator == "28201"


# the reply


def test_a_delay_within_a_range_is_drawn_from_the_seed() -> None:
    def delays(seed: int) -> list[float]:
        play = Play({"then": {"reply": {"delay": {"from": 0.1, "to": 2}}}})
        play.state.chance = Chance(seed)
        return [verdict.reply.delay for verdict in (play.submit() for _ in range(10)) if verdict.reply is not None]

    assert delays(1) == delays(1) != delays(2)
    assert all(0.1 <= delay <= 2 for delay in delays(1))


WORDS: list[dict[str, object]] = [
    {"steps": [{"after": 1, "status": "sent", "odd": 1}]}, {"refuse": {"code": 1, "odd": 1}}, {"reply": {"odd": 1}},
    {"reports": {"odd": 1}}, {"reports": {"late": {"from": 1, "to": 2, "odd": 1}}}, {"account": {"odd": 1}},
    {"incoming": {"text": "x", "odd": 1}}, {"odd": 1},
]  # fmt: skip


@pytest.mark.parametrize("then", WORDS)
def test_a_word_that_nothing_knows_is_refused_wherever_it_stands(then: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `odd`"):
        msgspec.convert({"then": then}, RuleSpec)


@pytest.mark.parametrize(
    ("then", "why"),
    [
        ({"accept": True, "refuse": {"code": 1}}, "either accept or refuse"),
        ({"reports": {"twice": True, "times": 2}}, "either twice or times"),
        ({"reply": {"fault": "lost", "body": "x"}}, "either fault or headers and body"),
        ({"reply": {"status": 200, "headers": {"Content-Length": "5"}}}, "headers: 'Content-Length'"),
        ({"reply": {"status": 200, "headers": {"X": "a\r\nY: b"}}}, "headers: 'X'"),
        ({"reply": {"delay": {"from": 2, "to": 1}}}, "from is more than to"),
        ({"retries": [1] * 51}, "length <= 50"), ({"retries": [-1]}, ">= 0"), ({"incoming": {}}, "text"),
    ],
)  # fmt: skip
def test_a_plan_that_contradicts_itself_is_refused(then: dict[str, object], why: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=why):
        msgspec.convert({"then": then}, RuleSpec)


def test_rules_and_worlds_are_written_down_with_every_word() -> None:
    then = {
        "steps": BOTH, "accept": True, "retries": [1, 2], "account": {"balance": 5, "limits": "off"}, "opt_out": True,
        "incoming": {"text": "YES", "after": 1}, "reply": {"delay": {"from": 0, "to": 1}},
        "reports": {"times": 2, "late": {"from": 1, "to": 2}, "order": "shuffled", "without": ["a"], "with": {"b": "c"},
                    "to": "http://127.0.0.1:1/"},
    }  # fmt: skip
    when = {"parts": {"from": 1}, "first": 9, "probability": 0.5, "after": 0, "to_matches": "^9"}
    play = Play({"when": when, "then": then})
    play.accepted()
    dumped = play.state.dump()
    assert play.state.load(dumped).dump() == dumped
    assert play.state.load(dumped).rule_book.rules == play.state.rule_book.rules
