"""A type as a sentence for people: what may stand there."""

from datetime import datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec import Meta, UnsetType

_SIMPLE: dict[Any, str] = {
    datetime: "a time with its zone, such as 2026-11-21T12:00:00Z",
    str: "text", int: "a whole number", float: "a number", bool: "true or false", Any: "anything", NoneType: "null",
    msgspec.Raw: "anything",
}  # fmt: skip


def in_words(kind: Any) -> str:
    """`a whole number, 1 or more`; `delivered, expired, ...`; `a mapping with when, then`."""
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return in_words(arguments[0]) + "".join(map(_bounds, arguments[1:]))
    if origin is Literal:
        return ", ".join(map(str, arguments))
    if origin in (UnionType, Union):
        return ", or ".join(in_words(member) for member in members(kind))
    if origin in (list, tuple):
        return f"a list of {in_words(arguments[0])}" if arguments[0] in _SIMPLE else "a list"
    if origin is dict:
        return f"a mapping of names to {in_words(arguments[1])}"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(str(member.value) for member in kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return f"a mapping with {', '.join(kind.__struct_encode_fields__)}"
    return str(kind)


def members(kind: Any) -> list[Any]:
    """What a union may be, leaving out "not given"; any other type alone."""
    if get_origin(kind) not in (UnionType, Union):
        return [kind]
    return [member for member in get_args(kind) if member not in (NoneType, UnsetType)]


def options(kind: Any) -> list[str]:
    """The words of the literals and enums that may stand there."""
    found: list[str] = []
    for member in members(kind):
        if get_origin(member) is Literal:
            found += map(str, get_args(member))
        elif isinstance(member, type) and issubclass(member, Enum):
            found += [str(one.value) for one in member]
    return found


def takes_text(kind: Any) -> bool:
    """May any text stand there?"""
    return any(member is str or (get_origin(member) is Annotated and get_args(member)[0] is str)
               for member in members(kind))  # fmt: skip


def _bounds(meta: Any) -> str:
    if not isinstance(meta, Meta):
        return ""
    if meta.pattern is not None:
        return f", {meta.description or f'that fits {meta.pattern}'}"
    if meta.ge is not None and meta.le is not None:
        return f", {meta.ge} to {meta.le}"
    texts = ((meta.ge, "{} or more"), (meta.gt, "more than {}"), (meta.le, "{} or less"), (meta.lt, "less than {}"),
             (meta.min_length, "at least {} long"), (meta.max_length, "at most {} long"))
    return "".join(f", {text.format(bound)}" for bound, text in texts if bound is not None)
