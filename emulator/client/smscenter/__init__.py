"""SMS Center for programs: SmsCenter (standard library) and AsyncSmsCenter (aiohttp), its errors, its callbacks."""

from typing import TYPE_CHECKING

from emulator import exports as _exports
from emulator.client.smscenter import product_calls
from emulator.client.smscenter.callback import Incoming as Incoming
from emulator.client.smscenter.callback import SubscriberCall as SubscriberCall
from emulator.client.smscenter.callback import parse_awaited_call as parse_awaited_call
from emulator.client.smscenter.callback import parse_callback as parse_callback
from emulator.client.smscenter.callback import parse_incoming as parse_incoming
from emulator.client.smscenter.calls import SendOptions as SendOptions
from emulator.client.smscenter.calls import SoapSendOptions as SoapSendOptions
from emulator.client.smscenter.client import SmsCenter as SmsCenter
from emulator.client.smscenter.errors import AccessDenied as AccessDenied
from emulator.client.smscenter.errors import AddressBlocked as AddressBlocked
from emulator.client.smscenter.errors import BadDate as BadDate
from emulator.client.smscenter.errors import Denied as Denied
from emulator.client.smscenter.errors import DuplicateRequest as DuplicateRequest
from emulator.client.smscenter.errors import InvalidNumber as InvalidNumber
from emulator.client.smscenter.errors import NoMoney as NoMoney
from emulator.client.smscenter.errors import NoSuchMessage as NoSuchMessage
from emulator.client.smscenter.errors import NoSuchMessageBySoap as NoSuchMessageBySoap
from emulator.client.smscenter.errors import NotDeleted as NotDeleted
from emulator.client.smscenter.errors import NothingFound as NothingFound
from emulator.client.smscenter.errors import OperatorNotFound as OperatorNotFound
from emulator.client.smscenter.errors import ParametersError as ParametersError
from emulator.client.smscenter.errors import SmsCenterError as SmsCenterError
from emulator.client.smscenter.errors import SmsCenterNotReached as SmsCenterNotReached
from emulator.client.smscenter.errors import SmsCenterRefused as SmsCenterRefused
from emulator.client.smscenter.errors import SmsCenterReplyLost as SmsCenterReplyLost
from emulator.client.smscenter.errors import SmsCenterUnavailable as SmsCenterUnavailable
from emulator.client.smscenter.errors import TooManyRequests as TooManyRequests
from emulator.client.smscenter.errors import Undeliverable as Undeliverable
from emulator.client.smscenter.mail import SmsCenterMail as SmsCenterMail
from emulator.client.smscenter.product_calls import ProductOptions as ProductOptions
from emulator.client.smscenter.results import AwaitedCall as AwaitedCall
from emulator.client.smscenter.results import Cost as Cost
from emulator.client.smscenter.results import MessageStatus as MessageStatus
from emulator.client.smscenter.results import NumberOwner as NumberOwner
from emulator.client.smscenter.results import ReceivedMessage as ReceivedMessage
from emulator.client.smscenter.results import Sent as Sent
from emulator.client.smscenter.results import SentMessage as SentMessage

if TYPE_CHECKING:
    from emulator.client.smscenter.async_client import AsyncSmsCenter as AsyncSmsCenter

Calls = product_calls.ProductCalls
__all__ = [*_exports.imported(globals()), "AsyncSmsCenter"]
__getattr__, __dir__ = _exports.when_asked(globals(), {"AsyncSmsCenter": "emulator.client.smscenter.async_client"})
