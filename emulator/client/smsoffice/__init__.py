"""smsoffice.ge for programs: SmsOffice (standard library) and AsyncSmsOffice (aiohttp), its errors, its callbacks."""

from typing import TYPE_CHECKING

from emulator import exports as _exports
from emulator.client.smsoffice.callback import parse_callback as parse_callback
from emulator.client.smsoffice.calls import Calls as Calls
from emulator.client.smsoffice.calls import MessageStatus as MessageStatus
from emulator.client.smsoffice.calls import SendOptions as SendOptions
from emulator.client.smsoffice.calls import Sent as Sent
from emulator.client.smsoffice.client import SmsOffice as SmsOffice
from emulator.client.smsoffice.errors import AllMalformed as AllMalformed
from emulator.client.smsoffice.errors import AllStopListed as AllStopListed
from emulator.client.smsoffice.errors import AllStopListedOrMalformed as AllStopListedOrMalformed
from emulator.client.smsoffice.errors import ApiDisabled as ApiDisabled
from emulator.client.smsoffice.errors import ContentEmpty as ContentEmpty
from emulator.client.smsoffice.errors import ContentMissing as ContentMissing
from emulator.client.smsoffice.errors import DestinationEmpty as DestinationEmpty
from emulator.client.smsoffice.errors import DestinationMissing as DestinationMissing
from emulator.client.smsoffice.errors import KeyMissing as KeyMissing
from emulator.client.smsoffice.errors import KeyUnknown as KeyUnknown
from emulator.client.smsoffice.errors import MessageUnknown as MessageUnknown
from emulator.client.smsoffice.errors import NoCredit as NoCredit
from emulator.client.smsoffice.errors import NoValidNumber as NoValidNumber
from emulator.client.smsoffice.errors import RequestTooLong as RequestTooLong
from emulator.client.smsoffice.errors import SenderInactive as SenderInactive
from emulator.client.smsoffice.errors import SenderMissing as SenderMissing
from emulator.client.smsoffice.errors import SenderUnknown as SenderUnknown
from emulator.client.smsoffice.errors import SmsOfficeError as SmsOfficeError
from emulator.client.smsoffice.errors import SmsOfficeNotReached as SmsOfficeNotReached
from emulator.client.smsoffice.errors import SmsOfficeRefused as SmsOfficeRefused
from emulator.client.smsoffice.errors import SmsOfficeReplyLost as SmsOfficeReplyLost
from emulator.client.smsoffice.errors import SmsOfficeUnavailable as SmsOfficeUnavailable
from emulator.client.smsoffice.errors import TemporaryDelay as TemporaryDelay

if TYPE_CHECKING:
    from emulator.client.smsoffice.async_client import AsyncSmsOffice as AsyncSmsOffice

__all__ = [*_exports.imported(globals()), "AsyncSmsOffice"]
__getattr__, __dir__ = _exports.when_asked(globals(), {"AsyncSmsOffice": "emulator.client.smsoffice.async_client"})
