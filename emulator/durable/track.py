"""One sandbox as the file knows it: what stands there, and what is not there yet."""

from typing import TYPE_CHECKING

import msgspec

from emulator.durable.entries import Head, Page, Standing, pack_head, pack_page
from emulator.durable.state_file import StateFile
from emulator.keeping import Snapshot

if TYPE_CHECKING:
    from emulator.sandboxes import Sandbox

FLOOR = 2 * 1024 * 1024
"""So many bytes of pages a small sandbox may have before a checkpoint takes their place; a large one has half of its
checkpoint's. To live through a megabyte of them again takes about half a second."""

pack_snapshot = msgspec.msgpack.Encoder().encode


class Track:
    """`put` writes what is pending; `safe` hears that it stands in the file."""

    def __init__(self, sandbox: "Sandbox", number: int) -> None:
        self.sandbox = sandbox
        self.number = number
        self.pending: list[bytes] = []
        """Inputs that no page holds yet."""
        self.pages = 0
        """So many stand behind the checkpoint, with so many bytes:"""
        self.logged = 0
        self.dumped = 0
        """The checkpoint's."""
        self._whole = True
        """A checkpoint is wanted, for the world is another one."""
        self._scenario: object = None
        self._snapshots: dict[str, Snapshot] = {}
        self._put = 0
        """What was put and is not safe yet: bytes of a page, or of a checkpoint less than 0."""

    def another_world(self) -> None:
        """What was pending is void."""
        self.pending.clear()
        self._whole = True

    def stands(self, number: int, dumped: int) -> None:
        """It was read from the file and stands there just so."""
        self.number, self.dumped, self._whole = number, dumped, False
        self._scenario = self.sandbox.scenario

    def snapshot(self, made: Snapshot) -> None:
        self._snapshots[made.name] = made

    @property
    def _due(self) -> bool:
        """Is it time for a checkpoint?"""
        return self._whole or self.logged > max(FLOOR, self.dumped // 2) or self.sandbox.scenario is not self._scenario

    @property
    def one_row(self) -> bool:
        """Is all that is to be put one page?"""
        return not (self._snapshots or self._due)

    def put(self, file: StateFile, whole: bool = False) -> None:
        """Into the transaction that is open: a page, or a checkpoint where one is due."""
        sandbox = self.sandbox
        if whole or self._due:
            world = sandbox.engine.world.dump()
            file.put_head(self.number, pack_head(Head(
                recipe=sandbox.recipe, made_at=sandbox.made_at, standing=_standing(sandbox), dumped=len(world),
            )))  # fmt: skip
            file.put_world(self.number, world)
            self._put = -len(world)
        else:
            page = pack_page(Page(_standing(sandbox), [msgspec.Raw(one) for one in self.pending]))
            file.put_page(self.number, self.pages, page)
            self._put = len(page)
        for name, made in self._snapshots.items():
            file.put_snapshot(self.number, name, pack_snapshot(made))

    def safe(self) -> None:
        """What was put has been committed."""
        self.pending.clear()
        self._snapshots.clear()
        if self._put > 0:
            self.pages += 1
            self.logged += self._put
        else:
            self.pages = self.logged = 0
            self.dumped = -self._put
            self._whole, self._scenario = False, self.sandbox.scenario


def _standing(sandbox: "Sandbox") -> Standing:
    return Standing(*sandbox.clock.written(), sandbox.journal.made, sandbox.feed.made)
