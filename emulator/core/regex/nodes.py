"""What an expression says, as a tree."""

from collections.abc import Callable
from typing import NamedTuple

Test = Callable[[str], bool]
"""Of one character."""
Holds = Callable[[str, str], bool]
"""Of a place between two characters: the one before it ("" at the beginning) and the one after it ("" at the end;
LAST for a line break that ends the text)."""

LAST = "\n\0"


class Character(NamedTuple):
    """One character that the test takes; `literal` where it is one alone."""

    test: Test
    literal: str = ""
    pieces: int = 1


class Position(NamedTuple):
    """Takes no character: something must be so of the place."""

    holds: Holds
    before: tuple[Test, ...] = ()
    """All that it asks of the character before ("" at the beginning)."""
    pieces: int = 1


class Sequence(NamedTuple):
    nodes: "tuple[Node, ...]"
    pieces: int


class Choice(NamedTuple):
    nodes: "tuple[Node, ...]"
    pieces: int


class Repeat(NamedTuple):
    """`most` None: without an end."""

    node: "Node"
    least: int
    most: int | None
    greedy: bool
    pieces: int


class Group(NamedTuple):
    node: "Node"
    number: int
    pieces: int


Node = Character | Position | Sequence | Choice | Repeat | Group
