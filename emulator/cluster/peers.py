"""The other nodes that live: who they are, a link to each, and whether they still answer."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from urllib.parse import urlsplit

from emulator.cluster.frames import Frame, Kind
from emulator.cluster.link import NodeLink, dial
from emulator.storage.postgres_nodes import Member

_FAREWELL = 2.0
"""Real seconds that others get to begin nothing more."""


class Peers:
    """`begun` serves streams that others begin; `gone` hears that a link has ended, by which a death is known first."""

    def __init__(self, begun: Callable[[NodeLink, Frame], None], gone: Callable[[], None]) -> None:
        self._begun = begun
        self._gone = gone
        self._links: dict[int, NodeLink] = {}
        self._dialling: dict[int, asyncio.Task[NodeLink]] = {}
        self._accepted: set[NodeLink] = set()
        self.members: dict[int, Member] = {}
        """Those that live, ourselves among them."""
        self.secret = ""

    def know(self, members: Iterable[Member]) -> None:
        """These live. Links to others end, and with them what was being handed on."""
        before, self.members = self.members, {one.number: one for one in members}
        for number in [number for number in self._links if number not in self.members]:
            link = self._links.pop(number)
            if not before[number].leaving:  # who leaves still answers what it was asked
                link.cut()

    def open_link(self, number: int) -> NodeLink | None:
        """To a node, where there is one that has not ended."""
        link = self._links.get(number)
        return None if link is None or link.closed else link

    async def link(self, number: int) -> NodeLink:
        """To a node. Raises OSError when it does not answer, or lives no more."""
        link = self._links.get(number)
        if link is not None:
            return link
        if number not in self.members:
            raise ConnectionRefusedError(f"node {number} is not there")
        task = self._dialling.get(number)
        if task is None:
            task = self._dialling[number] = asyncio.get_running_loop().create_task(self._dial(self.members[number]))
            task.add_done_callback(lambda _: self._dialling.pop(number, None))
        return await asyncio.shield(task)

    async def _dial(self, member: Member) -> NodeLink:
        where = urlsplit(member.url)
        link = await dial(where.hostname or "", where.port or 80, self.secret, self._made)
        if link.closed or member.number not in self.members:
            link.cut()
            raise ConnectionResetError(f"node {member.number} is gone")
        self._links[member.number] = link
        return link

    def accepted(self) -> NodeLink:
        """For a node that has dialled us."""
        link = self._made()
        self._accepted.add(link)
        return link

    def _made(self) -> NodeLink:
        return NodeLink(self._begun, self._lost, self._retired)

    def _retired(self, link: NodeLink) -> None:
        for number in [number for number, one in self._links.items() if one is link]:
            del self._links[number]

    def _lost(self, link: NodeLink) -> None:
        self._accepted.discard(link)
        self._retired(link)
        self._gone()

    async def close(self) -> None:
        """Whoever begins something here is told not to, and what was begun is answered."""
        accepted = tuple(self._accepted)
        for link in accepted:
            link.send(Kind.RETIRE, 0)
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*(link.quiet.wait() for link in accepted)), _FAREWELL)
        for task in tuple(self._dialling.values()):
            task.cancel()
            with suppress(asyncio.CancelledError, OSError):
                await task
        for link in (*self._links.values(), *self._accepted):
            link.close()
