"""One sandbox as the store knows it: what stands there, and what is not there yet."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from emulator.core.state.dump import PIECE
from emulator.sandboxes.snapshots import Snapshot
from emulator.storage.journal_log import JournalLog
from emulator.storage.records import InputPage, SandboxHeader, Standing, pack_head, pack_page
from emulator.storage.store import Rows

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

Step = Callable[[Rows], object]


class SandboxLog:
    """`put` writes what is pending; `safe` hears that it stands in the store, which may be when more is pending. A
    large checkpoint is a row of steps besides: `step` makes one, `stepped` hears that it is safe. One at a time is
    under way, be it a put or a step."""

    def __init__(self, sandbox: "Sandbox", number: int) -> None:
        self.sandbox = sandbox
        self.number = number
        self.journal: JournalLog | None = None
        """Its journal, where that is kept."""
        self.pending: list[bytes] = []
        """Inputs that no page holds yet."""
        self.pages = 0
        """So many were written, those that are void among them; behind the checkpoint stand"""
        self.logged = 0
        """bytes of them."""
        self._head: SandboxHeader | None = None
        """As it stands in the store; None: a checkpoint is wanted at once, for the state is another one."""
        self._scenario: object = None
        self._snapshots: dict[str, Snapshot] = {}
        self._put: Callable[[], None] | None = None
        """What becomes true once that which was put is safe; None: another state has come meanwhile."""
        self._put_snapshots: list[Snapshot] = []
        self._steps: Iterator[Step] = iter(())
        self._step: Step | None = None

    def another_world(self) -> None:
        """What was pending is void."""
        self.pending.clear()
        self._head = self._put = None
        self._steps, self._step = iter(()), None

    def stands(self, number: int, head: SandboxHeader, pages: Sequence[bytes] = ()) -> None:
        """It was read from the store and stands there just so, with these pages behind its checkpoint; perhaps with
        what another one left half done."""
        self.number, self._head, self.pages = number, head, head.first + len(pages)
        self.logged = sum(map(len, pages))
        self._scenario = self.sandbox.scenario
        self._begin(self._cleared(head))

    def snapshot(self, made: Snapshot) -> None:
        self._snapshots[made.name] = made

    def _due(self, logged: int) -> bool:
        """Is it time for a checkpoint with so many bytes of pages?"""
        return self._head is None or logged > max(FLOOR, self._head.dumped // 2)

    @property
    def _renamed(self) -> bool:
        return self.sandbox.scenario is not self._scenario

    @property
    def one_row(self) -> bool:
        """Is all that is to be put one page?"""
        return not (self.journal or self._snapshots or self._renamed or self._due(self.logged))

    def put(self, rows: Rows, whole: bool = False) -> None:
        """Into the transaction that is open: a page, or a checkpoint where one is due."""
        if whole or self._head is None or (self._due(self.logged) and self._head.dumped <= AT_ONCE):
            self._put = self._put_checkpoint(rows)
        else:
            self._put = self._put_page(rows, self._head)
        self._put_snapshots = list(self._snapshots.values())
        for made in self._put_snapshots:
            rows.put_snapshot(self.number, made.name, pack_snapshot(made))

    def _put_checkpoint(self, rows: Rows) -> Callable[[], None]:
        state, count = self.sandbox.engine.state.dump(), len(self.pending)
        head = self._headed(len(state))
        rows.put_state(self.number, state)
        rows.put_head(self.number, pack_head(head))

        def safe() -> None:
            del self.pending[:count]
            self.pages = self.logged = 0
            self._head, self._scenario = head, head.scenario
            self._steps, self._step = iter(()), None

        return safe

    def _put_page(self, rows: Rows, head: SandboxHeader) -> Callable[[], None]:
        scenario, count = self.sandbox.scenario, len(self.pending)
        page = pack_page(InputPage(_standing(self.sandbox), [msgspec.Raw(one) for one in self.pending]))
        rows.put_page(self.number, self.pages, page)
        if self._renamed:
            head.scenario = scenario
            rows.put_head(self.number, pack_head(head))
        logged = self.logged + len(page)
        steps = self._checkpoint(head, logged) if self._step is None and self._due(logged) else None

        def safe() -> None:
            del self.pending[:count]
            self._scenario = scenario
            self.pages += 1
            self.logged = logged
            if steps is not None:
                self._begin(steps)

        return safe

    def safe(self) -> None:
        """What was put has been committed."""
        for made in self._put_snapshots:
            if self._snapshots.get(made.name) is made:
                del self._snapshots[made.name]
        if self._put is not None:
            self._put()
        if self.journal is not None:
            self.journal.safe()

    # a large checkpoint

    @property
    def unfinished(self) -> bool:
        """Does the store hold more of it than one checkpoint?"""
        return bool(self.logged) or self.busy

    @property
    def busy(self) -> bool:
        return self._step is not None

    def step(self, rows: Rows) -> None:
        """The next step, or the same once more, into the transaction that is open."""
        if self._step is not None:
            self._step(rows)

    def stepped(self) -> None:
        """It has been committed."""
        self._step = next(self._steps, None)

    def _begin(self, steps: Iterator[Step]) -> None:
        self._steps, self._step = steps, next(steps, None)

    def _checkpoint(self, before: SandboxHeader, logged: int) -> Iterator[Step]:
        """Of the state as it is now, which is behind the page that is being put, in the other area; then what was
        before is void. Each step is made once the one before is safe."""
        pieces, head = self.sandbox.engine.state.in_pieces(PIECE), self._headed(0, 1 - before.area, self.pages + 1)
        return self._checkpoint_steps(pieces, head, logged)

    def _checkpoint_steps(self, pieces: Iterator[bytes], head: SandboxHeader, logged: int) -> Iterator[Step]:
        for count, piece in enumerate(pieces):
            head.dumped += len(piece)
            yield _putting(self.number, head.area, count, piece)

        def in_force(rows: Rows) -> None:
            head.scenario = self.sandbox.scenario  # another one may have been put since this began
            rows.put_head(self.number, pack_head(head))

        yield in_force
        self._head = head
        self.logged -= logged
        yield from self._cleared(head)

    def _cleared(self, head: SandboxHeader) -> Iterator[Step]:
        """Away with what a head does not speak of."""
        left: list[int] = [1]
        while left.pop():
            yield lambda rows: left.append(rows.drop_pieces(self.number, 1 - head.area, _PIECES))
        left.append(1)
        while left.pop():
            yield lambda rows: left.append(rows.drop_pages(self.number, head.first, _PAGES))

    def _headed(self, dumped: int, area: int = 0, first: int = 0) -> SandboxHeader:
        sandbox = self.sandbox
        return SandboxHeader(
            spec=sandbox.spec, standing=_standing(sandbox), dumped=dumped, area=area, first=first,
            scenario=sandbox.scenario,
        )  # fmt: skip


def _putting(number: int, area: int, count: int, piece: bytes) -> Step:
    return lambda rows: rows.put_piece(number, area, count, piece)


def _standing(sandbox: "Sandbox") -> Standing:
    return Standing(*sandbox.clock.written(), sandbox.journal.made, sandbox.feed.made)
