"""What people may do to a sandbox by the control API, as values: one of the four inputs by which a state changes."""

import msgspec

from emulator.core.accounts import AccountPatch, SenderState
from emulator.core.rules.rule import RuleSpec
from emulator.core.statuses import Status
from emulator.core.units import Timestamp


class PatchAccount(msgspec.Struct, tag="patch-account", tag_field="do"):
    provider: str
    patch: AccountPatch


class PatchSender(msgspec.Struct, tag="patch-sender", tag_field="do"):
    """Approve a sender's name, or refuse it."""

    provider: str
    id: int
    state: SenderState


class MoveMessage(msgspec.Struct, tag="move-message", tag_field="do"):
    """The message takes a status now; what its plan still held is void. Its reports go out as usual."""

    message: int
    status: Status
    reason: str = ""
    error: int = 0


class PutRules(msgspec.Struct, tag="put-rules", tag_field="do"):
    """All rules put in by the control API are replaced, but where `rules` is None; `scenario` replaces those behind
    them as well. `anew`: those that stay have not fired yet."""

    rules: list[RuleSpec] | None
    scenario: list[RuleSpec] | None = None
    anew: bool = False


class AddRule(msgspec.Struct, tag="add-rule", tag_field="do"):
    """One rule, put in front of all others."""

    rule: RuleSpec


class DropRule(msgspec.Struct, tag="drop-rule", tag_field="do"):
    """The rule of that id, or those of that name, are there no more."""

    rule: str


class Redeliver(msgspec.Struct, tag="redeliver", tag_field="do"):
    """A delivery report goes out once more, now."""

    message: int
    status: Status
    changed_at: Timestamp
    reason: str
    error: int
    part: int = 0


class PutIncoming(msgspec.Struct, tag="put-incoming", tag_field="do"):
    """A subscriber writes to the account; it goes to the client now, in so many parts."""

    provider: str
    way: str
    source: str
    to: str
    text: str
    parts: int = 1


class PutCall(msgspec.Struct, tag="put-call", tag_field="do"):
    """A subscriber calls; the client is told now, if it awaits that call."""

    provider: str
    source: str
    to: str = ""
    """"": the number that was told to be dialled."""


AdminCommand = (
    PatchAccount | PatchSender | MoveMessage | PutRules | AddRule | DropRule | Redeliver | PutIncoming | PutCall
)
