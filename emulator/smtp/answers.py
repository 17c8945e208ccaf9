"""What becomes of a mail: the dispatcher judges it as a request, and what a rule wants done to the answer is done."""

import asyncio
from typing import Protocol

from emulator.dispatch.http import Exchanged, HttpDispatcher, Stranger
from emulator.http.messages import HttpRequest
from emulator.sandboxes.change_log import ChangeLog, NotPersisted, kept

_SILENT = ("lost", "drop", "reset", "cut")
"""Faults after which a client hears nothing, for the connection is closed."""


class OtherNodesMail(Protocol):
    """Other nodes, where there are some."""

    async def mail(self, who: Stranger, request: HttpRequest, address: str) -> str | None:
        """As MailAnswers.answer, where its sandbox is."""


class MailAnswers:
    """Answers mails by a dispatcher."""

    def __init__(
        self, dispatcher: HttpDispatcher, recorder: ChangeLog | None, elsewhere: OtherNodesMail | None = None
    ) -> None:  # fmt: skip
        self._dispatcher = dispatcher
        self._recorder = recorder
        self._elsewhere = elsewhere

    async def answer(self, request: HttpRequest, address: str, here: bool = False) -> str | None:
        """The line that says what became of it; None: the connection is closed without one. `here`: whoever it is
        from."""
        try:
            if self._recorder is not None:
                self._recorder.check()
            answer = self._dispatcher.mail(request, address, here or self._elsewhere is None)
            if self._recorder is not None:
                await kept(self._recorder)
        except Stranger as stranger:
            assert self._elsewhere is not None
            return await self._elsewhere.mail(stranger, request, address)
        except NotPersisted as trouble:
            return f"451 4.3.0 {trouble}"
        return await _said(answer)


async def _said(answer: Exchanged) -> str | None:
    """The provider's answer, in the manner that a rule wants."""
    reply, fault, first = answer.reply, answer.fault, answer.first
    if first:
        await asyncio.wait(first, timeout=1.0)
    if fault is not None and fault.wait:
        await asyncio.sleep(fault.wait)
    if fault is not None and fault.fault == "hang":
        await asyncio.Event().wait()  # until the connection ends
    if reply is None or (fault is not None and fault.fault in _SILENT):
        return None
    if reply.status >= 500:
        return "451 4.3.0 Try again later"
    return "250 2.0.0 OK" if reply.status < 400 else "550 5.7.1 Refused"
