"""The tree of an expression to instructions of a machine that follows all ways through it at once (Thompson's)."""

from typing import NamedTuple

from emulator.core.regex.nodes import Character, Choice, Group, Node, Position, Repeat, Sequence


class Take(NamedTuple):
    """Takes a character; goes on behind itself."""

    what: Character


class Check(NamedTuple):
    """Goes on behind itself if the place is right."""

    place: Position


class Split(NamedTuple):
    """Goes on at both; the first is preferred."""

    first: int
    second: int


class Save(NamedTuple):
    """Remembers the place: where group `slot // 2` begins (even) or ends (odd)."""

    slot: int


class Done(NamedTuple):
    """The whole expression fits."""


Instruction = Take | Check | Split | Save | Done


def compile_to(program: list[Instruction], node: Node) -> None:
    """Put the instructions of a node behind those there are."""
    match node:
        case Character():
            program.append(Take(node))
        case Position():
            program.append(Check(node))
        case Sequence():
            for one in node.nodes:
                compile_to(program, one)
        case Group():
            program.append(Save(2 * node.number))
            compile_to(program, node.node)
            program.append(Save(2 * node.number + 1))
        case Choice():
            _choice(program, node)
        case Repeat():
            _repeat(program, node)


def _choice(program: list[Instruction], node: Choice) -> None:
    ends: list[int] = []
    for one in node.nodes[:-1]:
        split = len(program)
        program.append(Done())  # its place is taken below
        compile_to(program, one)
        ends.append(len(program))
        program.append(Done())
        program[split] = Split(split + 1, len(program))
    compile_to(program, node.nodes[-1])
    for end in ends:
        program[end] = Split(len(program), len(program))


def _repeat(program: list[Instruction], node: Repeat) -> None:
    for _ in range(node.least):
        compile_to(program, node.node)
    if node.most is None:
        split = len(program)
        program.append(Done())
        compile_to(program, node.node)
        program.append(Split(split, split))
        program[split] = _fork(split + 1, len(program), node.greedy)
        return
    splits: list[int] = []
    for _ in range(node.most - node.least):
        splits.append(len(program))
        program.append(Done())
        compile_to(program, node.node)
    for split in splits:
        program[split] = _fork(split + 1, len(program), node.greedy)


def _fork(inside: int, behind: int, greedy: bool) -> Split:
    return Split(inside, behind) if greedy else Split(behind, inside)


def needed(node: Node) -> str:
    """The longest text that every text that fits must have in it; "" where there is none."""
    return max(_runs(node), key=len)


def _runs(node: Node) -> list[str]:
    """Literal texts that must be there."""
    match node:
        case Character():
            return [node.literal]
        case Group():
            return _runs(node.node)
        case Repeat() if node.least:
            return _runs(node.node)
        case Sequence():
            found, run = [""], ""
            for one in node.nodes:
                if isinstance(one, Character) and one.literal:
                    run += one.literal
                else:
                    found += [run, *_runs(one)]
                    run = ""
            return [*found, run]
    return [""]
