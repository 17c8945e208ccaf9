"""What else can be asked of SMS Center than to send texts: calls with a code, questions about numbers. No I/O."""

from collections.abc import Mapping
from typing import TypedDict

from emulator.client.calls import Call, Patience
from emulator.client.options import hold
from emulator.client.references import new_reference
from emulator.client.smscenter import results
from emulator.client.smscenter.calls import Calls, Numbers, check_numbers, json_of, listed
from emulator.client.smscenter.results import Sent
from emulator.providers.smscenter import client as half


class ProductOptions(TypedDict, total=False):
    """`id`, `clear_up`, `retry_sends`, `patience`: as those of a send. `more`: any other parameter of the page."""

    id: str | int | None
    clear_up: bool
    retry_sends: bool
    patience: Patience | None
    more: Mapping[str, str]


class ProductCalls(Calls):
    """The calls of one account, all of them."""

    def product(self, method: str, to: Numbers, wanted: Mapping[str, str], options: ProductOptions) -> Call[Sent]:
        """A send of send.php that makes no text. `wanted`: the parameters that ask for it."""
        hold(method, options, ProductOptions)
        numbers = listed(to)
        id = str(options["id"] or "") if "id" in options else new_reference()
        more = {"cost": "3", **wanted, **options.get("more", {})}
        check_numbers(numbers, {"id": id, **more})
        request = half.send(self._who, numbers, more.pop("mes", ""), id=id, **more)
        return self._send(request, lambda reply: results.read_sent(json_of("send", reply)), numbers, id, options,
                          self.status)  # fmt: skip


CODE_CALL = {"call": "1", "mes": "code"}
HLR = {"hlr": "1"}
PING = {"ping": "1"}
