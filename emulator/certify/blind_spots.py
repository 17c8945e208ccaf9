"""Which faults does no test notice? One fault after the other is put into the sandboxes of a run of tests: what the
provider's side overheard there, and what to say of each fault."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

import msgspec

from emulator.certify.cases import cases
from emulator.core.admin_commands import AddRule
from emulator.core.rules.actions import Plan
from emulator.core.rules.rule import RuleSpec
from emulator.core.statuses import FINAL
from emulator.core.units import counted
from emulator.histories.history import History, HistoryEvent
from emulator.histories.history_rules import plan
from emulator.histories.kinds import KINDS, classics, kinds_of
from emulator.providers.base import Provider
from emulator.sandboxes.sandbox import Sandbox

CALLBACK = "callback"
"""In the place of a protocol: what is told of a message, by whichever."""
_OURS = "blind-spot"
"""The name of the rule that we put in."""

Mark = tuple[str, str, str]
"""Provider, protocol, and a word for what happened; "" for a send or a callback at all."""


class Spot(NamedTuple):
    """A fault of the catalogue, where it can be put in."""

    provider: str
    over: str
    name: str
    about: str
    then: dict[str, Any]
    times: int | None = None

    @property
    def rule(self) -> dict[str, Any]:
        """As a test puts it in itself, by `add_rule`."""
        when = {"provider": self.provider, "operation": "send"}
        return {"when": when, "then": self.then, **({"times": self.times} if self.times else {})}

    @property
    def mark(self) -> Mark:
        """What is overheard where it happens."""
        refuse = self.then.get("refuse")
        return self.provider, self.over, self.name if refuse is None else refuse["reason"]


def spots(providers: Mapping[str, Provider], marks: Iterable[Mark]) -> list[Spot]:
    """All that can be put in where tests sent and were called back so. What a client should not even notice is left
    out."""
    met = {(provider, over) for provider, over, word in marks if not word}
    found: list[Spot] = []
    for name, provider in providers.items():
        for over in ("http", "smpp"):
            if (name, over) in met:
                found += [
                    Spot(name, over, case.name, case.about, case.then, case.times)
                    for case in cases(provider, over) if case.then is not None and case.expected != "sent"
                ]  # fmt: skip
        if (name, CALLBACK) in met:
            found += _histories(name)
    return found


def _histories(provider: str) -> Iterator[Spot]:
    """One delivery history of each kind."""
    for name, (fits, about) in KINDS.items():
        history = next(one for one in classics(()) if fits(one))
        yield Spot(provider, CALLBACK, name, about, plan(history))


class Overheard:
    """What happened in the sandboxes of a test, or of a run of tests. `spot`: the fault that is put into each of them,
    behind the rules that tests put in themselves."""

    def __init__(self, spot: Spot | None = None) -> None:
        self._laid = None if spot is None else msgspec.convert({**spot.rule, "name": _OURS}, RuleSpec)
        self.marks: set[Mark] = set()
        self.met = False
        """Did the fault happen?"""
        self._texts: dict[tuple[str, int], tuple[str, str, str]] = {}

    def attend(self, sandbox: Sandbox) -> None:
        """Hear what happens there from now on. To be called in the loop that serves it."""

        def hear(kind: str, number: int) -> None:
            match kind:
                case "requests":
                    self._request(sandbox, number)
                case "messages":
                    self._message(sandbox, number)
                case "callbacks":
                    self._callback(sandbox, number)
                case "reset":
                    self._lay(sandbox)

        sandbox.feed.listeners.append(hear)
        self._lay(sandbox)

    @property
    def copies(self) -> int:
        """How often the text was taken that one number got most often."""
        return max(Counter(self._texts.values()).values(), default=0)

    def _lay(self, sandbox: Sandbox) -> None:
        if self._laid is not None:
            sandbox.control(AddRule(self._laid))

    def _request(self, sandbox: Sandbox, number: int) -> None:
        exchange = sandbox.journal.exchange(number)
        if exchange is None or exchange.operation != "send":
            return
        self.marks.add((exchange.provider, exchange.protocol, ""))
        rule = None if exchange.rule is None else sandbox.engine.state.rule_book.named(exchange.rule)
        if rule is not None and rule.spec.name == _OURS:
            self.met = True
        words: set[str] = set() if rule is None else {*_of_reply(rule.spec.then, exchange.protocol)}
        if (reason := getattr(exchange.outcome, "reason", None)) is not None:
            words.add(str(reason))
        self.marks |= {(exchange.provider, exchange.protocol, word) for word in words}
        if rule is not None:
            self.marks |= {(exchange.provider, CALLBACK, kind) for kind in _of_reports(rule.spec.then)}

    def _message(self, sandbox: Sandbox, number: int) -> None:
        message = sandbox.engine.state.store.message(number)
        if message is not None and message.status != "rejected":
            batch = sandbox.engine.state.store.batch_of(message)
            self._texts[sandbox.id, number] = batch.provider, message.to, batch.text

    def _callback(self, sandbox: Sandbox, number: int) -> None:
        attempt = sandbox.journal.attempt(number)
        if attempt is not None and attempt.message:
            self.marks.add((attempt.provider, CALLBACK, ""))
            if attempt.attempt > 1:
                self.marks.add((attempt.provider, CALLBACK, "retried"))


def _of_reply(then: Plan, protocol: str) -> Iterator[str]:
    """The cases of the catalogue that a rule of a test's own plays."""
    reply = None if then.reply is None else then.reply.over(protocol)
    if reply is not None and reply.fault is not None:
        yield f"reply-{reply.fault}"
    elif reply is not None and reply.status is not None:
        yield f"{protocol}-{reply.status}"


def _of_reports(then: Plan) -> Iterator[str]:
    """The kinds of delivery histories that it plays."""
    steps = then.steps or ()
    if any(step.status in FINAL and step.status != "delivered" for step in steps):
        yield "undelivered"
    if (reports := then.reports) is None:
        return
    script = reports.script
    if script is not None:
        early = reports.before_reply
        told = (HistoryEvent(one.status, one.after, one.changed, one.attempt > 1, early) for one in script)
        yield from kinds_of(History(tuple(told)))
    yield from (
        kind for kind, has in (
            ("missing", reports.never), ("late", reports.late != 0), ("early", reports.before_reply),
            ("duplicated", reports.copies > 1), ("reordered", reports.order != "normal"),
        ) if has
    )  # fmt: skip


Verdict = Literal["unnoticed", "noticed", "tested", "not met", "not tried"]


class Tried(NamedTuple):
    """What became of a fault. `by`: the test that noticed it, or that puts it in itself; or those that met it and
    passed. `copies`: so often one number had one text then, where that is more than without the fault."""

    spot: Spot
    verdict: Verdict
    by: tuple[str, ...] = ()
    copies: int = 0


_SAID = {
    "noticed": "noticed: a test failed with it, or did not end",
    "tested": "tested: a test puts it in itself",
    "not met": "put in, but no send came to it: tests' own rules went before",
    "not tried": "not tried: the time was up",
}
_NAMED = 2


def summary(tried: Iterable[Tried]) -> list[str]:
    """Line by line: what no test noticed first, what costs money before the rest, and what a test of it begins with."""
    tried = list(tried)
    unnoticed = sorted((one for one in tried if one.verdict == "unnoticed"), key=lambda one: -one.copies)
    lines = [f"{len(unnoticed)} of {counted(len(tried), 'fault')} no test noticed"]
    for one in unnoticed:
        spot = one.spot
        more = f" and {len(one.by) - _NAMED} more" if len(one.by) > _NAMED else ""
        lines += ["", f"{spot.provider} {spot.over} {spot.name}: {spot.about}",
                  f"  passed all the same: {', '.join(one.by[:_NAMED])}{more}"]  # fmt: skip
        if one.copies:
            lines.append(f"  one number had one text {one.copies} times, and no test said so")
        lines.append(f"  a test of it begins with sms.add_rule({spot.rule!r})")
    lines.append("")
    for verdict, said in _SAID.items():
        names = [f"{one.spot.provider} {one.spot.over} {one.spot.name}" for one in tried if one.verdict == verdict]
        if names:
            lines.append(f"{said} ({len(names)}): {', '.join(names)}")
    return lines
