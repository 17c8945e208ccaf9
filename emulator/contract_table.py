"""The contract of a provider as a text for people."""

from textwrap import fill

from emulator.providers.contract import Provider, Row

_HEADS = {
    "documented": "What the page says",
    "live": "What the live service was seen to do",
    "choice": "Where the page is silent or contradicts itself: what we chose",
    "not-emulated": "What is left out on purpose",
}


def table(provider: Provider) -> str:
    """All rows by kind, then the switches with their defaults."""
    rows = provider.contract()
    parts = [f"{provider.title} ({provider.name}): {len(rows)} rows"]
    for kind, head in _HEADS.items():
        chosen = [row for row in rows if row.kind == kind]
        if chosen:
            parts.append("\n".join([f"== {head}", *(_row(row) for row in chosen)]))
    switches = [
        f"{name} = {switch.default!r}\n" + fill(switch.why, 110, initial_indent="    ", subsequent_indent="    ")
        + f" [{switch.row}]" for name, switch in provider.profile.switches.items()
    ]  # fmt: skip
    return "\n\n".join([*parts, "\n".join(["== Switches and their defaults", *switches])])


def _row(row: Row) -> str:
    lines = [row.id, *(f"    {text}" for text in (
        row.statement, f"emulator: {row.emulator}", f"source: {row.source} ({row.evidence})",
        f"switch: {row.switch}" if row.switch else "",
    ) if text)]  # fmt: skip
    return "\n".join(lines)
