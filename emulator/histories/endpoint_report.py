"""`check-callbacks`: runs histories at a callback endpoint and prints what came of it, for people or for machines."""

import asyncio
import json
import sys
from collections.abc import Sequence

import msgspec

from emulator.core.units import counted
from emulator.histories.endpoint_runner import About, EndpointRow, Unreachable, play
from emulator.providers.base import Provider

_WIDTHS = (24, 60, 34, 40, 0)
"""Of the columns; what is longer is cut. 0: as long as it is."""
_HEAD = ("case", "sent", "asked for", "answered", "verdict")
_BAR = 30


def check_callbacks(provider: Provider, url: str, about: About, timeout: float, as_json: bool) -> int:
    """Check it; gives back the exit status: 1 when the contract is broken or nobody answers."""
    try:
        rows = asyncio.run(_played(provider, url, about, timeout))
    except (Unreachable, ValueError) as error:
        print(f"sms-emulator: {url}: {error}", file=sys.stderr)
        return 1
    broken = sum(not row.good for row in rows)
    if as_json:
        told = {"provider": provider.name, "url": url, "good": not broken, "broken": broken,
                "callbacks": msgspec.to_builtins(rows)}  # fmt: skip
        print(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        print(table(rows))
        print(f"\n{provider.title}: {counted(len(rows), 'callback')}, {broken} answered against the contract")
    return 1 if broken else 0


async def _played(provider: Provider, url: str, about: About, timeout: float) -> list[EndpointRow]:
    rows: list[EndpointRow] = []
    total = 0
    try:
        async for left, more in play(provider, url, about, timeout):
            rows += more
            total = total or left
            _show_progress(total - left, total, rows[-1].case if rows else "")
    finally:
        _show_progress(0, 0, "")
    return rows


def _show_progress(done: int, total: int, what: str) -> None:
    """A bar on standard error, if a person is looking at it; with nothing to do it goes away."""
    if not sys.stderr.isatty():
        return
    filled = _BAR * done // total if total else 0
    bar = f"[{'#' * filled}{'.' * (_BAR - filled)}] {done}/{total} {what}" if total else ""
    print(f"\r\x1b[2K{bar}", end="", file=sys.stderr, flush=True)


def table(rows: Sequence[EndpointRow]) -> str:
    """The rows in columns, of what was sent what differs from the first; those that break the contract say so."""
    lines = [_HEAD, *((row.case, _said(row, rows[0]), row.asked, row.answered, _judged(row)) for row in rows)]
    widths = [min(limit, max(len(line[n]) for line in lines)) for n, limit in enumerate(_WIDTHS[:-1])]
    return "\n".join(
        "  ".join([*(_cut(text, width) for text, width in zip(line, widths, strict=False)), line[-1]]).rstrip()
        for line in lines
    )


def _said(row: EndpointRow, first: EndpointRow) -> str:
    fields = row.sent.items() if row is first else row.sent.items() - first.sent.items()
    said = [f"{name}={row.sent[name]}" for name in row.sent if name in dict(fields)]
    return " ".join([row.method, *(said or ["the same"])])


def _judged(row: EndpointRow) -> str:
    return f"{'good' if row.good else 'BROKEN'}: {row.verdict}"


def _cut(text: str, width: int) -> str:
    text = " ".join(text.split())
    return f"{text[: width - 1]}…" if len(text) > width else text.ljust(width)
