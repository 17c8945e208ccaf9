"""What becomes of a message, and which reports that sends."""

import pytest
from worlds import START, TO, Play, profile

from emulator.core.accounts import AccountPatch
from emulator.core.admin_commands import MoveMessage, PatchAccount, PatchSender, Redeliver
from emulator.core.outcomes import Found, Refused
from emulator.core.profile import StatusRow, Switch
from emulator.core.reasons import Reason
from emulator.core.rules.actions import Step
from emulator.core.statuses import STATUSES
from emulator.core.units import SECOND, amount

SENT_THEN_DELIVERED = [{"after": 1, "status": "sent"}, {"after": 5, "status": "delivered"}]


def living(*steps: dict[str, object], **reports: object) -> Play:
    then = {"steps": list(steps), **({"reports": reports} if reports else {})}
    return Play({"then": then})


def test_without_a_rule_the_providers_ordinary_life_is_lived() -> None:
    play = Play(made=profile(life=(Step(7, "read"),)))
    play.accepted()
    play.advance(10)
    assert play.history() == [("pending", 0), ("read", 7)]


def test_steps_are_taken_at_their_moments_in_order() -> None:
    play = living({"after": 5, "status": "delivered"}, {"after": 1, "status": "sent"})
    play.accepted()
    play.advance(4)
    assert play.history() == [("pending", 0), ("sent", 1)]
    play.advance(1)
    assert play.history() == [("pending", 0), ("sent", 1), ("delivered", 5)]


def test_an_advance_of_so_many_things_goes_no_further_than_the_last_of_them() -> None:
    play = living(*SENT_THEN_DELIVERED)
    play.accepted(report=False)
    assert play.engine.advance(START + 5 * SECOND, 1) == []
    assert (play.history(), play.state.now) == ([("pending", 0), ("sent", 1)], START + SECOND)
    play.engine.advance(START + 9 * SECOND, 2)
    assert (play.history()[2:], play.state.now) == ([("delivered", 5)], START + 9 * SECOND)


def test_a_sender_that_stays_keeps_its_id_and_its_date() -> None:
    play = Play()
    play.advance(10)
    play.do(PatchAccount("plain", AccountPatch(senders=["new", "shop"])))
    senders = play.account.senders
    assert (senders["shop"].id, senders["new"].id) == (1, 2)
    assert (senders["shop"].created_at, senders["new"].created_at) == (0, START + 10 * SECOND)


def test_a_plan_may_lead_back_from_a_final_state() -> None:
    back = [{"after": 1, "status": "delivered"}, {"after": 2, "status": "sent"}, {"after": 3, "status": "expired"}]
    play = living(*back)
    play.accepted()
    assert [status for status, _ in play.reported(10)] == ["pending", "delivered", "sent", "expired"]


def test_no_steps_is_pending_for_ever() -> None:
    play = living()
    play.accepted()
    play.advance(1_000_000)
    assert play.history() == [("pending", 0)]


def test_every_change_is_reported_once() -> None:
    play = living(*SENT_THEN_DELIVERED)
    play.accepted()
    assert play.reported(10) == [("pending", 0), ("sent", 1), ("delivered", 5)]


def test_nothing_is_reported_to_who_did_not_ask() -> None:
    play = living(*SENT_THEN_DELIVERED)
    play.accepted(report=False)
    assert play.reported(10) == []


def test_reports_go_out_twice() -> None:
    play = living({"after": 1, "status": "delivered"}, twice=True)
    play.accepted()
    assert play.reported(10) == [("pending", 0), ("pending", 0), ("delivered", 1), ("delivered", 1)]


def test_reports_go_out_late_while_the_change_is_on_time() -> None:
    play = living({"after": 1, "status": "delivered"}, late=30)
    play.accepted()
    moments = [(one.due.changed_at - START, one.at - START) for one in play.advance(60)]
    assert moments == [(0, 30 * SECOND), (SECOND, 31 * SECOND)]


def test_reports_never_go_out() -> None:
    play = living(*SENT_THEN_DELIVERED, never=True)
    play.accepted()
    assert play.reported(10) == []
    assert play.history()[-1][0] == "delivered"


def test_reversed_reports_come_all_at_the_end_newest_first() -> None:
    play = living(*SENT_THEN_DELIVERED, order="reversed")
    play.accepted()
    assert play.reported(4.9) == []
    assert play.reported(1) == [("delivered", 5), ("sent", 5), ("pending", 5)]
    assert not play.state.held


def test_reversed_reports_may_come_late_and_twice_too() -> None:
    play = living({"after": 1, "status": "delivered"}, order="reversed", late=4, twice=True)
    play.accepted()
    assert play.reported(10) == [("delivered", 5), ("delivered", 5), ("pending", 5), ("pending", 5)]


def test_a_hand_lets_held_reports_go() -> None:
    play = living(*SENT_THEN_DELIVERED, order="reversed")
    play.accepted()
    play.advance(2)
    play.do(MoveMessage(1, "undelivered"))
    assert play.reported(0) == [("undelivered", 2), ("sent", 2), ("pending", 2)]


def test_only_states_that_the_provider_reports_are_reported() -> None:
    rows = tuple(StatusRow(status, status, status == "delivered") for status in STATUSES)
    play = Play({"then": {"steps": SENT_THEN_DELIVERED}}, made=profile(statuses=rows))
    play.accepted()
    assert play.reported(10) == [("delivered", 5)]


def test_a_switch_may_say_whether_a_state_is_reported() -> None:
    rows = tuple(StatusRow(status, status, "pending-too" if status == "pending" else True) for status in STATUSES)
    switches = {"retry": Switch([], "seconds", "", ""), "pending-too": Switch(False, (False, True), "", "")}
    play = Play(made=profile(statuses=rows, switches=switches))
    play.accepted()
    assert play.reported(0) == []
    play.account.switches = {"pending-too": True}
    play.accepted()
    assert play.reported(0) == [("pending", 0)]


def test_a_message_moved_by_hand_takes_no_more_steps_of_its_plan() -> None:
    play = living(*SENT_THEN_DELIVERED)
    play.accepted()
    play.advance(2)
    moved = play.do(MoveMessage(1, "rejected", "by hand", 8))
    assert (moved.status, moved.reason, moved.error) == ("rejected", "by hand", 8)
    assert play.reported(100) == [("rejected", 2)]
    assert play.history() == [("pending", 0), ("sent", 1), ("rejected", 2)]


def test_moving_a_message_that_is_not_there_is_an_error() -> None:
    play = Play()
    with pytest.raises(LookupError, match="7"):
        play.do(MoveMessage(7, "delivered"))


def test_a_scheduled_message_waits_and_then_lives_from_that_moment() -> None:
    play = living(*SENT_THEN_DELIVERED)
    play.accepted(begins_at=START + 100 * SECOND)
    play.advance(99)
    assert play.history() == [("scheduled", 0)]
    play.advance(101)
    assert play.history() == [("scheduled", 0), ("pending", 100), ("sent", 101), ("delivered", 105)]


def test_a_schedule_that_has_passed_is_now() -> None:
    play = living(*SENT_THEN_DELIVERED)
    play.accepted(begins_at=START - 100 * SECOND)
    play.advance(10)
    assert play.history()[-1] == ("delivered", 5)


def test_a_scheduled_message_moved_by_hand_is_not_sent_any_more() -> None:
    play = living(*SENT_THEN_DELIVERED)
    play.accepted(begins_at=START + 100 * SECOND)
    play.do(MoveMessage(1, "deleted"))
    play.advance(1000)
    assert play.history() == [("scheduled", 0), ("deleted", 0)]


def test_a_message_expires_when_its_time_is_up() -> None:
    play = living({"after": 1, "status": "sent"}, {"after": 500, "status": "delivered"})
    play.accepted(expires_at=START + 60 * SECOND)
    play.advance(1000)
    assert play.history() == [("pending", 0), ("sent", 1), ("expired", 60)]


def test_a_delivered_message_does_not_expire() -> None:
    play = living({"after": 1, "status": "delivered"})
    play.accepted(expires_at=START + 60 * SECOND)
    play.advance(1000)
    assert play.history()[-1] == ("delivered", 1)


def test_of_what_is_due_at_one_moment_the_first_class_goes_first() -> None:
    play = living({"after": 1, "status": "delivered"})
    play.accepted("1000")
    play.accepted("2000", first=True)
    play.advance(1)
    due = [play.state.store.messages[one.due.message - 1].to for one in play.advance(0)]
    play = living({"after": 1, "status": "delivered"})
    play.accepted("1000")
    play.accepted("2000", first=True)
    order = [play.state.store.messages[one.due.message - 1].to for one in play.advance(1)]
    assert order == ["2000", "1000", "2000", "1000"]
    assert due == []


# answers and retries


def test_a_report_not_taken_is_sent_again_by_the_schedule_and_no_longer() -> None:
    play = Play(made=profile(life=()), switches={"retry": [10, 60]})
    play.accepted()
    attempts = []
    while (due := play.engine.state.scheduler.due) is not None:
        for report in play.advance((due - play.at) / SECOND):
            attempts.append((report.attempt, report.due.attempt, (report.at - START) // SECOND))
            play.engine.answered(report.attempt, False, report.at)
    assert attempts == [(1, 1, 0), (2, 2, 10), (3, 3, 70)]
    assert not play.state.in_flight


def test_a_report_that_was_taken_is_not_sent_again() -> None:
    play = Play(made=profile(life=()), switches={"retry": [10]})
    play.accepted()
    (report,) = play.advance(0)
    play.engine.answered(report.attempt, True, play.at)
    assert play.advance(100) == []


def test_an_answer_to_nothing_changes_nothing() -> None:
    play = Play(switches={"retry": [10]})
    before = play.state.dump()
    play.engine.answered(99, False, play.at)
    assert play.state.dump() == before


def test_a_report_is_delivered_once_more_at_wish() -> None:
    play = Play(made=profile(life=()))
    play.accepted()
    (report,) = play.advance(0)
    due = report.due
    play.do(Redeliver(due.message, due.status, due.changed_at, due.reason, due.error))
    assert [one.due.attempt for one in play.advance(0)] == [1]


# what commands come to


def test_a_submit_costs_its_parts_times_its_numbers_at_once() -> None:
    play = Play(balance=10)
    outcome = play.accepted("1000", "2000", text="a" * 161)
    assert (outcome.cost, outcome.parts, outcome.balance) == (amount(4), 4, amount(6))
    assert play.account.spent == amount(4)
    assert play.state.store.batches[0].cost == amount(2)


def test_a_submit_that_cannot_be_paid_in_whole_is_refused_in_whole() -> None:
    play = Play(balance=3)
    before = play.state.dump()
    assert play.submit("1000", "2000", text="a" * 161).outcome.reason == Reason.NO_CREDIT
    assert play.state.dump() == before


def test_a_balance_may_be_spent_to_the_last() -> None:
    play = Play(balance=4)
    assert play.accepted("1000", "2000", text="a" * 161).balance == 0


def test_one_number_twice_is_two_messages_or_one_by_switch() -> None:
    assert Play().accepted("1000", "1000").count == 2
    assert Play(switches={"repeated-number": "once"}).accepted("1000", "1000").count == 1


def test_ids_count_on_for_accepted_submits_only() -> None:
    play = Play()
    ids = [play.accepted().provider_id, play.submit("no number").outcome.provider_id, play.accepted().provider_id]
    assert ids == ["1", None, "2"]


def test_a_query_finds_all_messages_of_that_number_and_reference_oldest_first() -> None:
    play = Play()
    play.accepted(TO, "1000", reference="a")
    play.accepted(TO, reference="b")
    play.accepted(TO, reference="a")
    found = play.ask(TO, "a").outcome
    assert isinstance(found, Found)
    assert [entry.message for entry in found.entries] == [1, 4]


@pytest.mark.parametrize(("to", "reference"), [(TO, "A"), ("1000", "a"), (TO, ""), ("", "a")])
def test_a_query_that_fits_nothing_is_refused(to: str, reference: str) -> None:
    play = Play()
    play.accepted(TO, reference="a")
    outcome = play.ask(to, reference).outcome
    assert isinstance(outcome, Refused)
    assert outcome.reason == Reason.MESSAGE_UNKNOWN


# accounts changed by hand


def test_patching_replaces_lists_and_merges_switches() -> None:
    play = Play(switches={"retry": [1]}, stoplist={"1000": True})
    play.do(PatchAccount("plain", AccountPatch(stoplist=["2000"], switches={"repeated-number": "once"}, balance=1.5)))
    assert list(play.account.stoplist) == ["2000"]
    assert play.account.switches == {"retry": [1], "repeated-number": "once"}
    assert play.account.balance == 15_000


def test_a_sender_that_stays_keeps_its_id_and_no_id_is_given_twice() -> None:
    play = Play()
    play.do(PatchAccount("plain", AccountPatch(senders=["new", "shop", "third", "third"])))
    assert {name: sender.id for name, sender in play.account.senders.items()} == {"new": 2, "shop": 1, "third": 3}


def test_the_state_of_a_sender_is_changed_by_its_id() -> None:
    play = Play()
    play.do(PatchSender("plain", 1, "refused"))
    assert play.account.senders["shop"].state == "refused"
    with pytest.raises(LookupError):
        play.do(PatchSender("plain", 9, "active"))


def test_limits_are_lifted_and_laid_on() -> None:
    play = Play(limits={"flood": 3})
    play.do(PatchAccount("plain", AccountPatch(limits="off")))
    assert play.account.limits_off
    play.do(PatchAccount("plain", AccountPatch(limits={"flood": 5})))
    assert (play.account.limits_off, play.account.limits) == (False, {"flood": 5})


def test_a_script_of_reports_is_told_whatever_becomes_of_the_message() -> None:
    script = [
        {"after": 5, "status": "delivered"},
        {"after": 6, "status": "pending", "changed": 1},
        {"after": 30, "status": "delivered", "changed": 5, "attempt": 2},
    ]
    play = living({"after": 2, "status": "expired"}, script=script)
    play.accepted()
    told = play.advance(60)
    assert [(one.due.status, (one.due.changed_at - START) // SECOND, one.due.attempt) for one in told] == [
        ("delivered", 5, 1), ("pending", 1, 1), ("delivered", 5, 2),
    ]  # fmt: skip
    assert play.history() == [("pending", 0), ("expired", 2)]


def test_an_empty_script_tells_nothing() -> None:
    play = living({"after": 2, "status": "delivered"}, script=[])
    play.accepted()
    assert play.reported(60) == []


def test_an_answer_that_comes_before_what_was_due_earlier_has_fired_leaves_it_its_moment() -> None:
    steps = [{"after": 1, "status": "sent"}, {"after": 5, "status": "delivered"}]
    play = Play({"then": {"steps": steps, "retries": [60]}})
    play.accepted()
    (report,) = play.advance(1)[1:]
    play.engine.answered(report.attempt, False, START + 7 * SECOND)
    assert play.reported(9) == [("delivered", 5)]
    assert play.history() == [("pending", 0), ("sent", 1), ("delivered", 5)]
    assert play.reported(100) == [("sent", 67)]
