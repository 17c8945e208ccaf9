"""aiohttp's connections, but none is used again that said something nobody asked for. Imported with the first call."""

import ssl
from typing import Any

from aiohttp import TCPConnector
from aiohttp.connector import Connection

IDLE = 30.0
"""Seconds after which an idle connection is closed."""


class _Careful(TCPConnector):
    async def connect(self, *args: Any, **more: Any) -> Connection:
        """A connection with nothing unread on it: what is there would be taken for the answer to this request."""
        while True:
            found = await super().connect(*args, **more)
            if found.protocol is None or not found.protocol.should_close:
                return found
            found.close()


def careful_connector(secure: bool) -> TCPConnector:
    """For a session of our own: how many calls are under way is limited elsewhere. Whom to trust is looked up now, and
    not when aiohttp was imported."""
    trusted: ssl.SSLContext | bool = ssl.create_default_context() if secure else True
    return _Careful(limit=0, keepalive_timeout=IDLE, ssl=trusted)
