"""What an admin command does to a state (core/admin_commands.py)."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

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
from emulator.core.profile import Profile
from emulator.core.rules.rule import Rule, RuleSpec
from emulator.core.state.sandbox_state import SandboxState
from emulator.core.state.scheduler import SendIncoming, SendReport
from emulator.core.units import Timestamp


class AdminHandlers:
    """Does the admin commands. Raises LookupError when what one names is not there."""

    def __init__(self, state: SandboxState, profiles: Mapping[str, Profile], life: MessageLifecycle) -> None:
        self.state = state
        self._profiles = profiles
        self._life = life
        self._handlers: dict[type, Callable[[Any, Timestamp], Any]] = {
            PatchAccount: self._patch_account, PatchSender: self._patch_sender, MoveMessage: self._move,
            PutRules: self._put_rules, AddRule: self._add_rule, DropRule: self._drop_rule,
            Redeliver: self._redeliver, PutIncoming: self._put_incoming,
            PutCall: self._put_call,
        }  # fmt: skip

    def do(self, command: AdminCommand, at: Timestamp) -> Any:
        """The account, sender, message or rules that the command touched."""
        return self._handlers[type(command)](command, at)

    def _patch_account(self, command: PatchAccount, at: Timestamp) -> Account:
        account = self.state.accounts[command.provider]
        apply(command.patch, account, at, self._profiles[command.provider].listed)
        return account

    def _patch_sender(self, command: PatchSender, at: Timestamp) -> Sender:
        for sender in self.state.accounts[command.provider].senders.values():
            if sender.id == command.id:
                sender.state = command.state
                return sender
        raise LookupError(f"{command.provider} has no sender {command.id}")

    def _message(self, number: int) -> Message:
        store = self.state.store
        if not 0 < number <= len(store.messages):
            raise LookupError(f"there is no message {number}")
        return store.take(number)

    def _move(self, command: MoveMessage, at: Timestamp) -> Message:
        message = self._message(command.message)
        message.version += 1
        batch = self.state.store.batch_of(message)
        self._life.change(message, batch, command.status, at, command.reason, command.error)
        return message

    def _redeliver(self, command: Redeliver, at: Timestamp) -> None:
        self._message(command.message)
        due = SendReport(
            command.message, command.status, command.changed_at, command.reason, command.error, part=command.part
        )  # fmt: skip
        self.state.scheduler.put(at, due)

    def _put_call(self, command: PutCall, at: Timestamp) -> Incoming | None:
        """None: nobody awaits it, at that number, any more."""
        source = self._as_told(command.provider, command.source)
        name = f"{command.provider} {source}"
        until, dialled = self.state.awaited.get(name, (at - 1, ()))
        to = command.to.lstrip("+") or (dialled[0] if dialled else "")
        if command.to and to not in dialled:
            to = self._as_told(command.provider, command.to)
        if until < at or (command.to and to not in dialled):
            return None
        del self.state.awaited[name]
        return self._take_in(PutIncoming(command.provider, "call", source, to, ""), at)

    def _put_incoming(self, command: PutIncoming, at: Timestamp) -> Incoming:
        source, to = (self._as_told(command.provider, one) for one in (command.source, command.to))
        return self._take_in(msgspec.structs.replace(command, source=source, to=to), at)

    def _take_in(self, command: PutIncoming, at: Timestamp) -> Incoming:
        number = len(self.state.incoming) + 1
        made = Incoming(number, command.provider, command.way, command.source, command.to, command.text, at)
        self.state.incoming.append(made)
        for part in range(command.parts):
            self.state.scheduler.put(at, SendIncoming(number, part))
        return made

    def _as_told(self, provider: str, written: str) -> str:
        """A subscriber or a name: a number as the provider tells it."""
        profile = self._profiles[provider]
        return profile.normal_number(written, profile.in_force(self.state.accounts[provider])) or written

    def _rule(self, spec: RuleSpec, by_hand: bool) -> Rule:
        self.state.rules_made += 1
        return Rule(f"r{self.state.rules_made}", spec, by_hand)

    def _put_rules(self, command: PutRules, at: Timestamp) -> list[Rule]:
        rule_book = self.state.rule_book
        if command.rules is None:
            mine = [rule for rule in rule_book.rules if rule.by_hand]
            if command.anew:
                mine = [Rule(rule.id, rule.spec, True) for rule in mine]
        else:
            mine = [self._rule(spec, True) for spec in command.rules]
        if command.scenario is None:
            behind = [rule for rule in rule_book.rules if not rule.by_hand]
        else:
            behind = [self._rule(spec, False) for spec in command.scenario]
        rule_book.replace(mine + behind)
        return rule_book.rules

    def _add_rule(self, command: AddRule, at: Timestamp) -> Rule:
        rule = self._rule(command.rule, True)
        self.state.rule_book.replace([rule, *self.state.rule_book.rules])
        return rule

    def _drop_rule(self, command: DropRule, at: Timestamp) -> None:
        rules = self.state.rule_book.rules
        left = [rule for rule in rules if command.rule not in (rule.id, rule.spec.name)]
        if len(left) == len(rules):
            raise LookupError(f"there is no rule {command.rule}")
        self.state.rule_book.replace(left)
