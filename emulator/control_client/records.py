"""What the control API answers, as a Python caller meets it: records, codes, refusals."""

import difflib
import json
from typing import TYPE_CHECKING, Any, NoReturn

from emulator.http.messages import HttpReply

__tracebackhide__ = True
"""A failed test shows the line that called a method, not ours (pytest reads this)."""


class Typed(dict[str, Any]):
    """An object of the control API: `message["status"]` and `message.status` are the same. What a subclass annotates is
    what type checkers and editors know of it."""

    if not TYPE_CHECKING:  # they would take any word for known

        def __getattr__(self, name: str) -> Any:
            try:
                return self[name]
            except KeyError:
                raise AttributeError(missing(name, "no such word in this record", self)) from None

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self]


class Record(Typed):
    """An object whose words nobody has annotated."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


class StatusAt(Typed):
    """A step of a message's life."""

    status: str
    at: str


class Message(Typed):
    """A message: `text` as a phone shows it, `cost` of this recipient, `batch` the request that it came with."""

    id: str
    provider: str
    kind: str
    provider_id: str | None
    part_ids: list[str]
    to: str
    sender: str
    text: str
    reference: str | None
    status: str
    reason: str
    error: int
    parts: int
    encoding: str
    flash: bool
    cost: float
    protocol: str
    batch: str
    created_at: str
    scheduled_at: str | None
    history: list[StatusAt]


class Request(Typed):
    """What came, what was made of it (`outcome`; `explain`: by which documented rule), what went back."""

    id: str
    at: str
    provider: str | None
    protocol: str
    operation: str | None
    request: Record
    reply: Record | None
    outcome: str
    reason: str | None
    rule: str | None
    rule_name: str | None
    fault: str | None
    explain: str


class Callback(Typed):
    """An attempt of a callback: what was `sent`, what was answered, whether the provider would take that for success
    (`accepted`; None: not answered yet) and why (`verdict`)."""

    id: str
    message_id: str
    provider: str
    attempt: int
    at: str
    status: str
    method: str
    url: str
    sent: Record
    answer: Record | None
    accepted: bool | None
    verdict: str


class Finding(Typed):
    """Something that the client does wrong: the contract's `row` that says so, how often, and where it was seen."""

    row: str
    provider: str
    level: str
    count: int
    details: list[str]
    first_request: str
    last_request: str
    last_at: str
    statement: str
    emulator: str


class Code(str):
    """A one-time code, a plain text; `message` is the one it stood in, `rule` says why it is taken for the code. As the
    call answers it, `found["code"]`, `found["message"]` and `found["rule"]` work too."""

    message: Message
    rule: str

    @property
    def code(self) -> str:
        return str(self)

    def __getitem__(self, key: Any) -> Any:
        if key in ("code", "message", "rule"):
            return getattr(self, key)
        return super().__getitem__(key)

    def __new__(cls, code: str, message: Message, rule: str = "") -> "Code":
        made = super().__new__(cls, code)
        made.message, made.rule = message, rule
        return made


class CallRefused(Exception):
    """The control API refused a call.

    `status`: of HTTP; `code`: one word; `message`, `hint`: for people; `nearest`: what did come when somebody waited
    for it and it did not come, and what differed; `more`: whatever else the answer tells (`next_due`, `now`, ...). The
    text has it all.
    """

    def __init__(self, call: str, status: int, error: dict[str, Any]) -> None:
        told = Record(error)
        self.call = call
        self.status = status
        self.code: str = told.pop("code", "")
        self.message: str = told.pop("message", "")
        self.hint: str = told.pop("hint", "")
        self.nearest: list[Record] = told.pop("nearest", None) or []
        self.more = told
        super().__init__(self._text())

    def __reduce__(self) -> tuple[Any, ...]:
        error = {"code": self.code, "message": self.message, "hint": self.hint, "nearest": self.nearest, **self.more}
        return type(self), (self.call, self.status, error)

    def _text(self) -> str:
        lines = [f"{self.call}: {self.status} {self.code}: {self.message}"]
        if self.hint:
            lines.append(f"hint: {self.hint}")
        lines += [f"{name}: {value}" for name, value in self.more.items() if value is not None]
        lines += [f"nearest: {_near(one)}" for one in self.nearest]
        return "\n  ".join(lines)


CallRefused.__module__ = "emulator"  # where people find it


def _near(one: Record) -> str:
    differs = "; ".join(
        f"{name} is {told.get('found')!r}, wanted {told.get('wanted')!r}"
        for name, told in one.get("differs", {}).items()
    )
    gist = ", ".join(f"{name} {value!r}" for name, value in one.items() if name not in ("id", "differs"))
    return f"{one.get('id')} ({gist}): {differs or 'fits, but there are too few'}"


def missing(name: str, what: str, known: Any) -> str:
    """A sentence about a word that is not there: those that are, and the one that was probably meant."""
    words = [str(word) for word in known]
    near = difflib.get_close_matches(name, words, 1)
    meant = f"; did you mean {near[0]!r}?" if near else "."
    return f"{what}: {name!r}{meant} There are: {', '.join(words) or 'none'}"


_decode = json.JSONDecoder(object_hook=Record).decode


def read(call: str, reply: HttpReply) -> Any:
    """What a reply tells: None without a body, records for JSON, else text. Raises CallRefused."""
    json_ = "json" in reply.header("content-type")
    told = _decode(reply.body.decode()) if json_ and reply.body else None
    if reply.status >= 400:
        _refuse(call, reply, told)
    return told if json_ or not reply.body else reply.body.decode("utf-8", "replace")


def _refuse(call: str, reply: HttpReply, told: Any) -> NoReturn:
    error = told.get("error") if isinstance(told, dict) else None
    if not isinstance(error, dict):
        text = reply.body[:500].decode("utf-8", "replace")
        error = {"code": "no-control-api", "message": text or "an empty answer",
                 "hint": "is this the address of an sms-emulator?"}  # fmt: skip
    raise CallRefused(call, reply.status, error)
