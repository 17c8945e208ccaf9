"""One node's life: it joins, takes its sandboxes in, looks round for others that live no more, and leaves. When its log
session is lost, everything it had belongs to others: it lets go of all of it and joins anew."""

import asyncio
import logging
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from emulator.cluster.directory import Directory
from emulator.cluster.front import Front
from emulator.cluster.overview import Control, Overview
from emulator.cluster.placement import place
from emulator.sandboxes.change_log import NotPersisted, Unusable, kept
from emulator.sandboxes.manager import no_place_told
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.spec import DEFAULT, InvalidOptions
from emulator.smtp.answers import MailAnswers
from emulator.storage.postgres import FAILURES, PostgresStore, told
from emulator.storage.postgres_nodes import Nodes
from emulator.storage.records import Damaged
from emulator.storage.recovery import revive
from emulator.storage.store import Stored
from emulator.storage.writer import GroupCommitWriter

if TYPE_CHECKING:
    from emulator.dispatch.http import HttpDispatcher
    from emulator.sandboxes.manager import SandboxManager
    from emulator.server.http_service import HttpService
    from emulator.server.smpp_server import SmppServer

_EVERY = 0.25
"""Real seconds between two looks at who lives. Nobody waits for a lock: a session that did would keep PostgreSQL from
clearing up."""
_SILENT = 10.0
"""So many seconds, by PostgreSQL's clock, a node that hangs has said nothing to it; then its session is ended. A node
that does not hang asks it something several times a second; a very large request may hold it for a few seconds."""
_AGAIN = 0.5
"""The same between two tries to join anew."""
_NAMES_EACH = 8
"""With so many looks the names for the page's list are renewed."""
_AT_ONCE = 10
"""So many sandboxes are read together."""
_CALLBACKS = 2.0
"""Real seconds that callbacks under way get to be answered before their sandboxes move."""
_UNBINDING = 1.0
"""The same for clients to answer our unbind."""
_NUMBERS = 32
"""Bits of a sandbox's number below its node's."""

log = logging.getLogger("emulator")


class ClusterNode:
    """`writer` writes down what changes the manager's sandboxes; `url`: where other nodes reach us."""

    def __init__(self, address: str, url: str, keeps_journal: bool = False) -> None:
        self._store = PostgresStore(address)
        self._store.lost = self._lost
        self._nodes = Nodes(self._store, keeps_journal)
        self._url = url
        self.writer = GroupCommitWriter(self._store, keeps_journal)
        self._directory = Directory(self._nodes)
        self._manager: SandboxManager
        self.front: Front
        self._look = asyncio.Event()
        self._moved = False
        self._looks = 0
        self._joined = False
        self._had: set[int] = set()
        """Numbers of the sandboxes that were taken in since we joined: one of them that is not here was deleted."""
        self._leaving = self._over = self._handed_over = False
        self.hurry = asyncio.Event()
        """Who leaves waits for nothing any more."""
        self._task: asyncio.Task[None] | None = None

    def serve(self, manager: "SandboxManager") -> Front:
        """The sandboxes of this manager, which has none of the cluster yet."""
        self._manager = manager
        manager.claim = self._claim
        manager.release(manager.default)
        self.front = Front(manager, self._directory, self._look.set)
        return self.front

    def answer_by(
        self, dispatcher: "HttpDispatcher", http: "HttpService", smpp: "SmppServer", mails: MailAnswers,
        control: Control,
    ) -> None:  # fmt: skip
        dispatcher.hand_on, self.front.keep = self.front.note, dispatcher.keep
        self.front.http, self.front.smpp, self.front.mails = http, smpp, mails
        self.front.own = Overview(self._nodes, self.front, control, lambda: self._leaving,
                                  lambda: self.writer.stuck).answer  # fmt: skip

    def secret(self) -> str:
        """What all nodes know, and nobody else."""
        return self._nodes.secret

    @property
    def log_outs(self) -> Nodes:
        """Who knows those of all nodes."""
        return self._nodes

    # joining

    async def start(self) -> None:
        """Join, and take in what is ours. Raises Unusable."""
        self.writer.start()
        await self._join()
        self._task = asyncio.get_running_loop().create_task(self._look_round())

    async def _join(self) -> None:
        await self._nodes.join(self._url, self._heard)
        self._joined = True
        self._had.clear()
        number = self._nodes.number
        self.writer.begin_anew(number << _NUMBERS)
        self.front.number = self._manager.node = number
        self.front.peers.secret = self._nodes.secret
        self._directory.forget_all()
        try:
            await self._members()
            await self._have_default()
            await self._take_in()
        except (*FAILURES, NotPersisted) as wrong:
            self._lost()
            raise Unusable(f"the {self._store.name} cannot be used: {told(wrong)}") from None
        log.info("node %d of the %s", number, self._store.name)

    async def _have_default(self) -> None:
        """The first node makes the sandbox default; later ones find it made."""
        if await self._nodes.of_id(DEFAULT) is None:
            default = self._manager.bring_back(self._manager.base)
            default.build()
            with suppress(InvalidOptions):  # another node was quicker
                await self._claim(default)

    async def _claim(self, sandbox: Sandbox) -> None:
        """Where it fails nothing is left of the sandbox, here or there."""
        number, sandboxes = self.writer.track(sandbox).number, self._manager.sandboxes
        try:
            if self._handed_over:
                raise InvalidOptions("this node is leaving", "ask again in a moment, at another node", "leaving")
            with no_place_told():
                await self._nodes.claim(number, sandbox.id, sandboxes.keys_of(sandbox), sandboxes.most)
        except BaseException as wrong:
            if not sandbox.gone:
                self._manager.remove(sandbox)
            if isinstance(wrong, FAILURES):
                why = f"The {self._store.name} cannot be written: {told(wrong)}. Nothing was done."
                raise NotPersisted(why) from None
            raise

    # looking round

    def _heard(self) -> None:
        """Another node says that something has moved."""
        self._moved = True
        self._look.set()

    async def _look_round(self) -> None:
        while not self._over:  # a cancellation may be lost in wait_for
            with suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), _EVERY)
            self._look.clear()
            try:
                if self._joined or not self._leaving:
                    await (self._look_once() if self._joined else self._join())
                continue
            except Unusable as wrong:
                log.error("%s; tried again in a moment", wrong)
            except (*FAILURES, NotPersisted) as wrong:
                log.warning("the %s does not answer: %s", self._store.name, told(wrong))
                self._store.cut()
            except Exception:
                log.exception("looking round failed; it goes on in a moment")
            await asyncio.sleep(_AGAIN)

    async def _look_once(self) -> None:
        self._looks += 1
        if self._looks % _NAMES_EACH == 0:
            self._manager.elsewhere = [name for name, _ in await self._nodes.owners()]
        moved, self._moved = self._moved, False
        moved = await self._members() or moved
        if moved:
            self._directory.forget_all()
            await self._take_in()

    async def _members(self) -> bool:
        """Who lives; what those have who live no more goes to the others. True where something has moved."""
        members = await self._nodes.members()
        living = [one for one in members if one.lives]
        self.front.peers.know(living)
        staying = [one.number for one in living if not one.leaving] or [self._nodes.number]
        moved = False
        for one in members:
            if one.lives and one.silent > _SILENT and one.number != self._nodes.number:
                log.warning("node %d (%s) has not been heard of for %.0f s: its session is ended", one.number, one.url,
                            one.silent)  # fmt: skip
                await self._nodes.put_out(one)
                self._look.set()
            if not one.lives:
                moved = await self._nodes.take(one.number, place, staying) or moved
        return moved

    async def _take_in(self) -> None:
        """The sandboxes that are ours and not here yet, few at a time: others have their turns between."""
        here, ours = self._manager.sandboxes.by_id, self._nodes.number
        missing = {
            number: name for number, name in await self._nodes.mine()
            if name not in here and number not in self._had and number >> _NUMBERS != ours
        }  # fmt: skip
        while missing:
            wanted = self.front.wanted  # those that somebody waits for come first
            next_ones = sorted(missing, key=lambda number: missing[number] not in wanted)[:_AT_ONCE]
            for stored in await self._read(next_ones):
                if self._joined and stored.head.spec.id not in here:
                    with self._left_out(stored.head.spec.id):
                        revive(self._manager, self.writer, stored, anew=False)
                    await asyncio.sleep(0)
            for number in next_ones:
                wanted.discard(missing.pop(number))
                if self._joined:
                    self._had.add(number)

    async def _read(self, numbers: list[int]) -> list[Stored]:
        """Those of them that are whole."""
        with suppress(Damaged):  # which of them?
            return await self._store.read(numbers)
        found: list[Stored] = []
        for number in numbers:
            with self._left_out(str(number)):
                found += await self._store.read([number])
        return found

    @contextmanager
    def _left_out(self, which: str) -> Iterator[None]:
        """A sandbox that cannot be taken in is told; the others are served all the same. It is tried again when this
        node joins anew."""
        try:
            yield
        except (Damaged, Unusable) as wrong:
            log.error("sandbox %s of the %s cannot be taken in: %s", which, self._store.name, wrong)

    # letting go

    def _lost(self) -> None:
        """Our log session is gone: whatever is here is somebody else's, or will be."""
        if not self._joined:
            return
        self._joined = False
        self.front.number = self._manager.node = 0
        if not self._leaving:
            log.error(
                "node %d has lost its session with the %s: what it had is taken over by others, and it joins anew",
                self._nodes.number, self._store.name,
            )  # fmt: skip
        for sandbox in list(self._manager.sandboxes.by_id.values()):
            self._manager.release(sandbox)
        self.writer.begin_anew(0)
        self._store.cut()
        self._look.set()

    async def leave(self, seconds: float) -> None:
        """Balancers are told first, for so long that they have heard; then everything goes to the others, while
        requests are still handed on. Alone, it is left for the next start."""
        if self._leaving:
            return
        self._leaving = self.front.http.retiring = True
        if self._joined:
            with suppress(*FAILURES):
                await self._nodes.leaving()
        if any(not one.leaving for one in self.front.peers.members.values() if one.number != self._nodes.number):
            await self._unless_in_a_hurry(self.hurry.wait(), seconds)
        self._over = True
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if not self._joined:
            return
        with suppress(*FAILURES, NotPersisted):
            await self._unless_in_a_hurry(self.front.smpp.unbind_all(_UNBINDING), _UNBINDING)
            if waiting := self._manager.under_way():  # what is not answered in time goes out again elsewhere
                await self._unless_in_a_hurry(asyncio.wait(waiting), _CALLBACKS)
            self._handed_over = True
            for sandbox in list(self._manager.sandboxes.by_id.values()):
                self._manager.release(sandbox)
            self.writer.want_checkpoints()
            await kept(self.writer)
            self.writer.begin_anew(0)
            members = await self._nodes.members()
            self.front.peers.know(one for one in members if one.lives)
            own = self._nodes.number
            others = [one.number for one in members if one.lives and not one.leaving and one.number != own]
            if others:
                await self._nodes.take(own, place, others)
            self._directory.forget_all()

    async def _unless_in_a_hurry(self, waiting: Coroutine[Any, Any, object], seconds: float) -> None:
        """It is waited for so long at most."""
        tasks = [asyncio.ensure_future(one) for one in (waiting, self.hurry.wait())]
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for one in tasks:
            one.cancel()

    async def stop(self) -> None:
        """Nothing is handed on any more."""
        await self._unless_in_a_hurry(self.front.unbind(), _UNBINDING)
        await self.front.close()
        self._joined = False
        await self._store.leave()
