"""Lint: what a client does that a real provider lets pass or punishes later, collected per sandbox by contract row."""

import msgspec

from emulator.core.values import Moment


class Finding(msgspec.Struct):
    """A row that was bent: how often, and the first and last exchange in which it was."""

    row: str
    provider: str
    count: int
    first: int
    last: int
    last_at: Moment


class Findings:
    """By row, in the order of their first appearance."""

    def __init__(self) -> None:
        self.by_row: dict[str, Finding] = {}

    def note(self, row: str, provider: str, exchange: int, at: Moment) -> None:
        finding = self.by_row.get(row)
        if finding is None:
            self.by_row[row] = Finding(row, provider, 1, exchange, exchange, at)
        else:
            finding.count += 1
            finding.last, finding.last_at = exchange, at
