"""Everyday submits over SMPP, read by what differs: the first of a form is read field by field (smpp.py), those after
it take over what that came to.

What a form comes to hangs on the session's bind and on the account's switches: a reader is good for one of each.
"""

from collections.abc import Callable, Sequence
from typing import Any

from emulator.core import text as gsm
from emulator.core.commands import AnyCommand, Submit
from emulator.core.outcomes import Accepted
from emulator.core.series import Series, Wanted
from emulator.providers.contract import Caller
from emulator.smpp.codec import decode
from emulator.smpp.everyday import take_apart_all, taken
from emulator.smpp.pdu import Pdu
from emulator.smpp.segments import UDHI
from emulator.smpp.text import Coding, Habits, coding_of

_MOST_FORMS = 500
"""A client that makes up a form for each submit begins anew after so many."""
_ESCAPE = 0x1B
_ASCII_IN_GSM = bytes(octet if gsm.gsm_decode(bytes((octet,))) == chr(octet) else _ESCAPE for octet in range(256))
"""Where septets and ASCII say the same; an escape in all other places."""


def _gsm(octets: bytes) -> str | None:
    return None if _ESCAPE in octets.translate(_ASCII_IN_GSM) else octets.decode("ascii")


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

    def read(self, frames: Sequence[Any], begin: int = 0) -> tuple[Series, list[Wanted]] | None:
        """PDUs, one of them a submit_sm → its series, and what it and as many behind it as are of the same say; None:
        it must be read field by field."""
        found = take_apart_all(frames, begin)
        if found is None:
            return None
        form, pieces = found
        known = self._forms.get(form)
        if known is None:
            return self._learn(form, frames[begin])
        series, text_of, digits = known
        wanted: list[Wanted] = []
        for to, octets in pieces:
            text = text_of(octets)
            if text is None or not to or (digits and not to.isdigit()):
                break
            wanted.append((to.decode("latin-1"), text, None))
        return (series, wanted) if wanted else None

    def again(self, frame: bytes) -> Submit:
        """The command of a submit that could be read once."""
        found = self.read((frame,))
        if found is not None:
            series, wanted = found
            return series.command(*wanted[0])
        pdu = decode(frame)
        assert isinstance(pdu, Pdu)
        command = self._read_whole(pdu, self._caller)
        assert isinstance(command, Submit)
        return command

    def answers(self, frames: Sequence[bytes], outcomes: Sequence[Accepted]) -> list[bytes]:
        """The responses to submits that were taken."""
        return [
            taken(frame, (outcome.provider_id or "").encode("ascii", "replace"))
            for frame, outcome in zip(frames, outcomes, strict=True)
        ]

    def _learn(self, form: bytes, frame: bytes) -> tuple[Series, list[Wanted]] | None:
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
        return series, [(to, text, None)]
