"""What a provider folder offers. The folder's package holds one `PROVIDER` of this kind; nothing else is edited.

A provider is a translator: it reads requests into commands, writes outcomes as replies, tells changes of a message as
callbacks, and judges how they were answered. It never looks into a world.
"""

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

import msgspec

from emulator.core.accounts import Account
from emulator.core.commands import AnyCommand, Credential
from emulator.core.life import Report
from emulator.core.messages import Batch, Message
from emulator.core.outcomes import AnyOutcome
from emulator.core.profile import ErrorRow, Evidence, Profile
from emulator.core.reasons import Reason
from emulator.wire import HttpReply, HttpRequest


class Route(msgspec.Struct, frozen=True):
    """An address of the provider and how to serve it.

    `path` may hold `{name}` for one segment. `read` gets what stood there as a third argument's mapping.
    """

    methods: tuple[str, ...]
    path: str
    operation: str
    read: Callable[[HttpRequest, Mapping[str, str]], AnyCommand]
    write: Callable[[AnyCommand, AnyOutcome, Account | None], HttpReply]


Kind = Literal["documented", "live", "choice", "not-emulated"]


class Row(msgspec.Struct, frozen=True):
    """One statement of the contract.

    `statement`: what is so, in our words; `source`: where it is said; `emulator`: what we do; `switch`: its name, if
    it is a choice. Every `documented` row has a test that names it.
    """

    id: str
    statement: str
    source: str
    evidence: Evidence
    emulator: str
    kind: Kind = "documented"
    switch: str | None = None


class Judgement(NamedTuple):
    """Would the provider take the answer to its callback for success, and why."""

    accepted: bool
    verdict: str


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the rest of the emulator knows of a provider."""

    name: str
    title: str
    home: str
    """The real base URL."""
    routes: tuple[Route, ...]
    profile: Profile
    contract: Callable[[], tuple[Row, ...]]
    """Loaded when somebody asks: serving does not need it."""

    success: Mapping[str, str]
    """By operation, the contract row that a success follows from."""
    never_says: Mapping[Reason, str] = msgspec.field(default_factory=dict)
    """Reasons for which no operation has a code, each with why. All others must have one."""
    lint: Mapping[str, str] = msgspec.field(default_factory=dict)
    """Findings (linting/checks.py) that a client of this provider may cause, each with the row that explains it."""
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
    default_senders: tuple[str, ...] = ()
    shown: Callable[[Account], dict[str, object]]
    """What the control API tells of a new account's credentials."""

    report: Callable[[Account, Batch, Message, Report, str], HttpRequest | None]
    """The callback for a change: account, batch, message, report, the URL to call → the request, or None."""
    judge_answer: Callable[[int, bytes], Judgement]
    """Status and body of what the client answered to a callback."""
    sink_answer: HttpReply
    """How a client answers a callback as the provider's contract asks."""
    example: Callable[[Mapping[str, str], str, str, str], HttpRequest]
    """An ordinary send as the client half writes it: credentials, number, text, reference."""
    tries: Callable[[Mapping[str, str]], tuple[str, ...]]
    """Targets of GET requests worth trying first, for the banner: credentials → targets."""

    lane: Callable[[HttpRequest], tuple[Credential, str] | None] | None = None
    """For a provider that limits how many requests are under way at once: who asks, and which requests are counted
    together; None where nobody can be told. The transport stamps the count on the request."""

    def error_row(self, operation: str, reason: object, protocol: str = "http") -> ErrorRow | None:
        """The row of an operation's error table for a reason."""
        table = self.profile.table(operation, protocol)
        return next((row for row in table.rows if row.reason == reason), None) if table else None
