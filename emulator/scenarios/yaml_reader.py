"""YAML text to a tree. The only file that imports yaml: import it when a YAML file is to be read.

Built from the parser's events and not from yaml.compose, which the C library does by recursion: 100,000 opening
brackets end the process.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from emulator.scenarios.positions import Node
from emulator.scenarios.problems import MOST_TOLD, Path, Problem, short
from emulator.scenarios.yaml_scalars import scalar

DEEPEST = 32
MOST_VALUES = 100_000
"""In one file: a scenario of ten thousand rules has as many."""
MOST_REPEATED = 1000
"""Values that aliases may repeat in all: a few kilobytes of them can stand for billions."""

QUOTES = 'write it in quotes if text is meant: "{found}"'
TRUTH = f"{QUOTES}; else write true or false"

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Stop(Exception):
    """A complaint after which reading on makes no sense."""

    def __init__(self, complaint: Problem) -> None:
        self.complaint = complaint


def read(text: str) -> "YamlReader":
    """A text, read. Raises Stop, or yaml.YAMLError at the first syntax error.

    The library's scanner runs up to a thousand characters ahead of its events, and some releases refuse there what they
    think is nested too deep. What stands before that place is read alone, so that our own limit is told first.
    """
    try:
        return YamlReader(text)
    except yaml.MarkedYAMLError as error:
        if error.problem_mark is not None:
            with suppress(yaml.YAMLError):
                YamlReader(text[: max(error.problem_mark.index - 1, 0)])
        raise


class YamlReader:
    """One file being read: `top` is its tree (None: empty), `complaints` what is wrong with its writing.

    Raises Stop, or yaml.YAMLError at the first syntax error.
    """

    def __init__(self, text: str) -> None:
        self.complaints: list[Problem] = []
        self.spoilt: set[Path] = set()
        """Where the writing was wrong, so that the value says nothing."""
        self._anchors: dict[str, Node] = {}
        self._repeated = self._values = 0
        self._events: Iterator[Event] = yaml.parse(text, Loader=Loader)
        self.top = self._document()

    def _document(self) -> Node | None:
        top: Node | None = None
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                if top is not None:
                    raise Stop(self._complaint(event, (), "a second document begins (---): a file holds one scenario"))
                top = self._node(next(self._events), ())
        return top

    def _node(self, event: Event, path: Path) -> Node:
        if isinstance(event, AliasEvent):
            return self._alias(event, path)
        self._values += 1
        if self._values > MOST_VALUES:
            raise Stop(self._complaint(event, path[:3], f"more than {MOST_VALUES} values in one file"))
        if len(path) > DEEPEST:
            raise Stop(self._complaint(event, path[:3], f"nested more than {DEEPEST} deep"))
        if isinstance(event, ScalarEvent):
            node = self._scalar(event, path)
        elif isinstance(event, SequenceStartEvent):
            node = self._sequence(event, path)
        else:
            assert isinstance(event, MappingStartEvent)
            node = self._mapping(event, path)
        if event.tag is not None:
            self._complain(event, path, "tags are no part of the scenario language", event.tag, hint="leave it out")
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _scalar(self, event: ScalarEvent, path: Path) -> Node:
        text = event.value
        if not event.implicit[0]:
            return Node(_place(event), text)
        if not text:
            self._complain(event, path, "nothing stands here", hint='leave the key out, or write "" or [] or null')
            return Node(_place(event), None)
        value, trap = scalar(text)
        if trap:
            hint = TRUTH if "true or false" in trap else QUOTES
            self._complain(event, path, trap, short(text), hint=hint)
        return Node(_place(event), value, text)

    def _sequence(self, event: SequenceStartEvent, path: Path) -> Node:
        node = Node(_place(event), [])
        for number, inner in enumerate(self._until(SequenceEndEvent)):
            child = self._node(inner, (*path, number))
            node.value.append(child.value)
            node.inside[number] = child
            node.size += child.size
        return node

    def _mapping(self, event: MappingStartEvent, path: Path) -> Node:
        node = Node(_place(event), {})
        for key in self._until(MappingEndEvent):
            name = self._key(key, path)
            first = node.places.get(name)
            if first is not None:
                twice = f"the key stands twice, first in line {first[0]}"
                self._complain(key, (*path, name), twice, hint="keep one of them")
            child = self._node(next(self._events), (*path, name))
            if first is None:
                node.value[name] = child.value
                node.inside[name] = child
                node.places[name] = _place(key)
            node.size += child.size
        return node

    def _key(self, event: Event, path: Path) -> str:
        if not isinstance(event, ScalarEvent):
            raise Stop(self._complaint(event, path, "a key is a word, and no list, mapping or alias"))
        text = event.value
        value, trap = scalar(text) if event.implicit[0] else (text, "")
        if trap or not isinstance(value, str):
            self._complain(event, (*path, text), trap or "a key is text", short(text), hint=QUOTES)
        return text

    def _alias(self, event: AliasEvent, path: Path) -> Node:
        node = self._anchors.get(event.anchor or "")
        if node is None:
            written = f"*{event.anchor}"
            self._complain(event, path, "there is no anchor of that name before", written, hint=QUOTES)
            return Node(_place(event), written, written)
        self._repeated += node.size
        if self._repeated > MOST_REPEATED:
            raise Stop(self._complaint(event, path, f"aliases repeat more than {MOST_REPEATED} values"))
        return node

    def _until(self, end: type[Event]) -> Iterator[Event]:
        for event in self._events:
            if isinstance(event, end):
                return
            yield event

    def _complain(self, event: Event, path: Path, message: str, found: str = "", hint: str = "") -> None:
        if len(self.complaints) < MOST_TOLD:
            self.complaints.append(self._complaint(event, path, message, found, hint))
        self.spoilt.add(path)

    def _complaint(self, event: Event, path: Path, message: str, found: str = "", hint: str = "") -> Problem:
        line, column = _place(event)
        return Problem(path, message, found, hint=hint, line=line, column=column)


def _place(event: Event) -> tuple[int, int]:
    mark: Any = event.start_mark
    return mark.line + 1, mark.column + 1
