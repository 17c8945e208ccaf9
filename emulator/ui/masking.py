"""Secrets out of what people are shown: by the names of what carries them, and by their values, escaped or not.

Every text from outside is looked through once, from its beginning to its end: no pattern here goes over the same
characters twice, whatever they are.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from emulator.sandboxes.known_secrets import HEADERS, KnownSecrets, Span, Values
from emulator.sandboxes.sandbox import Sandbox
from emulator.smpp.pdu_tables import BINDS, CommandId

MASK = "••••••"
_HEAD = 16
_SAY_A_PASSWORD = (*BINDS, CommandId.OUTBIND)
_FAR = 4096
"""So far a tag, or the head of a part, may reach."""

Json = dict[str, Any]

_escape = re.compile(
    r"%(2[dDeE]|3[0-9]|4[1-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aAeE])"
    r"|\\u00(2[dDeE]|3[0-9]|4[1-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aAeE])"
    r"|&#[xX]0{0,6}(2[dDeE]|3[0-9]|4[1-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aAeE]);"
    r"|&#0{0,6}(4[56]|5[0-7]|4[89]|6[5-9]|[78][0-9]|9[0-5]|9[7-9]|1[01][0-9]|12[0-26]);"
).finditer
"""Letters, digits and - . _ ~ as URLs, JSON and XML may write them."""
_blank = re.compile(r"\s*+").match
_to_end_of_line = re.compile(r"[^\r\n]*+").match
_quoted = {'"': re.compile(r'(?:[^"\\]|\\.)*+', re.S).match, "'": re.compile(r"(?:[^'\\]|\\.)*+", re.S).match}
_unquoted = re.compile(r"[^&\s\"'<>]*+").match
_scalar = re.compile(r"[^,}\]\[{\"]*+").match
_end_of_part = re.compile(r"\r?\n--").search
_userinfo = re.compile(r"://[^/\s:@]*+:([^/\s@]++)@").finditer


class Mask:
    """Masks texts about a sandbox. `public`: values that are no secret here; `said`: secrets that somebody tried."""

    def __init__(self, sandbox: Sandbox, public: Iterable[str] = (), said: Iterable[str] = ()) -> None:
        self._known: KnownSecrets = sandbox.secrets
        self._public = frozenset(public)
        self._said = Values(said)

    def text(self, text: str) -> str:
        """A URL, a body, a reply, an explanation."""
        plain, places = _unescaped(text)
        spans = [*self._values(plain), *_named(plain, self._known.words, self._public)]
        spans += [found.span(1) for found in _userinfo(plain)]
        if not spans:
            return text
        out, done = [], 0
        for begin, end in sorted(spans):
            first, last = _place(places, begin), _place(places, end)
            if last > done:
                out += [text[done:first], MASK] if first >= done else []
                done = last
        return "".join([*out, text[done:]])

    def cut(self, text: str, most: int) -> str:
        """The beginning of a text."""
        return self.text(text[: 2 * most + 500])[:most]

    def _values(self, text: str) -> list[Span]:
        return [*self._known.values.spans(text, self._public), *self._said.spans(text, self._public)]

    def hex(self, text: str) -> str:
        """Octets of a PDU in hex."""
        octets = bytes.fromhex(text[: len(text) // 2 * 2]).decode("latin-1")
        for begin, end in self._values(octets):
            text = text[: 2 * begin] + "··" * (end - begin) + text[2 * end :]
        return _without_password(text) if text[8:16] in _BIND_IDS else text

    def headers(self, headers: Iterable[Iterable[str]]) -> list[tuple[str, str]]:
        words = self._known.words
        return [
            (self.text(name), MASK if name.lower() in words and value not in self._public else self.text(value))
            for name, value in headers
        ]

    def fields(self, fields: Json) -> dict[str, str]:
        """Parameters by name."""
        return {
            name: MASK if name.lower() in self._known.words and value not in ("", None) else self.text(str(value))
            for name, value in fields.items()
        }


def _unescaped(text: str) -> tuple[str, tuple[list[int], list[int]]]:
    """A text with its letters and digits as they are meant, and where what stands there stood before."""
    pieces, ours, theirs, done, length = [], [0], [0], 0, 0
    for found in _escape(text):
        hexadecimal = found[1] or found[2] or found[3]
        piece = text[done : found.start()] + chr(int(hexadecimal, 16) if hexadecimal else int(found[4]))
        length += len(piece)
        done = found.end()
        pieces.append(piece)
        ours += [length - 1, length]
        theirs += [found.start(), done]
    return "".join([*pieces, text[done:]]), (ours, theirs)


def _place(places: tuple[list[int], list[int]], at: int) -> int:
    ours, theirs = places
    known = bisect_right(ours, at) - 1
    return theirs[known] + at - ours[known]


@lru_cache(maxsize=8)
def _names(words: frozenset[str]) -> "re.Pattern[str]":
    return re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(map(re.escape, words), key=len, reverse=True))})(?![\w-])", re.I)


def _named(text: str, words: frozenset[str], public: frozenset[str]) -> list[Span]:
    """Values beside the name of a secret, as multipart, header, query, attribute, JSON and XML write them. What was
    taken for one is not looked through again."""
    spans: list[Span] = []
    done = 0
    for name in _names(words).finditer(text):
        if name.start() < done:
            continue
        span = _beside(text, name)
        if span is not None and span[0] < span[1]:
            done = span[1]
            if text[span[0] : span[1]] not in public:
                spans.append(span)
    return spans


def _beside(text: str, name: "re.Match[str]") -> Span | None:
    begin, end = name.span()
    before = text[begin - 1] if begin else "\n"
    quoted = before in "\"'" and text[end : end + 1] == before
    first = begin - quoted
    if text[max(0, first - 5) : first].lower() == "name=":
        heads = [at + len(blank) for blank in ("\n\n", "\n\r\n") if (at := text.find(blank, end, end + _FAR)) >= 0]
        return (min(heads), _until(_end_of_part, text, min(heads))) if heads else None
    if before == "<" or (before == ":" and "<" in text[max(0, begin - 40) : begin]):
        return _element(text, name)
    at = _after_blanks(text, end + quoted)
    sign = text[at : at + 1]
    if sign and sign in "=:":
        at = _after_blanks(text, at + 1)
        if text[at : at + 1] in _quoted:
            return at + 1, _end(_quoted[text[at]], text, at + 1)
        if sign == "=":
            return at, _end(_unquoted, text, at)
        if quoted:
            return at, _end(_scalar, text, at)
    if before in "\r\n" and not quoted and (sign == ":" or (name[0].lower() in HEADERS and text[end : end + 1] == " ")):
        at = end + 1
        return at, _end(_to_end_of_line, text, at)
    return None


def _element(text: str, name: "re.Match[str]") -> Span | None:
    """What stands in an element of XML, however deep; to the end of the text where it is not closed."""
    closed = text.find(">", name.end(), name.end() + _FAR)
    if closed < 0 or text[closed - 1] == "/":
        return None
    return closed + 1, _until(_closing(name[0].lower()).search, text, closed + 1)


@lru_cache(maxsize=64)
def _closing(name: str) -> "re.Pattern[str]":
    return re.compile(rf"</(?:\w++:)?{re.escape(name)}\s*+>", re.I)


def _until(search: Any, text: str, at: int) -> int:
    found = search(text, at)
    return len(text) if found is None else int(found.start())


def _after_blanks(text: str, at: int) -> int:
    return _end(_blank, text, at)


def _end(match: Any, text: str, at: int) -> int:
    found = match(text, at)
    return at if found is None else int(found.end())


_BIND_IDS = frozenset(f"{int(command):08x}" for command in _SAY_A_PASSWORD)


def _without_password(text: str) -> str:
    """A bind in hex, readable or not: the second of its texts is the password."""
    octets = [text[n : n + 2] for n in range(0, len(text), 2)]
    if "00" not in octets[_HEAD:]:
        return text
    begin = octets.index("00", _HEAD) + 1
    end = octets.index("00", begin) if "00" in octets[begin:] else len(octets)
    return "".join([*octets[:begin], *(["··"] * (end - begin)), *octets[end:]])
