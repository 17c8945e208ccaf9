"""Sends that were refused, whole or for some of their numbers: there is no message of them, and yet people look for
them where messages are."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from emulator.core.commands import Price, Submit
from emulator.core.outcomes import Accepted
from emulator.core.units import Timestamp
from emulator.dispatch.explain import explain
from emulator.journal import Exchange
from emulator.journal.entries import Line
from emulator.sandboxes.sandbox import Sandbox

if TYPE_CHECKING:
    from emulator.control_api import response_types

SHOWN = 3
"""Numbers of one send that are written out."""


class RefusedSend(NamedTuple):
    """`to`: the numbers that got nothing, as they were written; `why` names the row, and the rule if one decided."""

    exchange: Exchange
    to: tuple[str, ...]
    text: str
    sender: str
    reference: str
    why: str

    @property
    def at(self) -> Timestamp:
        return self.exchange.at

    @property
    def numbers(self) -> str:
        more = len(self.to) - SHOWN
        return ", ".join(self.to[:SHOWN]) + (f" and {more} more" if more > 0 else "") or "no number"

    def near(self, to: str | None) -> "response_types.Near":
        """As what was waited for may be told it, by the number that was waited for, if it is among its own."""
        return {
            "id": f"x{self.exchange.id}", "provider": self.exchange.provider,
            "to": to if to is not None and to in self.to else self.numbers,
            "text": self.text, "sender": self.sender, "reference": self.reference, "status": "refused",
            "explain": self.why,
        }  # fmt: skip


def refused_sends(sandbox: Sandbox) -> Iterator[RefusedSend]:
    """The newest first, as far as the journal goes back."""
    for exchange in sandbox.journal.newest_where(_refused_some):
        command = exchange.command
        if not isinstance(command, Submit) or isinstance(command, Price):
            continue
        outcome, to = exchange.outcome, command.destinations or ()
        if isinstance(outcome, Accepted):
            to = (*outcome.stop_listed, *outcome.invalid, *(number for number, _ in outcome.barred))
        yield RefusedSend(
            exchange, to, command.text or "", command.sender or "", command.reference or command.own_id or "",
            explain(sandbox.providers, exchange),
        )  # fmt: skip


def _refused_some(line: Line) -> bool:
    outcome = line.outcome
    if line.operation != "send" or not isinstance(outcome, Accepted):
        return line.operation == "send" and line.word == "refused"
    return bool(outcome.stop_listed or outcome.invalid or outcome.barred)
