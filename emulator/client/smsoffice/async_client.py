"""smsoffice.ge with async."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Self, Unpack

from emulator.client.async_transport import AsyncTransport
from emulator.client.bulk import CHUNK, NumberResult
from emulator.client.calls import PATIENT, Patience
from emulator.client.doubts import DoubtStore
from emulator.client.environment import from_environment
from emulator.client.places import AtOnce
from emulator.client.smsoffice.calls import ENVIRONMENT, Calls, MessageStatus, SendOptions, Sent
from emulator.client.watching import Watcher
from emulator.providers.smsoffice.client import BASE_URL

if TYPE_CHECKING:
    from aiohttp import ClientSession


class AsyncSmsOffice(AsyncTransport):
    """An account of smsoffice.ge, as SmsOffice with `await` before every call."""

    def __init__(
        self, key: str, sender: str = "", *, base_url: str = BASE_URL, patience: Patience = PATIENT,
        session: "ClientSession | None" = None, at_once: int | AtOnce | None = None, watch: Watcher | None = None,
        doubts: DoubtStore | None = None,
    ) -> None:  # fmt: skip
        self._calls = Calls(key, sender)
        super().__init__(
            self._calls, base_url, patience, session=session, at_once=at_once, watch=watch, doubts=doubts
        )  # fmt: skip

    @classmethod
    def from_env(cls, **more: Any) -> Self:
        """Made of SMSOFFICE_KEY and, where set, SMSOFFICE_SENDER and SMSOFFICE_BASE_URL; `more`: other arguments."""
        return cls(**{**from_environment(*ENVIRONMENT), **more})

    async def send(self, to: str | Sequence[str], content: str, **options: Unpack[SendOptions]) -> Sent:
        """Send a text (at most 1000 characters) to numbers (`995577123456`). Options: SendOptions."""
        return await self.run(self._calls.send(to, content, options))

    async def send_many(
        self, to: Iterable[str], content: str, *, chunk: int = CHUNK, **options: Unpack[SendOptions]
    ) -> list[NumberResult]:  # fmt: skip
        """Send a text to many numbers, so many in a request, one request after the other → what became of each."""
        return await self._send_many(to, chunk, lambda some: self._calls.send(some, content, options))

    async def message_status(
        self, destination: str, reference: str, *, patience: Patience | None = None
    ) -> MessageStatus:
        """What became of the message to one number."""
        return await self.run(self._calls.message_status(destination, reference, patience))

    async def balance(self, *, patience: Patience | None = None) -> int:
        """Messages left."""
        return await self.run(self._calls.balance(patience))
