"""What a case has shown: findings with what a good client does, and the grade that they add up to."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal, NamedTuple

from emulator.certify.cases import Case

Level = Literal["money", "wrong", "weak"]
"""Pays or loses messages; says what is not so; could do better."""

MANY = 10
"""So many requests for one message are too many, however they are spaced."""
QUICK = 1.0
"""Seconds: repeated sooner, a provider that is overloaded stays so."""


class Seen(NamedTuple):
    """`said_sent`: did the program say that the message was sent? None: it did not end in time."""

    said_sent: bool | None
    accepted: tuple[str, ...]
    """Texts of the messages that the provider has taken, refused ones left out."""
    asked: tuple[float, ...]
    """When each send came, in seconds."""


class Finding(NamedTuple):
    case: str
    level: Level
    what: str
    advice: str
    row: str = ""


def judged(case: Case, seen: Seen) -> list[Finding]:
    """Nothing, when all is as it should be."""
    found: list[tuple[Level, str, str]] = []
    had, asked = len(seen.accepted), len(seen.asked)
    if (copies := max(Counter(seen.accepted).values(), default=0)) > 1:
        found.append(("money", f"the message was sent {copies} times",
                      "when an answer is missing or cannot be read, ask by your reference what became of the message, "
                      "late enough, before you send it again"))  # fmt: skip
    if seen.said_sent is None:
        found.append(("wrong", "it did not end", "give every request a time limit, and all of its attempts one too"))
    if not asked:
        found.append(("wrong", "no send came", "look at the command: is {url} where it sends to?"))
    elif case.expected in ("sent", "in-doubt") and not had:
        found.append(("money", "the message was never sent", "what was answered well is sent; look at the text"))
    if had and case.text not in seen.accepted:
        found.append(("wrong", f"the text came as {seen.accepted[0]!r}", "send UTF-8, and encode each parameter"))
    if case.expected == "sent" and had and seen.said_sent is False:
        found.append(("weak", "a good answer was taken for a failure", "read the answer as HTTP allows it to come"))
    if not had and case.expected in ("not-sent", "refused") and seen.said_sent and asked:
        found.append(("money", "it says that the message was sent, and the provider has nothing",
                      "read the provider's code in each answer, whatever the HTTP status is"))  # fmt: skip
    if case.permanent and asked > 1:
        found.append(("weak", f"what was refused for good was sent {asked} times", "do not repeat what cannot help"))
    gaps = [later - earlier for earlier, later in zip(seen.asked, seen.asked[1:], strict=False)]
    if asked > MANY:
        found.append(("wrong", f"{asked} requests for one message", "give up after a few, and tell"))
    elif case.expected != "sent" and len(gaps) > 1 and max(gaps) < QUICK:  # parts of one text come together
        found.append(("weak", f"{asked} requests within {sum(gaps):.1f} s", "wait longer before each new attempt"))
    return [Finding(case.name, *one, case.row) for one in found]


def grade(findings: Sequence[Finding]) -> str:
    """A: nothing found; B: could do better; C, D: some or more is wrong; F: it costs money or messages."""
    levels = [one.level for one in findings]
    if "money" in levels:
        return "F"
    wrong = len({one.case for one in findings if one.level == "wrong"})
    return "D" if wrong > 2 else "C" if wrong else "B" if levels else "A"
