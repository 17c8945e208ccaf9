"""How many calls may be under way at once: more than that wait for a place, and begin only with enough time left.

Each lane has its own number, and what is in a lane needs a place among all as well.
"""

from collections.abc import Mapping
from typing import TypeAlias

ALL = ""
"""The lane that everything is in."""
AtOnce: TypeAlias = Mapping[str, int]
"""Lane → calls at once."""
USUAL: AtOnce = {ALL: 50}


def lanes_of(lane: str, at_once: AtOnce) -> list[str]:
    """Where a call needs a place, in the order in which they are taken."""
    return [one for one in dict.fromkeys((lane, ALL)) if one in at_once]


def check_at_once(at_once: int | AtOnce | None, usual: AtOnce) -> AtOnce:
    """What a caller gives: a number for all, or by lane. Raises ValueError."""
    wanted = usual if at_once is None else {**usual, ALL: at_once} if isinstance(at_once, int) else {**usual, **at_once}
    for lane, most in wanted.items():
        if most < 1:
            raise ValueError(f"at_once must be at least 1, not {most!r}")
        if lane not in usual:
            raise ValueError(f"at_once has no {lane!r}; there are {', '.join(map(repr, usual))}")
    return wanted
