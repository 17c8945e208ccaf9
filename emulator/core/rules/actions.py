"""What shall happen to a message: refusal, the fault of the reply, the steps of its life, the manner of its reports.

Accepting and the fault of the reply are separate: *taken, reply lost* is the trap people most need to rehearse.
"""

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import force_setattr

from emulator.core.accounts import AccountPatch
from emulator.core.commands import AnyCommand, Submit
from emulator.core.reasons import OF_A_NUMBER, Reason
from emulator.core.rules.http_actions import HTTP_FAULTS, HttpFaultName
from emulator.core.rules.ranges import Seconds, Span, drawn
from emulator.core.rules.smpp_actions import SMPP_FAULTS, FormName, SmppFaultName
from emulator.core.statuses import Status
from emulator.core.units import Chance

AnyFaultName = Literal["lost", "drop", "hang", "reset", "cut", "empty", "garbled", "slow", "split", "close"]
FaultName = AnyFaultName | HttpFaultName | SmppFaultName

FAULTS: dict[AnyFaultName, tuple[bool, str]] = {
    "lost": (True, "done; the connection is closed without an answer"),
    "drop": (False, "not done; the connection is closed without an answer"),
    "hang": (True, "done; nothing is ever answered and the connection stays open"),
    "reset": (True, "done; the connection is reset (RST) without an answer"),
    "cut": (True, "done; the connection is closed in the middle of the answer"),
    "empty": (True, "done; the answer has an empty body"),
    "garbled": (True, "done; the answer's body is not what it should be"),
    "slow": (True, "done; the answer comes in small pieces"),
    "split": (True, "done; the answer comes in two segments, the second a moment later"),
    "close": (True, "done; the connection is closed behind the answer"),
}
"""Each fault: is the command executed, and what the client sees. They work over every protocol; those that only HTTP
or only SMPP can have are in http_actions.py and smpp_actions.py. With a `status` (HTTP) or `command_status` (SMPP) in
its place the command is executed only where `taken` says so; over SMPP a `status` 429 is ESME_RTHROTTLED, any other
ESME_RSYSERR."""

_HEARD: dict[str, bool] = {
    name: heard for table in (FAULTS, HTTP_FAULTS, SMPP_FAULTS) for name, (heard, _) in table.items()
}

_OF_THE_WIRE = ("content-length", "transfer-encoding", "connection")
_header_name = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}").fullmatch


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`after` seconds of sandbox time from acceptance (or from the scheduled moment) the message takes `status`."""

    after: Seconds
    status: Status
    reason: str = ""
    error: int = 0
    operator: str = ""
    """What the provider calls the subscriber's network."""

    def __post_init__(self) -> None:
        force_setattr(self, "after", float(self.after))  # 2 and 2.0 are one thing and must be written as one


class Refuse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A provider's own code, or a neutral reason."""

    code: int | None = None
    reason: Reason | None = None

    def __post_init__(self) -> None:
        if (self.code is None) == (self.reason is None):
            raise ValueError("refuse takes either code or reason")


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the transport does with the answer. `delay` is in real seconds: it is the wire that is slow. `body` and
    `headers` with a `status` are the whole reply; without one they replace those of the provider's. `taken`: what is
    answered by a `status` or `command_status` is done all the same, as by a proxy whose backend took the request."""

    delay: Seconds | Span = 0.0
    fault: FaultName | None = None
    status: Annotated[int, Meta(ge=200, le=599)] | None = None
    headers: dict[str, str] = {}
    body: str | None = None
    command_status: Annotated[int, Meta(ge=1, le=0xFFFFFFFF)] | None = None
    taken: bool | None = None

    def __post_init__(self) -> None:
        if sum(said is not None for said in (self.fault, self.status, self.command_status)) > 1:
            raise ValueError("reply takes either fault or status or command_status")
        if self.fault is not None and (self.headers or self.body is not None):
            raise ValueError("reply takes either fault or headers and body")
        if self.taken is not None and self.status is None and self.command_status is None:
            raise ValueError("reply takes taken only with status or command_status: without them the call is done, and "
                             "what a fault does is in its name")  # fmt: skip
        for name, value in self.headers.items():
            if not _header_name(name) or name.lower() in _OF_THE_WIRE or not value.isprintable():
                raise ValueError(f"headers: {name!r} is no header that may be set here")

    def drawn(self, chance: Chance) -> "Reply":
        """The same with a delay that is fixed."""
        return msgspec.structs.replace(self, delay=drawn(self.delay, chance)) if isinstance(self.delay, Span) else self

    def over(self, protocol: str) -> "Reply | None":
        """What of it there is over a protocol: what only another can have done to it is passed over."""
        if protocol == "smpp":
            elsewhere = self.fault in HTTP_FAULTS
        else:
            elsewhere = self.fault in SMPP_FAULTS or self.command_status is not None
        if not elsewhere:
            return self
        if not self.delay:
            return None
        return msgspec.structs.replace(self, fault=None, command_status=None, taken=None)

    @property
    def wait(self) -> float:
        """The delay, once it is fixed."""
        return self.delay.low if isinstance(self.delay, Span) else self.delay

    @property
    def heard(self) -> bool:
        """Is the command executed at all?"""
        if self.status is not None or self.command_status is not None:
            return bool(self.taken)
        return self.fault is None or _HEARD[self.fault]


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One report of a script: `after` seconds from acceptance the client is told `status`, as of `changed` (seconds
    from acceptance too; without it, as of now). `attempt`: 2 for a report that comes again because its first answer
    was lost."""

    after: Seconds
    status: Status
    changed: Seconds | None = None
    attempt: Annotated[int, Meta(ge=1, le=1000)] = 1
    reason: str = ""
    error: int = 0


ReportFaultName = Literal["slow", "cut", "reset"]

REPORT_FAULTS: dict[ReportFaultName, str] = {
    "slow": "the request comes in small pieces",
    "cut": "half of the request comes, then the connection is closed",
    "reset": "half of the request comes, then the connection is reset (RST)",
}
"""What the client's receiver sees of a report over HTTP. It is that of the first attempt: those that `retries` add, and
one that is delivered again by hand, go out whole."""


class Reports(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The manner of the delivery reports. `late` is in seconds of sandbox time. `before_reply`: reports due at once go
    out, and are answered, before the reply to the send. `script`: these reports, whatever becomes of the message."""

    before_reply: bool = False
    script: tuple[Told, ...] | None = None
    never: bool = False
    twice: bool = False
    times: Annotated[int, Meta(ge=1, le=100)] | None = None
    late: Seconds | Span = 0.0
    order: Literal["normal", "reversed", "shuffled"] = "normal"
    """Other than normal: they are held back until the message has taken its last state."""
    without: tuple[str, ...] = ()
    having: dict[str, str] = msgspec.field(name="with", default_factory=dict)
    """Fields of a report over HTTP that are missing, and values that others have in their place."""
    signed: bool = False
    """Where the provider signs: those values are signed as it does, so that no check of a signature finds them."""
    to: str | None = None
    """Another URL for reports over HTTP."""
    form: tuple[FormName, ...] = ()
    """How receipts over SMPP are written."""
    fault: ReportFaultName | None = None
    """What the wire does to a report over HTTP."""

    def __post_init__(self) -> None:
        if self.twice and self.times is not None:
            raise ValueError("reports takes either twice or times")
        if self.signed and not self.having:
            raise ValueError("signed: goes with with")

    @property
    def copies(self) -> int:
        return 2 if self.twice else self.times or 1


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the subscriber writes back, so many seconds after the message was first delivered, or read. It goes the way
    that the message came: over SMPP to a receiver, else by a callback."""

    text: str
    after: Seconds = 0.0


Gap = Annotated[float, Meta(ge=0, le=604_800)]


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The `then` of a rule.

    `accept`: neither money nor the stop list nor a limit stands in the way (checks.PASSED_OVER); what is wrong with the
    request itself is still refused. `retries`: after how many seconds each further attempt of a report that the client
    did not take, or of the subscriber's answer, follows. `account`: changed once the rule has fired, so that the next
    call meets it. `opt_out`: once the message is delivered, or read, its number is on the account's stop list.
    `unknown_for`: so many seconds of sandbox time from acceptance on, whoever asks for the message is told that there
    is none: it is registered later than answered.
    """

    steps: tuple[Step, ...] | None = None
    refuse: Refuse | None = None
    reply: Reply | None = None
    reports: Reports | None = None
    accept: bool = False
    retries: Annotated[tuple[Gap, ...], Meta(max_length=50)] | None = None
    account: AccountPatch | None = None
    incoming: Answer | None = None
    opt_out: bool = False
    unknown_for: Seconds = 0.0

    def __post_init__(self) -> None:
        if self.accept and self.refuse is not None:
            raise ValueError("then takes either accept or refuse")

    @property
    def judges(self) -> bool:
        """Does it say anything of the call itself, or of its answer, and not of what is taken alone?"""
        return self.accept or self.refuse is not None or self.reply is not None

    def takes_away(self, command: AnyCommand) -> bool:
        """Does it keep what it speaks of from being taken at all: refused, or never heard? Of a number of a send the
        checks say so themselves."""
        if self.refuse is not None and not (self.refuse.reason in OF_A_NUMBER and isinstance(command, Submit)):
            return True
        reply = None if self.reply is None else self.reply.over(command.protocol)
        return reply is not None and not reply.heard

    @property
    def life(self) -> "Plan":
        """What a message remembers of it."""
        return Plan(
            steps=self.steps, reports=self.reports, retries=self.retries, incoming=self.incoming, opt_out=self.opt_out,
            unknown_for=self.unknown_for,
        )  # fmt: skip


DELIVERED = (Step(2, "delivered"),)
"""The life of a message of which no rule says anything else."""
