"""What makes one world: a seed and a short list of faults, both in a token that a person can read:

    7/lost@3/kill@41~12.5

is seed 7, the third turn on the network lost, and whoever takes step 41 killed there and started again 12.5 s later.
"""

import re
from random import Random
from typing import Literal, NamedTuple, cast, get_args

Kind = Literal["lost", "silent", "late", "kill", "terminate"]

KINDS: dict[str, str] = {
    "lost": "what one side said in its turn never comes, and both sides see the connection break",
    "silent": "what one side said in its turn never comes, and nobody is told",
    "late": "what one side said in its turn comes so many seconds later",
    "kill": "the process is killed before this step and started again so many seconds later",
    "terminate": "the process is asked to end (SIGTERM) before this step and started again so many seconds later",
}
OF_NETWORK = ("lost", "silent", "late")
OF_PROCESSES = ("kill", "terminate")

_FAULT = re.compile(r"([a-z]+)@(\d+)(?:~(\d+(?:\.\d+)?))?").fullmatch


class Fault(NamedTuple):
    """`at`: the turn on the network, or the step of the processes, counted from 1. A turn is all that one side of a
    connection says until the other one speaks: a request, a reply."""

    kind: Kind
    at: int
    seconds: float = 0.0

    def __str__(self) -> str:
        return f"{self.kind}@{self.at}" + (f"~{self.seconds:g}" if self.seconds else "")


class Plan(NamedTuple):
    seed: int
    faults: tuple[Fault, ...] = ()

    @property
    def token(self) -> str:
        return "/".join((str(self.seed), *map(str, self.faults)))

    def without(self, number: int) -> "Plan":
        return self._replace(faults=self.faults[:number] + self.faults[number + 1 :])

    def of(self, kinds: tuple[str, ...]) -> dict[int, Fault]:
        return {fault.at: fault for fault in self.faults if fault.kind in kinds}


def planned(token: str) -> Plan:
    """The plan of a token. Raises ValueError, saying what may stand there."""
    seed, *faults = token.strip().split("/")
    if not seed.lstrip("-").isdigit():
        raise ValueError(f"the token {token!r} begins with no seed; one looks like 7/lost@3/kill@41~12.5")
    found = []
    for written in faults:
        match = _FAULT(written)
        if match is None or match[1] not in KINDS:
            raise ValueError(f"{written!r} in the token {token!r} is no fault; there are {', '.join(get_args(Kind))}, "
                             "each as kind@number or kind@number~seconds")  # fmt: skip
        found.append(Fault(cast(Kind, match[1]), int(match[2]), float(match[3] or 0)))
    return Plan(int(seed), tuple(found))


class Course(NamedTuple):
    """How a world without faults went: which steps of the processes there were, and at which of them each turn began
    that an application or a provider spoke."""

    turns: int
    steps: int
    at_turn: tuple[int, ...]


def drawn(seed: int, course: Course, kinds: tuple[str, ...], most: int, crashes: int) -> Plan:
    """A plan with up to `most` faults of the network and up to `crashes` of the processes, drawn by the seed. Most
    crashes come right behind a turn: that is where applications learn of something and have not written it down."""
    draw = Random(f"plan {seed}")
    faults: set[Fault] = set()
    if kinds and course.turns:
        for _ in range(draw.randint(0 if crashes else 1, most)):
            kind = draw.choice(kinds)
            seconds = round(draw.choice((3.0, 12.0, 45.0)) * draw.uniform(0.5, 1.5), 1) if kind == "late" else 0.0
            faults.add(Fault(cast(Kind, kind), draw.randint(1, course.turns + 2), seconds))
    if course.steps:
        for _ in range(draw.randint(0 if faults else 1, crashes) if crashes else 0):
            near = course.at_turn and draw.random() < 0.7
            at = draw.choice(course.at_turn) + draw.randint(0, 6) if near else draw.randint(1, course.steps + 1)
            kind = "terminate" if draw.random() < 0.25 else "kill"
            faults.add(Fault(cast(Kind, kind), max(at, 1), round(draw.uniform(0.5, 20.0), 1)))
    return Plan(seed, tuple(sorted(faults)))
