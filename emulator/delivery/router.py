"""What goes out to the client: a report, or a subscriber's message, becomes what its way carries, and is handed to it.

    Outgoing ─► envelope ─► the HTTP round (callback_queue.py)         ─► answer ─► engine.answered
                       └──► the SMPP receivers (delivery/smpp_queue.py) ─┘

Which way is the message's own: one that was submitted with flags of SMPP is told by SMPP, all others by a callback.
"""

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from emulator.core.accounts import Account
from emulator.core.engine.lifecycle import Outgoing
from emulator.core.messages import Incoming
from emulator.core.rules.actions import ReportFaultName
from emulator.core.state.scheduler import SendIncoming
from emulator.delivery import failures, report_overrides
from emulator.delivery.callback_queue import CallbackQueue
from emulator.delivery.callback_url import in_ascii
from emulator.delivery.smpp_queue import SmppQueue
from emulator.http.messages import Call, HttpRequest
from emulator.journal.attempts import attempt_of
from emulator.sandboxes.in_flight import InFlight, Waiting
from emulator.sandboxes.sandbox import Sandbox
from emulator.smpp.pdu import Pdu

Envelope = tuple[str, HttpRequest | Pdu | None, ReportFaultName | None]
"""Whose it is, by the provider's name; a callback, a PDU, or nothing; what a rule has the wire do to a callback."""


class DeliveryRouter:
    """Sends what goes out of one process, and keeps count of what is under way, by sandbox."""

    def __init__(self, call: Call, sink: Callable[[str], str]) -> None:
        self._sink = sink
        self.in_flight = InFlight()
        """What is not answered yet. What waits for a receiver to bind is not among it."""
        self._http = CallbackQueue(call, self.in_flight)
        self.receivers = SmppQueue(self.envelope, self.in_flight)

    def envelopes(self, sandbox: Sandbox, outs: Sequence[Outgoing]) -> Sequence[Envelope | None]:
        """What each of them goes out as, made in a row: that is faster. None where one cannot be made: `post` tells."""
        try:
            return [self.envelope(sandbox, out) for out in outs]
        except Exception:
            return [None] * len(outs)

    def post(self, sandbox: Sandbox, out: Outgoing, envelope: Envelope | None = None) -> Waiting | None:
        """Send something. What comes back is done when it was answered; None when nobody need wait for it."""
        try:
            provider, sent, fault = envelope or self.envelope(sandbox, out)
        except Exception as error:
            failures.given_up(f"a report of sandbox {sandbox.id}", sandbox.engine, out, out.at, error)
            return None
        if type(sent) is HttpRequest:
            if not sent.target.isascii():
                sent = msgspec.structs.replace(sent, target=in_ascii(sent.target))
            return self._http.post(sandbox, attempt_of(out, provider, sent, out.at), fault)
        if sent is None:
            sandbox.engine.answered(out.attempt, True, out.at)
        else:
            self.receivers.post(sandbox, provider, out, sent)
        return None

    def envelope(self, sandbox: Sandbox, out: Outgoing) -> Envelope:
        """What the client gets."""
        state, due = sandbox.engine.state, out.due
        if type(due) is SendIncoming:
            return self._passing(sandbox, state.incoming[due.incoming - 1], due.part)
        message = state.store.messages[due.message - 1]
        batch = state.store.batch_of(message)
        name = batch.provider
        provider, account, manner = sandbox.providers[name], state.accounts[name], state.plans[message.plan].reports
        if batch.asks and provider.smpp is not None:
            forms = () if manner is None else manner.form
            return name, provider.smpp.receipt(provider.profile.in_force(account), batch, message, due, forms), None
        url = self._url(account)
        if manner is None:
            return name, provider.report(account, batch, message, due, url) if url else None, None
        url = manner.to or url
        request = provider.report(account, batch, message, due, url) if url else None
        if request is not None:
            request = report_overrides.overridden(manner, request, provider, account)
        return name, request, manner.fault if due.attempt == 1 else None

    def _url(self, account: Account) -> str:
        """Where the account's callbacks go."""
        return self._sink(account.provider) if account.callback_url is None else account.callback_url

    def _passing(self, sandbox: Sandbox, came: Incoming, part: int) -> Envelope:
        provider, account = sandbox.providers[came.provider], sandbox.account(came.provider)
        if came.way == "smpp" and provider.smpp is not None:
            return came.provider, provider.smpp.incoming(came, part), None
        url = self._url(account)
        return came.provider, provider.incoming(account, came, url) if url and provider.incoming else None, None

    async def close(self) -> None:
        """Give up on whatever is still under way."""
        await self._http.close()
        waiting = self.in_flight.all()
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

