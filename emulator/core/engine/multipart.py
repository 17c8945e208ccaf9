"""Long messages that come in parts: each part is taken and gets its id at once, the message is judged when it is whole.

How octets are joined and read is the protocol's trade; its profile hands that in (`Octets`). What waits is part of the
state, and its minute is a date in the scheduler.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from emulator.core.commands import Submit, SubmitPart
from emulator.core.engine.checks import CheckContext
from emulator.core.engine.submit import SubmitHandler
from emulator.core.outcomes import Accepted, AnyOutcome, PartAccepted, Refused
from emulator.core.profile import Profile
from emulator.core.reasons import Reason
from emulator.core.state.sandbox_state import SandboxState
from emulator.core.state.scheduler import PartsEnd
from emulator.core.text import Measure
from emulator.core.units import Timestamp

MOST = 1000
"""So many messages of a provider may be waiting for parts at once."""


class Octets(Protocol):
    """What a protocol knows of texts that come as octets. `kind` is what the state keeps of waiting parts; it can be
    made without arguments and written down."""

    kind: type[Any]

    def size(self, kept: Any) -> int: ...

    def repeated(self, kept: Any, command: SubmitPart) -> str | None:
        """The id of the same part, if it is there already."""

    def whole(self, kept: Any, command: SubmitPart) -> tuple[str, Measure] | None:
        """The message that this part would complete: its text, and what it is on the air."""

    def add(self, kept: Any, command: SubmitPart, name: str, at: Timestamp) -> tuple[str, ...] | int:
        """Take a part: the names of all parts in order when the message is whole, else how many are missing."""

    def next_due(self, kept: Any) -> Timestamp | None: ...

    def expire(self, kept: Any, at: Timestamp) -> list[tuple[tuple[str, ...], str, Measure]]:
        """Give up what has waited long enough: the names of the parts that there are, in order, and what they come
        to."""

    def together(self, extras: Sequence[Mapping[str, str]]) -> dict[str, str]:
        """What the parts of a message say beside it, each, as what the message says."""

    def read(self, octets: bytes, encoding: str) -> tuple[str, Measure]:
        """The text of a message in an encoding, and what it is on the air."""


class PartAssembler:
    """Takes parts into a state."""

    def __init__(
        self, state: SandboxState, profiles: Mapping[str, Profile], taking: SubmitHandler,
        judge: Callable[[CheckContext, Refused | None], AnyOutcome],
    ) -> None:  # fmt: skip
        self.state = state
        self._profiles = profiles
        self._taking = taking
        self._judge = judge

    def kept(self, provider: str) -> Any:
        """What the provider's parts wait in."""
        octets = _octets(self._profiles[provider])
        found = self.state.joiners.get(provider)
        if not isinstance(found, octets.kind):
            found = octets.kind() if found is None else msgspec.convert(found, octets.kind)
            self.state.joiners[provider] = found
        return found

    def seen_whole(self, command: SubmitPart) -> SubmitPart:
        """A part as rules and checks shall see it: the last one with the text and the measure of the whole message."""
        whole = _octets(self._profiles[command.provider]).whole(self.kept(command.provider), command)
        if whole is None:
            return command
        text, measured = whole
        return msgspec.structs.replace(command, text=text, measured=measured)

    def take(self, case: CheckContext, refused: Refused | None = None) -> AnyOutcome:
        """A part whose checks have passed. `refused`: what a rule says of the message once it is whole."""
        state, command = self.state, case.command
        octets = _octets(case.profile)
        kept = self.kept(command.provider)
        stays = octets.repeated(kept, command)
        """The name of the one that is here, where a rule lets another in."""
        provider_id = stays or self._taking.next_id(case.profile)
        names = octets.add(kept, command, provider_id, case.at)
        if not stays:
            state.parts[provider_id] = msgspec.structs.replace(
                command, part=msgspec.structs.replace(command.part, octets=b"")
            )
        if isinstance(names, int):
            self._arm(command.provider, case.at)
            return PartAccepted(
                batch=0, provider_id=provider_id, count=0, parts=1, cost=0, balance=case.owner.balance,
                encoding=command.measure_of(command.text or "").encoding, missing=names,
            )  # fmt: skip
        if not octets.size(kept):
            self._disarm(command.provider)
        whole = self._joined(names, command.text or "", command.measured)
        again = CheckContext(state, case.profile, case.owner, whole, case.at, case.switches)
        again.ruling = case.ruling
        outcome = self._judge(again, refused)
        if isinstance(outcome, Accepted):
            return msgspec.structs.replace(outcome, provider_id=provider_id)
        return outcome

    def end(self, provider: str, at: Timestamp) -> None:
        """Messages whose minute is over fail."""
        octets, kept = _octets(self._profiles[provider]), self.kept(provider)
        self.state.parts_end.pop(provider, None)
        for names, text, measured in octets.expire(kept, at):
            first = self.state.parts[names[0]]
            whole = self._joined(names, text, measured)
            account, profile = self.state.accounts[provider], self._profiles[provider]
            case = CheckContext(self.state, profile, account, whole, at, profile.in_force(account))
            missing = first.part.total - len(names)
            self._taking.keep(case, Refused(reason=Reason.PARTS_MISSING, details={"missing": missing}))
        self._arm(provider, at)

    def _arm(self, provider: str, at: Timestamp) -> None:
        """One date a provider is in the scheduler, for the message that has waited longest."""
        due = _octets(self._profiles[provider]).next_due(self.kept(provider))
        if due is not None and provider not in self.state.parts_end:
            self.state.parts_end[provider] = max(due, at)
            self.state.scheduler.put(max(due, at), PartsEnd(provider))

    def _disarm(self, provider: str) -> None:
        """Nothing waits any more."""
        if self.state.parts_end.pop(provider, None) is not None:
            self.state.scheduler.drop(PartsEnd(provider))

    def _joined(self, names: tuple[str, ...], text: str, measured: Measure | None) -> Submit:
        """The message of those parts as one submit."""
        parts = [self.state.parts.pop(name) for name in names]
        first = parts[0]
        said = msgspec.structs.asdict(first)
        del said["part"]
        asks = tuple(part.asks[0] if part.asks else 0 for part in parts)
        extra = _octets(self._profiles[first.provider]).together([part.extra for part in parts])
        own = {"text": text, "measured": measured, "ids": names, "asks": asks if any(asks) else (), "extra": extra}
        return Submit(**{**said, **own})


def _octets(profile: Profile) -> Octets:
    assert profile.octets is not None
    octets: Octets = profile.octets
    return octets
