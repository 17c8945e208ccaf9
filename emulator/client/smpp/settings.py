"""How an SMPP client behaves, and what it tells of its links."""

from collections.abc import Callable
from typing import Literal, NamedTuple, TypeAlias

from emulator.client.calls import Patience

Bind = Literal["transmitter", "receiver", "transceiver"]
IdForm = Literal["as is", "hex", "decimal"]
What = Literal["bound", "lost", "refused", "closed"]


class Settings(NamedTuple):
    """Real seconds. `window`: requests unanswered at once on each link; `rate`: requests a second at most, of all
    links together, 0 for no limit; `enquire_link`: ask after so much silence; `unanswered`: silent submits in a row
    after which the link is given up; `inbox`: receipts, and as many messages, kept for whoever reads them or being
    worked off, when it is full the SMSC is asked to bring them again; `zone`: of the dates in receipts, hours ahead of
    UTC; `response_ids`, `receipt_ids`: how the SMSC writes message ids there, where the two differ: "hex" and "decimal"
    make decimal numbers of both.

    `patience`: `timeout` is for each response, `deadline` for a whole call with waiting for a bind, `pause` and
    `longest_pause` for trying again, also for binding again.
    """

    system_type: str = ""
    window: int = 10
    rate: float = 0.0
    enquire_link: float = 60.0
    unanswered: int = 3
    inbox: int = 10_000
    zone: float = 3.0
    response_ids: IdForm = "as is"
    receipt_ids: IdForm = "as is"
    patience: Patience = Patience(connect=10, timeout=30, deadline=60, attempts=8, pause=0.5, longest_pause=30)


USUAL = Settings()


class LinkState(NamedTuple):
    """A link (`number`, counted from 0 in the order of the binds) is "bound", "lost" with why, "refused" when binding
    again failed with why, or "closed" by us."""

    number: int
    bind: Bind
    what: What
    why: str = ""


StateHook: TypeAlias = Callable[[LinkState], object]


def same_form(id: str, form: IdForm) -> str:
    """An id in decimal, where it is a number in that form; else as it is."""
    if form == "as is":
        return id
    try:
        return str(int(id, 16 if form == "hex" else 10))
    except ValueError:
        return id
