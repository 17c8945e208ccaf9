"""What the SMSC brings: receipts as reports, subscribers' messages with their parts joined. No I/O."""

from datetime import UTC, datetime

from emulator.client.reports import Report
from emulator.client.smpp.messages import STATES, Incoming
from emulator.core import text as gsm
from emulator.smpp import Fault, Joined, Pdu, Reassembler, is_receipt, key_of, read_content, read_receipt, read_text

_QUARTERS_AN_HOUR = 4


class Unusable(ValueError):
    """Nothing that anybody could use; the SMSC is told so."""


class Inbox:
    """`zone`: hours ahead of UTC in which the SMSC writes a receipt's dates (SMS Center: Moscow)."""

    def __init__(self, zone: float = 3.0) -> None:
        self._quarters = round(zone * _QUARTERS_AN_HOUR)
        self._joiner = Reassembler()

    def read(self, pdu: Pdu, now: int) -> Report | Incoming | None:
        """A deliver_sm or data_sm; None while parts are missing. `now`: rising microseconds. Raises Unusable."""
        return self._report(pdu) if is_receipt(pdu) else self._incoming(pdu, now)

    def _report(self, pdu: Pdu) -> Report:
        """Whatever the make of the receipt; the TLVs speak before the text."""
        told = read_receipt(pdu, self._quarters)
        if told.message_id is None:
            raise Unusable("a receipt without an id")
        at = None if told.done_at is None else datetime.fromtimestamp(told.done_at / 1_000_000, UTC)
        error = told.error
        return Report(
            provider="smpp", id=told.message_id, number=_text(pdu.octets("source_addr")),
            status=STATES.get(told.state, "unknown") if told.state is not None else "unknown",
            word=told.word or str(told.state), at=at,
            error=int(error) if error.isascii() and error.isdigit() and len(error) < 6 else 0,
        )  # fmt: skip

    def _incoming(self, pdu: Pdu, now: int) -> Incoming | None:
        content = read_content(pdu)
        if isinstance(content, Fault):
            raise Unusable(content.why)
        octets = content.octets
        source, destination = pdu.octets("source_addr"), pdu.octets("destination_addr")
        if content.part is not None:
            self._joiner.expire(now)
            key = key_of("", source, destination, content.part)
            whole = self._joiner.add(key, content.part.number, octets, "", now)
            if not isinstance(whole, Joined):
                return None
            octets = whole.octets
        reading = read_text(octets, pdu.number("data_coding"), gsm)
        if isinstance(reading, Fault):
            raise Unusable(reading.why)
        return Incoming(_text(source), _text(destination), reading.text)


def _text(octets: bytes) -> str:
    return octets.decode("latin-1")
