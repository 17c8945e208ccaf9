"""sms-emulator: a faithful fake of SMS providers, for tests.

    with emulator.running(clock="frozen") as sms:       # serves in a thread; `async with` serves in your loop
        send_with_your_client(sms.base_url, sms.smsoffice.key)
        assert sms.otp(to="995577123456") == "123456"

docs/architecture.md has the picture: the packages, what each holds, and who may import whom. Importing `emulator`
imports nothing: the names below are found when they are asked for.
"""

TYPE_CHECKING = False  # type checkers know the name; importing typing would be most of what importing us costs
if TYPE_CHECKING:
    from typing import Any

    from emulator.control_client.async_client import AsyncSms as AsyncSms
    from emulator.control_client.records import Callback as Callback
    from emulator.control_client.records import CallRefused as CallRefused
    from emulator.control_client.records import Finding as Finding
    from emulator.control_client.records import Message as Message
    from emulator.control_client.records import Request as Request
    from emulator.control_client.sync_client import Sms as Sms
    from emulator.testing.running import running as running
    from emulator.testing.unittest_mixin import SmsTestMixin as SmsTestMixin
    from emulator.version import __version__ as __version__

__all__ = ["AsyncSms", "CallRefused", "Callback", "Finding", "Message", "Request", "Sms", "SmsTestMixin", "running"]

_HOMES = {
    "running": "emulator.testing.running",
    "AsyncSms": "emulator.control_client.async_client",
    "Sms": "emulator.control_client.sync_client",
    "CallRefused": "emulator.control_client.records",
    "Callback": "emulator.control_client.records",
    "Finding": "emulator.control_client.records",
    "Message": "emulator.control_client.records",
    "Request": "emulator.control_client.records",
    "SmsTestMixin": "emulator.testing.unittest_mixin",
}


def __getattr__(name: str) -> "Any":
    if name == "__version__":
        from emulator.version import __version__

        return __version__
    if name not in _HOMES:
        raise AttributeError(f"module 'emulator' has no attribute {name!r}; it has {', '.join(_HOMES)}")
    from importlib import import_module

    found = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return [*globals(), *_HOMES]
