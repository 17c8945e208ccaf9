"""smsoffice.ge for programs: SmsOffice (standard library) and AsyncSmsOffice (aiohttp), its errors, its callbacks."""

from typing import TYPE_CHECKING, Any

from emulator.client.smsoffice.callback import parse_callback
from emulator.client.smsoffice.calls import Calls, MessageStatus, SendOptions, Sent
from emulator.client.smsoffice.client import SmsOffice
from emulator.client.smsoffice.errors import (
    AllMalformed,
    AllStopListed,
    AllStopListedOrMalformed,
    ApiDisabled,
    ContentEmpty,
    ContentMissing,
    DestinationEmpty,
    DestinationMissing,
    KeyMissing,
    KeyUnknown,
    MessageUnknown,
    NoCredit,
    NoValidNumber,
    RequestTooLong,
    SenderInactive,
    SenderMissing,
    SenderUnknown,
    SmsOfficeError,
    SmsOfficeNotReached,
    SmsOfficeRefused,
    SmsOfficeReplyLost,
    SmsOfficeUnavailable,
    TemporaryDelay,
)

if TYPE_CHECKING:
    from emulator.client.smsoffice.async_client import AsyncSmsOffice as AsyncSmsOffice

__all__ = [
    "AllMalformed",
    "AllStopListed",
    "AllStopListedOrMalformed",
    "ApiDisabled",
    "AsyncSmsOffice",
    "Calls",
    "ContentEmpty",
    "ContentMissing",
    "DestinationEmpty",
    "DestinationMissing",
    "KeyMissing",
    "KeyUnknown",
    "MessageStatus",
    "MessageUnknown",
    "NoCredit",
    "NoValidNumber",
    "RequestTooLong",
    "SendOptions",
    "SenderInactive",
    "SenderMissing",
    "SenderUnknown",
    "Sent",
    "SmsOffice",
    "SmsOfficeError",
    "SmsOfficeNotReached",
    "SmsOfficeRefused",
    "SmsOfficeReplyLost",
    "SmsOfficeUnavailable",
    "TemporaryDelay",
    "parse_callback",
]


def __getattr__(name: str) -> Any:
    if name != "AsyncSmsOffice":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from emulator.client.smsoffice.async_client import AsyncSmsOffice

    return AsyncSmsOffice
