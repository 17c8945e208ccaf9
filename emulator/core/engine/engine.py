"""The engine: commands, the passing of time, answers to reports, admin commands go in; outcomes and reports come out.

Every method is a plain function on values and is done when it returns: nobody ever sees half a step.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from emulator.core.accounts import apply
from emulator.core.admin_commands import AdminCommand
from emulator.core.commands import AnyCommand, Submit, SubmitPart
from emulator.core.engine.admin_handlers import AdminHandlers
from emulator.core.engine.checks import CheckContext
from emulator.core.engine.handlers import CommandHandlers
from emulator.core.engine.lifecycle import MessageLifecycle, Outgoing, Touched
from emulator.core.engine.recipients import reason_of, refused_by_rules
from emulator.core.inputs import Advanced, Answered, Controlled, Executed, Input
from emulator.core.outcomes import Accepted, AnyOutcome, PartAccepted, Refused, Unheard
from emulator.core.profile import Profile
from emulator.core.reasons import NO_NUMBER_LEFT
from emulator.core.rules.actions import Refuse, Reply
from emulator.core.rules.rule import Rule, Ruling
from emulator.core.state.sandbox_state import SandboxState
from emulator.core.state.scheduler import Begin, Expire, PartsEnd, SendIncoming, SendReport, Step
from emulator.core.units import Timestamp, seconds

_OF_LIFE = (Step, Begin, Expire)


class Decision(msgspec.Struct, frozen=True):
    """What came of a command: the outcome, what the transport shall do with the reply, the rule that decided."""

    outcome: AnyOutcome
    reply: Reply | None = None
    rule: str | None = None
    reports_first: bool = False
    """Reports that are due at once go out, and are answered, before the reply."""
    noticed: tuple[str, ...] = ()
    """Rows of the contract whose requirement the checks saw violated."""


class Engine:
    """Decides for one sandbox's state. `touched` is called with every message that changes."""

    def __init__(self, state: SandboxState, profiles: Mapping[str, Profile], touched: Touched = lambda _: None) -> None:
        self.state = state
        self.profiles = profiles
        self._life = MessageLifecycle(state, profiles, touched)
        self._judge = CommandHandlers(state, profiles, self._life)
        self._hand = AdminHandlers(state, profiles, self._life)

    # the four inputs

    def execute(self, command: AnyCommand, at: Timestamp) -> Decision:
        """Judge a command."""
        state = self.state
        if state.store.messages.full or state.store.batches.full:
            state.store.evict()
        state.now = at
        provider, credential = command.provider, command.credential
        profile, owner = self.profiles[provider], state.accounts[provider]
        known = credential is not None and owner.credentials.get(credential.kind) == credential.name
        case = CheckContext(state, profile, owner, command, at, profile.in_force(owner if known else None), known)
        if known:
            if type(command) is SubmitPart:  # isinstance costs ten times as much where it is not one
                case.command = self._judge.parts.seen_whole(command)
            elif command.extra and profile.as_meant is not None:
                profile.as_meant(case)
            if state.rule_book.rules and (ruling := state.rule_book.ruling(case)).rules:
                case.ruling = ruling
                return self._by_rule(case)
        return Decision(self._judge.judge(case), None, None, False, case.noticed)

    def advance(self, to: Timestamp, most: int | None = None) -> list[Outgoing]:
        """Do everything due up to a moment, in order, or the first `most` things of it. What goes out to the client is
        handed back."""
        out, _ = self._do(to, most)
        state = self.state
        due = state.scheduler.due
        if to > state.now and (due is None or due > to):
            state.now = to
        return out

    def go_on(self, to: Timestamp, most: int) -> tuple[list[Outgoing], int]:
        """The same, but no further than the moment at which the first thing goes out; and how many things were done.
        The state's time tells how far it went."""
        return self._do(to, most, whole=False)

    def first_due(self) -> tuple[Timestamp, int] | None:
        """When the first thing is due that still changes something, and of which message (0: of none)."""
        for at, _, _, item in self.state.scheduler.entries():
            if isinstance(item, _OF_LIFE):
                if self._life.stands(item):
                    return at, item.message
            else:
                return at, item.message if isinstance(item, SendReport) else 0
        return None

    def answered(
        self, attempt: int, accepted: bool, at: Timestamp, again: tuple[float, ...] | None = None
    ) -> None:  # fmt: skip
        """The client answered a report; if it was not taken, its plan's retries, or `again`, or the account's retry
        schedule say what follows. Time does not pass by it: what was due before may not have fired yet."""
        state = self.state
        due = state.in_flight.pop(attempt, None)
        if due is None or accepted:
            return
        if isinstance(due, SendIncoming):
            incoming = state.incoming[due.incoming - 1]
            provider, told = incoming.provider, incoming.retries
        else:
            message = state.store.messages[due.message - 1]
            provider, told = state.store.batch_of(message).provider, state.plans[message.plan].retries
        gaps = told if told is not None else again
        if gaps is None:
            gaps = self.profiles[provider].switch(state.accounts[provider], "retry")
        if due.attempt <= len(gaps):
            after = seconds(gaps[due.attempt - 1])
            state.scheduler.put(max(state.now, at) + after, msgspec.structs.replace(due, attempt=due.attempt + 1))

    def control(self, verb: AdminCommand, at: Timestamp) -> Any:
        """Carry out an admin command; gives back what it touched. Raises LookupError when what it names is not
        there."""
        self.state.now = max(self.state.now, at)
        return self._hand.do(verb, self.state.now)

    def apply(self, given: Input) -> Any:
        """Any of the four, as a value."""
        match given:
            case Executed():
                return self.execute(given.command, given.at)
            case Advanced():
                return self.advance(given.to, given.most)
            case Answered():
                return self.answered(given.attempt, given.accepted, given.at, given.again)
            case Controlled():
                return self.control(given.verb, given.at)

    def will_report(self, message: int, ends: bool) -> bool:
        """May a report of a message still go out? `ends`: its life ends at a moment, whatever its plan says."""
        return self._life.will_report(message, ends)

    # inside

    def _do(self, to: Timestamp, most: int | None, whole: bool = True) -> tuple[list[Outgoing], int]:
        """So much of what is due up to a moment; unless it is to be `whole`, up to the one at which something goes
        out."""
        state, life = self.state, self._life
        scheduler, store = state.scheduler, state.store
        out: list[Outgoing] = []
        done = 0
        while done != most and (due := scheduler.due) is not None and due <= to:
            if store.messages.full or store.batches.full:
                store.evict()
            if due > state.now:
                state.now = due
            item = scheduler.take()
            if isinstance(item, _OF_LIFE):  # most of them are
                life.fire(state.now, item, out)
            elif type(item) is PartsEnd:
                self._judge.parts.end(item.provider, state.now)
            else:
                out.append(life.send(item))
            done += 1
            if out and not whole:
                to = min(to, state.now)
        return out, done

    def _by_rule(self, case: CheckContext) -> Decision:
        """Each recipient fares as its rule says, whoever else is in the list; the reply is that of the first rule that
        speaks of it."""
        ruling, command = case.ruling, case.command
        reply: Reply | None = None
        replying: Rule | None = None
        if ruling.judges:
            for rule in ruling.rules:
                said = rule.spec.then.reply
                reply = None if said is None else said.over(command.protocol)
                if reply is not None:
                    reply, replying = reply.drawn(case.state.chance), rule
                    break
            if all(each is not None and each.spec.then.takes_away(command) for each in ruling.each()):
                return self._taken_away(case, reply, replying)
        outcome = self._judge.judge(case)
        decided = _that_decided(ruling, outcome)
        if replying is not None and not any(rule is replying for rule in decided):
            decided = (*decided, replying)
        first = False
        for rule in decided:
            _fire(rule, case)
            reports = rule.spec.then.reports
            if reports is not None and reports.before_reply:
                first = True
        named = replying or (decided[0] if decided else None)
        return Decision(outcome, reply, None if named is None else named.id, first, case.noticed)

    def _taken_away(self, case: CheckContext, reply: Reply | None, replying: Rule | None) -> Decision:
        """Nothing is left of the call: it is refused, or was never heard."""
        for rule in case.ruling.rules:
            _fire(rule, case)
        if reply is not None and replying is not None and not reply.heard:
            return Decision(Unheard(), reply, replying.id, False, case.noticed)
        refusing = next(rule for rule in case.ruling.each() if rule is not None and rule.spec.then.refuse is not None)
        assert refusing.spec.then.refuse is not None
        refused = _refused(case, refusing.spec.then.refuse, refusing.id)
        if len(case.ruling.rules) > 1 and isinstance(case.command, Submit):
            refused_by_rules(case)
        return Decision(self._judge.refuse(case, refused), reply, refusing.id, False, case.noticed)


def _fire(rule: Rule, case: CheckContext) -> None:
    """The rule had its say; what it does to the account the next call meets."""
    rule.fired += 1
    patch = rule.spec.then.account
    if patch is not None:
        apply(patch, case.owner, case.at, case.profile.listed)


def _that_decided(ruling: Ruling, outcome: AnyOutcome) -> tuple[Rule, ...]:
    """The rules that had a say in an outcome; of a refusal, now or told later, those that took its numbers away, of an
    answer that is about no submit those that change the account."""
    if type(outcome) is Accepted and outcome.count:
        return ruling.rules
    if isinstance(outcome, PartAccepted):
        return ()
    if isinstance(outcome, Refused) and outcome.reason not in NO_NUMBER_LEFT and "barred" not in outcome.details:
        return ()
    if isinstance(outcome, Refused | Accepted):
        return tuple(rule for rule in ruling.rules if rule.spec.then.refuse is not None)
    return tuple(rule for rule in ruling.rules if rule.spec.then.account is not None)


def _refused(case: CheckContext, refuse: Refuse, rule: str) -> Refused:
    """A rule's refusal. Where the provider cannot say what it asks for, that is kept as `wanted`."""
    table = case.profile.table(case.command.operation, case.command.protocol)
    reason, code, details = reason_of(case, refuse), refuse.code, {"rule": rule}
    if code is not None and table is not None and table.of_code(code) is None:
        code, details["wanted"] = None, str(code)
    elif refuse.reason not in (None, reason):
        details["wanted"] = str(refuse.reason)
    return Refused(reason=reason, code=code, details=details)
