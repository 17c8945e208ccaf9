"""uBill for programs: Ubill (standard library) and AsyncUbill (aiohttp), its errors, its callbacks."""

from typing import TYPE_CHECKING, Any

from emulator.client.ubill.callback import parse_callback
from emulator.client.ubill.calls import Brand, Calls, Delivery, SendOptions, Sent
from emulator.client.ubill.client import Ubill
from emulator.client.ubill.errors import (
    BodyUnreadable,
    BrandNotFound,
    GeneralError,
    KeyRefused,
    NameCharacters,
    NameEmpty,
    NameLength,
    NamePending,
    NameTaken,
    NoCredit,
    NoValidNumber,
    NumbersMissing,
    TextEmpty,
    UbillError,
    UbillNotReached,
    UbillRefused,
    UbillReplyLost,
    UbillUnavailable,
)

if TYPE_CHECKING:
    from emulator.client.ubill.async_client import AsyncUbill as AsyncUbill

__all__ = [
    "AsyncUbill",
    "BodyUnreadable",
    "Brand",
    "BrandNotFound",
    "Calls",
    "Delivery",
    "GeneralError",
    "KeyRefused",
    "NameCharacters",
    "NameEmpty",
    "NameLength",
    "NamePending",
    "NameTaken",
    "NoCredit",
    "NoValidNumber",
    "NumbersMissing",
    "SendOptions",
    "Sent",
    "TextEmpty",
    "Ubill",
    "UbillError",
    "UbillNotReached",
    "UbillRefused",
    "UbillReplyLost",
    "UbillUnavailable",
    "parse_callback",
]


def __getattr__(name: str) -> Any:
    if name != "AsyncUbill":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from emulator.client.ubill.async_client import AsyncUbill

    return AsyncUbill
