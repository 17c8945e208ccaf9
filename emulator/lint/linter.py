"""Looks at the exchanges of a sandbox that came since the last time, and gives back all findings."""

from collections import deque
from collections.abc import Callable, Generator, Mapping

import msgspec

from emulator.core.accounts import Account
from emulator.journal import Exchange, Journal
from emulator.lint.checks import CHECKS
from emulator.lint.context import LintContext, LintHistory
from emulator.lint.findings import Finding, Findings
from emulator.providers.base import Provider


def look(
    kept: Findings, journal: Journal, providers: Mapping[str, Provider], account: Callable[[str], Account]
) -> Generator[None, None, None]:
    """Add what is found up to this moment to `kept`, an exchange a step; others may look as well in between.
    `account`: a provider's account as it stands."""
    memory = _memory(kept)
    kept.passed += max(0, journal.oldest - 1 - max(kept.looked_at, kept.held))
    kept.held = journal.made
    try:
        for exchange in journal.exchanges(kept.looked_at):
            if exchange.id <= kept.looked_at:
                continue
            kept.looked_at = exchange.id
            provider = providers.get(exchange.provider)
            if provider is not None:
                _look(kept, exchange, provider, account(provider.name), memory)
            yield
    finally:
        kept.held = kept.looked_at


def findings(
    kept: Findings, journal: Journal, providers: Mapping[str, Provider], account: Callable[[str], Account]
) -> list[Finding]:
    """All findings up to this moment, in the order of their first appearance. `kept`: those found before, which are
    added to."""
    deque(look(kept, journal, providers, account), maxlen=0)
    kept.looked_at = journal.made
    found = Findings()
    found.replace((msgspec.structs.replace(one, details=list(one.details)) for one in kept.by_row.values()), 0)
    for partial in _memory(kept).partials.values():
        row = providers[partial.provider].lint["partly-rejected"]
        found.note(row, partial.provider, partial.exchange, partial.at, partial.detail)
    return sorted(found.by_row.values(), key=lambda one: one.first)


def _memory(kept: Findings) -> LintHistory:
    """What is remembered of the exchanges before."""
    if not isinstance(kept.memory, LintHistory):
        kept.memory = LintHistory()
    return kept.memory


def _look(kept: Findings, exchange: Exchange, provider: Provider, account: Account, memory: LintHistory) -> None:
    if exchange.command is None or exchange.outcome is None:
        return
    seen = LintContext(
        f"x{exchange.id}", exchange.at, exchange.request, exchange.command, exchange.outcome, provider, account, memory
    )
    for name, row in provider.lint.items():
        noticed = CHECKS[name](seen)
        if noticed is not None:
            kept.note(row, provider.name, exchange.id, exchange.at, noticed.detail, noticed.level)
