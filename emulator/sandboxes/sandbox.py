"""Sandboxes: isolated from one another, each with its engine, clock and journal, found by the credentials of a
request."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol

from emulator.clock import Clock, real_now
from emulator.core.accounts import Account, apply
from emulator.core.accounts import Sender as SenderName
from emulator.core.admin_commands import AdminCommand
from emulator.core.commands import AnyCommand, Credential
from emulator.core.engine.engine import Decision, Engine
from emulator.core.engine.lifecycle import Outgoing
from emulator.core.profile import Profile
from emulator.core.rules.rule import Rule
from emulator.core.state.sandbox_state import DumpedState, SandboxState
from emulator.core.units import Chance, Timestamp, amount
from emulator.journal import Journal, MemoryLimit
from emulator.lint.findings import Finding, Findings
from emulator.providers.base import Provider
from emulator.sandboxes.change_log import ChangeLog
from emulator.sandboxes.event_feed import EventFeed
from emulator.sandboxes.known_secrets import KnownSecrets
from emulator.sandboxes.snapshots import Snapshots
from emulator.sandboxes.spec import SandboxSpec
from emulator.sandboxes.turns import Steps


class OutgoingRouter(Protocol):
    """Sends what goes out."""

    def envelopes(self, sandbox: "Sandbox", outs: Sequence[Outgoing]) -> Sequence[Any]:
        """What each of them goes out as, made in a row, for `post`; None for one that is to be made when it goes."""

    def post(self, sandbox: "Sandbox", out: Outgoing, envelope: Any = None) -> Any:
        """Send something; what comes back is done when it was answered, None when nobody need wait for it."""


class NoRouter:
    """Where no time passes nothing goes out."""

    def envelopes(self, sandbox: "Sandbox", outs: Sequence[Outgoing]) -> Sequence[Any]:
        return [None] * len(outs)

    def post(self, sandbox: "Sandbox", out: Outgoing, envelope: Any = None) -> None:
        pass


AT_ONCE = 50
"""So many things that are due are done before others on the loop get their turn."""


class Sandbox:
    """One state with all that belongs to it. `posted` takes the reports that go out; `armed` hears that what is due
    next may have changed; `recorder` writes down what changes the sandbox, if there is one."""

    def __init__(
        self, spec: SandboxSpec, providers: Mapping[str, Provider], budget: MemoryLimit, journal_limit: int,
        recorder: ChangeLog | None = None,
    ) -> None:  # fmt: skip
        self.spec = spec
        self.recorder = recorder
        self.used_at = real_now()
        """When a client or a person last asked for something."""
        self.scenario = spec.scenario
        """The one in force."""
        self.providers = providers
        self.journal = Journal(budget, journal_limit)
        self.feed = EventFeed()
        self.snapshots = Snapshots()
        self.gone = False
        """Was it deleted? What waited to go out then stays."""
        self.router: OutgoingRouter = NoRouter()
        self.schedule_timer: Callable[[], None] = lambda: None
        self._begin()
        if recorder is not None:  # it writes down how each sandbox begins
            self.replace_state(self._first())

    @cached_property
    def secrets(self) -> KnownSecrets:
        """Those of all sandboxes, once it is one of them."""
        return KnownSecrets(self.providers)

    @property
    def id(self) -> str:
        return self.spec.id

    def lint(self) -> list[Finding]:
        """All findings up to this moment, in the order of their first appearance."""
        from emulator.lint.linter import findings  # when somebody asks: serving does not need it

        return findings(self.findings, self.journal, self.providers, self.account)

    @cached_property
    def engine(self) -> Engine:
        """Made when it is first needed: the sandbox `default` of most test runs never is."""
        return self._engine_of(self._first())

    def look_through(self) -> Steps[None]:
        """The long part of `lint`, an exchange a step."""
        from emulator.lint.linter import look

        return look(self.findings, self.journal, self.providers, self.account)

    def build(self) -> None:
        """A new state after the specification. Answers that still come for the old one find nobody."""
        self._begin()
        self.__dict__.pop("_accounts", None)
        self.replace_state(self._first())

    def forget_journal(self) -> None:
        """Requests, callbacks and what was found in them are no more; messages stay."""
        self.journal.clear()
        self.findings.clear(self.journal.made)
        self.feed.add("forgotten", 0)

    def _begin(self) -> None:
        self.scenario = self.spec.scenario
        self.clock = Clock(self.spec.began, self.spec.rate)
        self._began = self.clock.now()
        self.findings = Findings(self.journal.made)

    @cached_property
    def _accounts(self) -> dict[str, Account]:
        """As they are in the beginning."""
        return {name: self._account(provider, self._began) for name, provider in self.providers.items()}

    def _first(self) -> SandboxState:
        """The state after the specification."""
        spec, began = self.spec, self._began
        rules = [Rule(f"r{number}", written, False) for number, written in enumerate(spec.scenario.rules, 1)]
        return SandboxState(DumpedState(
            now=began, began=began, chance=Chance(spec.seed), accounts=self._accounts, rules=rules,
            rules_made=len(rules),
        ))  # fmt: skip

    def replace_state(self, state: SandboxState) -> None:
        """This state is the sandbox's from now on."""
        self.engine = self._engine_of(state)

    def _engine_of(self, state: SandboxState) -> Engine:
        profiles: dict[str, Profile] = {name: provider.profile for name, provider in self.providers.items()}
        if self.recorder is None:
            return Engine(state, profiles, self.feed.changed)
        return self.recorder.engine(self, state, profiles, self.feed.changed)

    def lives(self, engine: Engine) -> bool:
        """Is what an engine sent still waited for, or is the sandbox gone, or in another state?"""
        return self.engine is engine and not self.gone

    def run_at(self, rate: float) -> None:
        """The clock goes so fast from now on. The caller has cancelled the clock's timer and schedules it again."""
        self.clock.rate = rate
        if self.recorder is not None:
            self.recorder.changed(self)

    def _account(self, provider: Provider, at: Timestamp) -> Account:
        spec = self.spec
        names = enumerate(provider.default_senders, 1)
        senders = {name: SenderName(number, name, "active", at) for number, name in names}
        account = Account(
            provider=provider.name, credentials=dict(spec.credentials[provider.name]),
            balance=amount(provider.profile.balance), senders=senders,
        )  # fmt: skip
        for patches in (spec.scenario.accounts, spec.patches):
            if provider.name in patches:
                apply(patches[provider.name], account, at, provider.profile.listed)
        return account

    def account(self, provider: str) -> Account:
        return (self.engine.state.accounts if "engine" in vars(self) else self._accounts)[provider]

    # the inputs

    def now(self) -> Timestamp:
        """The sandbox's time, never before what its state has lived through."""
        return max(self.clock.now(), self.engine.state.now)

    def catch_up(self, at: Timestamp) -> Timestamp:
        """Do what has come due by itself, before anything else is done at that moment, or now where that is later. More
        than can be done at once is left for later: the sandbox's time lags behind then; how far it has come is given
        back."""
        state = self.engine.state
        if at < state.now:
            at = state.now
        due = state.scheduler.due
        if due is None or due > at:
            return at
        outs, router = self.come_due(at), self.router
        if len(outs) == 1:
            router.post(self, outs[0])
        elif outs:
            for out, envelope in zip(outs, router.envelopes(self, outs), strict=True):
                router.post(self, out, envelope)
        return state.now

    def come_due(self, at: Timestamp) -> list[Outgoing]:
        """What goes out by what is due up to that moment, as far as that can be done at once; it is not posted yet."""
        return self.engine.advance(at, AT_ONCE)

    def execute(self, command: AnyCommand) -> tuple[Timestamp, Decision]:
        """Execute a command at the sandbox's time."""
        at = self.begin()
        verdict = self.engine.execute(command, at)
        self.schedule_timer()
        return at, verdict

    def begin(self) -> Timestamp:
        """The sandbox's time, everything done that had come due by itself: commands may be executed at it. Whoever does
        calls `schedule_timer` after the last."""
        real = self.used_at = real_now()
        state, at = self.engine.state, self.clock.at(real)
        due = state.scheduler.due
        return at if at >= state.now and (due is None or due > at) else self.catch_up(at)

    def control(self, command: AdminCommand) -> Any:
        """Carry out an admin command. Raises LookupError when what it names is not there."""
        at = self.catch_up(self.now())
        done = self.engine.control(command, at)
        self.schedule_timer()
        return done


def full(most: int) -> str:
    """Why there cannot be another one."""
    return f"there are {most} sandboxes, which is as many as may be (--max-sandboxes)"


class Sandboxes:
    """All sandboxes of a process, by id and by the credentials that lead to them."""

    def __init__(self, providers: Mapping[str, Provider], most: int) -> None:
        self._providers = providers
        self.most = most
        self.secrets = KnownSecrets(providers)
        self.by_id: dict[str, Sandbox] = {}
        self._by_credential: dict[tuple[str, str, str], Sandbox] = {}
        self.stand_in: Sandbox | None = None
        """Takes whatever credentials no sandbox has (--any-credentials)."""

    def add(self, sandbox: Sandbox) -> None:
        """Raises ValueError when there is no room, KeyError naming what is taken."""
        if len(self.by_id) >= self.most:
            raise ValueError(full(self.most))
        if sandbox.id in self.by_id:
            raise KeyError(f"sandbox {sandbox.id}")
        keys = self.keys_of(sandbox)
        for provider, kind, name in keys:
            if (provider, kind, name) in self._by_credential:
                raise KeyError(f"{provider} {kind} {name}")
        self.by_id[sandbox.id] = sandbox
        self.secrets.add(sandbox.id, sandbox.spec.credentials)
        sandbox.secrets = self.secrets
        for key in keys:
            self._by_credential[key] = sandbox

    def remove(self, sandbox: Sandbox) -> None:
        del self.by_id[sandbox.id]
        self.secrets.remove(sandbox.id)
        for key in self.keys_of(sandbox):
            del self._by_credential[key]

    def keys_of(self, sandbox: Sandbox) -> list[tuple[str, str, str]]:
        """Provider, kind and name of each credential that leads to it."""
        credentials = sandbox.spec.credentials
        return [
            (name, kind, credentials[name][word])
            for name, provider in self._providers.items()
            for kind, word in provider.identities
        ]

    def of(
        self, provider: str, credential: Credential | None, here: bool = True
    ) -> tuple[Sandbox | None, Credential | None]:  # fmt: skip
        """Whose credentials are these? They come back as they are, or as those of the sandbox that stands in, unless
        another node may know them, or something of them is empty: a variable that is not set is not hidden."""
        if credential is None:
            return None, None
        found = self._by_credential.get((provider, credential.kind, credential.name))
        if found is not None or self.stand_in is None or not here:
            return found, credential
        account, known = self.stand_in.account(provider), self._providers[provider]
        name = dict(known.identities)[credential.kind]
        secret = known.secrets.get(credential.kind)
        if not credential.name or not (secret is None or credential.secret):
            return None, credential
        own = account.credentials
        return self.stand_in, Credential(credential.kind, own[name], None if secret is None else own[secret])
