"""What an admin command does to a state (core/admin_commands.py)."""

from collections.abc import Callable
from typing import Any

from emulator.core.accounts import Account, Sender, apply
from emulator.core.admin_commands import (
    AddRule,
    AdminCommand,
    DropRule,
    MoveMessage,
    PatchAccount,
    PatchSender,
    PutCall,
    PutIncoming,
    PutRules,
    Redeliver,
)
from emulator.core.engine.lifecycle import MessageLifecycle
from emulator.core.messages import Incoming, Message
from emulator.core.rules.matching import Rule, RuleSpec
from emulator.core.state.sandbox_state import SandboxState
from emulator.core.state.scheduler import SendIncoming, SendReport
from emulator.core.units import Timestamp


class AdminHandlers:
    """Does the verbs. Raises LookupError when what one names is not there."""

    def __init__(self, state: SandboxState, life: MessageLifecycle) -> None:
        self.state = state
        self._life = life
        self._verbs: dict[type, Callable[[Any, Timestamp], Any]] = {
            PatchAccount: self._patch_account, PatchSender: self._patch_sender, MoveMessage: self._move,
            PutRules: self._put_rules, AddRule: self._add_rule, DropRule: self._drop_rule,
            Redeliver: self._redeliver, PutIncoming: self._put_incoming,
            PutCall: self._put_call,
        }  # fmt: skip

    def do(self, verb: AdminCommand, at: Timestamp) -> Any:
        """The account, sender, message or rules that the verb touched."""
        return self._verbs[type(verb)](verb, at)

    def _patch_account(self, verb: PatchAccount, at: Timestamp) -> Account:
        account = self.state.accounts[verb.provider]
        apply(verb.patch, account, at)
        return account

    def _patch_sender(self, verb: PatchSender, at: Timestamp) -> Sender:
        for sender in self.state.accounts[verb.provider].senders.values():
            if sender.id == verb.id:
                sender.state = verb.state
                return sender
        raise LookupError(f"{verb.provider} has no sender {verb.id}")

    def _message(self, number: int) -> Message:
        store = self.state.store
        if not 0 < number <= len(store.messages):
            raise LookupError(f"there is no message {number}")
        return store.take(number)

    def _move(self, verb: MoveMessage, at: Timestamp) -> Message:
        message = self._message(verb.message)
        message.version += 1
        batch = self.state.store.batch_of(message)
        self._life.change(message, batch, verb.status, at, verb.reason, verb.error)
        return message

    def _redeliver(self, verb: Redeliver, at: Timestamp) -> None:
        self._message(verb.message)
        due = SendReport(verb.message, verb.status, verb.changed_at, verb.reason, verb.error, part=verb.part)
        self.state.scheduler.put(at, due)

    def _put_call(self, verb: PutCall, at: Timestamp) -> Incoming | None:
        """None: nobody awaits it, at that number, any more."""
        name = f"{verb.provider} {verb.source.lstrip('+')}"
        until, dialled = self.state.awaited.get(name, (at - 1, ()))
        to = verb.to.lstrip("+") or (dialled[0] if dialled else "")
        if until < at or (verb.to and to not in dialled):
            return None
        del self.state.awaited[name]
        return self._put_incoming(PutIncoming(verb.provider, "call", verb.source.lstrip("+"), to, ""), at)

    def _put_incoming(self, verb: PutIncoming, at: Timestamp) -> Incoming:
        number = len(self.state.incoming) + 1
        made = Incoming(number, verb.provider, verb.way, verb.source, verb.to, verb.text, at)
        self.state.incoming.append(made)
        for part in range(verb.parts):
            self.state.scheduler.put(at, SendIncoming(number, part))
        return made

    def _rule(self, spec: RuleSpec, by_hand: bool) -> Rule:
        self.state.rules_made += 1
        return Rule(f"r{self.state.rules_made}", spec, by_hand)

    def _put_rules(self, verb: PutRules, at: Timestamp) -> list[Rule]:
        rule_book = self.state.rule_book
        if verb.rules is None:
            mine = [rule for rule in rule_book.rules if rule.by_hand]
            if verb.anew:
                mine = [Rule(rule.id, rule.spec, True) for rule in mine]
        else:
            mine = [self._rule(spec, True) for spec in verb.rules]
        if verb.scenario is None:
            behind = [rule for rule in rule_book.rules if not rule.by_hand]
        else:
            behind = [self._rule(spec, False) for spec in verb.scenario]
        rule_book.replace(mine + behind)
        return rule_book.rules

    def _add_rule(self, verb: AddRule, at: Timestamp) -> Rule:
        rule = self._rule(verb.rule, True)
        self.state.rule_book.replace([rule, *self.state.rule_book.rules])
        return rule

    def _drop_rule(self, verb: DropRule, at: Timestamp) -> None:
        rules = self.state.rule_book.rules
        left = [rule for rule in rules if verb.rule not in (rule.id, rule.spec.name)]
        if len(left) == len(rules):
            raise LookupError(f"there is no rule {verb.rule}")
        self.state.rule_book.replace(left)
