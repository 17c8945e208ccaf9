"""Lint: what a client does that a real provider lets pass or punishes later, collected per sandbox by contract row."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from emulator.core.units import Timestamp
from emulator.http.messages import HttpRequest
from emulator.journal import Exchange, Line

Level = Literal["warning", "mild"]
MOST_DETAILS = 5
_LONG = 300


class Finding(msgspec.Struct):
    """A row whose requirement was violated: how often, the first and last exchange in which it was, and what was seen
    there (a few different sentences). `mild`: the provider's own page does it, or it costs nothing yet."""

    row: str
    provider: str
    count: int
    first: int
    last: int
    last_at: Timestamp
    level: Level = "warning"
    details: list[str] = []


class Findings:
    """By row, in the order of their first appearance. `looked_at`: the newest exchange that linting (linting/) has
    seen; `held`: the newest that is being looked at, in the journal still or not; `passed`: how many had left the
    journal before they could be."""

    def __init__(self, looked_at: int = 0) -> None:
        self.by_row: dict[str, Finding] = {}
        self.looked_at = self.held = looked_at
        self.passed = 0
        self.memory: object = None
        """What linting remembers of the exchanges before; its own business."""

    def note(
        self, row: str, provider: str, exchange: int, at: Timestamp, detail: str = "", level: Level = "warning"
    ) -> None:
        """A row's requirement was violated in an exchange."""
        finding = self.by_row.get(row)
        if finding is None:
            finding = self.by_row[row] = Finding(row, provider, 0, exchange, exchange, at, level, [])
        finding.count += 1
        finding.first, finding.last = min(finding.first, exchange), max(finding.last, exchange)
        finding.last_at = max(finding.last_at, at)
        if level == "warning":
            finding.level = level
        if detail and detail not in finding.details and len(finding.details) < MOST_DETAILS:
            finding.details.append(detail if len(detail) <= _LONG else f"{detail[:_LONG]}…")

    def note_rows(self, line: Line | Exchange) -> None:
        """The rows that an adapter saw violated in an exchange."""
        for row in line.notes:
            detail = ""
            if row.endswith(".repeated") and isinstance(line.request, HttpRequest):
                from emulator.lint.parameter_names import repeated

                names = ", ".join(repeated(line.request))
                detail = names and f"x{line.id}: said more than once, and otherwise: {names}"
            self.note(row, line.provider, line.id, line.at, detail)

    def replace(self, findings: Iterable[Finding], looked_at: int) -> None:
        """These and no others; what the journal holds up to an exchange was seen."""
        self.by_row = {one.row: one for one in findings}
        self.looked_at = self.held = looked_at
        self.passed, self.memory = 0, None

    def clear(self, looked_at: int) -> None:
        """Forget all; what comes after that exchange counts."""
        self.replace((), looked_at)
