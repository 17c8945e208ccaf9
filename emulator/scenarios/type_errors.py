"""Why will msgspec not take this value? It stops at the first mistake; this goes down until all are found.

msgspec stays the judge: a piece that it takes is right, and every piece that it refuses yields a complaint.
"""

import re
from collections.abc import Callable, Iterator
from typing import Annotated, Any, get_args, get_origin

import msgspec
from msgspec.structs import fields

from emulator.scenarios.problems import Path, Problem, did_you_mean, listed, shown
from emulator.scenarios.type_descriptions import in_words, members, options, takes_text

QUOTE = 'a number or word to be read as text goes in quotes: "{found}"'

_path_of_msgspec = re.compile(r" - at `[^`]*`$")


def converted(value: Any, kind: Any) -> Any:
    """The value as that type. Raises ValueError (msgspec's ValidationError is one)."""
    try:
        return msgspec.convert(value, kind)
    except (OverflowError, RecursionError) as error:
        raise ValueError(f"too much for us: {error}") from None


def find_type_errors(value: Any, kind: Any, path: Path = ()) -> Iterator[Problem]:
    """All complaints about a value that should be of that type; none if it is."""
    try:
        converted(value, kind)
        return
    except ValueError as error:
        message = _path_of_msgspec.sub("", str(error))
    part = _fitting(value, kind)
    if part is None:
        yield _leaf(value, kind, path)
        return
    member, look_inside = part
    inner = look_inside(value, member, path)
    yield next(inner, None) or _whole(value, member, path, message)
    yield from inner


def _leaf(value: Any, kind: Any, path: Path) -> Problem:
    hint = did_you_mean(value, options(kind)) if isinstance(value, str) else ""
    if takes_text(kind) and isinstance(value, bool | int | float):
        hint = QUOTE
    hint = hint or _under_its_key(value, kind)
    return Problem(path, found=shown(value), allowed=in_words(kind), hint=hint)


def _under_its_key(value: Any, kind: Any) -> str:
    """A value alone where a mapping or a list belongs: `write {reason: no-credit}`, `write [3]`."""
    if isinstance(value, dict | list) or value is None:
        return ""
    for member in members(kind):
        bare = get_args(member)[0] if get_origin(member) is Annotated else member
        if isinstance(bare, type) and issubclass(bare, msgspec.Struct):
            found = _in_struct(value, bare)
        elif get_origin(bare) in (list, tuple):
            found = _in_list(value, get_args(bare)[0])
        else:
            continue
        if found:
            return f"write {found}"
    return ""


def _in_list(value: Any, kind: Any) -> str:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        inner = _in_struct(value, kind)
        return f"[{inner}]" if inner else ""
    return f"[{shown(value)}]" if _takes(value, kind) else ""


def _in_struct(value: Any, kind: Any) -> str:
    from difflib import get_close_matches

    needed = [field for field in fields(kind) if field.required]
    for field in fields(kind):
        if isinstance(value, str) and (near := get_close_matches(value, options(field.type), 1)):
            return _mapping(field, near[0], needed)
        if value == field.encode_name and bool in members(field.type):
            return _mapping(field, "true", needed)
    first = next((field for field in needed if _takes(value, field.type)), None)
    return "" if first is None else _mapping(first, shown(value), needed)


def _mapping(field: Any, value: str, needed: list[Any]) -> str:
    """`{status: delivered, after: ...}`: dots where something else has to stand."""
    others = (f"{other.encode_name}: ..." for other in needed if other.encode_name != field.encode_name)
    return f"{{{', '.join((f'{field.encode_name}: {value}', *others))}}}"


def _takes(value: Any, kind: Any) -> bool:
    try:
        converted(value, kind)
    except ValueError:
        return False
    return True


def _whole(value: Any, kind: Any, path: Path, message: str) -> Problem:
    """Every part is right by itself; the whole is not. `matches: ...` speaks of the part of that name."""
    if not value and "of length" in message:
        return Problem(path, "nothing stands in it")
    name, colon, rest = message.partition(": ")
    if colon and isinstance(value, dict) and name in value:
        return Problem((*path, name), rest, shown(value[name]))
    return Problem(path, message)


def _struct(value: dict[Any, Any], kind: Any, path: Path) -> Iterator[Problem]:
    known = {field.encode_name: field for field in fields(kind)}
    for name, given in value.items():
        if name in known:
            yield from find_type_errors(given, known[name].type, (*path, name))
        elif kind.__struct_config__.forbid_unknown_fields:
            yield Problem(
                (*path, name), "no such key", shown(name), listed(known), did_you_mean(str(name), known), about_key=True
            )
    for name, field in known.items():
        if field.required and name not in value:
            yield Problem(path, f"the key {name} is missing", hint=f"{name} is {in_words(field.type)}")


def _dict(value: dict[Any, Any], kind: Any, path: Path) -> Iterator[Problem]:
    key_kind, value_kind = get_args(kind)
    for name, given in value.items():
        for complaint in find_type_errors(name, key_kind, (*path, name)):
            yield msgspec.structs.replace(complaint, about_key=True)
        yield from find_type_errors(given, value_kind, (*path, name))


def _items(value: list[Any], kind: Any, path: Path) -> Iterator[Problem]:
    for index, given in enumerate(value):
        yield from find_type_errors(given, get_args(kind)[0], (*path, index))


Look = Callable[[Any, Any, Path], Iterator[Problem]]


def _fitting(value: Any, kind: Any) -> tuple[Any, Look] | None:
    """The one member of a type that a mapping or list can be meant for, and how to look inside."""
    found: list[tuple[Any, Look]] = []
    for member in members(kind):
        bare = get_args(member)[0] if get_origin(member) is Annotated else member
        origin = get_origin(bare)
        if isinstance(value, dict) and origin is dict:
            found.append((bare, _dict))
        elif isinstance(value, dict) and isinstance(bare, type) and issubclass(bare, msgspec.Struct):
            found.append((bare, _struct))
        elif isinstance(value, list) and origin in (list, tuple):
            found.append((bare, _items))
    return found[0] if len(found) == 1 else None
