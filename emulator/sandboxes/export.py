"""A sandbox as one JSON value, and a fresh sandbox from it: bug reports that replay.

The file has the whole state with its rules, clock and accounts, the journal, and what the sandbox was made of, so that
`reset` works in the copy too. The copy has credentials of its own, unless it is told others: the old ones stand in the
file, and may be taken here. Only data: a file is read by types and its numbers are checked before anything is made.
"""

from collections.abc import Iterator, Mapping
from copy import copy
from typing import Any

import msgspec
from msgspec import Raw
from msgspec.json import decode

from emulator.core.accounts import Account, AccountPatch
from emulator.core.messages import Batch, Message
from emulator.core.state.sandbox_state import DumpedState, SandboxState
from emulator.core.state.scheduler import Entry, Step
from emulator.core.units import Timestamp
from emulator.journal import Attempt, Entries, Exchange
from emulator.providers.base import Provider
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.snapshots import ExportedSnapshot, beside, restore
from emulator.sandboxes.spec import InvalidOptions, NewSandbox, Rate, SandboxSpec, Seed
from emulator.sandboxes.turns import Steps, listed
from emulator.scenarios.scenario import Scenario
from emulator.version import __version__

FORMAT = 2
"""Goes up when an older emulator could not read the file any more."""
_READ = (1, 2)

_WORD = "sms_emulator_export"
_MAY_STAND_BESIDE = ("id", "ttl", "callback_url", "accounts")


class ExportHead(msgspec.Struct, kw_only=True):
    """What everybody may read of an exported sandbox. `emulator`: the version that wrote it; `sandbox`: the id of what
    it was. The rest of the file is the emulator's own."""

    sms_emulator_export: int
    emulator: str
    sandbox: str
    seed: Seed


class Export(ExportHead, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    began: Timestamp | None
    rate: Rate
    scenario: Scenario | None = None
    """With which it begins again after a reset; None: the state's."""
    patches: dict[str, AccountPatch]
    state: ExportedSnapshot
    journal: Entries


def export(sandbox: Sandbox) -> Steps[bytes]:
    """The file with the sandbox as it is once lint has looked through it."""
    yield from sandbox.look_through()
    spec, journal = sandbox.spec, sandbox.journal
    its_own = beside(sandbox)
    state, long = sandbox.engine.state.dumped()
    exchanges = journal.exchanges()
    attempts = [(order, copy(one) if one.accepted is None else one) for order, one in journal.newest_attempts()]
    written = msgspec.json.encode(Export(
        sms_emulator_export=FORMAT, emulator=__version__, sandbox=spec.id, seed=spec.seed, began=spec.began,
        rate=spec.rate, scenario=spec.scenario, patches=spec.patches, state=ExportedSnapshot(state=state, **its_own),
        journal=Entries(made=journal.made, dropped=journal.dropped, exchanges=[], attempts=[]),
    ))  # fmt: skip
    file: dict[str, Any] = decode(written, type=dict[str, Raw])
    for (_, holder, name, _), things in zip(_long(file), (*long, exchanges, reversed(attempts)), strict=True):
        holder[name] = Raw((yield from listed(things)))
    return msgspec.json.encode(file)


def read(file: dict[str, Raw], wish: NewSandbox, providers: Mapping[str, Provider]) -> Steps[Export]:
    """A file, checked. Raises InvalidOptions: no export, of another format, broken, or wished for with more than goes
    along."""
    extra = [name for name, value in msgspec.structs.asdict(wish).items()
              if value != getattr(NewSandbox(), name) and name not in (*_MAY_STAND_BESIDE, "file")]  # fmt: skip
    if extra:
        raise InvalidOptions(f"{', '.join(extra)} cannot stand beside import: the file decides",
                  f"beside import there may stand {', '.join(_MAY_STAND_BESIDE)}")  # fmt: skip
    hint = "GET /_emulator/sandboxes/{id}/export writes such files"
    if _WORD not in file:
        raise InvalidOptions(f"import: this is not an export of a sandbox: it has no {_WORD}", hint)
    said = decode(file[_WORD])
    if said not in _READ:
        writer = decode(file.get("emulator", Raw(b"null")))
        raise InvalidOptions(f"import: the file has format {said!r}, written by emulator {writer}; "
                  f"this one ({__version__}) reads format {FORMAT}", "use the emulator that wrote it")  # fmt: skip
    try:
        found = yield from _typed(dict(file))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidOptions(f"import: the file is broken: {error}", hint) from None
    for broken in _complaints(found.state.state, providers):
        if broken:
            raise InvalidOptions(f"import: the file is broken: {broken}", hint)
        yield
    return found


def _long(file: dict[str, Any]) -> tuple[tuple[str, dict[str, Any], str, Any], ...]:
    """Where the lists stand that may be long, with the kind of things in each."""
    state, journal = _opened(file, "state"), _opened(file, "journal")
    world = _opened(state, "world")
    return (
        ("state.world", world, "batches", Batch), ("state.world", world, "messages", Message),
        ("state.world", world, "agenda", Entry), ("journal", journal, "exchanges", Exchange),
        ("journal", journal, "attempts", tuple[int, Attempt]),
    )  # fmt: skip


def _typed(file: dict[str, Any]) -> Steps[Export]:
    """All but the long lists first; then these, thing by thing."""
    long = []
    for path, holder, name, kind in _long(file):
        long.append((f"{path}.{name}", kind, _taken_out(holder, name)))
        yield
    found = decode(msgspec.json.encode(file), type=Export)
    dumped, entries = found.state.state, found.journal
    into: tuple[list[Any], ...] = (
        dumped.batches, dumped.messages, dumped.dates, entries.exchanges, entries.attempts,
    )  # fmt: skip
    for (path, kind, things), made in zip(long, into, strict=True):
        read_one = msgspec.json.Decoder(kind).decode
        for place, thing in enumerate(things):
            try:
                made.append(read_one(thing))
            except msgspec.ValidationError as error:
                what, _, inside = str(error).partition(" - at `$")
                inside = inside.removesuffix("`")
                raise msgspec.ValidationError(f"{what} - at `$.{path}[{place}]{inside}`") from None
            yield
    return found


def _opened(holder: dict[str, Any], name: str) -> dict[str, Any]:
    """The object under a name, to be changed; in place of anything else one that nobody reads."""
    try:
        inner = decode(holder[name], type=dict[str, Raw])
    except (KeyError, msgspec.ValidationError):
        return {}
    holder[name] = inner
    return inner


def _taken_out(holder: dict[str, Any], name: str) -> list[Raw]:
    """What the list under a name has; it is empty then. Anything else stays."""
    try:
        things = decode(holder[name], type=list[Raw])
    except (KeyError, msgspec.ValidationError):
        return []
    holder[name] = []
    return things


def spec_of(found: Export, fresh: SandboxSpec) -> SandboxSpec:
    """What the copy is made of: as the file says, with the credentials, id and ttl of a fresh specification."""
    patches = {name: msgspec.structs.replace(found.patches.get(name, AccountPatch())) for name in fresh.patches}
    for name, own in fresh.patches.items():
        if own.callback_url is not msgspec.UNSET:
            patches[name].callback_url = own.callback_url
    return msgspec.structs.replace(
        fresh, scenario=found.scenario or found.state.scenario, seed=found.seed, began=found.began, rate=found.rate,
        patches=patches,
    )  # fmt: skip


def fill(sandbox: Sandbox, found: Export, state: SandboxState) -> None:
    """The fresh sandbox gets the file's journal, and the `state` made of the file. The caller has cancelled the clock's
    timer and schedules it again."""
    accounts: dict[str, Account] = {}
    for name, fresh in sandbox.engine.state.accounts.items():
        old = state.accounts.get(name)
        accounts[name] = fresh if old is None else msgspec.structs.replace(
            old, credentials=fresh.credentials,
            callback_url=fresh.callback_url if sandbox.spec.patches[name].callback_url is not msgspec.UNSET
            else old.callback_url,
        )  # fmt: skip
    state.accounts = accounts
    sandbox.journal.put_back(found.journal)
    restore(sandbox, found.state, state)


def _complaints(state: DumpedState, providers: Mapping[str, Provider]) -> Iterator[str]:
    """What is wrong with the numbers that one part of a state names another by; "" where nothing is."""
    for name, account in state.accounts.items():
        if name not in providers:
            yield f"it has an account of {name}, and this emulator has {', '.join(providers)}"
        elif unknown := account.switches.keys() - providers[name].profile.switches.keys():
            yield f"the account of {name} has unknown switches: {', '.join(sorted(unknown))}"
    for at, batch in enumerate(state.batches, 1):
        if batch.id != at:
            yield f"batch number {at} has the id {batch.id}"
        if batch.provider not in state.accounts:
            yield f"batch {at} is of {batch.provider}, of which there is no account"
        yield ""
    batch_before = 0
    for at, message in enumerate(state.messages, 1):
        if message.id != at:
            yield f"message number {at} has the id {message.id}"
        if not 0 < message.batch <= len(state.batches):
            yield f"message {at} belongs to batch {message.batch}, which is not there"
        if message.batch < batch_before:
            yield f"message {at} belongs to batch {message.batch}, and the one before it to batch {batch_before}"
        batch_before = message.batch
        if not 0 <= message.plan < len(state.plans):
            yield f"message {at} has plan {message.plan}, which is not there"
        if not message.history or not all(isinstance(when, int) for when in message.history[1::2]):
            yield f"message {at} has no proper history"
        yield ""
    places = [entry[2] for entry in state.dates]
    if len(set(places)) < len(places):
        yield "two things that are due have the same place"
    for due in (*(entry[3] for entry in state.dates), *state.in_flight.values()):
        yield ""
        number = getattr(due, "message", None)
        if number is None:
            continue
        if not 0 < number <= len(state.messages):
            yield f"something is due for message {number}, which is not there"
        elif isinstance(due, Step) and not _has_step(state, number, due.index):
            yield f"step {due.index} of message {number} is due, and its plan has no such step"


def _has_step(state: DumpedState, number: int, index: int) -> bool:
    plan = state.messages[number - 1].plan
    steps = state.plans[plan].steps if 0 <= plan < len(state.plans) else None
    return steps is not None and 0 <= index < len(steps)
