"""Rules held against the vocabulary: providers, protocols, operations, codes, reasons; and keys that could never matter
where they stand.

What is looked at is plain data that may have other mistakes: only what has the right type is judged.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from emulator.core.commands import OPERATIONS
from emulator.core.incoming import wrong_text
from emulator.core.regex import BadPattern, compiled
from emulator.scenarios.account_validation import about_account, about_url
from emulator.scenarios.contradictions import about_protocols, about_reports, about_turns, spoken_by
from emulator.scenarios.problems import Path, Problem, listed, shown
from emulator.scenarios.vocabulary import ProviderWords, Vocabulary, mapping, unknown

_WITH_TEXT = ("send", "cost")
_WITH_NUMBERS = ("send", "cost", "status")
HOLDS_FOR: dict[str, tuple[str, ...]] = {
    "sender": _WITH_TEXT, "contains": _WITH_TEXT, "matches": _WITH_TEXT, "encoding": _WITH_TEXT, "parts": _WITH_TEXT,
    "to": _WITH_NUMBERS, "to_matches": _WITH_NUMBERS, "reference": _WITH_NUMBERS, "stop_listed": _WITH_NUMBERS,
    "asked": ("status", "cancel", "replace"),
}  # fmt: skip
"""Keys of `when` that calls of a few operations alone have anything for."""
OF_A_MESSAGE = ("steps", "reports", "retries", "incoming", "opt_out")
"""Keys of `then` that only a send can have an effect with."""
BY_PROVIDER = ("switches", "limits", "prices")
"""Parts of an account whose names differ from provider to provider."""


class _Rule(NamedTuple):
    """A rule being looked at; `words` of its provider, if it names one that there is."""

    vocabulary: Vocabulary
    words: ProviderWords | None
    when: dict[str, Any]
    then: dict[str, Any]
    path: Path

    @property
    def provider(self) -> str | None:
        provider = self.when.get("provider")
        return provider if isinstance(provider, str) else None

    @property
    def operation(self) -> str | None:
        """The operation, if it is one that is served."""
        operation = self.when.get("operation")
        served = self.words.operations if self.words else self.vocabulary.operations
        return operation if isinstance(operation, str) and operation in served else None

    def at(self, *steps: str) -> Path:
        return (*self.path, *steps)


EXPRESSIONS = ("matches", "to_matches")


def pieces_of(rule: Any) -> int:
    """How large a rule's regular expressions are, where they are any."""
    when = mapping(rule, "when")
    found = 0
    for name in EXPRESSIONS:
        if isinstance(when.get(name), str):
            with suppress(BadPattern):
                found += compiled(when[name]).pieces
    return found


def about_rule(vocabulary: Vocabulary, rule: Any, path: Path = ()) -> Iterator[Problem]:
    """Complaints about a rule's words."""
    when, then = mapping(rule, "when"), mapping(rule, "then")
    provider = when.get("provider")
    words = vocabulary.providers.get(provider) if isinstance(provider, str) else None
    seen = _Rule(vocabulary, words, when, then, path)
    for look in _LOOKS:
        yield from look(seen)


def _about_provider(rule: _Rule) -> Iterator[Problem]:
    if rule.provider is not None and rule.words is None:
        yield unknown(rule.at("when", "provider"), rule.provider, rule.vocabulary.providers, "provider", key=False)


def _about_protocol(rule: _Rule) -> Iterator[Problem]:
    protocol = rule.when.get("protocol")
    spoken = rule.words.protocols if rule.words else rule.vocabulary.protocols
    if isinstance(protocol, str) and spoken and protocol not in spoken:
        whom = "this provider does not speak it" if rule.words else "no provider speaks it"
        yield Problem(rule.at("when", "protocol"), whom, shown(protocol), listed(spoken))


def _about_operation(rule: _Rule) -> Iterator[Problem]:
    operation = rule.when.get("operation")
    served = rule.words.operations if rule.words else rule.vocabulary.operations
    if operation in OPERATIONS and operation not in served:
        whom = "this provider does not serve it" if rule.words else "no provider serves it"
        yield Problem(rule.at("when", "operation"), whom, shown(operation), listed(served))


def _about_keys(rule: _Rule) -> Iterator[Problem]:
    operation = rule.operation
    if operation is None:
        return
    for key, operations in HOLDS_FOR.items():
        if rule.when.get(key) is not None and operation not in operations:
            never = f"a call of {operation} has none, so that this rule never holds"
            yield Problem(rule.at("when", key), never, about_key=True, hint=f"with it goes {' or '.join(operations)}")
    for key in OF_A_MESSAGE:
        if rule.then.get(key) not in (None, False) and operation != "send":
            yield Problem(rule.at("then", key), "only a send makes a message", about_key=True,
                            hint="with it goes operation: send")  # fmt: skip


def _about_code(rule: _Rule) -> Iterator[Problem]:
    code = mapping(rule.then, "refuse").get("code")
    if not isinstance(code, int) or isinstance(code, bool):
        return
    path = rule.at("then", "refuse", "code")
    if rule.when.get("provider") is None:
        yield Problem(
            path, "codes differ from provider to provider", str(code),
            hint="say which with when.provider, or refuse with a neutral reason",
        )  # fmt: skip
    elif rule.words is not None and rule.when.get("operation") in (None, rule.operation):
        codes = rule.words.codes(rule.operation)
        if code not in codes:
            yield Problem(path, f"no code of {_whose(rule)}", str(code), listed(codes))


def _about_reason(rule: _Rule) -> Iterator[Problem]:
    reason = mapping(rule.then, "refuse").get("reason")
    if not isinstance(reason, str) or rule.when.get("operation") not in (None, rule.operation):
        return
    if rule.words is not None:
        said, nobody = rule.words.said(rule.operation), f"{_whose(rule)} has no code for it"
    else:
        said, nobody = rule.vocabulary.said(rule.operation), "no provider has a code for it"
    if said and reason in rule.vocabulary.reasons and reason not in said:
        yield Problem(rule.at("then", "refuse", "reason"), nobody, shown(reason), listed(said))


def _whose(rule: _Rule) -> str:
    return f"{rule.provider} in {rule.operation}" if rule.operation else f"{rule.provider}"


def _about_account(rule: _Rule) -> Iterator[Problem]:
    account = mapping(rule.then, "account")
    yield from about_account(rule.vocabulary, account, rule.at("then", "account"), rule.provider)
    for key in BY_PROVIDER:
        if rule.provider is None and isinstance(account.get(key), dict):
            yield Problem(
                rule.at("then", "account", key), f"{key} differ from provider to provider", about_key=True,
                hint="say which with when.provider",
            )  # fmt: skip


def _about_reports(rule: _Rule) -> Iterator[Problem]:
    url, path = mapping(rule.then, "reports").get("to"), rule.at("then", "reports", "to")
    yield from about_url(url, path, "an http:// or https:// URL")


def _about_incoming(rule: _Rule) -> Iterator[Problem]:
    if rule.then.get("incoming") is not None and rule.words is not None and not rule.words.incoming:
        able = [name for name, words in rule.vocabulary.providers.items() if words.incoming]
        yield Problem(rule.at("then", "incoming"), "this provider passes no messages of subscribers on",
                        about_key=True, hint=f"those that do: {listed(able)}")  # fmt: skip
    text = mapping(rule.then, "incoming").get("text")
    wrong = wrong_text(text) if isinstance(text, str) else None
    if wrong is not None:
        yield Problem(rule.at("then", "incoming", "text"), wrong)


def _about_contradictions(rule: _Rule) -> Iterator[Problem]:
    yield from about_turns(rule.when, rule.at("when"))
    yield from about_reports(mapping(rule.then, "reports"), rule.at("then", "reports"))
    spoken = spoken_by(rule.vocabulary, rule.provider, rule.when.get("protocol"))
    if spoken is not None:
        yield from about_protocols(spoken[0], rule.then, rule.at("then"), spoken[1])


_LOOKS: tuple[Callable[[_Rule], Iterator[Problem]], ...] = (
    _about_provider, _about_protocol, _about_operation, _about_keys, _about_code, _about_reason, _about_account,
    _about_reports, _about_incoming, _about_contradictions,
)  # fmt: skip
