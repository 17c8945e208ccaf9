"""Why the answer was what it was: the documented row that led to it, in a sentence."""

from collections.abc import Mapping

from emulator.core.outcomes import (
    Accepted,
    AnyOutcome,
    BalanceTold,
    Bound,
    CallAwaited,
    CostTold,
    Deleted,
    Described,
    Found,
    FoundMany,
    IncomingTold,
    LinkAlive,
    NumbersTold,
    PartAccepted,
    Refused,
    Replaced,
    SenderRegistered,
    SendersTold,
)  # fmt: skip
from emulator.core.outcomes import Unheard as DroppedOutcome
from emulator.core.reasons import Reason
from emulator.core.units import counted, plain, some
from emulator.journal import Exchange
from emulator.providers.base import Provider


def explain(providers: Mapping[str, Provider], exchange: Exchange) -> str:
    """For people: what was decided, by which row of the contract, by which rule."""
    provider = providers.get(exchange.provider)
    if provider is None or exchange.outcome is None:
        return exchange.why.strip()
    said = [_outcome(provider, exchange.operation, exchange.protocol, exchange.outcome)]
    refusing = exchange.outcome.details.get("rule") if isinstance(exchange.outcome, Refused) else None
    if exchange.rule not in (None, refusing):
        said.append(f"rule {exchange.rule} decided")
    if exchange.fault:
        said.append(f"its reply: {exchange.fault}")
    said += [f"noticed: [{row}]" for row in exchange.notes]
    return "; ".join(said)


def _sizes(outcome: Accepted | CostTold) -> str:
    return f"{counted(outcome.count, 'recipient')}, {counted(outcome.parts, 'part')}"


def _outcome(provider: Provider, operation: str, protocol: str, outcome: AnyOutcome) -> str:
    own = (f"{operation}/{type(outcome).__struct_config__.tag}", f"{operation}/{protocol}", operation)
    success = next((provider.success[one] for one in own if one in provider.success), "")
    match outcome:
        case Refused():
            return _refused(provider, operation, protocol, outcome)
        case PartAccepted():
            return f"part accepted as {outcome.provider_id}, {counted(outcome.missing, 'part')} missing [{success}]"
        case Bound():
            return f"the session is bound [{success}]"
        case LinkAlive():
            return f"the link is alive [{success}]"
        case Replaced():
            return f"message m{outcome.message} replaced [{success}]"
        case Accepted():
            barred: dict[Reason, list[str]] = {}
            for number, why in outcome.barred:
                barred.setdefault(why, []).append(number)
            dropped = [
                f"{what} not sent to: {some(numbers)} [{row.row if row else success}]"
                for what, numbers, reason in (
                    ("stop-listed,", outcome.stop_listed, Reason.STOP_LISTED),
                    ("malformed,", outcome.invalid, Reason.DESTINATION_INVALID),
                    *((f"{why.value},", those, why) for why, those in barred.items()),
                )
                if numbers
                for row in (provider.error_row(operation, reason, protocol),)
            ]
            cost, balance = plain(outcome.cost), plain(outcome.balance)
            return "; ".join([f"accepted for {_sizes(outcome)}, cost {cost}, balance {balance} [{success}]", *dropped])
        case Found():
            if outcome.entries:
                return f"{counted(len(outcome.entries), 'message')} found [{success}]"
            row = provider.error_row(operation, Reason.MESSAGE_UNKNOWN, protocol)
            return f"nothing found: {row.because} [{row.row}]" if row else f"nothing found [{success}]"
        case FoundMany():
            found = sum(entry is not None for entry in outcome.entries)
            return f"{found} of {counted(len(outcome.entries), 'message')} found [{success}]"
        case CostTold():
            return f"{_sizes(outcome)} would cost {plain(outcome.cost)} [{success}]"
        case Deleted():
            return f"{counted(outcome.count, 'message')} deleted [{success}]"
        case Described():
            return f"the description of the interface [{success}]"
        case BalanceTold():
            return f"the balance is {plain(outcome.balance)} [{success}]"
        case IncomingTold():
            return f"{counted(len(outcome.messages), 'message')} of subscribers [{success}]"
        case CallAwaited():
            return f"a call to {', '.join(outcome.dialled)} is awaited [{success}]"
        case NumbersTold():
            return f"told of {counted(len(outcome.numbers), 'number')} [{success}]"
        case SendersTold():
            return f"{counted(len(outcome.senders), 'sender')} [{success}]"
        case SenderRegistered():
            return f"sender {outcome.name} registered, waits for approval [{success}]"
        case DroppedOutcome():
            return "nothing was done"
    raise TypeError(type(outcome).__name__)


def _refused(provider: Provider, operation: str, protocol: str, outcome: Refused) -> str:
    table = provider.profile.table(operation, protocol)
    row = None
    if table is not None:
        row = table.of_reason(outcome.reason) if outcome.code is None else table.of_code(outcome.code)
    details = outcome.details
    by = f" by rule {details['rule']}" if "rule" in details else ""
    if row is None:
        return f"refused: {outcome.reason}{by}"
    wanted = details.get("wanted")
    instead = "" if wanted is None else f"; the rule says {wanted}, for which {provider.name} has no code here"
    because = by or f": {row.because.format_map(_Details(details))}"
    text = details.get("text", row.text)
    return f"refused with {row.code} ({text}){because} [{row.row}]{instead}"


class _Details(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "?"
