"""What can be asked of smsoffice.ge and what comes back, as calls and typed values. No I/O."""

from collections.abc import Sequence
from typing import Any, TypedDict

import msgspec

from emulator.client.calls import Call, Verdict
from emulator.client.options import hold
from emulator.client.smsoffice.callback import STATUSES
from emulator.client.smsoffice.errors import KINDS, SmsOfficeRefused
from emulator.core.statuses import Status
from emulator.providers.smsoffice import client as half
from emulator.wire import HttpReply, HttpRequest

LONGEST_REFERENCE = 20
"""Characters (fact 46); what is longer may be cut, and then no status and no report would find it."""


class Sent(msgspec.Struct, frozen=True):
    """A send was accepted. `stop_listed`: numbers that were left out; `cleared_up`: the reply was lost, and the status
    showed that it was accepted (which numbers were left out is not known then)."""

    reference: str | None
    stop_listed: tuple[str, ...] = ()
    cleared_up: bool = False


class MessageStatus(msgspec.Struct, frozen=True):
    """`word`: as smsoffice.ge says it; `status`: in our words, the same for all providers."""

    word: str
    status: Status


class SendOptions(TypedDict, total=False):
    """`reference`: your own id, at most 20 characters; without it there is no status, no report, and no clearing up.
    `sender`: another than the client's. `urgent`: past the stop list. `flash`: shown at once. `scheduled_at`: Unix
    seconds. `clear_up` (True): ask for the status when the reply is lost. `retry_sends` (False): send again when the
    reply was lost and cannot be cleared up, even if that doubles the message."""

    reference: str
    sender: str
    urgent: bool
    flash: bool
    scheduled_at: int
    clear_up: bool
    retry_sends: bool


class Calls:
    """The calls of one account."""

    def __init__(self, key: str, sender: str = "") -> None:
        self._key = key
        self._sender = sender

    def send(self, to: str | Sequence[str], content: str, options: SendOptions) -> Call[Sent]:
        hold("send", options, SendOptions)
        numbers = [to] if isinstance(to, str) else list(to)
        reference = options.get("reference")
        if reference is not None and not 1 <= len(reference) <= LONGEST_REFERENCE:
            raise ValueError(f"a reference has 1 to {LONGEST_REFERENCE} characters, {reference!r} has {len(reference)}")
        request = half.send(
            self._key, numbers, options.get("sender", self._sender), content, reference=reference,
            urgent=options.get("urgent", False), flash=options.get("flash", False),
            scheduled_at=options.get("scheduled_at"),
        )  # fmt: skip
        question = None
        if reference is not None and numbers and options.get("clear_up", True):
            question = self._was_accepted(numbers[0], reference)
        return Call(
            kinds=KINDS, operation="send", request=request, read=lambda reply: _sent(reply, reference), doubles=True,
            clear_up=question, repeat=options.get("retry_sends", False),
        )  # fmt: skip

    def message_status(self, destination: str, reference: str) -> Call[MessageStatus]:
        return self._call("status", half.message_status(self._key, destination, reference), _status)

    def balance(self) -> Call[int]:
        return self._call("balance", half.balance(self._key), _balance)

    def _was_accepted(self, destination: str, reference: str) -> Call[Sent | Verdict]:
        """Only a status that an accepted message has says something: how an unknown one is told is not documented."""

        def read(reply: HttpReply) -> Sent | Verdict:
            known = _status(reply).status != "unknown"
            return Sent(reference, cleared_up=True) if known else Verdict.UNCLEAR

        return self._call("status", half.message_status(self._key, destination, reference), read)

    def _call(self, operation: str, request: HttpRequest, read: Any) -> Call[Any]:
        return Call(kinds=KINDS, operation=operation, request=request, read=read)


def _answer(operation: str, reply: HttpReply) -> half.Answer:
    answer = half.read_answer(reply)
    if answer.code != 0 or not answer.success:
        raise SmsOfficeRefused.told(operation, answer.code, answer.message)
    return answer


def _sent(reply: HttpReply, reference: str | None) -> Sent:
    output = _answer("send", reply).output
    stopped = output.get("StopListed") if isinstance(output, dict) else None
    return Sent(reference, tuple(str(one) for one in stopped or ()))


def _status(reply: HttpReply) -> MessageStatus:
    word = str(_answer("status", reply).output["Status"])
    return MessageStatus(word, STATUSES[word.lower()])


def _balance(reply: HttpReply) -> int:
    """The bare number; a refusal comes in the envelope (not documented, and the emulator's choice)."""
    if reply.body.lstrip()[:1] == b"{":
        answer = _answer("balance", reply)
        raise ValueError(f"no number: {answer.message!r}")
    return half.read_balance(reply)
