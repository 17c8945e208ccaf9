"""What else SMS Center does than send texts, without async."""

from typing import Unpack

from emulator.client.smscenter.calls import Numbers
from emulator.client.smscenter.product_calls import CODE_CALL, HLR, PING, ProductCalls, ProductOptions
from emulator.client.smscenter.results import Sent
from emulator.client.sync_transport import SyncTransport


class Products(SyncTransport):
    """Calls with a code, questions about numbers."""

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
