"""The contract of a provider as a text for people."""

from textwrap import fill

from emulator.providers.base import Provider, Row, under_headings


def table(provider: Provider) -> str:
    """All rows by their evidence, then the switches with their defaults."""
    rows = provider.contract()
    parts = [f"{provider.title} ({provider.name}): {len(rows)} rows"]
    for head, under in under_headings(rows):
        parts.append("\n".join([f"== {head}", *(_row(row) for row in under)]))
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
