"""The gate's side of a mail: to whom it may go, and who is told what became of it."""

import logging
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from emulator.dispatch.http import HttpDispatcher
from emulator.http.messages import HttpRequest
from emulator.smtp.answers import MailAnswers

_log = logging.getLogger("emulator")


class MailHandler:
    """aiosmtpd calls these by their names."""

    def __init__(self, dispatcher: HttpDispatcher, answers: MailAnswers) -> None:
        self._dispatcher = dispatcher
        self._answers = answers

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:  # fmt: skip
        """Within TLS aiosmtpd would offer AUTH, and there is nobody who could log in."""
        session.host_name = hostname
        return [one for one in responses if not one.startswith("250-AUTH")]

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:  # fmt: skip
        if not self._dispatcher.takes_mail(address):
            return "550 5.1.1 There is no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The first receiver's provider gets it once."""
        request = request_of(session, envelope, envelope.original_content or b"")
        line = await self._answers.answer(request, envelope.rcpt_tos[0])
        if line is None:
            assert server.transport is not None
            server.transport.close()
            return "421 4.3.2 Closing"
        return line

    async def handle_exception(self, error: Exception) -> str:
        """Nothing that comes from outside may stop us."""
        _log.warning("SMTP: %s: %s", type(error).__name__, error.__cause__ or error)
        return "451 4.3.0 Try again later"


def request_of(session: Any, envelope: Any, content: bytes) -> HttpRequest:
    """A mail as the journal keeps it: from and to in the place of headers, all behind DATA as the body."""
    peer = session.peer
    headers = (("From", envelope.mail_from or ""), ("To", ", ".join(envelope.rcpt_tos)))
    return HttpRequest(
        method="MAIL", target=(envelope.rcpt_tos or [""])[0], headers=headers, body=content,
        peer=peer[0] if isinstance(peer, tuple) else "", scheme="smtps" if session.ssl is not None else "smtp",
    )  # fmt: skip
