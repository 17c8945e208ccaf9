"""The text of an expression to nodes: a tree of what it says. What cannot be is told with its position."""

from emulator.core.regex.nodes import LAST, Character, Choice, Group, Node, Position, Repeat, Sequence, Test

MOST_PIECES = 250
DEEPEST = 50


class BadPattern(ValueError):
    """It is no expression, or none of ours; `position` counts characters from 1."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"{message} at character {position}")
        self.message, self.position = message, position


def _is_word(character: str) -> bool:
    return character[:1].isalnum() or character[:1] == "_"


def _not(test: Test) -> Test:
    return lambda character: not test(character)


_CLASSES: dict[str, Test] = {"d": str.isdecimal, "w": _is_word, "s": str.isspace}
_CLASSES |= {name.upper(): _not(test) for name, test in _CLASSES.items()}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "0": "\0"}
_HEX = {"x": 2, "u": 4, "U": 8}
_PLACES: dict[str, Position] = {
    "A": Position(lambda before, after: not before, (lambda before: not before,)),
    "Z": Position(lambda before, after: not after),
    "b": Position(lambda before, after: _is_word(before) != _is_word(after), (_is_word,)),
    "B": Position(lambda before, after: _is_word(before) == _is_word(after), (_is_word,)),
}
_LINE_BEGINS = Position(lambda before, after: before in ("", "\n"), (lambda before: before in ("", "\n"),))
_LINE_ENDS = Position(lambda before, after: after in ("", "\n", LAST))
_TEXT_ENDS = Position(lambda before, after: after in ("", LAST))


def parse(text: str) -> tuple[Node, int]:
    """The tree of an expression, and how many groups it has. Raises BadPattern."""
    parser = _Parser(text)
    node = parser.choice(0)
    if parser.at < len(text):
        raise parser.wrong("a ) without its (")
    return node, parser.groups


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.at, self.groups = text, 0, 0
        self.ignore_case = self.dot_all = self.multiline = False
        self.names: set[str] = set()

    def wrong(self, message: str, back: int = 0) -> BadPattern:
        return BadPattern(message, self.at - back + 1)

    def next_is(self, word: str) -> bool:
        """Does the word come next? Then it is passed."""
        if not self.text.startswith(word, self.at):
            return False
        self.at += len(word)
        return True

    def one(self, what: str) -> str:
        """The next character."""
        if self.at >= len(self.text):
            raise self.wrong(f"{what} is missing")
        self.at += 1
        return self.text[self.at - 1]

    # from the whole to its parts

    def choice(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise self.wrong(f"brackets more than {DEEPEST} deep")
        nodes = [self.sequence(depth)]
        while self.next_is("|"):
            nodes.append(self.sequence(depth))
        if len(nodes) == 1:
            return nodes[0]
        return Choice(tuple(nodes), self.sized(sum(node.pieces + 2 for node in nodes)))

    def sequence(self, depth: int) -> Node:
        nodes: list[Node] = []
        pieces = 0
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            node = self.repeated(self.atom(depth))
            if node is not None:
                nodes.append(node)
                pieces = self.sized(pieces + node.pieces)
        return nodes[0] if len(nodes) == 1 else Sequence(tuple(nodes), pieces)

    def sized(self, pieces: int) -> int:
        if pieces > MOST_PIECES:
            many = f"{pieces} pieces" if pieces < 10_000_000 else "very many pieces"
            raise self.wrong(f"the expression is too large: {many} so far, and {MOST_PIECES} are the most,", 1)
        return pieces

    def repeated(self, node: Node | None) -> Node | None:
        once = False
        while (bounds := self.bounds()) is not None:
            least, most = bounds
            if node is None:
                raise self.wrong("nothing to repeat", 1)
            if once:
                raise self.wrong("repeated twice: put brackets around the first,", 1)
            once = True
            if self.next_is("+"):
                raise self.wrong("possessive repetition is no part of our expressions,", 1)
            greedy = not self.next_is("?")
            own = max(node.pieces, 1)
            pieces = least * own + (own + 2 if most is None else (most - least) * (own + 1))
            node = Repeat(node, least, most, greedy, self.sized(pieces))
        return node

    def bounds(self) -> tuple[int, int | None] | None:
        for sign, found in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.next_is(sign):
                return found
        end = self.text.find("}", self.at)
        if not self.text.startswith("{", self.at) or end < 0 or end - self.at > 40:
            return None
        low, comma, high = self.text[self.at + 1 : end].partition(",")
        if not all(part.isdecimal() and part.isascii() for part in (low, high) if part) or not (low or high):
            return None
        least = int(low or 0)
        most = (int(high) if high else None) if comma else least
        if most is not None and most < least:
            raise self.wrong("the least is more than the most,")
        self.at = end + 1
        return least, most

    def atom(self, depth: int) -> Node | None:
        sign = self.one("a character")
        match sign:
            case "(":
                return self.group(depth + 1)
            case "[":
                return self.character_class()
            case "\\":
                return self.escape()
            case ".":
                return Character((lambda character: True) if self.dot_all else (lambda character: character != "\n"))
            case "^":
                return _LINE_BEGINS if self.multiline else _PLACES["A"]
            case "$":
                return _LINE_ENDS if self.multiline else _TEXT_ENDS
            case "*" | "+" | "?":
                raise self.wrong("nothing to repeat", 1)
        return self.literal(sign)

    def literal(self, character: str) -> Character:
        if self.ignore_case and character.lower() != character.upper():
            return Character(_folding(character.__eq__))
        return Character(character.__eq__, character)

    # brackets

    def group(self, depth: int) -> Node | None:
        began = self.at
        if not self.next_is("?"):
            self.groups += 1
            number = self.groups
            inner = self.inside(depth, began)
            return Group(inner, number, self.sized(inner.pieces + 2))
        if self.next_is(":"):
            return self.inside(depth, began)
        if self.next_is("P<"):
            name = self.name(">")
            self.groups += 1
            number = self.groups
            inner = self.inside(depth, began)
            return Group(inner, number, self.sized(inner.pieces + 2))
        for sign, ahead, wanted in (("=", True, True), ("!", True, False), ("<=", False, True), ("<!", False, False)):
            if self.next_is(sign):
                return self.look(depth, began, ahead, wanted)
        if self.next_is("#"):
            while self.one("the ) of a comment") != ")":
                pass
            return None
        if self.text.startswith(("P=", "("), self.at):
            name = "a backreference" if self.next_is("P=") else "a condition"
            raise BadPattern(f"{name} is no part of our expressions,", began)
        return self.flags(depth, began)

    def name(self, end: str) -> str:
        close = self.text.find(end, self.at)
        name = self.text[self.at : close] if close >= 0 else ""
        if not name.isidentifier():
            raise self.wrong("a group's name is a word")
        if name in self.names:
            raise self.wrong("the name of another group")
        self.names.add(name)
        self.at = close + 1
        return name

    def inside(self, depth: int, began: int) -> Node:
        kept = self.ignore_case, self.dot_all, self.multiline
        node = self.choice(depth)
        if not self.next_is(")"):
            raise BadPattern("a ( without its )", began)
        self.ignore_case, self.dot_all, self.multiline = kept
        return node

    def flags(self, depth: int, began: int) -> Node | None:
        """`(?i)` at the very beginning, `(?i:...)` anywhere."""
        before = self.ignore_case, self.dot_all, self.multiline
        while (sign := self.one("a ) or :")) in "ims":
            self.ignore_case |= sign == "i"
            self.multiline |= sign == "m"
            self.dot_all |= sign == "s"
        if sign == ")" and began == 1:
            return None
        if sign == ")":
            raise BadPattern("(?flags) stand at the very beginning; or write (?flags:...)", began)
        if sign != ":":
            raise self.wrong("there are the flags i, m and s, and no other here,", 1)
        node = self.inside(depth, began)
        self.ignore_case, self.dot_all, self.multiline = before
        return node

    def look(self, depth: int, began: int, ahead: bool, wanted: bool) -> Position:
        """`(?=x)` and its kin: of one character, or of several to choose from."""
        groups = self.groups
        inner = self.inside(depth, began)
        nodes = inner.nodes if isinstance(inner, Choice) else (inner,)
        if self.groups > groups or not all(isinstance(node, Character | Position) for node in nodes):
            which = "lookahead" if ahead else "lookbehind"
            raise BadPattern(f"a {which} of more than one character is no part of our expressions,", began)
        sides = [_one_side(node, ahead) for node in nodes if isinstance(node, Character | Position)]
        return Position(
            lambda before, after: any(side.holds(before, after) for side in sides) == wanted,
            tuple(test for side in sides for test in side.before),
        )

    # characters

    def escape(self) -> Node:
        sign = self.one("what a \\ escapes")
        if sign in _CLASSES:
            return Character(_CLASSES[sign])
        if sign in _PLACES:
            return _PLACES[sign]
        if sign.isdecimal() and sign != "0":
            raise self.wrong("a backreference is no part of our expressions,", 2)
        return self.literal(self.escaped(sign))

    def escaped(self, sign: str) -> str:
        if sign in _CONTROLS:
            return _CONTROLS[sign]
        if sign in _HEX:
            digits = self.text[self.at : self.at + _HEX[sign]]
            try:
                if len(digits) < _HEX[sign] or not digits.isalnum():
                    raise ValueError
                character = chr(int(digits, 16))
            except (ValueError, OverflowError):
                raise self.wrong(f"\\{sign} takes {_HEX[sign]} hexadecimal digits of a character") from None
            self.at += len(digits)
            return character
        if sign.isascii() and sign.isalnum():
            raise self.wrong(f"no such escape as \\{sign}", 2)
        return sign

    def character_class(self) -> Character:
        began = self.at
        negated = self.next_is("^")
        singles: set[str] = set()
        ranges: list[tuple[str, str]] = []
        classes: list[Test] = []
        first = True
        while (sign := self.class_sign(began)) != "]" or first:
            first = False
            low = self.member(sign, classes)
            if low is None:
                continue
            if self.text.startswith("-", self.at) and not self.text.startswith("-]", self.at):
                self.at += 1
                high = self.member(self.class_sign(began), classes)
                if high is None or high < low:
                    raise self.wrong("a range ends before it begins" if high else "a range ends with a class", 1)
                ranges.append((low, high))
            else:
                singles.add(low)

        def test(character: str) -> bool:
            return (
                character in singles or any(low <= character <= high for low, high in ranges)
                or any(one(character) for one in classes)
            )  # fmt: skip

        found: Test = _folding(test) if self.ignore_case else test
        return Character(_not(found) if negated else found)

    def class_sign(self, began: int) -> str:
        if self.at >= len(self.text):
            raise BadPattern("a [ without its ]", began)
        return self.one("")

    def member(self, sign: str, classes: list[Test]) -> str | None:
        """A character of a class; None for a class inside it."""
        if sign != "\\":
            return sign
        sign = self.one("what a \\ escapes")
        if sign in _CLASSES:
            classes.append(_CLASSES[sign])
            return None
        return "\b" if sign == "b" else self.escaped(sign)


def _folding(test: Test) -> Test:
    return lambda character: test(character) or test(character.lower()) or test(character.upper())


def _one_side(node: Character | Position, ahead: bool) -> Position:
    if isinstance(node, Position):
        return node
    test = node.test
    if ahead:
        return Position(lambda before, after: bool(after) and test(after[0]))
    return Position(
        lambda before, after: bool(before) and test(before), (lambda before: bool(before) and test(before),)
    )
