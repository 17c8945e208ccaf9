"""What may be repeated, and why: one table for every call, with and without async, over HTTP, SOAP and SMPP. No I/O.

Each attempt comes to a Fate. Its row says what may follow, for what doubles something when it is done twice (a send)
and for what does not (a question), and whether the message may have been taken all the same. A send goes out again only
if it cannot have been taken, or was looked up and is certainly absent, or the caller says so.
"""

from enum import Enum
from typing import NamedTuple


class Fate(Enum):
    """What one attempt came to."""

    NOTHING_SENT = "nothing was sent"
    NO_WAY = "nothing was sent, and never will be"
    NO_TIME = "no time was left"
    REFUSED = "refused"
    REFUSED_FOR_NOW = "refused for now"
    TOO_MANY = "HTTP 429"
    UNAVAILABLE = "HTTP 503"
    SENT_ELSEWHERE = "redirected"
    UNANSWERED = "no answer"
    SENSELESS = "an answer that makes no sense"


class Then(Enum):
    """What may follow."""

    AGAIN = "the same again"
    ASK_FIRST = "again if it is certainly absent, or the caller says so"
    NOTHING = "nothing"


class RepeatRule(NamedTuple):
    """`send`: for what doubles; `ask`: for what does not; `doubt`: may it have been taken; `why`: the reason."""

    send: Then
    ask: Then
    doubt: bool
    why: str


ROWS: dict[Fate, RepeatRule] = {
    Fate.NOTHING_SENT: RepeatRule(
        Then.AGAIN, Then.AGAIN, False,
        "no octet of the request left: no name, no connection, no place in a pool or window, not bound",
    ),
    Fate.NO_WAY: RepeatRule(
        Then.NOTHING, Then.NOTHING, False,
        "no octet left, and trying again ends alike: a certificate that is not trusted, a proxy that refuses us, a "
        "session that its owner closed",
    ),
    Fate.NO_TIME: RepeatRule(
        Then.NOTHING, Then.NOTHING, False, "an attempt that cannot be waited for would only make a doubt",
    ),
    Fate.REFUSED: RepeatRule(
        Then.NOTHING, Then.NOTHING, False, "the provider's own no, or HTTP 4xx: the same request is refused again",
    ),
    Fate.REFUSED_FOR_NOW: RepeatRule(
        Then.AGAIN, Then.AGAIN, False,
        "the provider itself says that it took nothing and asks to come again: smsoffice.ge -100, SMPP throttled",
    ),
    Fate.TOO_MANY: RepeatRule(
        Then.AGAIN, Then.AGAIN, False, "a limit of rate is checked before anything is done (RFC 6585)",
    ),
    Fate.UNAVAILABLE: RepeatRule(
        Then.ASK_FIRST, Then.AGAIN, True,
        "a proxy says it of itself, and of a backend that took the request and was slow or died behind it",
    ),
    Fate.SENT_ELSEWHERE: RepeatRule(
        Then.NOTHING, Then.NOTHING, False,
        "whoever redirects did not take it; to follow would show our key to an address that nobody chose",
    ),
    Fate.UNANSWERED: RepeatRule(
        Then.ASK_FIRST, Then.AGAIN, True,
        "octets left, and no whole answer came back: the connection went, time ran out, or a gateway said 5xx",
    ),
    Fate.SENSELESS: RepeatRule(
        Then.ASK_FIRST, Then.AGAIN, True, "somebody answered 2xx, and not as the provider does",
    ),
}  # fmt: skip

LOOKS = 2
"""So often a message must be absent, with Patience.absent_after between the looks, before that is believed: a provider
may register what it took only after we gave up waiting."""


def may_repeat(fate: Fate, doubles: bool, told_to: bool = False, absent: bool = False) -> bool:
    """May the same go out again? `told_to`: the caller wants it, come what may; `absent`: it was looked up and is
    certainly not there."""
    row = ROWS[fate]
    then = row.send if doubles else row.ask
    return then is Then.AGAIN or (then is Then.ASK_FIRST and (told_to or absent))
