"""What a caller gives, held against what can be written: a mistake is told before anything is sent."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, get_args

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def hold(call: str, given: Mapping[str, object], kind: type) -> None:
    """Raises TypeError for an option that `kind` (a TypedDict) does not have, naming what may stand there, and for True
    or False where it has none: they would go out as words, or as 1 and 0."""
    takes = kind.__annotations__
    for name, value in given.items():
        if name not in takes:
            near = get_close_matches(name, takes, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"it takes {', '.join(takes)}"
            raise TypeError(f"{call}() takes no option {name!r}; {hint}")
        if isinstance(value, bool) and bool not in (takes[name], *get_args(takes[name])):
            raise TypeError(f"{call}() takes no {value} as {name}")


def check_texts(said: Iterable[tuple[str, object]], xml: bool = False) -> None:
    """Raises ValueError for what no request can carry: half a surrogate pair; in XML a control character, too."""
    for name, text in said:
        if not isinstance(text, str):
            continue
        try:
            text.encode()
        except UnicodeEncodeError as why:
            at = why.start
            lone = f"U+{ord(text[at]):04X}"
        else:
            found = _NOT_XML.search(text) if xml else None
            if found is None:
                continue
            at = found.start()
            raise ValueError(
                f"{name} has the character U+{ord(text[at]):04X} at {at}, which XML cannot carry; leave it out, or "
                "send by another way than XML"
            )
        raise ValueError(f"{name} has half a surrogate pair ({lone}) at {at}: it was cut in the middle of a character")


def listed(to: Any) -> list[str]:
    """The numbers of one text or of several."""
    return [one(each) for each in (to if isinstance(to, Iterable) and not isinstance(to, (str, bytes)) else [to])]


def one(to: object) -> str:
    """A number. Raises TypeError for what is no text, ValueError for several in one: they would be sent to, and be told
    of as one."""
    if not isinstance(to, str):
        raise TypeError(f"a number is a text, and several, where they may be, are a list of texts: found {to!r}")
    if "," in to or ";" in to:
        raise ValueError(f"{to!r} holds several: give them one by one, or a list where it may be")
    return to


def id_text(name: str, id: object, *kinds: type) -> str:
    """An id as a text. Raises TypeError for what is none of these kinds."""
    if isinstance(id, bool) or not isinstance(id, kinds):
        raise TypeError(f"{name} is {' or '.join(kind.__name__ for kind in kinds)}, not {id!r}")
    return str(id)


def check_header(name: str, value: str) -> None:
    """Raises ValueError for what cannot stand in a header; the value, a secret, is not shown."""
    if not value.isascii() or not value.isprintable() or value != value.strip():
        raise ValueError(f"the {name} has characters that cannot stand in an HTTP header, or blanks around it")
