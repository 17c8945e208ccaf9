"""What is played at a program: good answers in every shape, faults of the reply, failures of the server, and every code
that the provider documents for a send."""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from emulator.core.rules.actions import FAULTS
from emulator.core.rules.http_actions import HTTP_FAULTS
from emulator.providers.base import Provider

Expected = Literal["sent", "in-doubt", "not-sent", "refused"]
"""What is true behind the first answer: sent and said so; sent, but the answer was lost or unreadable; not sent, and no
answer says so; refused by a code."""

HARMLESS = {"slow", "split", "close", "http-1.0", "until-close", "chunked", "interim"}
"""Faults behind which the whole good answer is there."""
_TEXTS = (
    ("latin", "Your code is 1234"),
    ("signs", "50% & more + = ? #1 <b> \"x\" 'y'"),
    ("georgian", "თქვენი კოდია 1234"),
    ("cyrillic", "Ваш код 1234"),
    ("emoji", "Done 🎉 1234"),
    ("long", "A long text that takes three parts. " * 9),
)
_SERVER = ((500, False), (502, True), (503, False), (429, False))


class Case(NamedTuple):
    """`row`: of the provider's contract, where one documents it. `permanent`: asking again cannot help."""

    name: str
    about: str
    expected: Expected
    text: str = _TEXTS[0][1]
    then: dict[str, Any] | None = None
    times: int | None = None
    row: str = ""
    permanent: bool = False

    def rule(self, provider: str) -> dict[str, Any] | None:
        if self.then is None:
            return None
        when = {"provider": provider, "operation": "send"}
        return {"when": when, "then": self.then, **({"times": self.times} if self.times else {})}


def cases(provider: Provider, over: str = "http") -> list[Case]:
    """All for one provider and protocol (http, smpp), in the order in which they are played."""
    return [*_texts(), *_faults(over), *_failures(over), *_codes(provider, over)]


def _texts() -> Iterator[Case]:
    for name, text in _TEXTS:
        yield Case(f"text-{name}", "a good answer, and the text came as it was", "sent", text.strip())


def _faults(over: str) -> Iterator[Case]:
    for name, (done, sees) in (*FAULTS.items(), *(HTTP_FAULTS.items() if over == "http" else ())):
        expected: Expected = "sent" if name in HARMLESS else "in-doubt" if done else "not-sent"
        yield Case(f"reply-{name}", sees, expected, then={"reply": {"fault": name}}, times=1)


def _failures(over: str) -> Iterator[Case]:
    for status, taken in _SERVER:
        reply = {"status": status, "body": "", **({"taken": True} if taken else {})}
        said = f"HTTP {status}" if over == "http" else "ESME_RTHROTTLED" if status == 429 else "ESME_RSYSERR"
        about = f"{said}, and the message was {'taken all the same' if taken else 'not taken'}"
        yield Case(f"{over}-{status}", about, "in-doubt" if taken else "not-sent", then={"reply": reply}, times=1)


def _codes(provider: Provider, over: str) -> Iterator[Case]:
    from emulator.core.reasons import Reason

    passing = {Reason.TEMPORARY, Reason.TOO_MANY_REQUESTS, Reason.TOO_MANY_AT_ONCE, Reason.INTERNAL, Reason.FLOOD,
               Reason.QUEUE_FULL}  # fmt: skip
    table = provider.profile.table("send", over)
    known = set()
    for row in table.rows if table is not None else ():
        if row.code in known or row.keeps_id or row.http != 200:
            continue
        known.add(row.code)
        yield Case(
            f"code-{row.code}", row.text, "refused", then={"refuse": {"reason": row.reason.value}}, row=row.row,
            permanent=row.reason not in passing,
        )  # fmt: skip
