"""What was sent and called back against what a test expects: a failure shows the nearest, refused sends among them, and
what differs."""

from collections.abc import Mapping, Sequence
from typing import Any

from emulator.core.units import counted

Json = Mapping[str, Any]

_SHOWN = 5
_LONG = 120


def fits(one: Json, wanted: Json) -> bool:
    return not differences(one, wanted)


def differences(one: Json, wanted: Json) -> list[str]:
    """What of it is not as wanted, in words."""
    told = []
    for name, value in wanted.items():
        if name == "contains":
            if value not in (one.get("text") or ""):
                told.append(f"text is {_short(one.get('text'))}, without {_short(value)}")
        elif isinstance(found := one.get(name), list):
            if value not in found:
                told.append(f"{name} is {', '.join(map(_short, found)) or 'nothing'}, not {_short(value)}")
        elif found != value:
            told.append(f"{name} is {_short(found)}, not {_short(value)}")
    return told


def expected(kind: str, wanted: Json, times: int | None, found: int) -> str:
    """The first line of a failure."""
    words = ", ".join(f"{name} {_short(value)}" for name, value in wanted.items())
    things = f"at least one {kind}" if times is None else counted(times, kind) if times else f"no {kind}"
    return f"expected {things}{f' with {words}' if words else ''}; there {'is' if found == 1 else 'are'} {found}"


def nearest(every: Sequence[tuple[str, Json]], wanted: Json) -> list[str]:
    """Of things with their titles those that differ least, the newest of equals first."""
    ranked = sorted(((differences(one, wanted), -number, title) for number, (title, one) in enumerate(every)),
                    key=lambda entry: (len(entry[0]), entry[1]))  # fmt: skip
    lines = [": ".join(filter(None, (f"  {title}", "; ".join(told)))) for told, _, title in ranked[:_SHOWN]]
    more = len(ranked) - _SHOWN
    return [*lines, *([f"  ... and {more} more"] if more > 0 else [])]


def message_title(one: Json) -> str:
    reference = f" [{one['reference']}]" if one["reference"] else ""
    return f"{one['id']} {one['provider']} to {one['to']}{reference} {_short(one['text'])}, {one['status']}"


def refusal_title(one: Json) -> str:
    """Of a send that was refused, with what would have been right."""
    right = f" (right would be: {one['right']})" if one["right"] else ""
    numbers = ", ".join(one["to"][:3]) or "nobody"
    return f"{one['id']} {one['provider']} to {numbers} was REFUSED: {one['explain']}{right}"


def callback_title(one: Json) -> str:
    taken = {True: "accepted", False: "NOT accepted", None: "under way"}[one["accepted"]]
    return f"{one['id']} of {one['message_id']} {one['status']}, attempt {one['attempt']}, {taken}: {one['verdict']}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"
