"""What a provider folder offers. The folder's package holds one `PROVIDER` of this kind; nothing else is edited.

A provider is a translator: it reads requests into commands, writes outcomes as replies, tells changes of a message as
callbacks, and judges how they were answered. It never looks into a sandbox.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from emulator.core.accounts import Account
from emulator.core.commands import AnyCommand, Credential
from emulator.core.messages import Batch, Incoming, Message
from emulator.core.outcomes import AnyOutcome
from emulator.core.profile import ErrorRow, Evidence, Profile
from emulator.core.reasons import Reason
from emulator.core.rules.smpp_actions import FormName
from emulator.core.state.scheduler import SendReport
from emulator.core.units import Timestamp
from emulator.http.messages import HttpReply, HttpRequest, read_query
from emulator.smpp.pdu import Pdu
from emulator.smpp.timers import Timers


class Route(msgspec.Struct, frozen=True):
    """An address of the provider and how to serve it.

    `path` may hold `{name}` for one segment. `read` gets what stood there as a third argument's mapping.
    """

    methods: tuple[str, ...]
    path: str
    operation: str
    read: Callable[[HttpRequest, Mapping[str, str]], AnyCommand]
    write: Callable[[AnyCommand, AnyOutcome, Account | None], HttpReply]


class Row(msgspec.Struct, frozen=True):
    """One statement of the contract.

    `statement`: what is so, in our words; `source`: where it is said; `emulator`: what we do; `switch`: its name, if
    it is a choice. Every row that is not left out has a test that names it.
    """

    id: str
    statement: str
    source: str
    evidence: Evidence
    emulator: str
    switch: str | None = None
    left_out: bool = False
    """On purpose: `emulator` then says what comes in its place."""


HEADINGS: tuple[tuple[str, tuple[Evidence, ...]], ...] = (
    ("What a page of the provider says that we hold", ("documented",)),
    ("What other pages and files of the provider say", ("elsewhere", "wsdl", "spec")),
    ("What the SMPP specification says", ("smpp",)),
    ("What the live service was seen to do", ("recorded", "client-live")),
    ("What public client code shows", ("client",)),
    ("What we found in our own lab", ("lab",)),
    ("Where nothing is said: what we chose", ("inferred", "none")),
)
"""Headings of a contract, each with the evidence that leads a row under it."""

LEFT_OUT = "What is left out on purpose"


def under_headings(rows: tuple[Row, ...]) -> list[tuple[str, list[Row]]]:
    """Rows by heading, in the order of the headings; none without rows."""
    served = [row for row in rows if not row.left_out]
    found = [(head, [row for row in served if row.evidence in known]) for head, known in HEADINGS]
    found.append((LEFT_OUT, [row for row in rows if row.left_out]))
    return [(head, under) for head, under in found if under]


class CallbackVerdict(NamedTuple):
    """Would the provider take the answer to its callback for success, and why."""

    accepted: bool
    verdict: str


class SmppPeer(msgspec.Struct, frozen=True):
    """Who says a PDU: the session's account (None before a bind), how the provider's face reads it, the sandbox's
    moment."""

    credential: Credential | None
    peer: str
    dialect: Any
    now: Timestamp


class SmppJudgement(NamedTuple):
    """Like Judgement, for the answer to a deliver_sm; `again`: an error that may pass."""

    accepted: bool
    verdict: str
    again: bool


class SmppSessionSettings(NamedTuple):
    """How the provider holds a session: link timers, unanswered deliver_sm at once, when one goes out again; and what
    a PDU of ours becomes for it, where it reads them otherwise than most do."""

    timers: Timers
    window: int
    again: tuple[float, ...]
    spell: Callable[[Pdu], Pdu] | None = None


class SmppFace(msgspec.Struct, frozen=True, kw_only=True):
    """A provider over SMPP. Pure, like a route; states, numbers and framing are emulator/smpp's trade."""

    system_id: bytes
    """Its own, in bind responses."""
    credentials: Mapping[str, str]
    """What a bind says of the account's credentials: its field → the credential's name."""
    credentials_row: str
    """The contract row that says what may stand in them."""
    dialect: Callable[[Mapping[str, Any], Pdu | None], Any]
    """How it reads a session, by the account's switches and its bind: for `readers` alone."""
    readers: Mapping[int, Callable[[Pdu, SmppPeer], AnyCommand]]
    """By command_id: a request that the state of the session allows → what it says."""
    write: Callable[[Pdu, AnyCommand, AnyOutcome], Pdu]
    """The response to a request: the PDU, the command it was read as, what came of it."""
    receipt: Callable[[Mapping[str, Any], Batch, Message, SendReport, tuple[FormName, ...]], Pdu]
    """The receipt of a change: the account's switches, batch, message, what is due, odd forms that a rule asks for."""
    incoming: Callable[[Incoming, int], Pdu]
    """A part of a subscriber's message."""
    judge: Callable[[int], SmppJudgement]
    greet: Callable[[Pdu, int, Mapping[str, Any]], Pdu]
    """The response to a bind: with its status, under the account's switches."""
    terms: Callable[[Mapping[str, Any], Pdu], SmppSessionSettings]
    """How a session is held, by the account's switches and its bind."""
    tags: Mapping[int, str] = msgspec.field(default_factory=dict)
    """Names of the vendor's TLVs."""


class MailFace(msgspec.Struct, frozen=True, kw_only=True):
    """A provider that takes mails. `receives`: is that its mailbox; `most`: octets of a mail; `route`: what reads a
    mail (as a request with the method MAIL, its body all behind DATA) and answers: a status below 400 has it taken."""

    receives: Callable[[str], bool]
    most: int
    route: Route


class Host(NamedTuple):
    """A name of the provider's in the real world, and what its ports speak: `http` (80 and, with TLS, 443), `smpp`,
    `smpp_tls` or `smtp`."""

    name: str
    ports: Mapping[int, str]


def said_in_form(request: HttpRequest) -> Mapping[str, str]:
    """The fields of a query (GET) or a form (POST) in UTF-8."""
    return dict(read_query(request.body if request.method == "POST" else request.query))


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the rest of the emulator knows of a provider."""

    name: str
    title: str
    home: str
    """The real base URL."""
    hosts: tuple[Host, ...] = ()
    """Where programs written for the real provider connect; names below these are taken for the provider's too."""
    routes: tuple[Route, ...]
    server: str = ""
    """What its replies name as their server; "": nothing is known."""
    profile: Profile
    contract: Callable[[], tuple[Row, ...]]
    """Loaded when somebody asks: serving does not need it."""

    success: Mapping[str, str]
    """By operation, or by "operation/protocol" or "operation/outcome" (its tag) where one has its own, the contract row
    that a success follows from."""
    never_says: Mapping[Reason, str] = msgspec.field(default_factory=dict)
    """Reasons for which no operation has a code, each with why. All others must have one."""
    lint: Mapping[str, str] = msgspec.field(default_factory=dict)
    """Findings (lint/checks.py) that a client of this provider may cause, each with the row that explains it."""
    parameters: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    """By operation, the names of the parameters that are read, and"""
    parameter_case: bool = True
    """whether their letter case counts: lint tells of names that are nearly one of them."""

    default_credentials: Mapping[str, str]
    """Of the sandbox `default`."""
    fixed_credentials: Mapping[str, str] = msgspec.field(default_factory=dict)
    """Credentials that are no secret and the same in every sandbox."""
    credential_lengths: Mapping[str, int]
    """How long the random ones of a new sandbox are, by name."""
    credential_aliases: Mapping[str, str] = msgspec.field(default_factory=dict)
    """Credentials that are another one under a second name, unless a sandbox is given its own: name → that other."""
    identities: tuple[tuple[str, str], ...]
    """(kind, credential): by which of its credentials an account is found. The name must be unique on a server."""
    secrets: Mapping[str, str] = msgspec.field(default_factory=dict)
    """Kind of identity → the credential that is its password, where it has one."""
    default_senders: tuple[str, ...] = ()
    shown: Callable[[Account], dict[str, object]]
    """What the control API tells of a new account's credentials."""

    report: Callable[[Account, Batch, Message, SendReport, str], HttpRequest | None]
    """The callback for a change: account, batch, message, report, the URL to call → the request, or None."""
    not_called: Callable[[Account, str], str] = lambda account, url: ""
    """Why the provider calls no such URL of an account; "" where it does."""
    said_in: Callable[[HttpRequest], Mapping[str, str]] = said_in_form
    """The fields of one of its callbacks, for people; where they are not simply a query or a form."""
    rewritten: Callable[[HttpRequest, Mapping[str, str]], HttpRequest] | None = None
    """One of its callbacks with other fields, written as it was; None: a query or a form in UTF-8."""
    signatures: Callable[[Account, Mapping[str, str], str], Mapping[str, str]] | None = None
    """What signs a callback's fields to a URL, where it signs them."""
    judge_answer: Callable[[int, bytes], CallbackVerdict]
    """Status and body of what the client answered to a callback."""
    sink_answer: HttpReply
    """How a client answers a callback as the provider's contract asks."""
    example: Callable[[Mapping[str, str], str, str, str], HttpRequest]
    """An ordinary send as the client half writes it: credentials, number, text, reference."""
    tries: Callable[[Mapping[str, str]], tuple[str, ...]]
    """Targets of GET requests worth trying first, for the banner: credentials → targets."""

    lanes: Mapping[str, str] = msgspec.field(default_factory=dict)
    """For a provider that limits how many requests of an account are under way at once: by operation, with which they
    are counted together. The server stamps the count on the command."""

    smpp: SmppFace | None = None
    """How it speaks SMPP, if it does."""
    mail: MailFace | None = None
    """How it takes mails, if it does."""
    incoming: Callable[[Account, Incoming, str], HttpRequest] | None = None
    """The callback for a subscriber's message: account, message, URL."""

    def error_row(self, operation: str, reason: object, protocol: str = "http") -> ErrorRow | None:
        """The row of an operation's error table for a reason."""
        table = self.profile.table(operation, protocol)
        return next((row for row in table.rows if row.reason == reason), None) if table else None
