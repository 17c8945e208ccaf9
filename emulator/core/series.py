"""Submits in series: alike but for number, text and reference. What the account, the rules and the profile say of one
that was accepted holds for those after it, so these are asked only what may be different for them.

Only where no limit is in force, for then nothing has to be counted (whoever sends by the thousand has lifted them).
Whatever is not plain goes the ordinary way (engine.py), which also says what a series comes to.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from emulator.core.accounts import Account, Sender
from emulator.core.commands import Submit
from emulator.core.life import Touched, reported
from emulator.core.messages import Batch, Message
from emulator.core.outcomes import Accepted
from emulator.core.profile import Profile
from emulator.core.rules import Rule
from emulator.core.taking import Taking
from emulator.core.text import measure
from emulator.core.values import Moment, seconds
from emulator.core.world import World

Wanted = tuple[str, str, str | None]
"""What is different from one submit of a series to the next: number, text, reference."""


class _Terms(NamedTuple):
    """What one accepted submit said of the series, and (as it was) what that hangs on."""

    world: World
    account: Account
    rules: list[Rule]
    allowed_ips: list[str]
    switches: Mapping[str, Any]
    prices: Mapping[str, int]
    senders: Mapping[str, Sender]

    profile: Profile
    in_force: Mapping[str, Any]
    endings: tuple[str, ...]
    """Of numbers that the rules must be asked about."""
    rule: Rule | None
    """Decides of all others."""
    price: int
    by_message: bool
    plain: Callable[[str], bool]
    """Is nothing more to be asked of a text?"""
    batch: Batch
    plan: int
    due: int | None
    """How long after acceptance a message takes the first step of its life."""

    @property
    def hold(self) -> bool:
        """Is all that they hang on still so?"""
        account = self.account
        return (
            self.rules is self.world.book.rules and (account.limits_off or not self.profile.limits)
            and account.api_access and not account.blocked and account.allowed_ips is self.allowed_ips
            and account.switches is self.switches and account.prices is self.prices
            and account.senders == self.senders
        )  # fmt: skip


class Series:
    """One series. `like` is one of its submits; what came of it is for the engine to remember."""

    __slots__ = ("like", "terms")

    def __init__(self, like: Submit) -> None:
        self.like = like
        self.terms: _Terms | None = None

    def command(self, to: str, text: str, reference: str | None = None) -> Submit:
        """The submit of the series to that number with that text and reference."""
        command: Submit = self.like.__copy__()  # type: ignore[attr-defined]
        command.destinations = (to,)
        command.text = text
        command.reference = reference
        return command


class InSeries:
    """Takes submits of series into a world."""

    def __init__(
        self, world: World, profiles: Mapping[str, Profile], taking: Taking, touched: Touched
    ) -> None:  # fmt: skip
        self._world = world
        self._profiles = profiles
        self._taking = taking
        self._touched = touched

    def take(
        self, series: Series, wanted: Sequence[Wanted], at: Moment, together: bool = False
    ) -> tuple[list[Accepted], str | None]:  # fmt: skip
        """The next ones of a series → what came of as many as could be taken at that moment, and the rule that decided.
        Of the others nothing was done: the first of them must go the ordinary way, or (unless they come `together`)
        what is due comes before it."""
        terms, world = series.terms, self._world
        if terms is None or terms.world is not world or not terms.hold:
            series.terms = None
            return [], None
        world.store.tidy()
        account, profile, like, plan = terms.account, terms.profile, terms.batch, terms.plan
        normal_number, plain, free_id = profile.normal_number, terms.plain, self._taking.free_id
        stoplist, endings, price, by_message = account.stoplist, terms.endings, terms.price, terms.by_message
        balance, store = account.balance, world.store
        batch_id, message_id = len(store.batches), len(store.messages)
        next_id = None if profile.first_id is None else free_id(profile)
        given_ahead = next_id is not None and (bool(world.parts) or next_id <= store.highest.get(profile.provider, 0))
        provider_id = None
        begun: tuple[str | int, ...] = ("pending", at)
        batches: list[Batch] = []
        messages: list[Message] = []
        accepted: list[Accepted] = []
        for to, text, reference in wanted:
            number = normal_number(to, terms.in_force)
            if number is None or number in stoplist or (endings and to.endswith(endings)) or not plain(text):
                break
            encoding, _, parts = measure(text)
            cost = price if by_message else price * parts
            if cost > balance:
                break
            balance -= cost
            batch_id += 1
            message_id += 1
            if next_id is not None:
                if given_ahead:
                    next_id = free_id(profile, next_id)
                provider_id = str(next_id)
                next_id += 1
            batches.append(Batch(
                batch_id, like.provider, like.protocol, provider_id, like.sender, text, reference, encoding, parts,
                cost, at, at, like.first, like.flash, like.report, like.extra, like.ids, like.asks,
            ))  # fmt: skip
            messages.append(Message(message_id, batch_id, number, "pending", begun, plan))
            accepted.append(Accepted(batch_id, provider_id, 1, parts, cost, balance, encoding))
            if terms.due == 0 and not together:
                break
        if not accepted:
            return [], None
        world.now = at
        if next_id is not None:
            world.next_ids[profile.provider] = next_id
        account.spent += account.balance - balance
        account.balance = balance
        store.add_single(batches, messages)
        if terms.due is not None:
            world.agenda.put_steps(at + terms.due, messages[0].id, len(messages), like.first)
        self._touched(messages)
        rule = terms.rule
        if rule is None:
            return accepted, None
        rule.fired += len(accepted)
        return accepted, rule.id

    def learn(self, series: Series, accepted: Accepted, rule: str | None) -> None:
        """One of the series was just accepted, as that rule would have it."""
        like, world = series.like, self._world
        profile, account = self._profiles[like.provider], world.accounts[like.provider]
        plain = profile.in_series.get(f"{type(like).__name__}/{like.protocol}")
        standing = world.book.standing(like.provider, like.protocol, like.operation)
        if plain is None or standing is None or not (account.limits_off or not profile.limits):
            return
        if not _alike(like, profile, account) or rule != (standing.rule and standing.rule.id):
            return
        batch = world.store.batches[accepted.batch - 1]
        message = world.store.messages[-1]
        if accepted.count != 1 or message.batch != batch.id or batch.begins_at != batch.created_at:
            return
        if batch.extra != like.extra:  # a check took something out of it
            return
        steps = world.plans[message.plan].steps
        in_force = profile.in_force(account)
        senders = {name: msgspec.structs.replace(sender) for name, sender in account.senders.items()}
        series.terms = _Terms(
            world, account, world.book.rules, account.allowed_ips, account.switches, account.prices, senders, profile,
            in_force, *standing, profile.price(account), in_force.get("charge") == "messages", plain,
            batch.__copy__(),  # type: ignore[attr-defined]
            message.plan, seconds(steps[0].after) if steps else None,
        )  # fmt: skip


def _alike(like: Submit, profile: Profile, account: Account) -> bool:
    """Can submits like this one only be different in what is asked of each? None of them is told of by its first
    state, comes later, ends early, takes another's place or brings its own id."""
    asks = profile.asks_for
    told = (
        any(asks(flags, None, "pending") for flags in like.asks) if like.asks and asks is not None
        else like.report and reported(profile, account, None, "pending")
    )  # fmt: skip
    return (
        not told and not (like.begins_at or like.expires_at or like.replaces)
        and like.own_id is None and not like.ids and not like.texts and like.fault is None
    )  # fmt: skip
