"""smsoffice.ge (page 000): send, getMessageStatus, getBalance over HTTP, and delivery callbacks.

PROVIDER is put together when it is asked for, so that the client's half (client.py) comes without the server's.
"""

from typing import TYPE_CHECKING

from emulator.exports import when_asked as _when_asked

if TYPE_CHECKING:
    from emulator.providers.smsoffice.provider import PROVIDER as PROVIDER

__getattr__, __dir__ = _when_asked(globals(), {"PROVIDER": "emulator.providers.smsoffice.provider"})
