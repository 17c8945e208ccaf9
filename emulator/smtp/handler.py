"""What becomes of a mail: to whom it may go, and what the dispatcher makes of it."""

import asyncio
import logging
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from emulator.dispatch.http import Exchanged, HttpDispatcher
from emulator.http.messages import HttpRequest
from emulator.sandboxes.change_log import ChangeLog, NotPersisted, kept

_SILENT = ("lost", "drop", "reset", "cut")
"""Faults after which a client hears nothing, for the connection is closed."""
_log = logging.getLogger("emulator")


class MailHandler:
    """aiosmtpd calls these by their names."""

    def __init__(self, dispatcher: HttpDispatcher, recorder: ChangeLog | None) -> None:
        self._dispatcher = dispatcher
        self._recorder = recorder

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
        try:
            if self._recorder is not None:
                self._recorder.check()
            answer = self._dispatcher.mail(request, envelope.rcpt_tos[0])
            if self._recorder is not None:
                await kept(self._recorder)
        except NotPersisted as trouble:
            return f"451 4.3.0 {trouble}"
        return await self._said(server, answer)

    async def _said(self, server: SMTP, answer: Exchanged) -> str:
        """The provider's answer, in the manner that a rule wants."""
        reply, fault, first = answer.reply, answer.fault, answer.first
        if first:
            await asyncio.wait(first, timeout=1.0)
        if fault is not None and fault.wait:
            await asyncio.sleep(fault.wait)
        if fault is not None and fault.fault == "hang":
            await asyncio.Event().wait()  # until the connection ends
        if reply is None or (fault is not None and fault.fault in _SILENT):
            assert server.transport is not None
            server.transport.close()
            return "421 4.3.2 Closing"
        if reply.status >= 500:
            return "451 4.3.0 Try again later"
        return "250 2.0.0 OK" if reply.status < 400 else "550 5.7.1 Refused"

    async def handle_exception(self, error: Exception) -> str:
        """Nothing that comes from outside may stop us."""
        _log.warning("SMTP: %s: %s", type(error).__name__, error)
        return "451 4.3.0 Try again later"


def request_of(session: Any, envelope: Any, content: bytes) -> HttpRequest:
    """A mail as the journal keeps it: from and to in the place of headers, all behind DATA as the body."""
    peer = session.peer
    headers = (("From", envelope.mail_from or ""), ("To", ", ".join(envelope.rcpt_tos)))
    return HttpRequest(
        method="MAIL", target=(envelope.rcpt_tos or [""])[0], headers=headers, body=content,
        peer=peer[0] if isinstance(peer, tuple) else "", scheme="smtps" if session.ssl is not None else "smtp",
    )  # fmt: skip
