"""How much one request may ask for: while it is worked on, everybody else waits, and should not for longer than about a
second."""

from emulator.core.commands import AnyCommand, Delete, ListMessages, QueryMany, QueryNumbers, Submit
from emulator.core.state.sandbox_state import SandboxState

MOST_NUMBERS = 100_000
"""In one request."""
_SENT, _SENT_ITS_OWN, _ASKED_AFTER, _LOOKED_UP, _LOOK = 5.0, 100.0, 80.0, 20.0, 0.4
"""What a number costs: one of a text for all; one with a text of its own; one whose message is asked after; one that is
looked up in a table. And what a rule costs that looks at each of them. In microseconds, about."""
_LISTS = {"op": 19.0, "err": 16.0}
"""Words of a request's style by which its answer tells of each number, and what that costs."""
MOST_WORK = 1_200_000
_FEW = 100
"""So many numbers cost nothing that is worth counting."""


def numbers_in(command: AnyCommand) -> int:
    """How many numbers, or messages, a command is about."""
    if isinstance(command, Submit | QueryNumbers | ListMessages):
        return len(command.destinations or ())
    return len(command.wanted or ()) if isinstance(command, QueryMany | Delete) else 1


def too_many(command: AnyCommand, state: SandboxState) -> str | None:
    """Why a command asks for too much, in words; None where it does not."""
    many = numbers_in(command)
    if many <= _FEW:
        return None
    each, what = _cost(command)
    looks = state.rule_book.looks(command)
    if looks < 1:
        looks = 0.0
    most = min(MOST_NUMBERS, int(MOST_WORK / (each + _LOOK * looks)))
    if many <= most:
        return None
    rules = f", with rules that look at each of them {looks:.0f} times," if looks else ""
    return f"{many} numbers{what} in one request{rules} are too many: at most {most} are taken, so that others are " \
           "not kept waiting"  # fmt: skip


def _cost(command: AnyCommand) -> tuple[float, str]:
    if isinstance(command, Submit):
        told = sum(cost for word, cost in _LISTS.items() if word in command.style)
        each, what = (_SENT_ITS_OWN, ["each with a text of its own"]) if command.texts else (_SENT, [])
        what += ["each of them told of in the answer"] if told else []
        return each + told, f", {' and '.join(what)}," if what else ""
    return (_LOOKED_UP, "") if isinstance(command, QueryNumbers) else (_ASKED_AFTER, " to be asked after")


def separators(body: bytes) -> int:
    """How many commas and line breaks stand in a body: a text may have some, a list of numbers one for each."""
    return sum(map(body.count, (b",", b"\n", b"%2C", b"%2c", b"%0A", b"%0a")))


def unread(body: bytes) -> str | None:
    """Why a body is not even read: so many numbers stand in it."""
    if len(body) <= 2 * MOST_NUMBERS or (found := separators(body)) <= 2 * MOST_NUMBERS + 1000:
        return None
    return f"{found} commas and line breaks, as of so many numbers, in one request are too many: at most " \
           f"{MOST_NUMBERS} are taken, so that others are not kept waiting"  # fmt: skip
