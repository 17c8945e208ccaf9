"""uBill for programs: Ubill (standard library) and AsyncUbill (aiohttp), its errors, its callbacks."""

from typing import TYPE_CHECKING

from emulator import exports as _exports
from emulator.client.ubill.callback import parse_callback as parse_callback
from emulator.client.ubill.calls import Brand as Brand
from emulator.client.ubill.calls import Calls as Calls
from emulator.client.ubill.calls import Delivery as Delivery
from emulator.client.ubill.calls import SendOptions as SendOptions
from emulator.client.ubill.calls import Sent as Sent
from emulator.client.ubill.client import Ubill as Ubill
from emulator.client.ubill.errors import BodyUnreadable as BodyUnreadable
from emulator.client.ubill.errors import BrandNotFound as BrandNotFound
from emulator.client.ubill.errors import GeneralError as GeneralError
from emulator.client.ubill.errors import KeyRefused as KeyRefused
from emulator.client.ubill.errors import NameCharacters as NameCharacters
from emulator.client.ubill.errors import NameEmpty as NameEmpty
from emulator.client.ubill.errors import NameLength as NameLength
from emulator.client.ubill.errors import NamePending as NamePending
from emulator.client.ubill.errors import NameTaken as NameTaken
from emulator.client.ubill.errors import NoCredit as NoCredit
from emulator.client.ubill.errors import NoValidNumber as NoValidNumber
from emulator.client.ubill.errors import NumbersMissing as NumbersMissing
from emulator.client.ubill.errors import TextEmpty as TextEmpty
from emulator.client.ubill.errors import UbillError as UbillError
from emulator.client.ubill.errors import UbillNotReached as UbillNotReached
from emulator.client.ubill.errors import UbillRefused as UbillRefused
from emulator.client.ubill.errors import UbillReplyLost as UbillReplyLost
from emulator.client.ubill.errors import UbillUnavailable as UbillUnavailable

if TYPE_CHECKING:
    from emulator.client.ubill.async_client import AsyncUbill as AsyncUbill

__all__ = [*_exports.imported(globals()), "AsyncUbill"]
__getattr__, __dir__ = _exports.when_asked(globals(), {"AsyncUbill": "emulator.client.ubill.async_client"})
