"""Values that know where in a file they were written."""

from typing import Any

from msgspec.structs import replace

from emulator.scenarios.problems import Problem, short, shown


class Node:
    """A value, where it stands, how it was written (if unquoted), and what is inside."""

    __slots__ = ("column", "inside", "line", "places", "size", "value", "written")

    def __init__(self, place: tuple[int, int], value: Any, written: str = "") -> None:
        self.line, self.column = place
        self.value = value
        self.written = written
        self.inside: dict[str | int, Node] = {}
        self.places: dict[str | int, tuple[int, int]] = {}
        """Where the keys stand."""
        self.size = 1


def placed(complaint: Problem, top: Node) -> Problem:
    """The complaint with its line and column, and with an unquoted value as it was written."""
    node, place = top, (top.line, top.column)
    for step in complaint.path:
        if step not in node.inside:
            return replace(complaint, line=node.line, column=node.column)
        place = node.places.get(step, place)
        node = node.inside[step]
    if complaint.about_key:
        return replace(complaint, line=place[0], column=place[1])
    as_read = complaint.found == shown(node.value) and not isinstance(node.value, str)
    found = short(node.written) if node.written and as_read else complaint.found
    return replace(complaint, line=node.line, column=node.column, found=found)
