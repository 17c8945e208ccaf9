"""What the control API answers, as types: views and handlers make them, openapi.py describes them.

Only the description needs them at run time; whoever serves imports them for type checking alone.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NotRequired, TypedDict

from msgspec import Meta

from emulator.core.accounts import AccountPatch, SenderState
from emulator.core.messages import MessageKind
from emulator.core.rules.actions import Plan
from emulator.core.rules.conditions import When
from emulator.core.statuses import Status
from emulator.lint.findings import Level
from emulator.providers.base import Row
from emulator.sandboxes.export import ExportHead
from emulator.sandboxes.spec import DATE_TIME
from emulator.smpp.display import DescribedPdu

Time = Annotated[str, DATE_TIME]
"""ISO 8601 with zone."""


def _one_of(*names: str) -> Meta:
    """For what may be one of several objects: msgspec describes no union of these by itself."""
    return Meta(extra_json_schema={"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in names]})


# messages


class StatusAt(TypedDict):
    status: Status
    at: Time


class Message(TypedDict):
    """`provider_id`: what the provider gave out; `part_ids`: one for each part that was submitted by itself; `text`: as
    a phone shows it (of a call with a code, the code); `cost`: of this recipient; `batch`: the request it came with."""

    id: str
    provider: str
    provider_id: str | None
    part_ids: list[str]
    to: str
    sender: str
    text: str
    reference: str | None
    status: Status
    reason: str
    error: int
    parts: int
    encoding: str
    kind: MessageKind
    flash: bool
    cost: float
    protocol: str
    batch: str
    created_at: Time
    scheduled_at: Time | None
    history: list[StatusAt]


class Messages(TypedDict):
    messages: list[Message]


class Code(TypedDict):
    """A one-time code, why these digits are taken for it, and the message they stood in."""

    code: str
    rule: str
    message: Message


# requests and callbacks


class Body(TypedDict):
    """Text as `body`, octets that are none as `body_base64`; `body_cut` says how much of it was kept."""

    body: NotRequired[str]
    body_base64: NotRequired[str]
    body_cut: NotRequired[str]


class HttpAsked(Body):
    """A request over HTTP."""

    method: str
    url: str
    headers: list[list[str]]


class HttpSaid(Body):
    """A reply over HTTP."""

    status: int
    headers: list[list[str]]


class Frame(DescribedPdu):
    """A PDU: its fields and TLVs by name, the text it carries, all its octets."""

    session: str
    peer: str
    text: NotRequired[str]


class Request(TypedDict):
    """An exchange: what came, what was made of it (`outcome`; `explain`: by which documented rule), what went back."""

    id: str
    at: Time
    provider: str | None
    protocol: str
    operation: str | None
    request: Annotated[Mapping[str, Any], _one_of("HttpAsked", "Frame")]
    reply: Annotated[Mapping[str, Any], _one_of("HttpSaid", "Frame")] | None
    outcome: str
    reason: str | None
    rule: str | None
    rule_name: str | None
    fault: str | None
    explain: str


class Requests(TypedDict):
    requests: list[Request]


class HttpAnswer(Body):
    """What a client answered to a callback."""

    status: int


class NoAnswer(TypedDict):
    error: str


class Sent(TypedDict):
    """What went out, and where: a callback, or the fields and TLVs of a PDU."""

    method: str
    url: str
    sent: dict[str, Any]
    hex: NotRequired[str]
    session: NotRequired[str]


class Callback(Sent):
    """An attempt of a callback. `accepted`: would the provider take the answer for success (null: not answered yet);
    `verdict`: why; `message_id`: of a message, or i1, i2 of a subscriber's."""

    id: str
    message_id: str
    provider: str
    attempt: int
    at: Time
    status: str
    answer: Annotated[Mapping[str, Any], _one_of("HttpAnswer", "NoAnswer", "Frame")] | None
    accepted: bool | None
    verdict: str


class Callbacks(TypedDict):
    callbacks: list[Callback]


class Waited(TypedDict, total=False):
    """The list that was waited for, under its own name."""

    messages: list[Message]
    requests: list[Request]
    callbacks: list[Callback]


# sandboxes and accounts


class ClockNow(TypedDict):
    """Of a sandbox: its time, and how fast that goes."""

    now: Time
    rate: float


class Counts(TypedDict):
    """`due`: things in the scheduler; `dropped`: entries that left the journal because there was no space left, `bytes`
    of those left."""

    messages: int
    due: int
    requests: int
    callbacks: int
    dropped: int
    bytes: int


class Sandbox(TypedDict):
    id: str
    scenario: str | None
    seed: int
    clock: ClockNow
    next_due: Time | None
    balances: dict[str, float]
    counts: Counts
    ttl: float | None


class SilentNode(TypedDict):
    node: int
    url: str


class Sandboxes(TypedDict):
    """`unanswered`: nodes whose sandboxes are missing here."""

    sandboxes: list[Sandbox]
    unanswered: NotRequired[list[SilentNode]]


class ClusterNode(SilentNode):
    """One of many, or the only one. `lives`: its session with the database does."""

    version: str
    lives: bool
    leaving: bool
    me: bool
    """Is it the one that answers?"""
    sandboxes: list[str]


class Cluster(TypedDict):
    nodes: list[ClusterNode]


class Made(TypedDict):
    """A new sandbox: its credentials by provider, and what is known already to come to nothing."""

    id: str
    accounts: dict[str, dict[str, Any]]
    warnings: NotRequired[list[str]]


class Sender(TypedDict):
    id: int
    name: str
    state: SenderState


class BrandSet(TypedDict):
    id: int
    name: str
    authorized: Literal[1, 2]


class Account(TypedDict):
    """`limits`: a count by name, null for none; `callback_url`: null for the built-in sink, "" for no callbacks."""

    provider: str
    credentials: dict[str, str]
    balance: float
    spent: float
    stoplist: list[str]
    senders: list[Sender]
    callback_url: str | None
    api_access: bool
    allowed_ips: list[str]
    blocked: bool
    switches: dict[str, Any]
    limits: Literal["off"] | dict[str, int | None]
    prices: dict[str, float]
    warnings: NotRequired[list[str]]


# rules


class Rule(TypedDict):
    id: str
    name: str | None
    when: When
    then: Plan
    times: int | None
    comment: str
    source: Literal["hand", "scenario"]
    fired: int


class RulesInForce(TypedDict):
    rules: list[Rule]
    warnings: NotRequired[list[str]]


class ScenarioInForce(RulesInForce):
    name: str | None
    comment: str
    accounts: dict[str, AccountPatch]


class Play(TypedDict):
    name: str
    comment: str


class Plays(TypedDict):
    scenarios: list[Play]


class Switch(TypedDict):
    default: Any
    choices: Any
    why: str
    row: str


class Contract(TypedDict):
    rows: list[Row]
    switches: dict[str, dict[str, Switch]]


# what is seen, what is kept


class Finding(TypedDict):
    """`row`: the contract row whose requirement was violated, with its statement and what the emulator does."""

    row: str
    provider: str
    level: Level
    count: int
    details: list[str]
    first_request: str
    last_request: str
    last_at: Time
    statement: str
    emulator: str


class Findings(TypedDict):
    """`mild`: how many of that level there are; `not_seen`: entries that left the journal before anybody looked."""

    findings: list[Finding]
    mild: int
    not_seen: int


class Parameter(TypedDict):
    name: str
    value: str


class ReportedRequest(TypedDict):
    """A request, read for people: its parameters decoded, and, where it was refused, what would have been `right`.
    `to`, `sender`, `text`, `reference`: of a send, as it was meant; `batch`: of the messages that came of it."""

    id: str
    at: Time
    provider: str | None
    protocol: str
    operation: str | None
    line: str
    parameters: list[Parameter]
    to: list[str]
    sender: str | None
    text: str | None
    reference: str | None
    outcome: str
    reason: str | None
    rule: str | None
    fault: str | None
    reply: str
    explain: str
    right: str
    batch: str | None


class Totals(TypedDict):
    """How many of each there are; a report holds the newest."""

    sends: int
    others: int
    messages: int
    callbacks: int


class Report(TypedDict):
    """What a failed test should print."""

    sandbox: Sandbox
    sends: list[ReportedRequest]
    others: list[ReportedRequest]
    messages: list[Message]
    callbacks: list[Callback]
    findings: list[Finding]
    totals: Totals


class Sum(TypedDict):
    messages: int
    parts: int
    cost: float


class Total(Sum):
    doubled: float


class AccountSum(Sum):
    provider: str
    balance: float


class Line(TypedDict):
    id: str
    provider: str
    to: str
    text: str
    reference: str | None
    at: Time
    encoding: str
    kind: MessageKind
    parts: int
    cost: float
    status: Status
    double_of: str | None


class Double(TypedDict):
    """The same text to the same number, `seconds` apart: `again` doubles `message`."""

    message: str
    again: str
    to: str
    text: str
    providers: list[str]
    seconds: float
    references: list[str | None]
    why: str
    cost: float


class Ledger(TypedDict):
    total: Total
    accounts: list[AccountSum]
    messages: list[Line]
    doubles: list[Double]
    window: float


class Snapshot(TypedDict):
    """`after`: the journal's newest entry when it was taken; `restored`: how often, and after which entry last."""

    name: str
    at: Time
    rate: float
    messages: int
    bytes: int
    after: str | None
    restored: int
    restored_after: str | None


class Snapshots(TypedDict):
    snapshots: list[Snapshot]
    most: int
    most_bytes: int


Exported = ExportHead


# SMPP


class Session(TypedDict):
    id: str
    provider: str
    state: str
    peer: str
    system_id: str | None
    since: Time
    system_type: str
    interface_version: int | None
    unanswered: int
    window: int


class Sessions(TypedDict):
    sessions: list[Session]


class Outbound(TypedDict):
    id: str
    target: str


CameIn = TypedDict("CameIn", {
    "id": str, "provider": str, "way": str, "from": str, "to": str, "text": str, "parts": int, "at": Time,
})  # fmt: skip


# refusals


class Near(TypedDict, total=False):
    """What came nearest to what was waited for; `differs`: by name what was wanted, and what it has. A send that was
    refused is near to a message: its status is refused, its id that of the request."""

    id: str
    differs: dict[str, dict[str, Any]]
    provider: str
    to: str
    text: str
    sender: str
    reference: str
    status: str
    operation: str
    outcome: str
    message_id: str
    url: str
    verdict: str
    explain: str


ErrorCode = Literal[
    "body", "default-stays", "full", "host", "interrupted", "into-the-past", "invalid", "leaving", "method",
    "no-authority", "no-calls", "no-client", "no-database", "no-incoming", "no-json", "no-smpp", "no-such-brand",
    "no-such-call", "no-such-callback", "no-such-message", "no-such-provider", "no-such-rule", "no-such-sandbox",
    "no-such-session", "no-such-snapshot", "not-awaited", "not-kept", "origin", "taken", "target", "time-is-up",
    "token", "too-far", "too-many-tries",
]  # fmt: skip
"""Every word that an error may have. A later version may have more."""


class Wrong(TypedDict):
    """`code`: one word; `message` and `hint`: for people."""

    code: ErrorCode
    message: str
    hint: str
    nearest: NotRequired[list[Near]]
    next_due: NotRequired[Time | None]
    now: NotRequired[Time]
    rate: NotRequired[float]


class Error(TypedDict):
    error: Wrong


class Health(TypedDict):
    status: str
    version: str
    node: NotRequired[int]
    smpp: NotRequired[str]
    smpps: NotRequired[str]
    https: NotRequired[str]
    also_http: NotRequired[str]


APART = (HttpAsked, HttpSaid, Frame, HttpAnswer, NoAnswer)
"""Those that are named by `_one_of` alone."""
