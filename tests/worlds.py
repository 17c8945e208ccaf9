"""A world in the hand, for tests of the core: one made-up provider without habits of its own, no I/O, no clock."""

from typing import Any

import msgspec

from emulator.core.accounts import Account, Sender
from emulator.core.admin_commands import AdminCommand, PutRules
from emulator.core.commands import BalanceQuery, Credential, Query, Submit
from emulator.core.engine import checks, recipients
from emulator.core.engine.engine import Decision, Engine
from emulator.core.engine.lifecycle import Outgoing
from emulator.core.outcomes import Accepted
from emulator.core.profile import ErrorRow, ErrorTable, Profile, StatusRow, Switch
from emulator.core.reasons import NO_NUMBER_LEFT, Reason
from emulator.core.rules.rule import Rule, RuleSpec
from emulator.core.state.sandbox_state import DumpedState, SandboxState
from emulator.core.statuses import STATUSES
from emulator.core.units import SECOND, Chance, amount

START = 1_700_000_000 * SECOND
KEY = Credential("key", "secret")
TO = "995577123456"


def _normal(written: str, switches: Any) -> str | None:
    return written if written.isascii() and written.isdigit() else None


def profile(**changes: Any) -> Profile:
    """The made-up provider `plain`: every state is reported, under its own name."""
    errors = ErrorTable(
        ErrorRow(Reason.TEMPORARY, -1, "later", "plain.code.-1"), ErrorRow(Reason.NO_CREDIT, 20, "no", "plain.code.20"),
        ErrorRow(Reason.MESSAGE_UNKNOWN, 404, "no", "plain.code.404"),
        *(ErrorRow(reason, 30, "no", "plain.code.30") for reason in NO_NUMBER_LEFT),
    )  # fmt: skip
    said: dict[str, Any] = {
        "provider": "plain",
        "switches": {
            "retry": Switch([], "seconds", "", ""),
            "repeated-number": Switch("twice", ("twice", "once"), "", ""),
        },
        "checks": {
            "Submit": (checks.account_open, recipients.numbers, checks.enough_credit),
            "Query": (checks.account_open,),
            "BalanceQuery": (checks.account_open,),
        },
        "errors": {"send": errors, "status": errors, "balance": errors},
        "statuses": tuple(StatusRow(status, status.title(), True) for status in STATUSES),
        "normal_number": _normal,
        "first_id": 1,
    }
    return Profile(**{**said, **changes})


class Play:
    """An engine over a fresh world, with `at` moving on only when told."""

    def __init__(self, *rules: dict[str, Any], made: Profile | None = None, **account: Any) -> None:
        self.profile = made or profile()
        self.at = START
        kept = Account(
            provider="plain", credentials={"key": "secret"}, balance=amount(account.pop("balance", 100)),
            senders={"shop": Sender(1, "shop")}, **account,
        )  # fmt: skip
        specs = msgspec.convert(list(rules), list[RuleSpec])
        scenario = [Rule(f"r{number}", spec, False) for number, spec in enumerate(specs, 1)]
        state = DumpedState(
            now=START, began=START, chance=Chance(1), accounts={"plain": kept}, rules=scenario, rules_made=len(scenario)
        )
        self.engine = Engine(SandboxState(state), {"plain": self.profile})

    @property
    def state(self) -> SandboxState:
        return self.engine.state

    @property
    def account(self) -> Account:
        return self.state.accounts["plain"]

    def submit(self, *to: str, text: str = "Hello", **more: Any) -> Decision:
        said = {"sender": "shop", "report": True, "credential": KEY, **more}
        return self.engine.execute(
            Submit(provider="plain", destinations=to or (TO,), text=text, **said), self.at
        )

    def accepted(self, *to: str, **more: Any) -> Accepted:
        outcome = self.submit(*to, **more).outcome
        assert isinstance(outcome, Accepted), outcome
        return outcome

    def ask(self, to: str, reference: str) -> Decision:
        query = Query(provider="plain", credential=KEY, destination=to, reference=reference)
        return self.engine.execute(query, self.at)

    def ask_balance(self) -> Decision:
        return self.engine.execute(BalanceQuery(provider="plain", credential=KEY), self.at)

    def advance(self, seconds: float) -> list[Outgoing]:
        self.at += round(seconds * SECOND)
        return self.engine.advance(self.at)

    def reported(self, seconds: float) -> list[tuple[str, float]]:
        """What is reported within so many seconds: the state, and when the report went out, from the start."""
        return [(one.due.status, (one.at - START) / SECOND) for one in self.advance(seconds)]

    def do(self, verb: AdminCommand) -> Any:
        return self.engine.control(verb, self.at)

    def put_rules(self, *rules: dict[str, Any]) -> list[Rule]:
        return self.do(PutRules(msgspec.convert(list(rules), list[RuleSpec])))

    def history(self, message: int = 1) -> list[tuple[str, float]]:
        """States with their moments, in seconds from the start."""
        found = self.state.store.messages[message - 1].history
        return [(str(found[n]), (int(found[n + 1]) - START) / SECOND) for n in range(0, len(found), 2)]

    def fired(self) -> list[int]:
        return [rule.fired for rule in self.state.rule_book.rules]
