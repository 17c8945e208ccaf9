"""when → then."""

import msgspec
import pytest
from worlds import KEY, TO, Play

from emulator.core.admin_commands import AddRule, DropRule, PutRules
from emulator.core.commands import Submit
from emulator.core.outcomes import Accepted, Refused, Unheard
from emulator.core.reasons import Reason
from emulator.core.rules.rule import RuleSpec

GOOD, OTHER, THIRD = "995577000001", "995577000002", "995599000003"
BUSY = {"refuse": {"code": -1}}


def spec(**rule: object) -> RuleSpec:
    return msgspec.convert(rule, RuleSpec)


def refused(play: Play, *to: str, **more: object) -> bool:
    return isinstance(play.submit(*to, **more).outcome, Refused)


def test_a_rule_without_when_matches_every_call() -> None:
    play = Play({"then": BUSY})
    assert refused(play)
    assert isinstance(play.ask_balance().outcome, Refused)


@pytest.mark.parametrize(
    ("when", "matches"),
    [
        ({"provider": "plain"}, True), ({"provider": "other"}, False), ({"protocol": "http"}, True),
        ({"protocol": "smpp"}, False), ({"operation": "send"}, True), ({"operation": "balance"}, False),
        ({"to": TO}, True), ({"to": "9955771*"}, True), ({"to": "*3456"}, True), ({"to": "995*56"}, True),
        ({"to": "*77*"}, True), ({"to": "**3456"}, True),
        ({"to": "*7712*"}, True), ({"to": "9955"}, False), ({"to": "*999"}, False),
        ({"to": "*"}, True),
        ({"sender": "shop"}, True), ({"sender": "s*"}, True), ({"sender": "Shop"}, False),
        ({"contains": "code"}, True), ({"contains": "Code"}, False), ({"matches": r"code \d+$"}, True),
        ({"matches": r"^\d"}, False), ({"reference": "mine"}, True), ({"reference": "min"}, False),
        ({"to": TO, "contains": "nowhere"}, False), ({"nth": 1}, True), ({"nth": 2}, False),
    ],
)  # fmt: skip
def test_every_key_of_when_must_hold(when: dict[str, object], matches: bool) -> None:
    said = {"text": "your code 1234", "reference": "mine"}
    assert refused(Play({"when": when, "then": BUSY}), TO, **said) == matches
    assert refused(Play({"when": when, "then": BUSY}), TO, TO, **said) == matches


def test_to_count_by_number_is_the_most_work_and_no_work_is_a_rule_that_asks_for_nothing() -> None:
    whens: list[dict[str, object]] = [{}, {"nth": 2}, {"contains": "x"}, {"nth": 2, "per": "number"}]
    asked = Submit(provider="plain", destinations=(TO,), text="x", sender="shop")
    looks = [Play({"when": when, "then": BUSY}).state.rule_book.looks(asked) for when in whens]
    assert looks == [0, 1, 1, 8]


def test_the_first_rule_that_matches_decides() -> None:
    play = Play({"when": {"to": "*1"}, "then": BUSY}, {"then": {"refuse": {"code": 20}}})
    assert play.submit(GOOD).outcome.code == -1
    assert play.submit(OTHER).outcome.code == 20
    assert play.fired() == [1, 1]


def test_nth_counts_the_calls_that_match_all_the_rest() -> None:
    play = Play({"when": {"to": "*1", "nth": 3}, "then": BUSY})
    calls = [GOOD, OTHER, GOOD, OTHER, GOOD, GOOD]
    assert [refused(play, number) for number in calls] == [False, False, False, False, True, False]
    assert [rule.seen for rule in play.state.rule_book.rules] == [4]


def test_nth_counts_even_where_another_rule_decides() -> None:
    play = Play({"when": {"contains": "x"}, "then": BUSY}, {"when": {"nth": 2}, "then": {"refuse": {"code": 20}}})
    assert play.submit(text="x").outcome.code == -1
    assert play.submit(text="y").outcome.code == 20


def test_a_rule_with_times_gives_way_when_they_are_used_up() -> None:
    play = Play({"then": BUSY, "times": 2})
    assert [refused(play) for _ in range(4)] == [True, True, False, False]
    assert play.fired() == [2]


def test_a_call_that_the_checks_refuse_uses_up_no_rule() -> None:
    play = Play({"then": {"steps": [{"after": 1, "status": "undelivered"}]}, "times": 1}, balance=0)
    verdict = play.submit()
    assert isinstance(verdict.outcome, Refused)
    assert verdict.rule is None
    assert play.fired() == [0]
    some = Play({"when": {"to": OTHER}, "then": {"refuse": {"reason": "stop-listed"}}, "times": 1}, balance=0)
    assert some.submit(GOOD, OTHER).outcome.reason == Reason.NO_CREDIT
    assert some.fired() == [0]


def test_a_number_dropped_by_a_rule_uses_it_up_though_no_number_is_left() -> None:
    play = Play({"then": {"refuse": {"reason": "stop-listed"}}, "times": 1})
    verdict = play.submit()
    assert verdict.outcome.reason == Reason.STOP_LISTED
    assert verdict.rule == "r1"
    assert isinstance(play.submit().outcome, Accepted)


def test_each_number_of_a_list_has_the_first_rule_that_speaks_of_it() -> None:
    play = Play(
        {"when": {"to": GOOD}, "then": {"steps": [{"after": 1, "status": "expired"}]}},
        {"when": {"to": "99557*"}, "then": {"steps": [{"after": 1, "status": "undelivered"}]}},
        {"then": {"steps": [{"after": 1, "status": "unknown"}]}},
    )
    play.accepted(GOOD, OTHER, THIRD)
    play.advance(1)
    assert [message.status for message in play.state.store.messages] == ["expired", "undelivered", "unknown"]
    assert play.fired() == [1, 1, 1]


def test_numbers_that_rules_take_away_leave_the_others() -> None:
    play = Play(
        {"when": {"to": GOOD}, "then": {"refuse": {"reason": "stop-listed"}}},
        {"when": {"to": OTHER}, "then": {"refuse": {"reason": "destination-invalid"}}},
    )
    outcome = play.accepted(GOOD, OTHER, THIRD)
    assert (outcome.count, outcome.stop_listed, outcome.invalid) == (1, (GOOD,), (OTHER,))
    assert play.fired() == [1, 1]


def test_rules_for_each_kind_of_bad_number_refuse_the_whole_call_as_mixed() -> None:
    play = Play(
        {"when": {"to": GOOD}, "then": {"refuse": {"reason": "stop-listed"}}},
        {"when": {"to": OTHER}, "then": {"refuse": {"reason": "destination-invalid"}}},
    )
    assert play.submit(GOOD, OTHER).outcome.reason == Reason.STOP_LISTED_OR_INVALID
    assert play.fired() == [1, 1]


def test_each_number_of_a_list_fares_as_it_does_alone() -> None:
    play = Play({"when": {"to": OTHER}, "then": BUSY})
    outcome = play.accepted(GOOD, OTHER, THIRD)
    assert (outcome.count, outcome.barred) == (2, ((OTHER, Reason.TEMPORARY),))
    assert [message.to for message in play.state.store.messages] == [GOOD, THIRD]
    assert play.fired() == [1]
    assert refused(play, OTHER)


def test_a_later_rule_never_decides_of_numbers_that_an_earlier_one_has_decided() -> None:
    first = {"when": {"to": "99557*"}, "then": {"steps": [{"after": 1, "status": "expired"}]}}
    for later in (BUSY, {"reply": {"fault": "lost"}}, {"reply": {"status": 503}}, {"reply": {"fault": "drop"}}):
        play = Play(first, {"then": later})
        verdict = play.submit(GOOD, OTHER)
        assert (verdict.outcome.word, verdict.reply, verdict.rule) == ("accepted", None, "r1"), later
        verdict = play.submit(GOOD, THIRD)
        if "refuse" in later:
            assert (verdict.outcome.count, verdict.reply, verdict.rule) == (1, None, "r1")
        else:
            assert verdict.reply is not None
            assert verdict.rule == "r2"
            assert verdict.outcome.count == (2 if verdict.reply.heard else 1), later
        assert play.fired() == [2, 1], later


def test_a_list_of_which_every_number_is_refused_is_refused() -> None:
    play = Play({"when": {"to": GOOD}, "then": {"refuse": {"reason": "no-credit"}}}, {"then": BUSY})
    verdict = play.submit(GOOD, OTHER)
    assert (verdict.outcome.reason, verdict.rule, play.fired()) == (Reason.NO_CREDIT, "r1", [1, 1])
    assert isinstance(Play({"then": {"reply": {"fault": "drop"}}}).submit(GOOD, OTHER).outcome, Unheard)


def test_what_a_rule_accepts_is_accepted_for_its_number_alone() -> None:
    play = Play({"when": {"to": GOOD}, "then": {"accept": True}}, balance=0)
    outcome = play.accepted(GOOD, OTHER)
    assert (outcome.count, outcome.cost, outcome.barred) == (1, 10_000, ((OTHER, Reason.NO_CREDIT),))


def test_a_dropped_call_does_nothing_and_a_lost_one_does_all() -> None:
    play = Play(
        {"then": {"reply": {"fault": "drop"}}, "times": 1}, {"then": {"reply": {"fault": "lost"}}, "times": 1},
        {"then": {"reply": {"status": 503}}},
    )  # fmt: skip
    assert isinstance(play.submit().outcome, Unheard)
    assert not play.state.store.messages
    verdict = play.submit()
    assert isinstance(verdict.outcome, Accepted)
    assert verdict.reply is not None
    assert verdict.reply.fault == "lost"
    assert isinstance(play.submit().outcome, Unheard)
    assert play.fired() == [1, 1, 1]


def test_rules_put_in_by_hand_stand_before_the_scenarios() -> None:
    play = Play({"then": BUSY})
    play.do(AddRule(spec(then={"refuse": {"code": 20}})))
    assert play.submit().outcome.code == 20
    play.do(AddRule(spec(then={"refuse": {"code": 404}}, times=1)))
    assert [play.submit().outcome.code for _ in range(2)] == [404, 20]


def test_putting_rules_replaces_those_of_hand_and_keeps_the_scenarios() -> None:
    play = Play({"then": BUSY})
    play.put_rules({"then": {"refuse": {"code": 20}}})
    play.put_rules()
    assert play.submit().outcome.code == -1
    play.do(PutRules([], [spec(then={"refuse": {"code": 20}})]))
    assert play.submit().outcome.code == 20


def test_rule_ids_are_never_given_twice() -> None:
    play = Play({"then": BUSY})
    ids = [rule.id for _ in range(3) for rule in play.put_rules({"then": BUSY}) if rule.by_hand]
    assert ids == ["r2", "r3", "r4"]


def test_a_rule_taken_out_is_gone_and_one_that_is_not_there_is_an_error() -> None:
    play = Play({"then": BUSY})
    play.do(DropRule("r1"))
    assert not refused(play)
    with pytest.raises(LookupError, match="r1"):
        play.do(DropRule("r1"))


def test_rules_are_not_asked_for_a_stranger() -> None:
    play = Play({"then": BUSY, "times": 1})
    assert play.submit(credential=None).outcome.reason == Reason.KEY_UNKNOWN
    assert play.fired() == [0]


@pytest.mark.parametrize("then", [
    {"refuse": {}}, {"refuse": {"code": 1, "reason": "no-credit"}}, {"reply": {"fault": "lost", "status": 500}},
])  # fmt: skip
def test_a_plan_that_contradicts_itself_is_refused(then: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        spec(then=then)


def test_a_pattern_that_is_no_regular_expression_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="matches"):
        spec(when={"matches": "("}, then={})


@pytest.mark.parametrize("after", [-1, 1e12, 1e300])
def test_a_step_that_no_date_can_show_is_refused(after: float) -> None:
    with pytest.raises(msgspec.ValidationError):
        spec(then={"steps": [{"after": after, "status": "delivered"}]})


def test_a_rule_with_only_steps_does_not_use_itself_up_on_other_calls():
    from emulator.core.commands import BalanceQuery

    play = Play({"then": {"steps": []}, "times": 1})
    play.engine.execute(BalanceQuery(provider="plain", credential=KEY), play.at)
    assert play.state.rule_book.rules[0].fired == 0
    play.submit(TO)
    assert play.state.rule_book.rules[0].fired == 1
