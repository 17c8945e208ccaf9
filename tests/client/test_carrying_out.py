"""How a call is carried out, in memory: what is repeated, what never is, and when time is up."""

from typing import Any

import pytest

from emulator.client import Patience
from emulator.client.calls import Call, Exchange, Pause, Trouble, Verdict
from emulator.client.carrying_out import Course, carry_out
from emulator.client.smscenter.errors import KINDS as CENTER
from emulator.client.smscenter.errors import DuplicateRequest, NoSuchMessage, SmsCenterRefused
from emulator.client.smsoffice.errors import (
    KINDS,
    NoCredit,
    SmsOfficeNotReached,
    SmsOfficeRefused,
    SmsOfficeReplyLost,
    SmsOfficeUnavailable,
)
from emulator.http.messages import HttpReply, HttpRequest

SEND = HttpRequest(method="POST", target="/send")
ASK = HttpRequest(method="GET", target="/ask")
_WORDS = (b"done", b"there", b"not there", b"no", b"later")
DONE, THERE, NOT_THERE, NO, LATER = (HttpReply(body=word) for word in _WORDS)
LOST, UNREACHED, BUSY = Trouble("closed"), Trouble("refused", left=False), HttpReply(status=429)


def read(reply: HttpReply) -> str:
    if reply.body in (b"no", b"later"):
        raise SmsOfficeRefused.told("send", 20 if reply.body == b"no" else -100)
    if reply.body != b"done":
        raise ValueError("garbled")
    return "done"


def read_question(reply: HttpReply) -> "str | Verdict":
    if reply.body == b"not there":
        raise SmsCenterRefused.told("status", -3)
    if reply.body != b"there":
        raise ValueError("garbled")
    return "cleared up"


class Driver:
    """Plays the answers one by one; time moves only with pauses and with what each exchange takes."""

    def __init__(self, *answers: Any, takes: float = 0.0) -> None:
        self.answers = list(answers)
        self.takes = takes
        self.at = 0.0
        self.asked: list[str] = []
        self.pauses: list[float] = []
        self.timeouts: list[float] = []

    def run(self, call: Call[Any], **patience: Any) -> Any:
        steps = carry_out(call, Patience(**patience), Course(lambda: self.at, chance=lambda: 0.0))
        step = next(steps)
        try:
            while True:
                if isinstance(step, Pause):
                    self.at += step.seconds
                    self.pauses.append(step.seconds)
                    step = steps.send(None)
                    continue
                assert isinstance(step, Exchange)
                self.asked.append(step.request.target)
                self.timeouts.append(step.timeout)
                self.at += self.takes
                answer = self.answers.pop(0)
                step = steps.send(answer)
        except StopIteration as done:
            assert self.answers == []
            return done.value


def send(**changes: Any) -> Call[Any]:
    said = {"kinds": KINDS, "operation": "send", "request": SEND, "read": read, "doubles": True}
    return Call(**{**said, **changes})


QUESTION = Call(kinds=CENTER, operation="status", request=ASK, read=read_question)


@pytest.mark.parametrize("answer", [LOST, HttpReply(body=b"rubbish"), HttpReply(body=b""), HttpReply(status=502),
                                    HttpReply(status=500), HttpReply(status=504)], ids=str)  # fmt: skip
def test_a_send_whose_reply_is_lost_is_never_sent_again(answer):
    driver = Driver(answer)
    with pytest.raises(SmsOfficeReplyLost, match="may have been accepted") as raised:
        driver.run(send())
    assert raised.value.maybe_accepted
    assert driver.asked == ["/send"]


def test_a_send_is_sent_again_after_a_lost_reply_when_the_caller_says_so():
    driver = Driver(LOST, DONE)
    assert driver.run(send(repeat=True)) == "done"


@pytest.mark.parametrize("answer", [UNREACHED, BUSY, HttpReply(status=429), LATER], ids=str)
def test_a_send_is_tried_again_when_nothing_can_have_been_accepted(answer):
    driver = Driver(answer, answer, DONE)
    assert driver.run(send()) == "done"
    assert driver.pauses == [0.2, 0.4]


def test_a_question_is_asked_again_after_a_lost_reply():
    driver = Driver(LOST, HttpReply(body=b"rubbish"), DONE)
    assert driver.run(send(doubles=False)) == "done"


@pytest.mark.parametrize("doubles", [True, False])
def test_a_refusal_is_not_argued_with(doubles):
    driver = Driver(NO)
    with pytest.raises(NoCredit) as raised:
        driver.run(send(doubles=doubles))
    assert not raised.value.maybe_accepted


def test_attempts_are_counted_and_the_last_reason_is_told():
    driver = Driver(UNREACHED, BUSY, UNREACHED)
    with pytest.raises(SmsOfficeNotReached, match="refused") as raised:
        driver.run(send(), attempts=3)
    assert raised.value.retryable
    assert not raised.value.maybe_accepted
    driver = Driver(UNREACHED, BUSY)
    with pytest.raises(SmsOfficeUnavailable):
        driver.run(send(), attempts=2)


def test_the_deadline_holds_over_all_attempts_and_pauses():
    driver = Driver(UNREACHED, UNREACHED, takes=4)
    with pytest.raises(SmsOfficeNotReached):
        driver.run(send(), timeout=5, deadline=13, attempts=99, pause=0.5)
    assert driver.timeouts == [5, 5]
    assert driver.at <= 13
    driver = Driver(UNREACHED, UNREACHED, UNREACHED, takes=4)
    with pytest.raises(SmsOfficeNotReached):
        driver.run(send(doubles=False), timeout=5, deadline=13, attempts=99, pause=0.5)
    assert driver.timeouts == [5, 5, 4 - 0.5]


def test_a_send_is_not_begun_that_cannot_be_waited_for():
    """It would only end in doubt."""
    driver = Driver(BUSY, takes=7)
    with pytest.raises(SmsOfficeUnavailable) as raised:
        driver.run(send(), timeout=8, deadline=14, pause=0.5)
    assert not raised.value.maybe_accepted


def test_pauses_double_up_to_the_longest():
    driver = Driver(*[BUSY] * 6, DONE)
    driver.run(send(), attempts=9, pause=1, longest_pause=5, deadline=100)
    assert driver.pauses == [1, 2, 4, 5, 5, 5]


def test_it_waits_as_long_as_it_is_asked_to_or_says_so():
    asks = HttpReply(status=429, headers=(("Retry-After", "3"),))
    driver = Driver(asks, DONE)
    assert driver.run(send()) == "done"
    assert driver.pauses == [3]
    with pytest.raises(SmsOfficeUnavailable) as raised:
        Driver(asks).run(send(), deadline=2)
    assert raised.value.retry_after == 3


def test_a_date_to_wait_for_is_taken_beside_the_answers_own():
    dates = ("Date", "Sat, 21 Nov 2026 00:00:00 GMT"), ("Retry-After", "Sat, 21 Nov 2026 00:00:04 GMT")
    driver = Driver(HttpReply(status=429, headers=dates), DONE)
    assert driver.run(send()) == "done"
    assert driver.pauses == [4]
    for odd in (dates[1:], (dates[0], ("Retry-After", "soon")), (dates[0], ("Retry-After", "-3")), dates[:1]):
        driver = Driver(HttpReply(status=429, headers=odd), DONE)
        assert driver.run(send()) == "done"
        assert driver.pauses == [0.2]


def test_a_lost_reply_is_cleared_up_by_asking():
    driver = Driver(LOST, THERE)
    assert driver.run(send(clear_up=QUESTION)) == "cleared up"
    assert driver.asked == ["/send", "/ask"]


def test_the_question_itself_may_be_lost_and_is_asked_again():
    driver = Driver(LOST, LOST, UNREACHED, THERE)
    assert driver.run(send(clear_up=QUESTION)) == "cleared up"
    assert driver.asked == ["/send", "/ask", "/ask", "/ask"]


def test_what_the_provider_says_it_does_not_know_is_sent_again():
    driver = Driver(LOST, NOT_THERE, NOT_THERE, DONE)
    assert driver.run(send(clear_up=QUESTION), absent_after=3) == "done"
    assert driver.pauses == [3, 0.2]


def test_what_is_registered_only_after_the_first_look_is_found_by_the_second():
    driver = Driver(LOST, NOT_THERE, THERE)
    assert driver.run(send(clear_up=QUESTION)) == "cleared up"


def test_absence_is_not_believed_where_no_time_is_left_for_a_second_look():
    driver = Driver(LOST, NOT_THERE)
    with pytest.raises(SmsOfficeReplyLost) as raised:
        driver.run(send(clear_up=QUESTION), timeout=1, deadline=5, absent_after=5)
    assert raised.value.maybe_accepted


def test_a_503_is_asked_about_and_repeated_only_when_nothing_is_there():
    busy = HttpReply(status=503)
    with pytest.raises(SmsOfficeUnavailable, match="may have been accepted") as raised:
        Driver(busy).run(send())
    assert raised.value.maybe_accepted
    assert Driver(busy, THERE).run(send(clear_up=QUESTION)) == "cleared up"
    assert Driver(busy, NOT_THERE, NOT_THERE, DONE).run(send(clear_up=QUESTION)) == "done"
    assert Driver(busy, DONE).run(send(repeat=True)) == "done"
    assert Driver(busy, DONE).run(send(doubles=False)) == "done"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_refusal_that_names_where_to(status):
    driver = Driver(HttpReply(status=status, headers=(("Location", "https://elsewhere.ge/send"),)))
    with pytest.raises(SmsOfficeRefused, match=r"https://elsewhere\.ge/send") as raised:
        driver.run(send())
    assert not raised.value.maybe_accepted
    assert raised.value.code == status


def test_a_way_that_is_no_way_is_not_tried_again():
    driver = Driver(Trouble("the certificate is not trusted", left=False, final=True))
    with pytest.raises(SmsOfficeNotReached) as raised:
        driver.run(send())
    assert not raised.value.retryable
    proxy = HttpReply(status=407)
    with pytest.raises(SmsOfficeNotReached, match="proxy"):
        Driver(proxy).run(send())


def test_pauses_are_shortened_at_random():
    patience = Patience(pause=1, longest_pause=4, jitter=0.5)
    assert [patience.pause_before(attempt, lambda: 1.0) for attempt in (2, 3, 4, 5)] == [0.5, 1, 2, 2]
    assert patience.pause_before(10_000, lambda: 0.0) == 4


@pytest.mark.parametrize("odd", [
    {"timeout": 0}, {"deadline": -1}, {"connect": float("nan")}, {"attempts": 0}, {"pause": -1}, {"jitter": 2},
])  # fmt: skip
def test_patience_that_makes_no_sense_is_refused(odd):
    with pytest.raises(ValueError, match=next(iter(odd))):
        Patience(**odd)


def test_a_doubt_is_told_with_all_that_is_known():
    driver = Driver(UNREACHED, HttpReply(status=502))
    with pytest.raises(SmsOfficeReplyLost) as raised:
        driver.run(send(reference="mine"))
    error = raised.value
    assert (error.attempts, error.status, error.octets_left, error.reference) == (2, 502, True, "mine")
    assert "2 attempts, HTTP 502, the last request left, reference mine" in str(error)


def test_a_question_without_an_answer_leaves_the_doubt():
    driver = Driver(LOST, HttpReply(body=b"?"), HttpReply(body=b"?"))
    with pytest.raises(SmsOfficeReplyLost) as raised:
        driver.run(send(clear_up=QUESTION), attempts=2)
    assert raised.value.maybe_accepted
    assert driver.asked == ["/send", "/ask", "/ask"]


def test_a_duplicate_after_a_lost_reply_is_asked_about_once_more():
    def told(reply: HttpReply) -> str:
        if reply.body == b"no":
            raise SmsCenterRefused.told("send", 9)
        return read(reply)

    driver = Driver(LOST, NOT_THERE, NOT_THERE, NO, THERE)
    assert driver.run(send(clear_up=QUESTION, kinds=CENTER, read=told)) == "cleared up"
    driver = Driver(LOST, NOT_THERE, NOT_THERE, NO, NOT_THERE)
    with pytest.raises(DuplicateRequest) as raised:
        driver.run(send(clear_up=QUESTION, kinds=CENTER, read=told))
    assert raised.value.maybe_accepted


@pytest.mark.parametrize("later", [UNREACHED, BUSY, NO, LATER], ids=str)
def test_a_doubt_is_not_forgotten_over_what_comes_later(later):
    driver = Driver(LOST, later)
    with pytest.raises((SmsOfficeNotReached, SmsOfficeUnavailable, SmsOfficeRefused)) as raised:
        driver.run(send(repeat=True), attempts=2)
    assert raised.value.maybe_accepted


def test_a_class_of_the_emulators_own_marks_only_its_instance():
    driver = Driver(LOST, NO)
    with pytest.raises(NoCredit):
        driver.run(send(repeat=True), attempts=2)
    assert NoCredit().maybe_accepted is False
    assert NoSuchMessage.absent
