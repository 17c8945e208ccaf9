"""SMS Center (page 001): send, status, balance over HTTP and SOAP, and status callbacks.

PROVIDER is put together when it is asked for, so that the client's half (client.py) comes without the server's.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emulator.providers.smscenter.provider import PROVIDER as PROVIDER


def __getattr__(name: str) -> Any:
    if name != "PROVIDER":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from emulator.providers.smscenter.provider import PROVIDER

    return PROVIDER
