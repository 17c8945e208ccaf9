"""What can be asked of smsoffice.ge and what comes back, as calls and typed values. No I/O."""

from collections.abc import Sequence
from typing import Any, TypedDict

import msgspec

from emulator.client.calls import Call, Patience, Verdict
from emulator.client.environment import from_environment
from emulator.client.options import check_texts, hold, id_text, listed, one
from emulator.client.provider_calls import ProviderCalls
from emulator.client.references import Used, new_reference
from emulator.client.smsoffice.callback import STATUSES
from emulator.client.smsoffice.errors import KINDS, SmsOfficeRefused
from emulator.core.statuses import Status
from emulator.http.messages import HttpReply, HttpRequest
from emulator.providers.reply_reading import BOM
from emulator.providers.smsoffice import client as half

LONGEST_REFERENCE = 20
"""Characters (fact 46); what is longer may be cut, and then no status and no report would find it."""
_SHORTEST = 10
"""Digits of an international number."""
_NO_SECONDS = 10**11
"""So many are the year 5138: milliseconds, then."""


class Sent(msgspec.Struct, frozen=True):
    """A send was accepted. `reference`: yours, or made for it; `stop_listed`: numbers that were left out;
    `cleared_up`: the reply was lost, and the status showed that it was accepted (which numbers were left out is not
    known then)."""

    reference: str | None
    stop_listed: tuple[str, ...] = ()
    cleared_up: bool = False


class MessageStatus(msgspec.Struct, frozen=True):
    """`word`: as smsoffice.ge says it; `status`: in our words, the same for all providers, `unknown` for a new word."""

    word: str
    status: Status


class SendOptions(TypedDict, total=False):
    """`reference`: your own id, at most 20 characters and used once; one is made when none is given; None for none:
    then there is no status, no report, and no clearing up. `sender`: another than the client's. `urgent`: past the stop
    list. `flash`: shown at once. `scheduled_at`: Unix seconds, an integer. `clear_up` (True): ask for the status when
    the reply is lost. `retry_sends` (False): send again when the reply was lost and cannot be cleared up, even if that
    doubles the message. `patience`: instead of the client's."""

    reference: str | None
    sender: str
    urgent: bool
    flash: bool
    scheduled_at: int
    clear_up: bool
    retry_sends: bool
    patience: Patience | None


class Calls(ProviderCalls):
    """The calls of one account."""

    provider = "smsoffice"
    base_url = half.BASE_URL

    def __init__(self, key: str, sender: str = "") -> None:
        check_texts((("the key", key),))
        self._key = key
        self.secrets = (key,)
        self._sender = sender
        self._used = Used()

    @classmethod
    def from_environment(cls) -> dict[str, Any]:
        """SMSOFFICE_KEY and, where set, SMSOFFICE_SENDER and SMSOFFICE_BASE_URL."""
        optional = {"sender": "SMSOFFICE_SENDER", "base_url": "SMSOFFICE_BASE_URL"}
        return {**from_environment({"key": "SMSOFFICE_KEY"}, optional)}

    def send(self, to: str | Sequence[str], content: str, options: SendOptions) -> Call[Sent]:
        hold("send", options, SendOptions)
        numbers = listed(to)
        reference = options["reference"] if "reference" in options else new_reference()
        if reference is not None and not 1 <= len(id_text("reference", reference, str)) <= LONGEST_REFERENCE:
            raise ValueError(f"a reference has 1 to {LONGEST_REFERENCE} characters, {reference!r} has {len(reference)}")
        at = options.get("scheduled_at")
        if at is not None and not (isinstance(at, int) and 0 <= at < _NO_SECONDS):
            raise ValueError(f"scheduled_at is Unix seconds as an integer, not {at!r}")
        sender = options.get("sender", self._sender)
        said = [("content", content), ("sender", sender), ("reference", reference)]
        check_texts([*said, *(("to", one) for one in numbers)])
        request = half.send(
            self._key, numbers, sender, content, reference=reference,
            urgent=options.get("urgent", False), flash=options.get("flash", False),
            scheduled_at=at,
        )  # fmt: skip
        patience = options.get("patience")
        question = None
        if reference is not None and numbers and options.get("clear_up", True):
            question = self._was_accepted(numbers, reference, patience)

        def read(reply: HttpReply) -> Sent:
            sent = _sent(reply, reference)
            self._used.first(reference or "")
            return sent

        return Call(
            kinds=KINDS, operation="send", request=request, read=read, doubles=True, clear_up=question,
            repeat=options.get("retry_sends", False), secrets=self.secrets, reference=reference, to=tuple(numbers),
            patience=patience,
        )  # fmt: skip

    def message_status(
        self, destination: str, reference: str, patience: Patience | None = None
    ) -> Call[MessageStatus]:  # fmt: skip
        check_texts((("destination", one(destination)), ("reference", id_text("reference", reference, str))))
        return self._call("status", half.message_status(self._key, destination, reference), _status, patience)

    def balance(self, patience: Patience | None = None) -> Call[int]:
        return self._call("balance", half.balance(self._key), _balance, patience)

    def was_accepted(self, to: Sequence[str], reference: str | None) -> Call[Sent | Verdict] | None:
        """The question about a send in doubt. Only a status that an accepted message has says something: how an unknown
        one is told is not documented."""
        return None if reference is None or not to else self._was_accepted(to, reference, None)

    def _was_accepted(self, to: Sequence[str], reference: str, patience: Patience | None) -> Call[Sent | Verdict]:
        """Asked of the first number that may have been taken: one that is none was left out of the list."""
        destination = next((one for one in to if one.isdigit() and len(one) >= _SHORTEST), to[0])

        def read(reply: HttpReply) -> Sent | Verdict:
            accepted = _status(reply).word.strip().lower() in ACCEPTED and self._used.first(reference)
            return Sent(reference, cleared_up=True) if accepted else Verdict.UNCLEAR

        return self._call("status", half.message_status(self._key, destination, reference), read, patience)

    def _call(self, operation: str, request: HttpRequest, read: Any, patience: Patience | None = None) -> Call[Any]:
        return Call(kinds=KINDS, operation=operation, request=request, read=read, secrets=self.secrets,
                    patience=patience)  # fmt: skip


ACCEPTED = frozenset(STATUSES) - {"unknown"}
"""The words that only a message which was accepted has."""


def _answer(operation: str, reply: HttpReply) -> half.SmsOfficeReply:
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
    return MessageStatus(word, STATUSES.get(word.strip().lower(), "unknown"))


def _balance(reply: HttpReply) -> int:
    """The bare number; a refusal comes in the envelope (not documented, and the emulator's choice)."""
    if reply.body.removeprefix(BOM).lstrip()[:1] == b"{":
        answer = _answer("balance", reply)
        raise ValueError(f"no number: {answer.message!r}")
    return half.read_balance(reply)
