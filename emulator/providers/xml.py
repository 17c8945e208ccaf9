"""XML from strangers to a plain tree, with expat's handlers. Pure.

No document types (so no entities of anybody's own and no external references), no deep nesting, few nodes, short
names of namespaces: expat writes a namespace's whole name in front of every tag, so a long one would cost its length
times the nodes.
"""

from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

import msgspec

MOST_DEPTH = 32
MOST_NODES = 10_000
MOST_NAMESPACE = 1024
"""Characters in the name of one namespace."""
MOST_NAMESPACES = 256
"""Declarations of namespaces in one document."""
MOST_ATTRIBUTES = 16_384
"""Characters in the names and values of one element's attributes."""
MOST_EQUALS = 100_000
"""Equals signs in a document: each attribute has one, and expat reads all those of an element before anybody can say
that they are too many."""

_BETWEEN = "\n"


class BadXml(ValueError):
    """Not XML, or XML that nobody with good intentions writes; its text says why."""


class Element(msgspec.Struct):
    """One element. `text` is its own character data, joined; `namespace` is "" where there is none; attributes that
    stand in a namespace are called `{namespace}name`."""

    name: str
    namespace: str = ""
    attributes: dict[str, str] = {}
    text: str = ""
    children: "list[Element]" = []

    def all(self) -> "Iterator[Element]":
        """It, and all that stand in it."""
        yield self
        for child in self.children:
            yield from child.all()

    def child(self, name: str) -> "Element | None":
        """The first child of that name, whatever its namespace."""
        return next((child for child in self.children if child.name == name), None)

    def text_of(self, name: str) -> str | None:
        """The text of the first child of that name; None when there is no such child."""
        child = self.child(name)
        return None if child is None else child.text


def read(octets: bytes, encoding: str | None = None, depth: int = MOST_DEPTH, nodes: int = MOST_NODES) -> Element:
    """The root element of a document. `encoding` beats what the document says of itself. Raises BadXml."""
    growing = _Tree(depth, nodes)
    if octets.count(b"=") > MOST_EQUALS:
        raise BadXml(f"at most {MOST_EQUALS} equals signs may stand in it")
    try:
        parser = expat.ParserCreate(encoding, _BETWEEN)
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = growing.doctype
        parser.StartNamespaceDeclHandler = growing.namespace
        parser.StartElementHandler = growing.begin
        parser.EndElementHandler = growing.end
        parser.CharacterDataHandler = growing.characters
        parser.Parse(octets, True)
    except BadXml:
        raise
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise BadXml(str(error)) from None
    assert growing.root is not None
    return growing.root


class _Tree:
    """What the handlers build."""

    def __init__(self, depth: int, nodes: int) -> None:
        self._depth = depth
        self._nodes = nodes
        self._namespaces = MOST_NAMESPACES
        self._open: list[tuple[Element, list[str]]] = []
        self.root: Element | None = None

    def doctype(self, *_: Any) -> None:
        raise BadXml("a document type is not allowed")

    def namespace(self, prefix: str | None, uri: str | None) -> None:
        self._namespaces -= 1
        if self._namespaces < 0 or len(uri or "") > MOST_NAMESPACE:
            raise BadXml(f"at most {MOST_NAMESPACES} namespaces of at most {MOST_NAMESPACE} characters are allowed")

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        self._nodes -= 1
        if self._nodes < 0:
            raise BadXml("too many elements")
        if len(self._open) >= self._depth:
            raise BadXml(f"elements may stand {self._depth} deep")
        if sum(len(name) + len(value) for name, value in attributes.items()) > MOST_ATTRIBUTES:
            raise BadXml(f"attributes of one element may have {MOST_ATTRIBUTES} characters")
        namespace, _, name = tag.rpartition(_BETWEEN)
        element = Element(name, namespace, {_attribute(n): value for n, value in attributes.items()})
        if self._open:
            self._open[-1][0].children.append(element)
        else:
            self.root = element
        self._open.append((element, []))

    def end(self, tag: str) -> None:
        element, text = self._open.pop()
        element.text = "".join(text)

    def characters(self, data: str) -> None:
        self._open[-1][1].append(data)


def _attribute(tag: str) -> str:
    namespace, _, name = tag.rpartition(_BETWEEN)
    return f"{{{namespace}}}{name}" if namespace else name
