"""What else SMS Center does than send texts, without async."""

from datetime import date
from typing import Unpack

from emulator.client.calls import Patience
from emulator.client.smscenter.calls import Numbers
from emulator.client.smscenter.product_calls import CODE_CALL, HLR, PING, ProductCalls, ProductOptions
from emulator.client.smscenter.results import AwaitedCall, NumberOwner, ReceivedMessage, Sent, SentMessage
from emulator.client.sync_transport import SyncTransport


class Products(SyncTransport):
    """Calls with a code, questions about numbers, what was sent and what subscribers sent."""

    _calls: ProductCalls

    def call_with_code(self, to: Numbers, **options: Unpack[ProductOptions]) -> Sent:
        """Call numbers from one that ends in a code; `code` of what is returned has its six digits."""
        return self.run(self._calls.product("call_with_code", to, CODE_CALL, options))

    def hlr(self, to: Numbers, **options: Unpack[ProductOptions]) -> Sent:
        """Ask the network about numbers; `status(..., details=True)` tells what it said, in `more`."""
        return self.run(self._calls.product("hlr", to, HLR, options))

    def ping(self, to: Numbers, **options: Unpack[ProductOptions]) -> Sent:
        """Find out whether telephones are on, by a message that they do not show."""
        return self.run(self._calls.product("ping", to, PING, options))

    def history(
        self, start: date | None = None, end: date | None = None, *, phones: Numbers = (), count: int = 0,
        before: int = 0, patience: Patience | None = None,
    ) -> tuple[SentMessage, ...]:  # fmt: skip
        """What was sent from one day to another, the newest first: `count` at most (1000), to `phones` alone; `before`:
        the `place` of a message, to page back from. Raises NothingFound."""
        return self.run(self._calls.history(start, end, phones, count, before, patience))

    def received(
        self, hours: int = 0, *, count: int = 0, after: int = 0, to: str = "", patience: Patience | None = None
    ) -> tuple[ReceivedMessage, ...]:
        """What subscribers sent within so many hours (168 at most), the newest first: `count` at most (10,000), those
        behind the id `after`, those sent `to` one of the account's numbers. Three times a minute at most."""
        return self.run(self._calls.received(hours, count, after, to, patience))

    def owners(self, phones: Numbers, *, patience: Patience | None = None) -> tuple[NumberOwner, ...]:
        """Whose numbers are these? Raises OperatorNotFound."""
        return self.run(self._calls.owners(phones, patience))

    def sender_names(self, *, patience: Patience | None = None) -> tuple[str, ...]:
        """The senders' names that the account may use."""
        return self.run(self._calls.sender_names(patience))

    def await_call(self, phone: str, *, patience: Patience | None = None) -> AwaitedCall:
        """Wait for a call from a number: the callback tells when it comes (parse_awaited_call)."""
        return self.run(self._calls.await_call(phone, patience))
