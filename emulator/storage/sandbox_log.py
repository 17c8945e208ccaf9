"""One sandbox as the file knows it: what stands there, and what is not there yet."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import msgspec

from emulator.core.state.dump import PIECE
from emulator.sandboxes.snapshots import Snapshot
from emulator.storage.records import InputPage, SandboxHeader, Standing, pack_head, pack_page
from emulator.storage.sqlite import SqliteStore

if TYPE_CHECKING:
    from emulator.sandboxes.sandbox import Sandbox

FLOOR = 2 * 1024 * 1024
"""So many bytes of pages a small sandbox may have before a checkpoint takes their place; a large one has half of its
checkpoint's. To live through a megabyte of them again takes about half a second."""
AT_ONCE = 1024 * 1024
"""Whose checkpoint had no more bytes gets the next one at once; a larger one is written piece by piece."""
_PIECES, _PAGES = 4, 1000
"""So many of each go at once, once they are void."""

pack_snapshot = msgspec.msgpack.Encoder().encode

Step = Callable[[SqliteStore], object]


class SandboxLog:
    """`put` writes what is pending; `safe` hears that it stands in the file. A large checkpoint is a row of steps
    besides: `step` makes one, `stepped` hears that it is safe."""

    def __init__(self, sandbox: "Sandbox", number: int) -> None:
        self.sandbox = sandbox
        self.number = number
        self.pending: list[bytes] = []
        """Inputs that no page holds yet."""
        self.pages = 0
        """So many were written, those that are void among them; behind the checkpoint stand"""
        self.logged = 0
        """bytes of them."""
        self._head: SandboxHeader | None = None
        """As it stands in the file; None: a checkpoint is wanted at once, for the state is another one."""
        self._scenario: object = None
        self._snapshots: dict[str, Snapshot] = {}
        self._put = 0
        """Bytes of the page that was put and is not safe yet; less than 0: it was a checkpoint."""
        self._steps: Iterator[Step] = iter(())
        self._step: Step | None = None

    def another_world(self) -> None:
        """What was pending is void."""
        self.pending.clear()
        self._head = None
        self._steps, self._step = iter(()), None

    def stands(self, number: int, head: SandboxHeader) -> None:
        """It was read from the file and stands there just so; perhaps with what a checkpoint left half done."""
        self.number, self._head, self.pages = number, head, head.first
        self._scenario = self.sandbox.scenario
        self._begin(self._cleared(head))

    def snapshot(self, made: Snapshot) -> None:
        self._snapshots[made.name] = made

    @property
    def _due(self) -> bool:
        """Is it time for a checkpoint?"""
        return self._head is None or self.logged > max(FLOOR, self._head.dumped // 2)

    @property
    def _renamed(self) -> bool:
        return self.sandbox.scenario is not self._scenario

    @property
    def one_row(self) -> bool:
        """Is all that is to be put one page?"""
        return not (self._snapshots or self._renamed or self._head is None or self._due)

    def put(self, file: SqliteStore, whole: bool = False) -> None:
        """Into the transaction that is open: a page, or a checkpoint where one is due."""
        if whole or self._head is None or (self._due and self._head.dumped <= AT_ONCE):
            state = self.sandbox.engine.state.dump()
            self._made = self._headed(len(state))
            file.put_state(self.number, state)
            file.put_head(self.number, pack_head(self._made))
            self._put = -1
        else:
            page = pack_page(InputPage(_standing(self.sandbox), [msgspec.Raw(one) for one in self.pending]))
            file.put_page(self.number, self.pages, page)
            if self._renamed:
                self._head.scenario = self.sandbox.scenario
                file.put_head(self.number, pack_head(self._head))
            self._put = len(page)
        for name, made in self._snapshots.items():
            file.put_snapshot(self.number, name, pack_snapshot(made))

    def safe(self) -> None:
        """What was put has been committed."""
        self.pending.clear()
        self._snapshots.clear()
        self._scenario = self.sandbox.scenario
        if self._put > 0:
            self.pages += 1
            self.logged += self._put
            if self._due and self._step is None:
                self._begin(self._checkpoint())
        else:
            self.pages = self.logged = 0
            self._head = self._made
            self._steps, self._step = iter(()), None

    # a large checkpoint

    @property
    def busy(self) -> bool:
        return self._step is not None

    def step(self, file: SqliteStore) -> None:
        """The next step, or the same once more, into the transaction that is open."""
        if self._step is not None:
            self._step(file)

    def stepped(self) -> None:
        """It has been committed."""
        self._step = next(self._steps, None)

    def _begin(self, steps: Iterator[Step]) -> None:
        self._steps, self._step = steps, next(steps, None)

    def _checkpoint(self) -> Iterator[Step]:
        """Of the state as it is now, in the other area; then what was before is void. Each step is made once the one
        before is safe."""
        assert self._head is not None
        area, logged = 1 - self._head.area, self.logged
        head = self._headed(0, area, self.pages)
        for count, piece in enumerate(self.sandbox.engine.state.in_pieces(PIECE)):
            head.dumped += len(piece)
            yield _putting(self.number, area, count, piece)
        yield lambda file: file.put_head(self.number, pack_head(head))
        self._head = head
        self.logged -= logged
        yield from self._cleared(head)

    def _cleared(self, head: SandboxHeader) -> Iterator[Step]:
        """Away with what a head does not speak of."""
        left: list[int] = [1]
        while left.pop():
            yield lambda file: left.append(file.drop_pieces(self.number, 1 - head.area, _PIECES))
        left.append(1)
        while left.pop():
            yield lambda file: left.append(file.drop_pages(self.number, head.first, _PAGES))

    def _headed(self, dumped: int, area: int = 0, first: int = 0) -> SandboxHeader:
        sandbox = self.sandbox
        return SandboxHeader(
            spec=sandbox.spec, standing=_standing(sandbox), dumped=dumped, area=area, first=first,
            scenario=sandbox.scenario,
        )  # fmt: skip


def _putting(number: int, area: int, count: int, piece: bytes) -> Step:
    return lambda file: file.put_piece(number, area, count, piece)


def _standing(sandbox: "Sandbox") -> Standing:
    return Standing(*sandbox.clock.written(), sandbox.journal.made, sandbox.feed.made)
