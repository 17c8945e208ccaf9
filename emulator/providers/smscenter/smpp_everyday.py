"""Everyday submits over SMPP, read by what differs: the first of a form is read field by field (smpp.py), those after
it take over what that came to.

What a form comes to hangs on the session's bind and on the account's switches: a reader is good for one of each.
"""

from collections.abc import Callable

from emulator.core import text as gsm
from emulator.core.commands import AnyCommand, Submit
from emulator.core.outcomes import Accepted
from emulator.core.series import Series
from emulator.providers.contract import Caller
from emulator.smpp.codec import decode
from emulator.smpp.everyday import take_apart, taken
from emulator.smpp.pdu import Pdu
from emulator.smpp.segments import UDHI
from emulator.smpp.text import Coding, Habits, coding_of

_MOST_FORMS = 500
"""A client that makes up a form for each submit begins anew after so many."""
_ASCII_IN_GSM = bytes(octet for octet in range(0x80) if gsm.gsm_decode(bytes((octet,))) == chr(octet) and octet != 0x1B)


def _gsm(octets: bytes) -> str | None:
    """Where septets and ASCII say the same."""
    return None if octets.translate(None, _ASCII_IN_GSM) else octets.decode("ascii")


def _latin1(octets: bytes) -> str | None:
    return None if octets.endswith(b"\0") else octets.decode("latin-1")


def _ucs2(octets: bytes) -> str | None:
    try:
        return octets.decode("utf-16-be")
    except UnicodeDecodeError:
        return None


_TEXTS: dict[Coding, Callable[[bytes], str | None]] = {Coding.GSM: _gsm, Coding.LATIN1: _latin1, Coding.UCS2: _ucs2}
"""Octets to text; None where it takes more to say what they mean."""

_Form = tuple[Series, Callable[[bytes], str | None], bool]
"""Its series, how its text is read, whether its destination must be digits."""


class Everyday:
    """Submits of one session. `read_whole` is how a submit is read field by field."""

    def __init__(self, caller: Caller, habits: Habits, read_whole: Callable[[Pdu, Caller], AnyCommand]) -> None:
        self._caller = caller
        self._habits = habits
        self._read_whole = read_whole
        self._forms: dict[bytes, _Form] = {}

    def read(self, frame: bytes) -> tuple[Series, str, str] | None:
        """A submit_sm → its series, number and text; None: it must be read field by field."""
        pieces = take_apart(frame)
        if pieces is None:
            return None
        form, to, octets = pieces
        known = self._forms.get(form)
        if known is None:
            return self._learn(form, frame)
        series, text_of, digits = known
        text = text_of(octets)
        if text is None or not to or (digits and not to.isdigit()):
            return None
        return series, to.decode("latin-1"), text

    def again(self, frame: bytes) -> Submit:
        """The command of a submit that could be read once."""
        found = self.read(frame)
        if found is not None:
            series, to, text = found
            return series.command(to, text)
        pdu = decode(frame)
        assert isinstance(pdu, Pdu)
        command = self._read_whole(pdu, self._caller)
        assert isinstance(command, Submit)
        return command

    def answer(self, frame: bytes, outcome: Accepted) -> bytes:
        """The response to a submit that was taken."""
        return taken(frame, (outcome.provider_id or "").encode("ascii", "replace"))

    def _learn(self, form: bytes, frame: bytes) -> tuple[Series, str, str] | None:
        """The first of its form: what is no everyday submit after all is never remembered."""
        pdu = decode(frame)
        if not isinstance(pdu, Pdu) or pdu.number("esm_class") & UDHI:
            return None
        command = self._read_whole(pdu, self._caller)
        coding = coding_of(pdu.number("data_coding"), self._habits)
        if type(command) is not Submit or command.fault is not None or command.notes or coding is None:
            return None
        if len(self._forms) >= _MOST_FORMS:
            self._forms.clear()
        series = Series(command)
        self._forms[form] = (series, _TEXTS[coding], pdu.number("dest_addr_ton") == 1)
        (to,), text = command.destinations or (), command.text or ""
        return series, to, text
