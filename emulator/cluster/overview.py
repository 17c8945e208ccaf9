"""What no single node knows: who is there, who owns what, and the lists of all; and whether a balancer may send us
clients."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import msgspec

from emulator.cluster.frames import Forwarded, Kind, pack_value
from emulator.cluster.relayed import ask_whole
from emulator.http.messages import HttpReply, HttpRequest, StreamReply
from emulator.storage.postgres import FAILURES, told
from emulator.storage.postgres_nodes import Nodes

if TYPE_CHECKING:
    from emulator.cluster.front import Front

_JSON = (("Content-Type", "application/json; charset=utf-8"), ("Cache-Control", "no-store"))
_PATIENCE = 2.0
"""Real seconds that a node gets to answer; then it is named in the list."""
_LOGOUT = "/_emulator/page/logout"

Control = Callable[[HttpRequest], Awaitable[HttpReply | StreamReply]]


class Overview:
    """`control` answers for this node alone, and refuses whom it does not trust."""

    def __init__(
        self, nodes: Nodes, front: "Front", control: Control, leaving: Callable[[], bool], stuck: Callable[[], bool],
    ) -> None:  # fmt: skip
        self._nodes = nodes
        self._front = front
        self._control = control
        self._leaving = leaving
        self._stuck = stuck

    def answer(self, request: HttpRequest) -> Awaitable[HttpReply] | None:
        """None: it is not about the cluster."""
        if (request.method, request.path) == ("POST", _LOGOUT):
            return self._everywhere(request)
        if request.method == "HEAD":
            request = msgspec.structs.replace(request, method="GET")
        match request.method, request.path.rstrip("/"):
            case "GET", "/_emulator/health":
                return self._health(request)
            case "GET", "/_emulator/cluster":
                return self._cluster(request)
            case "GET", "/_emulator/sandboxes":
                return self._sandboxes(request)
        return None

    async def _health(self, request: HttpRequest) -> HttpReply:
        """As of one alone, and 503 where a balancer is to send nobody any more."""
        alone = await self._here(request)
        state = "leaving" if self._leaving() else "ok" if self._front.number and not self._stuck() else "no database"
        told = {**msgspec.json.decode(alone.body), "status": state, "node": self._front.number}
        return HttpReply(status=200 if state == "ok" else 503, headers=_JSON, body=msgspec.json.encode(told))

    async def _cluster(self, request: HttpRequest) -> HttpReply:
        here = await self._here(request)
        if here.status != 200:
            return here
        try:
            members, owners = await self._nodes.members(), await self._nodes.owners()
        except FAILURES as wrong:
            error = {"code": "no-database", "message": f"the database does not answer: {told(wrong)}", "hint": ""}
            return HttpReply(status=503, headers=_JSON, body=msgspec.json.encode({"error": error}))
        nodes = [
            {"node": one.number, "url": one.url, "version": one.version, "lives": one.lives, "leaving": one.leaving,
             "me": one.number == self._front.number,
             "sandboxes": sorted(name for name, owner in owners if owner == one.number)}
            for one in members
        ]  # fmt: skip
        return HttpReply(headers=_JSON, body=msgspec.json.encode({"nodes": nodes}))

    async def _everywhere(self, request: HttpRequest) -> HttpReply:
        """Done by this node, and then by the others: they forget at once what they would look up in a moment."""
        here = await self._here(request)
        others = [one.number for one in self._front.peers.members.values() if one.number != self._front.number]
        await asyncio.gather(*(self._asked(number, request) for number in others))
        return here

    async def _here(self, request: HttpRequest) -> HttpReply:
        """As one alone answers it: what it refuses, many do."""
        answer = await self._control(request)
        assert isinstance(answer, HttpReply)
        return answer

    async def _sandboxes(self, request: HttpRequest) -> HttpReply:
        """Those of all nodes. A node that does not answer is named."""
        peers = self._front.peers
        others = [one for one in peers.members.values() if one.number != self._front.number]
        here = await self._here(request)
        if here.status != 200:
            return here
        answers = await asyncio.gather(*(self._asked(one.number, request) for one in others))
        sandboxes: list[Any] = msgspec.json.decode(here.body)["sandboxes"]
        silent = []
        for one, answer in zip(others, answers, strict=True):
            if answer is None:
                silent.append({"node": one.number, "url": one.url})
            else:
                sandboxes += answer["sandboxes"]
        every = {one["id"]: one for one in sandboxes}
        whole = {"sandboxes": list(every.values()), **({"unanswered": silent} if silent else {})}
        return HttpReply(headers=here.headers, body=msgspec.json.encode(whole))

    async def _asked(self, number: int, request: HttpRequest) -> Any:
        """The answer of another node to the same request; None: there was none."""
        asked = pack_value(Forwarded("", request, False, "1.1", False))
        try:
            async with asyncio.timeout(_PATIENCE):
                _, octets = await ask_whole(await self._front.peers.link(number), Kind.REQUEST, asked)
            head, _, body = octets.partition(b"\r\n\r\n")
            return msgspec.json.decode(body) if head.startswith(b"HTTP/1.1 200") else None
        except (OSError, TimeoutError, msgspec.DecodeError):
            return None
