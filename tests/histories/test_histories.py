"""A history as a value: its token, its words, its kinds, its rules."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.core.rules.actions import Plan
from emulator.histories.history import NORMAL, History, HistoryEvent, read_token
from emulator.histories.history_rules import laid_over, plan
from emulator.histories.kinds import KINDS, classics, kinds_of, moments
from emulator.histories.search import MOST_EVENTS, Search, any_history

WAITS = ([], [30.0], [1.5, 3600.25])


@given(st.sampled_from(WAITS).flatmap(any_history))
def test_the_token_of_any_history_is_that_history(history):
    assert read_token(history.token) == history
    assert not set(history.token) & set(" '\"$!*?#;&|<>()[]{}\\~`")


@given(st.sampled_from(WAITS).flatmap(any_history))
def test_any_history_is_a_plan_of_the_rule_language(history):
    msgspec.convert(plan(history), Plan)
    assert len(history.events) <= MOST_EVENTS


@pytest.mark.parametrize("waits", WAITS)
def test_there_is_one_of_each_kind_to_begin_with_and_none_is_longer_than_two_reports(waits):
    begun = classics(waits)
    assert {kind for one in begun for kind in kinds_of(one)} == set(KINDS)
    assert begun[0] == NORMAL
    assert kinds_of(NORMAL) == ()
    assert max(len(one.events) for one in begun) == 2
    assert len(set(begun)) == len(begun)


@pytest.mark.parametrize(
    ("token", "kinds"),
    [
        ("delivered@2", ()),
        ("nothing", ("missing",)),
        ("pending@2", ("missing",)),
        ("delivered@32", ("late",)),
        ("delivered@reply", ("early",)),
        ("delivered@2x2", ("retried",)),
        ("delivered@2,delivered@3", ("duplicated",)),
        ("delivered@2,pending@3/1", ("reordered",)),
        ("delivered@2,pending@3", ("regressing",)),
        ("delivered@2,undelivered@3", ("contradictory", "undelivered")),
        ("expired@2", ("undelivered",)),
    ],
)
def test_a_history_is_known_by_its_kinds(token, kinds):
    assert kinds_of(read_token(token)) == kinds


def test_late_is_after_the_first_and_the_last_moment_that_the_test_waited_for():
    assert moments([30.0, 45.0, 90.2]) == (32.0, 92.0)
    assert moments([2.0]) == (5.0,)
    assert moments([]) == (60.0,)


def test_a_history_is_said_in_words():
    assert str(read_token("delivered@reply,delivered@2,pending@3/1")) == (
        "1. delivered reported before the reply to the send; 2. delivered reported again 2 s after the send; "
        "3. pending reported 3 s after the send, as of 1 s after it"
    )
    assert str(read_token("delivered@2x2")) == (
        "1. delivered reported 2 s after the send; its answer is lost and it comes again 30 s later"
    )
    assert str(History(())) == "1. nothing is ever reported"


@pytest.mark.parametrize(
    "token", ["", "delivered", "delivered@", "arrived@2", "delivered@2.3.4", "delivered@2;pending@3", "delivered@2,"]
)
def test_what_is_no_token_is_told_how_one_is_written(token):
    with pytest.raises(ValueError, match=r"delivered@2|seconds are written as"):
        read_token(token)


def test_it_is_laid_over_faults_and_leaves_rules_alone_that_say_themselves_what_becomes_of_a_message():
    fault = {"id": "r1", "when": {"operation": "send"}, "then": {"reply": {"fault": "lost"}}, "times": 1, "fired": 0}
    fate = {"id": "r2", "when": {"to": "*01"}, "then": {"steps": []}, "times": None}
    other = {"id": "r3", "when": {"operation": "balance"}, "then": {"reply": {"status": 503}}, "times": None}
    told = plan(NORMAL)
    assert laid_over([fault, fate, other], NORMAL) == [
        {"when": {"operation": "send"}, "then": {"reply": {"fault": "lost"}, **told}, "times": 1},
        {"when": {"to": "*01"}, "then": {"steps": []}},
        {"when": {"operation": "send"}, "then": told},
    ]


def test_a_report_whose_answer_is_lost_comes_again_as_of_the_same_moment():
    script = plan(History((HistoryEvent("delivered", again=True),)))["reports"]["script"]
    assert script == [
        {"after": 2.0, "status": "delivered"},
        {"after": 32.0, "status": "delivered", "changed": 2.0, "attempt": 2},
    ]


def searched(survives, most=200, seconds=30.0, number=1, without=(), waits=()):
    tried = []

    def run(history):
        tried.append(history)
        return survives(history)

    return Search(run, most, seconds).shortest(waits, without, number), tried


def test_what_one_of_each_kind_does_not_show_is_found_among_mixtures_and_shrunk_to_three_reports():
    def survives(history):
        told = list(history.statuses)
        return not (told.count("pending") >= 2 and "expired" in told)

    found, _ = searched(survives, most=400)
    assert found is not None
    assert sorted(found.statuses) == ["expired", "pending", "pending"]
    assert not any(event.again for event in found.events)


def test_the_shortest_of_each_kind_is_told_and_no_history_is_run_twice():
    found, tried = searched(lambda history: len(history.events) < 2)
    assert found is not None
    assert len(found.events) == 2
    assert len(set(tried)) == len(tried)
    assert searched(bool)[1][0] != NORMAL


def test_the_same_seed_draws_the_same_histories_and_another_one_others():
    assert searched(bool, 60) == searched(bool, 60)
    assert searched(bool, 60)[1] != searched(bool, 60, number=2)[1]


@pytest.mark.parametrize("most", [1, 2, 7, 40])
def test_no_more_histories_are_run_than_may_be(most):
    found, tried = searched(bool, most)
    assert found is None
    assert len(tried) <= most - 1
    assert len(searched(lambda history: False, most)[1]) <= 2 * most


def test_when_time_is_up_nothing_more_is_run():
    assert searched(bool, seconds=-1.0) == (None, [])


def test_kinds_may_be_left_out():
    _, tried = searched(bool, 100, without=("missing", "late", "contradictory"))
    assert len(tried) > 50
    assert not {kind for one in tried for kind in kinds_of(one)} & {"missing", "late", "contradictory"}
