"""A ledger in lines, for a failed assertion and for people."""

from typing import Any

from emulator.core.units import counted

_MOST = 50
_LONG = 60


def ledger_text(told: Any, expected: float | None = None) -> str:
    """Total, accounts, messages with what each cost, and double sends."""
    total = told["total"]
    head = f"the messages cost {total['cost']:g}"
    if expected is not None:
        head += f", not {float(expected):g}"
    lines = [f"{head} ({counted(total['messages'], 'message')}, {counted(total['parts'], 'part')})"]
    lines += [
        f"  {one['provider']}: {one['cost']:g} for {counted(one['messages'], 'message')}; balance {one['balance']:g}"
        for one in told["accounts"] if one["messages"]
    ]  # fmt: skip
    lines += [_message(one) for one in told["messages"][-_MOST:]]
    earlier = len(told["messages"]) - _MOST
    if earlier > 0:
        lines.append(f"  ... and {counted(earlier, 'earlier one')}")
    lines += [
        f"  sent twice: {one['message']} and, {one['seconds']:g} s later, {one['again']} to {one['to']} "
        f"({one['why']}): {_short(one['text'])}; cost {one['cost']:g}"
        for one in told["doubles"]
    ]
    return "\n".join(lines)


def _message(one: Any) -> str:
    double = f", the same as {one['double_of']}" if one["double_of"] else ""
    reference = f" [{one['reference']}]" if one["reference"] else ""
    return (
        f"  {one['id']} {one['provider']} to {one['to']}{reference}: {counted(one['parts'], 'part')} "
        f"{one['encoding']}, cost {one['cost']:g}, {one['status']}{double}: {_short(one['text'])}"
    )


def _short(text: str) -> str:
    return repr(text if len(text) <= _LONG else f"{text[:_LONG]}…")
