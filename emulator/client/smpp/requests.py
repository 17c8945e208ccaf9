"""Requests and what they come to: attempts, pauses, deadline, doubt. Over whichever link there is."""

import asyncio
import random
from collections.abc import Sequence
from functools import partial
from typing import cast

from emulator.client.repeating import Fate, may_repeat
from emulator.client.smpp.connection import Gone
from emulator.client.smpp.errors import SmppError, SmppNotReached, SmppRefused, SmppReplyLost, WrongBind
from emulator.client.smpp.outbox import Link, Outbox, Shut, answered
from emulator.client.smpp.reconnecting import ReconnectingConnection
from emulator.client.smpp.settings import Settings
from emulator.client.watching import Event, Watcher
from emulator.smpp import CommandId, Pdu

_SENDS = frozenset({CommandId.SUBMIT_SM, CommandId.DATA_SM})


def _lost(why: str) -> SmppError:
    error = SmppReplyLost(why)
    error.octets_left = True
    return error


def unsent(why: str) -> SmppError:
    error = SmppNotReached(why)
    error.fate, error.octets_left = Fate.NO_TIME, False
    return error


class Requests:
    """Those of a client that is open. `lines`: its links, set once they are made."""

    def __init__(self, settings: Settings, watch: Watcher) -> None:
        self._settings = settings
        self._watch = watch
        self.lines: Sequence[ReconnectingConnection] = ()
        self.outbox = Outbox(self._links, settings.rate)

    def _links(self) -> list[Link]:
        """Those that are bound, the one with the most room in its window first."""
        links = [line.link for line in self.lines if line.link is not None]
        return [*sorted(links, key=lambda link: link.session.own.messages)] if len(links) > 1 else [*links]

    async def ask(self, pdu: Pdu, doubles: bool = True, told_to: bool = False) -> Pdu:
        """The response to a request, through breaks and throttling, until the deadline. What may double is not sent
        again once it may have been read, unless the caller says so."""
        if not any(line.allows(pdu.command_id) for line in self.lines):
            binds = dict.fromkeys(line.bind for line in self.lines)
            raise WrongBind(f"{pdu.name} may not be sent by a {' or '.join(binds)}")
        patience, now = self._settings.patience, asyncio.get_running_loop().time
        until = now() + patience.deadline
        least = patience.least if doubles else 0.0
        doubt, attempts, attempt = False, 0, 1
        while True:
            tell = partial(Event, provider="smpp", operation=pdu.name, attempt=attempt)
            began = now()
            self._watch(tell(what="attempt"))
            answer = await self._once(pdu, until, least)
            error = None if isinstance(answer, Pdu) else answer
            unanswered = isinstance(error, SmppReplyLost | SmppNotReached)
            self._watch(tell(what="no reply" if unanswered else "reply", seconds=now() - began, error=error))
            if isinstance(answer, Pdu):
                return answer
            attempts += answer.octets_left is not False
            doubt = doubt or (answer.maybe_accepted and pdu.command_id in _SENDS)
            attempt += 1
            wait = patience.pause_before(attempt, random.random)
            again = may_repeat(answer.fate, doubles, told_to) and attempt <= patience.attempts
            if not again or now() + wait + least > until or await self.outbox.pause(wait):
                answer.maybe_accepted = answer.maybe_accepted or doubt
                answer.attempts = attempts
                self._watch(tell(what="gave up", error=answer))
                raise answer
            self._watch(tell(what="retry", attempt=attempt, pause=wait, error=answer))

    async def _once(self, pdu: Pdu, until: float, least: float) -> Pdu | SmppError:
        """One attempt: a good response, or the error that it comes to. What may double leaves only while so much time
        is left to wait for its response."""
        try:
            answer = await self.outbox.send(pdu, until - least)
        except Shut:
            return unsent("the client was closed")
        except TimeoutError:
            return unsent(self._why_waiting())
        try:
            response = await answered(answer, until)
        except TimeoutError:
            return _lost(f"{pdu.name} had no answer in time")
        except Gone as why:
            return _lost(str(why))
        if not isinstance(response, Pdu):
            return _lost(f"the answer to {pdu.name} is unreadable: {response.why}")
        nacked = response.command_id == CommandId.GENERIC_NACK
        if not response.status and not nacked:
            return response
        refused = SmppRefused.told(pdu.name, response.status)
        # A nack is no answer about the message, unless its status says that nothing was taken.
        refused.maybe_accepted = nacked and pdu.command_id in _SENDS and not refused.safe
        refused.octets_left = True
        return cast(SmppError, refused)

    def _why_waiting(self) -> str:
        """Why a request has not left in time."""
        away = [line.why for line in self.lines if line.link is None]
        if len(away) == len(self.lines):
            return f"not bound in time: {away[0]}"
        if self._settings.rate and self._links()[0].room(CommandId.SUBMIT_SM):
            return f"no turn in time at {self._settings.rate:g} a second"
        return f"no place in time in the window of {self._settings.window}"
