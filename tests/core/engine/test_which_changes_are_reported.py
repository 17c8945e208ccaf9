"""A profile says whether a beginning, and a change that keeps the provider's word, send a report; what is charged."""

from worlds import Play, profile

from emulator.core.profile import StatusRow, Switch
from emulator.core.statuses import STATUSES
from emulator.core.units import amount

STEPS = {"then": {"steps": [{"after": 1, "status": "sent"}, {"after": 2, "status": "delivered"}]}}
UNDER_WAY = ("pending", "sent")
ONE_WORD = tuple(StatusRow(status, "under way" if status in UNDER_WAY else status, True) for status in STATUSES)
RETRY = {"retry": Switch([], "seconds", "", "")}


def said(play: Play) -> list[str]:
    play.accepted()
    return [status for status, _ in play.reported(10)]


def test_a_beginning_is_reported_unless_the_profile_says_otherwise() -> None:
    assert said(Play(STEPS)) == ["pending", "sent", "delivered"]
    assert said(Play(STEPS, made=profile(reports_first_state=False))) == ["sent", "delivered"]


def test_a_switch_may_decide_whether_a_beginning_is_reported() -> None:
    made = profile(reports_first_state="begin", switches={**RETRY, "begin": Switch(False, (False, True), "", "")})
    assert said(Play(STEPS, made=made)) == ["sent", "delivered"]
    assert said(Play(STEPS, made=made, switches={"begin": True})) == ["pending", "sent", "delivered"]


def test_a_change_that_keeps_the_word_is_reported_unless_the_profile_says_otherwise() -> None:
    assert said(Play(STEPS, made=profile(statuses=ONE_WORD))) == ["pending", "sent", "delivered"]
    made = profile(statuses=ONE_WORD, reports_same_word=False)
    assert said(Play(STEPS, made=made)) == ["pending", "delivered"]


def test_a_switch_may_charge_by_message_instead_of_by_part() -> None:
    made = profile(switches={**RETRY, "charge": Switch("messages", ("parts", "messages"), "", "")})
    assert Play(made=made).accepted("995577000001", "995577000002", text="a" * 500).cost == amount(2)
    by_part = Play(made=made, switches={"charge": "parts"})
    assert by_part.accepted("995577000001", text="a" * 500).cost == amount(4)
