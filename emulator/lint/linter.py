"""Looks at the exchanges of a sandbox that came since the last time, and gives back all findings."""

from typing import TYPE_CHECKING

import msgspec

from emulator.journal import Exchange
from emulator.lint.checks import CHECKS
from emulator.lint.context import LintContext, LintHistory
from emulator.lint.findings import Finding, Findings

if TYPE_CHECKING:
    from emulator.sandboxes.sandbox import Sandbox


def findings(sandbox: "Sandbox") -> list[Finding]:
    """All findings up to this moment, in the order of their first appearance."""
    kept, journal = sandbox.findings, sandbox.journal
    memory = kept.memory if isinstance(kept.memory, LintHistory) else LintHistory()
    kept.memory = memory
    kept.passed += max(0, journal.oldest - 1 - kept.looked_at)
    for exchange in journal.exchanges(kept.looked_at):
        _look(sandbox, exchange, memory)
    kept.looked_at = journal.made
    found = Findings()
    found.replace((msgspec.structs.replace(one, details=list(one.details)) for one in kept.by_row.values()), 0)
    for partial in memory.partials.values():
        row = sandbox.providers[partial.provider].lint["partly-rejected"]
        found.note(row, partial.provider, partial.exchange, partial.at, partial.detail)
    return sorted(found.by_row.values(), key=lambda one: one.first)


def _look(sandbox: "Sandbox", exchange: Exchange, memory: LintHistory) -> None:
    provider = sandbox.providers.get(exchange.provider)
    if provider is None or exchange.command is None or exchange.outcome is None:
        return
    seen = LintContext(
        f"x{exchange.id}", exchange.at, exchange.request, exchange.command, exchange.outcome, provider,
        sandbox.account(provider.name), memory,
    )  # fmt: skip
    for name, row in provider.lint.items():
        noticed = CHECKS[name](seen)
        if noticed is not None:
            sandbox.findings.note(row, provider.name, exchange.id, exchange.at, noticed.detail, noticed.level)
