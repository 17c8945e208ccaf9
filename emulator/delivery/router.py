"""What goes out to the client: a report, or a subscriber's message, becomes what its way carries, and is handed to it.

    Outgoing ─► envelope ─► the HTTP round (callback_queue.py)         ─► answer ─► engine.answered
                       └──► the SMPP receivers (delivery/smpp_queue.py) ─┘

Which way is the message's own: one that was submitted with flags of SMPP is told by SMPP, all others by a callback.
"""

import asyncio
from collections.abc import Callable

from emulator.core.accounts import Account
from emulator.core.engine.lifecycle import IncomingDelivery, Outgoing
from emulator.core.rules.actions import ReportFaultName
from emulator.delivery import failures, report_overrides
from emulator.delivery.callback_queue import CallbackQueue
from emulator.delivery.smpp_queue import SmppQueue
from emulator.http.messages import Call, HttpRequest
from emulator.journal.attempts import attempt_of
from emulator.providers.base import Provider
from emulator.sandboxes.in_flight import InFlight, Waiting
from emulator.sandboxes.sandbox import Sandbox
from emulator.smpp.pdu import Pdu


class DeliveryRouter:
    """Sends what goes out of one process, and keeps count of what is under way, by sandbox."""

    def __init__(self, call: Call, sink: Callable[[str], str]) -> None:
        self._sink = sink
        self.in_flight = InFlight()
        """What is not answered yet. What waits for a receiver to bind is not among it."""
        self._http = CallbackQueue(call, self.in_flight)
        self.receivers = SmppQueue(self.envelope, self.in_flight)

    def post(self, sandbox: Sandbox, out: Outgoing) -> Waiting | None:
        """Send something. What comes back is done when it was answered; None when nobody need wait for it."""
        try:
            parcel = self.envelope(sandbox, out)
        except Exception as error:
            failures.given_up(f"a report of sandbox {sandbox.id}", sandbox.engine, out, out.at, error)
            return None
        if parcel is None:
            sandbox.engine.answered(out.attempt, True, out.at)
            return None
        if isinstance(parcel, Pdu):
            self.receivers.post(sandbox, out, parcel)
            return None
        return self._http.post(sandbox, out, attempt_of(out, parcel, out.at), _fault(sandbox, out))

    def envelope(self, sandbox: Sandbox, out: Outgoing) -> HttpRequest | Pdu | None:
        """What the client gets: a callback, a PDU, or nothing."""
        provider = sandbox.providers[out.provider]
        account = sandbox.account(out.provider)
        if isinstance(out, IncomingDelivery):
            return self._passing(sandbox, provider, out, self._url(account))
        state = sandbox.engine.state
        message = state.store.messages[out.message - 1]
        batch = state.store.batch_of(message)
        manner = state.plans[message.plan].reports
        if batch.asks and provider.smpp is not None:
            forms = () if manner is None else manner.form
            return provider.smpp.receipt(account, provider.profile.in_force(account), batch, message, out.due, forms)
        url = self._url(account)
        if manner is None:
            return provider.report(account, batch, message, out, url) if url else None
        url = manner.to or url
        request = provider.report(account, batch, message, out, url) if url else None
        return None if request is None else report_overrides.overridden(manner, request, provider, account)

    def _url(self, account: Account) -> str:
        """Where the account's callbacks go."""
        return self._sink(account.provider) if account.callback_url is None else account.callback_url

    def _passing(
        self, sandbox: Sandbox, provider: Provider, out: IncomingDelivery, url: str
    ) -> HttpRequest | Pdu | None:
        came = sandbox.engine.state.incoming[out.due.incoming - 1]
        if came.way == "smpp" and provider.smpp is not None:
            return provider.smpp.incoming(came, out.due.part)
        return provider.incoming(sandbox.account(out.provider), came, url) if url and provider.incoming else None

    async def close(self) -> None:
        """Give up on whatever is still under way."""
        await self._http.close()
        waiting = self.in_flight.all()
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


def _fault(sandbox: Sandbox, out: Outgoing) -> ReportFaultName | None:
    """What a rule has the wire do to the first attempt of a report."""
    if isinstance(out, IncomingDelivery) or out.due.attempt > 1:
        return None
    state = sandbox.engine.state
    manner = state.plans[state.store.messages[out.message - 1].plan].reports
    return None if manner is None else manner.fault
