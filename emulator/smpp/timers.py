"""The four timers of a link (3.4, 2.9 and 7.2) as numbers of real seconds. None switches one off.

They run in the link's time, whatever the sandbox's clock does: the peer's own timers are real.
"""

from __future__ import annotations

from msgspec import Struct


class Timers(Struct, frozen=True):
    """`session_init`: connected, and no bind → close. `inactivity`: bound, and no PDU from the peer → close,
    with `unbind_first` an unbind before it. `enquire_link`: nothing said or nothing heard for so long → ask.
    `response`: a request of ours has no answer → it is given back; for bind and unbind, for enquire_link if nothing
    else came meanwhile, and after `unanswered` messages in a row while no answer came, not even a late one, close."""

    session_init: float | None = 60.0
    inactivity: float | None = 120.0
    enquire_link: float | None = None
    response: float | None = 30.0
    unanswered: int | None = 3
    unbind_first: bool = False


SMSC_TIMERS = Timers()
"""Facts, section 5: two minutes of silence are the provider's; the SMSC does not ask by itself, for that
would break clients that take the next PDU for their answer."""

ESME_TIMERS = Timers(session_init=None, inactivity=None, enquire_link=60.0)
"""The provider's sample client asks every 60 s."""
