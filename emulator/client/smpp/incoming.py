"""What the SMSC brings: receipts as reports, subscribers' messages with their parts joined. No I/O."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from emulator.client.reports import Report
from emulator.client.smpp.messages import STATES, Incoming
from emulator.client.smpp.settings import IdForm, same_form
from emulator.core import text as gsm
from emulator.smpp import Joined, Pdu, PduFault, Reassembler, is_receipt, key_of, read_content, read_receipt, read_text

_QUARTERS_AN_HOUR = 4
_log = logging.getLogger("emulator.client")


class UnusablePdu(ValueError):
    """Nothing that anybody could use; the SMSC is told so."""


MOST_WAITING = 1000
"""So many messages may wait for parts: one more, and the oldest is given up."""


class Came(NamedTuple):
    """`value` is None while parts are missing; `put_back`: to be called if nothing came of it, before the SMSC brings
    the last part again."""

    value: Report | Incoming | None
    put_back: Callable[[], None] = lambda: None


class Inbox:
    """`zone`: hours ahead of UTC in which the SMSC writes a receipt's dates (SMS Center: Moscow); `ids`: how it writes
    ids in receipts."""

    def __init__(self, zone: float = 3.0, ids: IdForm = "as is") -> None:
        self._quarters = round(zone * _QUARTERS_AN_HOUR)
        self._ids = ids
        self._joiner = Reassembler()

    def read(self, pdu: Pdu, now: int) -> Came:
        """A deliver_sm or data_sm. `now`: rising microseconds. Raises Unusable."""
        return Came(self._report(pdu)) if is_receipt(pdu) else self._incoming(pdu, now)

    def _report(self, pdu: Pdu) -> Report:
        """Whatever the make of the receipt; the TLVs speak before the text."""
        told = read_receipt(pdu, self._quarters)
        if told.message_id is None:
            raise UnusablePdu("a receipt without an id")
        at = None if told.done_at is None else datetime.fromtimestamp(told.done_at / 1_000_000, UTC)
        error = told.error
        return Report(
            provider="smpp", id=same_form(told.message_id, self._ids), number=_text(pdu.octets("source_addr")),
            status=STATES.get(told.state, "unknown") if told.state is not None else "unknown",
            word=told.word or str(told.state), at=at,
            error=int(error) if error.isascii() and error.isdigit() and len(error) < 6 else 0,
        )  # fmt: skip

    def _incoming(self, pdu: Pdu, now: int) -> Came:
        content = read_content(pdu)
        if isinstance(content, PduFault):
            raise UnusablePdu(content.why)
        octets, put_back = content.octets, Came(None).put_back
        source, destination = pdu.octets("source_addr"), pdu.octets("destination_addr")
        if content.part is not None:
            for gone in self._joiner.expire(now):
                _log.warning("smpp: a message of %d parts came in part only, and is given up", gone.key.total)
            key = key_of("", source, destination, content.part)
            whole = self._joiner.add(key, content.part.number, octets, "", now)
            self._hold_down()
            if not isinstance(whole, Joined):
                return Came(None)
            octets, put_back = whole.octets, partial(self._put_back, whole, content.part.number, now)
        reading = read_text(octets, pdu.number("data_coding"), gsm)
        if isinstance(reading, PduFault):
            raise UnusablePdu(reading.why)
        return Came(Incoming(_text(source), _text(destination), reading.text), put_back)

    def _put_back(self, whole: Joined, but: int, now: int) -> None:
        """All parts but one wait again."""
        for piece in whole.pieces:
            if piece.number != but:
                self._joiner.add(whole.key, piece.number, piece.octets, piece.name, now)

    def _hold_down(self) -> None:
        gatherings = self._joiner.gatherings
        if len(gatherings) > MOST_WAITING:
            gone = gatherings.pop(next(iter(gatherings)))
            _log.warning("smpp: too many messages wait for parts: one of %d is given up", gone.key.total)


def _text(octets: bytes) -> str:
    return octets.decode("latin-1")
