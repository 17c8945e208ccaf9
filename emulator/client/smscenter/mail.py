"""SMS Center by mail: texts to its gate, over smtplib. No mail tells of errors: give an id, and ask for its status."""

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from emulator.client.errors import SmsError
from emulator.client.options import check_texts, listed
from emulator.client.references import new_reference
from emulator.client.smscenter.calls import Numbers, as_kept
from emulator.client.smscenter.errors import SmsCenterNotReached, SmsCenterRefused, SmsCenterReplyLost

if TYPE_CHECKING:
    import ssl

GATE = "send@send.smsc.ru"
_FROM = "api@smsc.ru"
_LINE_END = re.compile(rb"\r\n|\r|\n")
_LINE_THAT_BEGINS_WITH_A_DOT = re.compile(rb"(?m)^\.")
_SEPARATORS = ("login", "psw", "sender", "time")


class SmsCenterMail:
    """The mail gate at `host`: login with psw, or psw alone an apikey. `starttls`: True, or a context of yours.

    Raises SmsCenterNotReached, SmsCenterRefused with the gate's number, SmsCenterReplyLost when the mail left and the
    gate said no more, and ValueError for what cannot stand in the line.
    """

    def __init__(
        self, login: str, psw: str, *, host: str = "send.smsc.ru", port: int = 25,
        starttls: "bool | ssl.SSLContext" = False, timeout: float = 30.0,
    ) -> None:  # fmt: skip
        self._who = (login, psw)
        self._at = (host, port)
        self._starttls = starttls
        self._timeout = timeout

    def send(
        self, to: Numbers, text: str, *, id: str | int | None = None, sender: str = "", time: str = "0",
        test: bool = False,
    ) -> str:  # fmt: skip
        """Send a text by mail; gives back its id, which status knows over HTTP. `test`: nothing is sent."""
        name = new_reference() if id is None else as_kept(id)
        octets = self.mail(listed(to), text, name, sender, time, test)
        error = self._sent(octets)
        if error is not None:
            error.reference, error.attempts = name, 1
            error.hide((self._who[1],))
            raise error
        return name

    def _sent(self, octets: bytes) -> SmsError | None:
        """What went wrong."""
        import smtplib  # with the package email it takes longer to import than all of the client
        import ssl

        def demand(said: tuple[int, bytes]) -> None:
            if not 200 <= said[0] < 400:
                raise smtplib.SMTPResponseException(*said)

        gate, left = None, False
        try:
            gate = smtplib.SMTP(*self._at, timeout=self._timeout)
            gate.ehlo_or_helo_if_needed()
            if self._starttls:
                gate.starttls(context=ssl.create_default_context() if self._starttls is True else self._starttls)
                gate.ehlo_or_helo_if_needed()
            demand(gate.mail(_FROM))
            demand(gate.rcpt(GATE))
            demand(gate.docmd("DATA"))
            left = True
            gate.send(_LINE_THAT_BEGINS_WITH_A_DOT.sub(b"..", _LINE_END.sub(b"\r\n", octets)) + b".\r\n")
            demand(gate.getreply())
            with suppress(smtplib.SMTPException, OSError):
                gate.quit()
        except smtplib.SMTPResponseException as no:
            why = no.smtp_error if isinstance(no.smtp_error, str) else no.smtp_error.decode("utf-8", "replace")
            refused = SmsCenterRefused(f"the gate refused the mail: {why}", code=no.smtp_code)
            refused.retryable = 400 <= no.smtp_code < 500
            refused.octets_left = left
            return refused
        except (smtplib.SMTPException, OSError, UnicodeError) as trouble:
            if left:
                lost = SmsCenterReplyLost(f"{trouble}; the message may have been accepted")
                lost.octets_left = True
                return lost
            nothing = SmsCenterNotReached(f"{self._at[0]} port {self._at[1]}: {trouble}")
            nothing.retryable = not isinstance(trouble, (ssl.SSLCertVerificationError, smtplib.SMTPNotSupportedError))
            nothing.octets_left = False
            return nothing
        finally:
            if gate is not None:
                gate.close()
        return None

    async def send_async(
        self, to: Numbers, text: str, *, id: str | int | None = None, sender: str = "", time: str = "0",
        test: bool = False,
    ) -> str:  # fmt: skip
        """`send` in a thread, for it waits."""
        import asyncio

        return await asyncio.to_thread(self.send, to, text, id=id, sender=sender, time=time, test=test)

    def mail(self, to: list[str], text: str, id: str, sender: str, time: str, test: bool) -> bytes:
        """The mail as it goes behind DATA."""
        login, psw = self._who
        said = dict(zip(_SEPARATORS, (login, psw, sender, time), strict=True))
        check_texts([("text", text), ("id", id), *said.items(), *(("to", one) for one in to)])
        for name, value in {**said, "id": id, **{f"to {one}": one for one in to}}.items():
            if ":" in value or "\n" in value:
                raise ValueError(f"{name} may have neither a colon nor a line break")
        line = f"{login}:{psw}:{id}:{time}:0,0,{sender},{int(test)}:{','.join(to)}:{text}"
        return f'Content-Type: text/plain; charset="utf-8"\nContent-Transfer-Encoding: 8bit\n\n{line}\n'.encode()
