"""What stands in the file, as values: of each sandbox a head, its state at a checkpoint, and pages of inputs since."""

from zlib import crc32

import msgspec

from emulator.core.inputs import Input
from emulator.core.units import NO_CLOCK_SHOWS, Timestamp
from emulator.sandboxes.spec import SandboxSpec
from emulator.scenarios.scenario import Scenario

FORMAT = 4
"""Goes up when an older emulator could not read the file any more, or would go on from it otherwise."""
READ = (1, 2, 3, 4)
"""Those that this one reads."""


class Standing(msgspec.Struct, array_like=True):
    """Where things stood that are no part of the state. The clock: `base` at the real moment `since`, going at `rate`;
    `entries` and `events`: how many the journal and the feed had numbered."""

    base: Timestamp
    since: Timestamp
    rate: float
    entries: int
    events: int


class SandboxHeader(msgspec.Struct, kw_only=True):
    """What a sandbox is made of, and how things stood at the checkpoint. `dumped`: how many bytes its state has;
    `area`: in which of the two places for it that stands; `first`: the first page behind it; `scenario`: the one in
    force (None: the specification's)."""

    spec: SandboxSpec = msgspec.field(name="recipe")  # its name in files made before
    standing: Standing
    dumped: int
    area: int = 0
    first: int = 0
    scenario: Scenario | None = None


class InputPage(msgspec.Struct, array_like=True):
    """The inputs of one turn of the loop, in order, and how things stood behind them."""

    standing: Standing
    inputs: list[msgspec.Raw]


pack_input = msgspec.msgpack.Encoder().encode
unpack_input = msgspec.msgpack.Decoder(Input).decode
pack_page = msgspec.msgpack.Encoder().encode
unpack_page = msgspec.msgpack.Decoder(InputPage).decode
pack_head = msgspec.msgpack.Encoder().encode
unpack_head = msgspec.msgpack.Decoder(SandboxHeader).decode


class Damaged(Exception):
    """What was read is not what was written; or it was, and cannot be: a moment that no clock shows."""

    def __init__(self, why: str) -> None:
        of_a_moment = f"<= {NO_CLOCK_SHOWS}" in why
        super().__init__(f"it holds a moment after the year 9999, which no clock shows: {why}" if of_a_moment else why)


def checked(data: bytes, check: int) -> bytes:
    """The data, if its check fits. Raises Damaged."""
    if crc32(data) != check:
        raise Damaged("a row is not what was written")
    return data
