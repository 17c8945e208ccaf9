"""Whom of a list something goes to: numbers that are good, stop-listed, malformed or barred, by the provider's words
and by rules; and what a rule's `accept` spares of a refusal."""

from collections.abc import Callable, Iterable

from emulator.core.commands import Submit
from emulator.core.engine.checks import Check, CheckContext, Lost, weigh
from emulator.core.outcomes import Refused
from emulator.core.reasons import Reason
from emulator.core.rules.actions import Refuse
from emulator.core.rules.rule import Rule
from emulator.core.units import some

_MALFORMED, _STOPPED = Reason.DESTINATION_INVALID, Reason.STOP_LISTED
"""To ask the enumeration for them costs more than all else that is done with a number."""
_NOBODY: dict[str, bool] = {}


def numbers(case: CheckContext) -> Refused | None:
    """Sorts the destinations into good, stop-listed and invalid ones, and refuses when no good one is left."""
    command: Submit = case.command
    profile, destinations = case.profile, command.destinations or ()
    switches, normal, bar = case.switches, profile.normal_number, profile.bar
    ruled = case.ruling.judges
    stoplist = _NOBODY if command.ignore_stoplist else case.owner.stoplist
    wanted: str | None = None
    by_rule: dict[Reason | None, str] = {}  # what the account and the number do not show
    good, places, lost = case.good, case.places, case.lost
    times: dict[str, int] = {}
    told = _each_once(command) if len(destinations) > 1 and switches.get("repeated-number") == "once" else None
    for place, written in enumerate(destinations):
        number = normal(written, switches)
        if told is not None and told(number or written, place):
            case.again.append(place)
            continue
        reason, accepting = None, False
        if ruled:
            rule = case.ruling.of(place)
            reason, accepting, instead = _ruled(case, rule)
            wanted = wanted or instead
            if rule is not None and reason not in (None, _MALFORMED, _STOPPED):
                by_rule.setdefault(reason, rule.id)
            if reason is _STOPPED and command.ignore_stoplist:
                reason = None
        if number is None or reason is _MALFORMED:
            number, reason = written, reason or _MALFORMED
        elif reason is None and not accepting:
            if number in stoplist:
                reason = _STOPPED
            elif bar is not None:
                reason = bar(case, number, place, times.get(number, 0))
        if reason is not None:
            lost.append(Lost(number, place, reason))
        else:
            good.append(number)
            places.append(place)
            times[number] = times.get(number, 0) + 1
    if good:
        return None
    found = {
        "invalid": some(lost_for(case, Reason.DESTINATION_INVALID)),
        "stop_listed": some(lost_for(case, Reason.STOP_LISTED)), "barred": some([n for n, _ in barred(case)]),
    }  # fmt: skip
    if wanted is not None:
        found["wanted"] = wanted
    reason = _none_left(case)
    if reason in by_rule:
        found["rule"] = by_rule[reason]
    return Refused(reason=reason, details=found)


def refused_by_rules(case: CheckContext) -> None:
    """All are refused, and not all by one rule: each keeps its own reason."""
    normal, switches = case.profile.normal_number, case.switches
    for place, written in enumerate(case.command.destinations or ()):
        reason, *_ = _ruled(case, case.ruling.of(place))
        if reason is not None:
            case.lost.append(Lost(normal(written, switches) or written, place, reason))


def _each_once(command: Submit) -> Callable[[str, int], bool]:
    """Was a number there before? To one that is named again nothing goes but another text, or the same of another
    sender."""
    texts, senders = command.texts, command.senders
    seen: set[tuple[str, str, str]] = set()

    def again(number: str, place: int) -> bool:
        one = (number, texts[place] if texts else "", senders[place] if senders else "")
        if one in seen:
            return True
        seen.add(one)
        return False

    return again


def lost_for(case: CheckContext, reason: Reason) -> tuple[str, ...]:
    """The numbers that nothing is sent to for a reason."""
    return tuple(one.number for one in case.lost if one.reason == reason)


def barred(case: CheckContext) -> tuple[tuple[str, Reason], ...]:
    """Those that nothing is sent to for other reasons than their form and the stop list, each with its own."""
    usual = (Reason.DESTINATION_INVALID, Reason.STOP_LISTED)
    return tuple((one.number, one.reason) for one in case.lost if one.reason not in usual)


PASSED_OVER = (
    Reason.NO_CREDIT, Reason.STOP_LISTED, Reason.UNROUTABLE, Reason.FLOOD, Reason.DUPLICATE, Reason.TOO_MANY_REQUESTS,
    Reason.TOO_MANY_AT_ONCE,
)  # fmt: skip
"""Reasons that do not count where a rule says `accept`: money, the stop list, limits."""


_GENERAL = (Reason.INTERNAL, Reason.TEMPORARY)
"""What a provider says that has no code for a reason: the first of these that it has one for."""


def reason_of(case: CheckContext, refuse: Refuse) -> Reason:
    """A rule's reason, or the one that the provider's own code stands for, over this protocol or another; one that the
    provider can say in this operation."""
    command, profile = case.command, case.profile
    table = profile.table(command.operation, command.protocol)
    reason = refuse.reason
    if refuse.code is not None:
        rows = (one.of_code(refuse.code) for one in (table, *profile.tables(command.operation)) if one is not None)
        reason = next((row.reason for row in rows if row is not None), Reason.INTERNAL)
    assert reason is not None
    if table is None or table.of_reason(reason) is not None:
        return reason
    return next((one for one in _GENERAL if table.of_reason(one) is not None), reason)


def _ruled(case: CheckContext, rule: Rule | None) -> tuple[Reason | None, bool, str | None]:
    """What a rule says of one number: a reason against it; that it is accepted; the reason for which another stands."""
    if rule is None:
        return None, False, None
    then = rule.spec.then
    if then.refuse is not None:
        reason = reason_of(case, then.refuse)
        return reason, False, None if then.refuse.reason in (None, reason) else str(then.refuse.reason)
    return (Reason.TEMPORARY if then.takes_away(case.command) else None), then.accept, None


def _none_left(case: CheckContext) -> Reason:
    why = {one.reason for one in case.lost}
    if {Reason.DESTINATION_INVALID, Reason.STOP_LISTED} <= why:
        return Reason.STOP_LISTED_OR_INVALID
    others = barred(case)
    if others:
        return others[0][1]
    return Reason.STOP_LISTED if Reason.STOP_LISTED in why else Reason.DESTINATION_INVALID


def checked(case: CheckContext, checks: Iterable[Check]) -> Refused | None:
    """The first refusal, if any."""
    for check in checks:
        refused = check(case)
        if refused is not None and not spared(case, refused.reason):
            return refused
    return None


def spared(case: CheckContext, reason: Reason) -> bool:
    """Does a rule accept what money, stop list or limits are against? Those of a list of whom none says so are barred;
    before the numbers were looked at, one that is accepted lets all of them in."""
    if reason not in PASSED_OVER or not any(rule and rule.spec.then.accept for rule in case.ruling.each()):
        return False
    if case.ruling.recipients is None or not case.good:
        return True
    kept: list[tuple[str, int]] = []
    lost = list(case.lost)
    for number, place in zip(case.good, case.places, strict=True):
        rule = case.ruling.of(place)
        if rule is not None and rule.spec.then.accept:
            kept.append((number, place))
        else:
            lost.append(Lost(number, place, reason))
    case.good, case.places, case.lost = [number for number, _ in kept], [place for _, place in kept], lost
    if case.good and case.measured is not None:
        weigh(case)
    return bool(case.good)
