"""How a call is carried out, in memory: what is repeated, what never is, and when time is up."""

from typing import Any

import pytest

from emulator.client import Patience
from emulator.client.calls import Broken, Call, Exchange, Pause, Unreached, Verdict, carry_out
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
from emulator.wire import HttpReply, HttpRequest

SEND = HttpRequest(method="POST", target="/send")
ASK = HttpRequest(method="GET", target="/ask")
_WORDS = (b"done", b"there", b"not there", b"no", b"later")
DONE, THERE, NOT_THERE, NO, LATER = (HttpReply(body=word) for word in _WORDS)
LOST, UNREACHED, BUSY = Broken("closed"), Unreached("refused"), HttpReply(status=503)


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
        steps = carry_out(call, Patience(**patience), lambda: self.at)
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
                step = steps.throw(answer) if isinstance(answer, Exception) else steps.send(answer)
        except StopIteration as done:
            assert self.answers == []
            return done.value


def send(**changes: Any) -> Call[Any]:
    said = {"kinds": KINDS, "operation": "send", "request": SEND, "read": read, "doubles": True}
    return Call(**{**said, **changes})


QUESTION = Call(kinds=CENTER, operation="status", request=ASK, read=read_question)


@pytest.mark.parametrize("answer", [LOST, HttpReply(body=b"rubbish"), HttpReply(body=b""), HttpReply(status=502),
                                    HttpReply(status=500), HttpReply(status=302)], ids=str)  # fmt: skip
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
    driver = Driver(UNREACHED, UNREACHED, UNREACHED, takes=4)
    with pytest.raises(SmsOfficeNotReached):
        driver.run(send(), timeout=5, deadline=13, attempts=99, pause=0.5)
    assert driver.timeouts == [5, 5, 4 - 0.5]
    assert driver.at <= 13.5


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
    driver = Driver(HttpReply(status=503, headers=(("Retry-After", "Sat, 21 Nov 2026 00:00:00 GMT"),)), DONE)
    assert driver.run(send()) == "done"


def test_a_lost_reply_is_cleared_up_by_asking():
    driver = Driver(LOST, THERE)
    assert driver.run(send(clear_up=QUESTION)) == "cleared up"
    assert driver.asked == ["/send", "/ask"]


def test_the_question_itself_may_be_lost_and_is_asked_again():
    driver = Driver(LOST, LOST, UNREACHED, THERE)
    assert driver.run(send(clear_up=QUESTION)) == "cleared up"
    assert driver.asked == ["/send", "/ask", "/ask", "/ask"]


def test_what_the_provider_says_it_does_not_know_is_sent_again():
    driver = Driver(LOST, NOT_THERE, DONE)
    assert driver.run(send(clear_up=QUESTION)) == "done"


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

    driver = Driver(LOST, NOT_THERE, NO, THERE)
    assert driver.run(send(clear_up=QUESTION, kinds=CENTER, read=told)) == "cleared up"
    driver = Driver(LOST, NOT_THERE, NO, NOT_THERE)
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
