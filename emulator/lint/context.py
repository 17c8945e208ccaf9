"""What a check gets to see: one exchange, whose it was, and what came before."""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from emulator.core.accounts import Account
from emulator.core.commands import AnyCommand, Query, QueryMany
from emulator.core.outcomes import AnyOutcome
from emulator.core.units import Timestamp
from emulator.lint.findings import Level
from emulator.providers.base import Provider

_MOST = 256


class Noticed(NamedTuple):
    """A finding in one exchange: what was seen, for people."""

    detail: str
    level: Level = "warning"


class QueriedMessage(NamedTuple):
    """One message that a status query is about, as the client named it."""

    to: str | None
    reference: str | None
    id: str | None


class EarlierRefusal(NamedTuple):
    """A send that was refused."""

    exchange: int
    why: str
    to: tuple[str, ...]
    reference: str | None


class Partial(NamedTuple):
    """A send that was accepted for some of its numbers only."""

    exchange: int
    at: Timestamp
    provider: str
    id: str | None
    numbers: tuple[str, ...]
    detail: str


class LintHistory:
    """What is remembered of earlier exchanges, the oldest forgotten first."""

    def __init__(self) -> None:
        self.refusals: dict[str, deque[EarlierRefusal]] = {}
        """By provider."""
        self.partials: dict[int, Partial] = {}
        """By exchange: those nobody has asked about."""
        self.queries: dict[tuple[str, QueriedMessage], deque[Timestamp]] = {}

    def refused(self, provider: str, refusal: EarlierRefusal) -> None:
        self.refusals.setdefault(provider, deque(maxlen=_MOST)).append(refusal)

    def accepted_in_part(self, partial: Partial) -> None:
        if len(self.partials) < _MOST:
            self.partials[partial.exchange] = partial

    def queried(self, provider: str, asked: QueriedMessage, at: Timestamp, window: int) -> int:
        """How many queries about the same message there were within the window, this one included."""
        if len(self.queries) > 4 * _MOST:
            self.queries = {key: marks for key, marks in self.queries.items() if marks[-1] > at - window}
        marks = self.queries.setdefault((provider, asked), deque(maxlen=_MOST))
        marks.append(at)
        while marks[0] <= at - window:
            marks.popleft()
        return len(marks)


class LintContext(NamedTuple):
    """One exchange as the checks look at it. `id` is its name for people."""

    id: str
    at: Timestamp
    request: object
    """An HttpRequest, or a PDU."""
    command: AnyCommand
    outcome: AnyOutcome
    provider: Provider
    account: Account
    memory: LintHistory


def asked(command: AnyCommand) -> Iterator[QueriedMessage]:
    """The messages that a query is about; nothing for other commands."""
    if isinstance(command, Query):
        yield QueriedMessage(command.destination, command.reference, command.provider_id)
    elif isinstance(command, QueryMany):
        for number, id in command.wanted or ():
            yield QueriedMessage(number, None, id)
