"""The state of one sandbox: everything that a snapshot holds and nothing else."""

from collections import deque
from collections.abc import Generator, Iterator
from typing import Any

import msgspec

from emulator.core.accounts import Account
from emulator.core.commands import SubmitPart
from emulator.core.messages import Batch, Incoming, Message
from emulator.core.rules.actions import Plan
from emulator.core.rules.matching import RuleBook
from emulator.core.rules.rule import Rule
from emulator.core.state.dump import PIECE, in_pieces
from emulator.core.state.message_store import MessageStore
from emulator.core.state.paged_list import CacheSize
from emulator.core.state.rate_windows import RateWindows
from emulator.core.state.scheduler import Entry, PackedScheduler, Scheduler, SendIncoming, SendReport
from emulator.core.units import Chance, Timestamp


class _Rest(msgspec.Struct, kw_only=True):
    """A state but for its messages and dates."""

    now: Timestamp
    began: Timestamp
    chance: Chance
    accounts: dict[str, Account]
    rules: list[Rule] = []
    rules_made: int = 0
    plans: list[Plan] = []
    marks: dict[str, list[Timestamp]] = {}
    next_ids: dict[str, int] = {}
    in_flight: dict[int, SendReport | SendIncoming] = {}
    held: dict[int, list[SendReport]] = {}
    attempts_made: int = 0
    parts: dict[str, SubmitPart] = {}
    joiners: dict[str, Any] = {}
    parts_end: dict[str, Timestamp] = {}
    incoming: list[Incoming] = []
    awaited: dict[str, tuple[Timestamp, tuple[str, ...]]] = {}


class DumpedState(_Rest, kw_only=True):
    """A state, written down for everybody to read."""

    batches: list[Batch] = []
    messages: list[Message] = []
    dates: list[Entry] = msgspec.field(default=[], name="agenda")  # the names of the file's format
    dates_counted: int = msgspec.field(default=0, name="agenda_counted")


class Packed(_Rest, kw_only=True):
    """A state, written down small: its messages as they lie in the store."""

    batches: list[bytes]
    messages: list[bytes]
    count: int
    """Of the messages."""
    dates: PackedScheduler


class SandboxState:
    """The state with its indexes. Only the engine changes it."""

    def __init__(self, state: DumpedState | Packed, room: CacheSize | None = None) -> None:
        deque(self._set_up(state, room), maxlen=0)

    @classmethod
    def step_by_step(cls, state: DumpedState | Packed) -> Generator[None, None, "SandboxState"]:
        """The same in small steps."""
        made = cls.__new__(cls)
        yield from made._set_up(state, None)
        return made

    def _set_up(self, state: DumpedState | Packed, room: CacheSize | None) -> Iterator[None]:
        self.now = state.now
        self.began = state.began
        self.chance = state.chance
        self.accounts = state.accounts
        self.rule_book = RuleBook(state.rules)
        self.rules_made = state.rules_made
        self.plans = state.plans
        self.plan_numbers = {msgspec.msgpack.encode(plan): n for n, plan in enumerate(state.plans)}
        self.store = MessageStore(room)
        if isinstance(state, Packed):
            yield from self.store.put_back(state.batches, state.messages)
            self.scheduler = Scheduler.read(state.dates)
        else:
            yield from self.store.fill(state.batches, state.messages)
            self.scheduler = Scheduler(state.dates, state.dates_counted)
        yield
        self.windows = RateWindows(state.marks)
        self.next_ids = state.next_ids
        self.in_flight = state.in_flight
        """Reports under way to the client, by attempt."""
        self.held = state.held
        """Reports kept back to go out in another order, by message."""
        self.attempts_made = state.attempts_made
        self.parts = state.parts
        """Parts of long messages that wait for the others, by the id that each got; their octets are in"""
        self.joiners = state.joiners
        """what joins them, by provider: of a kind that the provider's profile names (plain data just after a load)."""
        self.parts_end = state.parts_end
        """When the oldest of them has waited long enough, by provider."""
        self.incoming = state.incoming
        """Subscribers' messages, and calls."""
        self.awaited = state.awaited
        """Calls that are awaited, by provider and number: until when, and at which numbers."""

    def dumped(self) -> tuple[DumpedState, tuple[Iterator[Batch], Iterator[Message], Iterator[Entry]]]:
        """All but its long lists, and these as they are now, to be gone through later; each message an object of its
        own."""
        batches, messages = self.store.batches, self.store.messages
        return DumpedState(dates_counted=self.scheduler.counted, **self._rest()), (
            batches.unpack(batches.packed()), messages.unpack(messages.packed()), self.scheduler.entries(),
        )  # fmt: skip

    def packed(self) -> Packed:
        """All of it; what lies packed in the store goes along as it is."""
        store = self.store
        return Packed(
            batches=store.batches.packed(), messages=store.messages.packed(), count=len(store.messages),
            dates=self.scheduler.written(), **self._rest(),
        )  # fmt: skip

    def _rest(self) -> dict[str, Any]:
        return {
            "now": self.now, "began": self.began, "chance": self.chance, "accounts": self.accounts,
            "rules": self.rule_book.rules, "rules_made": self.rules_made, "plans": self.plans,
            "marks": self.windows.marks, "next_ids": self.next_ids, "in_flight": self.in_flight, "held": self.held,
            "attempts_made": self.attempts_made, "parts": self.parts, "joiners": self.joiners,
            "parts_end": self.parts_end, "incoming": self.incoming, "awaited": self.awaited,
        }  # fmt: skip

    def dump(self) -> bytes:
        """The state as bytes: the same inputs give the same bytes."""
        return msgspec.msgpack.encode(self.packed())

    def in_pieces(self, size: int = PIECE) -> Iterator[bytes]:
        """What `dump` gives, as the state is now, in pieces of about a size, made one by one as they are asked for."""
        store, scheduler = self.store, self.scheduler
        return in_pieces(
            self._rest(), store.batches.packed(), store.messages.packed(), len(store.messages), scheduler.in_pieces(),
            scheduler.counted, size,
        )  # fmt: skip

    @classmethod
    def load(cls, dumped: bytes) -> "SandboxState":
        """A state from what `dump` gave."""
        return cls(msgspec.msgpack.decode(dumped, type=Packed))
