"""What a message of SMS Center may be besides a text, one line a kind: how send.php asks for it, what is made up for
it, the number of its type, what has gone wrong with it where nobody says more."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from emulator.core.engine.checks import CheckContext
from emulator.core.messages import MessageKind
from emulator.core.outcomes import Refused
from emulator.core.statuses import Status
from emulator.providers.smscenter import calls, lookups
from emulator.providers.smscenter.parameters import Parameters

FLASH = 1


class Product(NamedTuple):
    """`type`: in status and callback; `price`: of one; `problem`: why it cannot be had as it is asked for; `make`: the
    last check, when everything is accepted; `text`: it has one; `errors`: by our state."""

    type: int
    price: float
    problem: Callable[[Parameters], str]
    make: Callable[[CheckContext], None]
    text: bool
    errors: Mapping[Status, int]


KINDS: dict[MessageKind, Product] = {
    "hlr": Product(4, 0.3, lookups.problem, lookups.keep_salt, False, {}),
    "ping": Product(5, 0.3, lookups.problem, lookups.keep_salt, False, {}),
    "call": Product(7, 1, calls.problem, calls.make_code, True, {"undelivered": 237}),
}
"""By the parameter of send.php that asks for it."""


FORMATS: dict[str, MessageKind] = {"0": "sms", "1": "sms", "3": "hlr", "6": "ping", "9": "call"}
"""What get_messages and the mail gate call a kind by `format` (facts, 5.2 and 11); 1 is a flash message."""


def type_of(kind: MessageKind, flash: bool) -> int:
    """The number of a message's type: 0 text, 1 flash."""
    return int(flash) * FLASH if kind == "sms" else KINDS[kind].type


def usual_error(kind: MessageKind, status: Status, error: int) -> int:
    """The delivery error: the one named, or what is usual for the kind; 0: whatever goes with the state."""
    return error or (0 if kind == "sms" else KINDS[kind].errors.get(status, 0))


def make(case: CheckContext) -> Refused | None:
    """Everything is accepted: what the provider makes up for such a message. Changes the command, refuses nothing."""
    if case.command.kind != "sms":
        KINDS[case.command.kind].make(case)
    return None
