"""What send does to a text before it goes: transliteration, and cutting to a number of parts."""

from emulator.core.text import SINGLE, measure, split, width

_CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_SOUNDS = "a b v g d e e zh z i y k l m n o p r s t u f h c ch sh sch ' y ' e yu ya"
_SHAPES = "a 6 B r g e e *|* 3 u u K JI M H o n p c T y qp x u 4 LLI LLI b bI b 3 IO 9"


def _both_cases(latin: str, capitals: bool) -> dict[int, str]:
    table = dict(zip(_CYRILLIC, latin.split(), strict=True))
    upper = {letter.upper(): (out.capitalize() if capitals else out) for letter, out in table.items()}
    return str.maketrans({**table, **upper})


_BY_KIND = {"1": _both_cases(_SOUNDS, True), "2": _both_cases(_SHAPES, False)}
"""translit=1: by sound; translit=2: by the shapes of letters. The real tables are not known."""


def transliterated(text: str, kind: str) -> str:
    """`kind` is what stood in translit."""
    table = _BY_KIND.get(kind)
    return text.translate(table) if table else text


def cut(text: str, most: int) -> str:
    """As much of a text as fits into `most` parts."""
    if most > 1:
        return "".join(split(text)[:most])
    encoding = measure(text).encoding
    room, used = SINGLE[encoding], 0
    for at, character in enumerate(text):
        used += width(character, encoding)
        if used > room:
            return text[:at]
    return text
