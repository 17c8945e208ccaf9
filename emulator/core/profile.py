"""A provider's habits as data: switches for doubtful facts, error tables, states, limits, the order of its checks."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

import msgspec
from msgspec.structs import force_setattr

from emulator.core.accounts import Account
from emulator.core.reasons import Reason
from emulator.core.rules.actions import DELIVERED, Step
from emulator.core.statuses import STATUSES, Status
from emulator.core.units import amount, seconds

Evidence = Literal[
    "documented", "elsewhere", "wsdl", "spec", "smpp", "recorded", "client-live", "client", "lab", "inferred", "none"
]
"""How a fact is known: on a page of the provider that we hold (000 to 003); on another page of the provider, or a copy
of one; the real WSDL; the provider's own OpenAPI file; the SMPP specification; real traffic; a client author who says
what the live service did; public client code; tried in the lab; our reading; looked for and not found."""


class Switch(msgspec.Struct, frozen=True):
    """A named choice where the provider's page is silent or contradicts itself.

    `choices` is a tuple of the values that may stand, or a type's name: "seconds" (a list of delays in seconds),
    "hours" (a zone's offset from UTC), "zone" (that, or "host": by the host that was asked), "number" (a whole one, 0
    to 86,400), "text".
    """

    default: Any
    choices: tuple[Any, ...] | Literal["seconds", "hours", "zone", "number", "text"]
    why: str
    row: str
    """The contract row that tells what is known."""

    def complaint(self, value: Any) -> str | None:
        """What is wrong with a value, or None."""
        if isinstance(self.choices, tuple):
            fits = any(value == choice and type(value) is type(choice) for choice in self.choices)
            return None if fits else f"may be {', '.join(map(repr, self.choices))}"
        if self.choices == "text":
            return None if isinstance(value, str) and len(value) <= 1000 else "is a text of at most 1000 characters"
        if self.choices == "number":
            fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 86_400
            return None if fits else "is a whole number, 0 to 86400"
        if self.choices in ("hours", "zone"):
            fits = isinstance(value, int | float) and not isinstance(value, bool) and -12 <= value <= 14
            or_host = ', or "host"' if self.choices == "zone" else ""
            fits = fits or bool(or_host and value == "host")
            return None if fits else f"is an offset from UTC in hours, -12 to 14{or_host}"
        fits = (
            isinstance(value, list | tuple) and len(value) <= 50
            and all(isinstance(v, int | float) and not isinstance(v, bool) and 0 <= v <= 604_800 for v in value)
        )  # fmt: skip
        return None if fits else "is a list of at most 50 delays in seconds, each at most a week"


class ErrorRow(msgspec.Struct, frozen=True):
    """A reason's code in one operation of one provider."""

    reason: Reason
    code: int
    text: str
    row: str
    """The contract row it follows from."""
    because: str = ""
    """One sentence for people, with the names of the refusal's details in braces."""
    http: int = 200
    keeps_id: bool = False
    """A message record is made all the same, and its id told. Such a number among good ones gets a record too."""
    status: Status = "rejected"
    """The state in which that record is, and"""
    error: int = 0
    """the provider's delivery error that goes with it."""
    later_over: tuple[str, ...] = ()
    """Protocols over which it is not said at once: the message is taken, and its report says it."""


class ErrorTable:
    """The codes of one operation. Reasons that it does not list are never said there."""

    def __init__(self, *rows: ErrorRow) -> None:
        self.rows = rows
        self._by_reason = {row.reason: row for row in reversed(rows)}
        self._by_code = {row.code: row for row in reversed(rows)}

    def of_reason(self, reason: Reason) -> ErrorRow | None:
        return self._by_reason.get(reason)

    def of_code(self, code: int) -> ErrorRow | None:
        return self._by_code.get(code)

    @property
    def codes(self) -> list[int]:
        return list(self._by_code)


class StatusRow(msgspec.Struct, frozen=True):
    """One of our states in the provider's words."""

    status: Status
    word: str
    reported: bool | str
    """Does a change to this state send a delivery report? A text names the switch that says so."""


LONGEST_WINDOW = 600
"""Seconds: no limit looks back further, so that older events can be forgotten."""


class Limit(msgspec.Struct, frozen=True):
    """At most `count` within `window` seconds of sandbox time (0: at one moment, in real time)."""

    count: int
    window: float
    row: str
    span: int = 0
    """The window in microseconds: made from the field above."""

    def __post_init__(self) -> None:
        force_setattr(self, "span", seconds(self.window))


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the judge knows of one provider."""

    provider: str
    switches: Mapping[str, Switch]
    checks: Mapping[str, tuple[Callable[..., Any], ...]]
    """By the class of the command, or by "Class/protocol" where a protocol has its own, in the order in which they are
    made."""
    errors: Mapping[str, ErrorTable]
    """By operation, or by "operation/protocol" where a protocol has its own."""
    statuses: tuple[StatusRow, ...]
    limits: Mapping[str, Limit] = msgspec.field(default_factory=dict)
    prices: Mapping[str, float] = msgspec.field(default_factory=lambda: {"part": 1})
    """Price of one part to one recipient, in messages or roubles; names a provider may add."""
    balance: float = 1000
    sender_is_id: bool = False
    """Do clients say a sender by its id, and not by its name?"""
    normal_number: Callable[[str, Mapping[str, Any]], str | None]
    """A destination as written, and the switches in force → the number, or None for a malformed one."""
    as_meant: Callable[[Any], None] | None = None
    """Makes a command with `extra` what it means by the account's switches, before rules look at it."""
    bar: Callable[[Any, str, int, int], Reason | None] | None = None
    """A case, a number of its list, its place there, how many go to it before → why nothing may be sent to it, or
    None."""
    life: tuple[Step, ...] = DELIVERED
    """What becomes of a message when no rule says anything else."""
    reports_first_state: bool | str = True
    """Does the state in which a message begins send a report, where its row says so? A text names the switch."""
    reports_same_word: bool = True
    """Does a change send a report where the provider's word for both states is the same?"""
    first_id: int | None = None
    """Where the provider's own message ids begin; None: it gives none out."""
    octets: Any = None
    """For a protocol over which texts come as octets, perhaps in parts: core/engine/multipart.py, Octets."""
    asks_for: Callable[[int, Status | None, Status], bool] | None = None
    """For a protocol where each message says by flags which reports it wants: flags, state before, state now → does
    this change send one?"""

    defaults: Mapping[str, Any] = msgspec.field(default_factory=dict)
    """The switches' defaults by name, and"""
    by_status: Mapping[str, StatusRow] = msgspec.field(default_factory=dict)
    """the rows of `statuses` by state, and"""
    amounts: Mapping[str, int] = msgspec.field(default_factory=dict)
    """the prices as amounts, and"""
    told: Mapping[tuple[Status | None, Status], tuple[str, ...] | None] = msgspec.field(default_factory=dict)
    """which changes (from None: the state in which a message begins) send a report: None: this one never does; else
    the switches that all have to say so. Made from the fields above."""
    merged: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {})
    """The last account's switches (replaced as a whole whenever one changes), and what was in force with them."""

    def __post_init__(self) -> None:
        missing = [status for status in STATUSES if status not in {row.status for row in self.statuses}]
        if missing:
            raise ValueError(f"{self.provider}: no word for the states {', '.join(missing)}")
        if any(limit.window > LONGEST_WINDOW for limit in self.limits.values()):
            raise ValueError(f"{self.provider}: no window may be longer than {LONGEST_WINDOW} s")
        force_setattr(self, "defaults", {name: switch.default for name, switch in self.switches.items()})
        force_setattr(self, "by_status", {row.status: row for row in self.statuses})
        force_setattr(self, "amounts", {name: amount(price) for name, price in self.prices.items()})
        both = ((before, row) for before in (None, *STATUSES) for row in self.statuses)
        force_setattr(self, "told", {(before, row.status): self._says(before, row) for before, row in both})

    def _says(self, before: Status | None, row: StatusRow) -> tuple[str, ...] | None:
        if before is None:
            conditions = (self.reports_first_state, row.reported)
        else:
            same = not self.reports_same_word and self.by_status[before].word == row.word
            conditions = (not same, row.reported)
        return None if False in conditions else tuple(one for one in conditions if isinstance(one, str))

    def table(self, operation: str, protocol: str = "http") -> ErrorTable | None:
        """The codes of an operation over a protocol; a table "status/soap" goes before the table "status"."""
        return self.errors.get(f"{operation}/{protocol}") or self.errors.get(operation)

    def tables(self, operation: str) -> Iterator[ErrorTable]:
        """The codes of an operation over all protocols."""
        return (table for name, table in self.errors.items() if name.partition("/")[0] == operation)

    def checks_of(self, kind: str, protocol: str) -> tuple[Callable[..., Any], ...]:
        """The checks of a command over a protocol."""
        own = self.checks.get(f"{kind}/{protocol}")
        return self.checks[kind] if own is None else own

    def status(self, status: Status) -> StatusRow:
        """The row of a state."""
        return self.by_status[status]

    def listed(self, written: str, account: Account) -> str:
        """A number of a stop list in the form in which it is looked for, however people wrote it; what is no number to
        the provider stays as it is."""
        return self.normal_number(written, {**self.in_force(account), "numbers": "lenient"}) or written

    def in_force(self, account: Account | None) -> Mapping[str, Any]:
        """All switches by name: the account's choices, the defaults where it made none."""
        if account is None or not account.switches:
            return self.defaults
        if self.merged[0] is not account.switches:
            force_setattr(self, "merged", (account.switches, {**self.defaults, **account.switches}))
        return self.merged[1]

    def switch(self, account: Account, name: str) -> Any:
        """The choice in force for an account."""
        return account.switches[name] if name in account.switches else self.defaults[name]

    def limit(self, account: Account, name: str) -> int | None:
        """How many are allowed within the limit's window; None: any number."""
        return None if account.limits_off else account.limits.get(name, self.limits[name].count)

    def price(self, account: Account, name: str = "part") -> int:
        """A price, as an amount."""
        known = account.prices.get(name)
        return self.amounts[name] if known is None else known
