"""when: each key, alone and with others; what counts, and what chance decides."""

import msgspec
import pytest
from worlds import KEY, TO, Play, profile

from emulator.core.commands import QueryMany
from emulator.core.engine import checks
from emulator.core.engine.checks import CheckContext
from emulator.core.rules.conditions import (
    KIND,
    OF_ASKED,
    OF_CALL,
    OF_LISTED,
    OF_NUMBER,
    OF_SAID,
    OF_TEXT,
    OF_TURN,
    When,
    unmet,
)
from emulator.core.rules.rule import RuleSpec
from emulator.core.units import Chance

BUSY = {"refuse": {"code": -1}}
LONG = "x" * 161


def refused(play: Play, *to: str, **more: object) -> bool:
    return play.submit(*to, **more).outcome.word == "refused"


@pytest.mark.parametrize(
    ("when", "text", "matches"),
    [
        ({"encoding": "gsm7"}, "Hello", True), ({"encoding": "gsm7"}, "გამარჯობა", False),
        ({"encoding": "ucs2"}, "Hello…", True), ({"encoding": "ucs2"}, "", False),
        ({"parts": 1}, "Hello", True), ({"parts": 2}, "Hello", False), ({"parts": 2}, LONG, True),
        ({"parts": {"from": 2}}, LONG, True), ({"parts": {"from": 2}}, "Hello", False),
        ({"parts": {"to": 1}}, LONG, False), ({"parts": {"from": 1, "to": 2}}, LONG, True),
        ({"to_matches": r"^9955771\d+6$"}, "", True), ({"to_matches": "^77"}, "", False),
        ({"to": "995*", "to_matches": "6$"}, "", True), ({"to": "995*", "to_matches": "7$"}, "", False),
        ({"account": "secret"}, "", True), ({"account": "sec*"}, "", True), ({"account": "other"}, "", False),
    ],
)  # fmt: skip
def test_a_key_holds_or_not(when: dict[str, object], text: str, matches: bool) -> None:
    assert refused(Play({"when": when, "then": BUSY}), TO, text=text) == matches


def test_every_key_is_in_one_of_the_tables() -> None:
    keys = {*KIND, *OF_CALL, *OF_NUMBER, *OF_TEXT, *OF_SAID, *OF_LISTED, *OF_ASKED, *OF_TURN, "per", "probability"}
    assert keys == set(When.__struct_fields__)


@pytest.mark.parametrize("when", [
    {"contains": "code"}, {"matches": "c.de"}, {"encoding": "ucs2"}, {"parts": 2}, {"sender": "other"},
])  # fmt: skip
def test_where_each_number_has_its_own_text_and_sender_each_is_judged_by_its_own(when: dict[str, object]) -> None:
    play = Play({"when": when, "then": {"steps": [{"after": 1, "status": "expired"}]}})
    said = {"texts": ("Hello", "your code…" + "x" * 70), "senders": ("shop", "other")}
    play.accepted(TO, TO, "995577000002", text="", texts=("Hello", *said["texts"]), senders=("shop", *said["senders"]))
    play.advance(5)
    assert [message.status for message in play.state.store.messages] == ["delivered", "delivered", "expired"]


def calls(when: dict[str, object], number: int = 8) -> list[int]:
    play = Play({"when": when, "then": BUSY})
    play.account.balance = 10**9
    return [n for n in range(1, number + 1) if refused(play)]


def test_first_every_and_nth_count_matching_calls() -> None:
    assert calls({"first": 3}) == [1, 2, 3]
    assert calls({"every": 3}) == [3, 6]
    assert calls({"nth": 3}) == [3]
    assert calls({"first": 5, "every": 2}) == [2, 4]


def test_first_counts_calls_that_another_rule_decides_and_times_does_not() -> None:
    first = {"when": {"contains": "x"}, "then": {"refuse": {"code": 20}}}
    counted = Play(first, {"when": {"first": 2}, "then": BUSY})
    used = Play(first, {"then": BUSY, "times": 2})
    texts = ["x", "x", "y", "y"]
    assert [counted.submit(text=text).outcome.word for text in texts] == ["refused", "refused", "accepted", "accepted"]
    assert [used.submit(text=text).outcome.word for text in texts] == ["refused"] * 4


def test_what_counts_counts_only_calls_of_which_all_other_keys_hold() -> None:
    play = Play({"when": {"every": 2, "to": "*1", "contains": "a"}, "then": BUSY})
    said = [("1", "a"), ("2", "a"), ("1", "b"), ("1", "a"), ("2", "a"), ("1", "a")]
    assert [refused(play, number, text=text) for number, text in said] == [False, False, False, True, False, False]


def test_probability_is_thrown_from_the_seed_and_the_same_each_time() -> None:
    some = calls({"probability": 0.3}, 200)
    assert some == calls({"probability": 0.3}, 200)
    assert 30 < len(some) < 90
    other = Play({"when": {"probability": 0.3}, "then": BUSY})
    other.account.balance = 10**9
    other.state.chance = Chance(2)
    assert [n for n in range(1, 201) if refused(other)] != some
    assert calls({"probability": 0}) == []
    assert calls({"probability": 1}) == list(range(1, 9))


def test_dice_are_thrown_only_where_the_rule_could_still_decide() -> None:
    play = Play({"when": {"contains": "x"}, "then": BUSY}, {"when": {"probability": 0.5}, "then": BUSY, "times": 1})
    play.submit(text="x")
    assert play.state.chance.drawn == 0
    while not refused(play, text="y"):
        pass
    thrown = play.state.chance.drawn
    play.submit(text="y")
    assert play.state.chance.drawn == thrown


def test_dice_are_thrown_once_for_a_call_whatever_its_numbers() -> None:
    play = Play({"when": {"probability": 0.5, "to": "995*"}, "then": {"steps": []}})
    play.accepted("995577000001", "995577000002", "995577000003")
    assert play.state.chance.drawn == 1
    assert len({message.plan for message in play.state.store.messages}) == 1


@pytest.mark.parametrize(
    ("when", "moments"),
    [
        ({"after": 10}, [10, 20]), ({"before": 10}, [0, 9]), ({"after": 9, "before": 20}, [9, 10]),
        ({"after": "2023-11-14T22:13:30Z"}, [10, 20]), ({"before": "2023-11-15T02:13:30+04:00"}, [0, 9]),
    ],
)  # fmt: skip
def test_a_rule_may_hold_from_one_moment_to_another(when: dict[str, object], moments: list[int]) -> None:
    play = Play({"when": when, "then": BUSY})
    held = []
    for gap, moment in ((0, 0), (9, 9), (1, 10), (10, 20)):
        play.advance(gap)
        if refused(play):
            held.append(moment)
    assert held == moments


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ({"after": "2026-11-21T12:00:00"}, "after: no time with its zone"), ({"before": "noon"}, "before: no time"),
        ({"to_matches": "("}, "to_matches: not a regular expression"),
        ({"parts": {"from": 3, "to": 2}}, "from is more"),
        ({"per": "number"}, "per: goes with nth"),
        ({"probability": 1.1}, "<= 1.0"), ({"every": 0}, ">= 1"), ({"encoding": "utf-8"}, "Invalid enum"),
    ],
)  # fmt: skip
def test_what_can_never_hold_is_refused(when: dict[str, object], why: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=why):
        msgspec.convert({"when": when, "then": {}}, RuleSpec)
    msgspec.convert({"when": {"per": "number", "probability": 0.5}, "then": {}}, RuleSpec)


def test_unmet_names_the_keys_that_stand_in_the_way() -> None:
    play = Play()
    play.submit()
    when = msgspec.convert(
        {"provider": "plain", "operation": "status", "to": "*1", "contains": "code", "after": 5, "nth": 2}, When
    )
    from emulator.core.commands import Submit

    command = Submit(provider="plain", destinations=(TO,), text="Hello", sender="shop")
    case = CheckContext(play.state, play.profile, play.account, command, play.state.began, {})
    assert list(unmet(when, case)) == ["operation", "to", "contains", "after"]


@pytest.mark.parametrize(
    ("begin", "end", "zone", "holds"),
    [  # it is 22:13:20, UTC
        ("22:13", "22:14", None, True), ("22:14", "23:00", None, False), ("21:00", "22:13", None, False),
        ("23:00", "22:14", None, True), ("23:00", "22:13", None, False), ("22:13", "01:00", None, True),
        ("22:14", "01:00", None, False), ("02:13", "02:14", "+04:00", True), ("22:13", "22:14", "+04:00", False),
        ("18:13", "18:14", "-04:00", True), ("03:43", "03:44", "+05:30", True), ("22:13", "22:14", "Z", True),
    ],
)  # fmt: skip
def test_a_rule_may_hold_for_hours_of_the_day(begin: str, end: str, zone: str | None, holds: bool) -> None:
    hours = {"from": begin, "to": end} | ({} if zone is None else {"zone": zone})
    assert refused(Play({"when": {"time_of_day": hours}, "then": BUSY})) == holds


@pytest.mark.parametrize(
    ("amounts", "holds"),
    [
        ({"from": 100}, True), ({"from": 100.01}, False), ({"to": 100}, True), ({"to": 99.99}, False),
        ({"from": 1, "to": 100}, True), ({"from": 101, "to": 200}, False), ({"from": 1, "to": 99}, False),
    ],
)  # fmt: skip
def test_a_rule_may_hold_of_the_balance_before_the_call(amounts: dict[str, float], holds: bool) -> None:
    assert refused(Play({"when": {"balance": amounts}, "then": BUSY}, balance=100)) == holds


@pytest.mark.parametrize("within", [60, 60.0])
def test_a_rate_counts_the_calls_of_its_last_seconds_this_one_among_them(within: float) -> None:
    play = Play({"when": {"rate": {"over": 2, "within": within}}, "then": BUSY})
    held = []
    for gap in (0, 0, 59, 2, 59):
        play.advance(gap)
        held.append(refused(play))
    assert held == [False, False, True, False, False]
    (rule,) = play.state.rule_book.rules
    assert rule.spec.when.rate is not None
    assert msgspec.json.encode(rule.spec.when.rate) == b'{"over":2,"within":60.0}'


def test_a_question_is_matched_by_the_number_and_the_state_of_the_message_it_asks_for() -> None:
    def word(when: dict[str, object], to: str, reference: str) -> str:
        play = Play({"when": {"operation": "status", **when}, "then": BUSY})
        play.accepted("995577000001", reference="first")
        play.accepted("995577000002", reference="second")
        play.advance(30)
        play.accepted("995577000003", reference="third")
        return play.ask(to, reference).outcome.word

    asked = ("995577000001", "first"), ("995577000002", "second"), ("995577000003", "third"), ("995577000004", "none")
    for when, refused_ones in (
        ({"to": "*1"}, "first"), ({"to": "*3"}, "third"), ({"asked": "delivered"}, "first second"),
        ({"asked": ["pending", "sent"]}, "third"), ({"asked": "expired"}, ""),
    ):  # fmt: skip
        held = [reference for to, reference in asked if word(when, to, reference) == "refused" and reference != "none"]
        assert held == refused_ones.split(), when


def test_no_more_numbers_are_counted_than_there_is_room_for_and_the_oldest_goes_first(monkeypatch) -> None:
    monkeypatch.setattr("emulator.core.rules.turns.MOST_KEYS", 10)
    play = Play({"when": {"first": 1, "per": "number"}, "then": BUSY})
    numbers = [str(995577000000 + one) for one in range(10)]
    assert [refused(play, one) for one in (*numbers, *numbers)] == [True] * 10 + [False] * 10
    assert [refused(play, one) for one in ("995577000010", numbers[1], numbers[0])] == [True, False, True]


def test_a_long_text_is_counted_by_its_hash() -> None:
    play = Play({"when": {"first": 1, "per": "text"}, "then": BUSY})
    assert [refused(play, text=text) for text in ("a" * 5_000, "a" * 5_001, "a")] == [True] * 3
    assert b"a" * 100 not in play.state.dump()
    assert not refused(play, text="a" * 5_000)


def test_of_a_question_about_many_messages_each_number_has_the_state_of_its_own() -> None:
    checked = {"Submit": profile().checks["Submit"], "QueryMany": (checks.account_open,)}
    for status, held in (("delivered", True), ("expired", False)):
        by_text, by_state = ({"operation": "status", **key} for key in ({"contains": ""}, {"asked": status}))
        rules = [{"when": when, "then": BUSY} for when in (by_text, by_state)]
        play = Play(*rules, made=profile(checks=checked))
        play.accepted("995577000001", reference="first")
        play.accepted("995577000002", reference="second")
        play.advance(30)
        wanted = ("995577000001", "1"), ("995577000002", "2")
        for some in (wanted, wanted[:1]):
            asked = QueryMany(provider="plain", credential=KEY, wanted=some)
            assert (play.engine.execute(asked, play.at).outcome.word == "refused") == held, status
    play.put_rules({"when": {"operation": "status", "to": "*2"}, "then": BUSY})
    asked = QueryMany(provider="plain", credential=KEY, wanted=wanted)
    assert [one and one.to for one in play.engine.execute(asked, play.at).outcome.entries] == ["995577000001", None]
