"""The write-ahead log beside a state file, looked at before SQLite does: SQLite takes it up to the first frame that is
not as it was written, and says nothing of those behind it.

A process that is killed leaves at most its last commit half written, which it had answered nobody. So whatever stands
behind a broken frame was safe once. (Format: sqlite.org/fileformat2.html, section 4.)
"""

import struct
from pathlib import Path
from typing import NamedTuple

_MAGIC = (0x377F0682, 0x377F0683)
_HEAD, _FRAME = struct.Struct(">8I"), struct.Struct(">6I")
_BITS = 0xFFFFFFFF


class Log(NamedTuple):
    """What is wrong with a log. `broken`: why it must not be used; `torn`: its last commit is not whole."""

    broken: str = ""
    torn: bool = False


def look(path: Path, database: Path) -> Log:
    """Is the log of a database as it was written? One that is not there, or empty, is."""
    try:
        octets = path.read_bytes()
    except FileNotFoundError:
        return Log()
    if not octets:
        return Log()
    if not database.exists() or not database.stat().st_size:
        return Log("its log is there, and the file that belongs to it is empty or gone")
    if len(octets) < _HEAD.size:
        return Log(torn=True)
    magic, _, page, _, salt_1, salt_2, sum_1, sum_2 = _HEAD.unpack_from(octets)
    order = ">" if magic & 1 else "<"
    if magic not in _MAGIC or _sum(octets[:24], 0, 0, order) != (sum_1, sum_2):
        return Log("the head of its log is not what was written")
    sums, size = (sum_1, sum_2), _FRAME.size + page
    bad = 0
    for number, at in enumerate(range(_HEAD.size, len(octets) - size + 1, size), 1):
        _, commit, *salts, sum_1, sum_2 = _FRAME.unpack_from(octets, at)
        mine = salts == [salt_1, salt_2]
        if not bad:
            sums = _sum(octets[at : at + 8], *sums, order)
            sums = _sum(octets[at + _FRAME.size : at + size], *sums, order)
            if mine and sums == (sum_1, sum_2):
                continue
            bad, torn = number, mine
        elif mine and commit:
            return Log(f"frame {bad} of its log is not what was written, and frame {number} behind it is")
    return Log(torn=bool(bad) and torn)


def _sum(octets: bytes, one: int, two: int, order: str) -> tuple[int, int]:
    """SQLite's checksum, gone on with."""
    for first, second in struct.iter_unpack(f"{order}2I", octets):
        one = (one + first + two) & _BITS
        two = (two + second + one) & _BITS
    return one, two
