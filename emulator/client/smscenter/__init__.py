"""SMS Center for programs: SmsCenter (standard library) and AsyncSmsCenter (aiohttp), its errors, its callbacks."""

from typing import TYPE_CHECKING, Any

from emulator.client.smscenter.callback import (
    Incoming,
    SubscriberCall,
    parse_awaited_call,
    parse_callback,
    parse_incoming,
)
from emulator.client.smscenter.calls import SendOptions, SoapSendOptions
from emulator.client.smscenter.client import SmsCenter
from emulator.client.smscenter.errors import (
    AccessDenied,
    AddressBlocked,
    BadDate,
    Denied,
    DuplicateRequest,
    InvalidNumber,
    NoMoney,
    NoSuchMessage,
    NoSuchMessageBySoap,
    NotDeleted,
    NothingFound,
    OperatorNotFound,
    ParametersError,
    SmsCenterError,
    SmsCenterNotReached,
    SmsCenterRefused,
    SmsCenterReplyLost,
    SmsCenterUnavailable,
    TooManyRequests,
    Undeliverable,
)
from emulator.client.smscenter.mail import SmsCenterMail
from emulator.client.smscenter.product_calls import ProductCalls as Calls
from emulator.client.smscenter.product_calls import ProductOptions
from emulator.client.smscenter.results import (
    AwaitedCall,
    Cost,
    MessageStatus,
    NumberOwner,
    ReceivedMessage,
    Sent,
    SentMessage,
)

if TYPE_CHECKING:
    from emulator.client.smscenter.async_client import AsyncSmsCenter as AsyncSmsCenter

__all__ = [
    "AccessDenied",
    "AddressBlocked",
    "AsyncSmsCenter",
    "AwaitedCall",
    "BadDate",
    "Calls",
    "Cost",
    "Denied",
    "DuplicateRequest",
    "Incoming",
    "InvalidNumber",
    "MessageStatus",
    "NoMoney",
    "NoSuchMessage",
    "NoSuchMessageBySoap",
    "NotDeleted",
    "NothingFound",
    "NumberOwner",
    "OperatorNotFound",
    "ParametersError",
    "ProductOptions",
    "ReceivedMessage",
    "SendOptions",
    "Sent",
    "SentMessage",
    "SmsCenter",
    "SmsCenterError",
    "SmsCenterMail",
    "SmsCenterNotReached",
    "SmsCenterRefused",
    "SmsCenterReplyLost",
    "SmsCenterUnavailable",
    "SoapSendOptions",
    "SubscriberCall",
    "TooManyRequests",
    "Undeliverable",
    "parse_awaited_call",
    "parse_callback",
    "parse_incoming",
]


def __getattr__(name: str) -> Any:
    if name != "AsyncSmsCenter":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from emulator.client.smscenter.async_client import AsyncSmsCenter

    return AsyncSmsCenter
