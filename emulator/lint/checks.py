"""The checks: one function a finding, over one exchange and what came before; None where there is nothing to say.

`CHECKS` names them. A provider's `lint` (providers/base.py) says which concern it, each with the contract row that
explains it.
"""

from collections.abc import Callable, Mapping

from emulator.core.commands import Price, Submit
from emulator.core.outcomes import Accepted, Found, FoundMany, Refused
from emulator.core.reasons import Reason
from emulator.core.units import counted, seconds, some
from emulator.http.messages import HttpRequest
from emulator.lint import parameter_names, text_quality
from emulator.lint.context import EarlierRefusal, LintContext, Noticed, Partial, QueriedMessage, asked
from emulator.net import hosts

Check = Callable[[LintContext], Noticed | None]

_NO_ID = ("", "none", "null", "undefined", "nan", "false", "0", "[object object]")


def no_callback(seen: LintContext) -> Noticed | None:
    """Accepted without what makes the provider call back; mild where nobody has set an address for callbacks."""
    command, url = seen.command, seen.account.callback_url
    if url == "" or not isinstance(seen.outcome, Accepted) or not isinstance(command, Submit) or command.report:
        return None
    said = f"{seen.id} has no reference: no callback about it will come"
    return Noticed(f"{said} to {url}") if url else Noticed(said, "mild")


def asked_after_refusal(seen: LintContext) -> Noticed | None:
    """A send was refused, and its status is asked for as if it had been accepted."""
    command, outcome = seen.command, seen.outcome
    if isinstance(command, Submit) and not isinstance(command, Price) and isinstance(outcome, Refused):
        why = outcome.reason.value if outcome.code is None else str(outcome.code)
        to = command.destinations or ()
        seen.memory.refused(seen.provider.name, EarlierRefusal(int(seen.id[1:]), why, to, command.reference))
        return None
    if not _found_nothing(seen):
        return None
    for wanted in asked(command):
        for refusal in reversed(seen.memory.refusals.get(seen.provider.name, ())):
            if _is_about(wanted, refusal):
                return Noticed(f"x{refusal.exchange} was refused ({refusal.why}), and {seen.id} asks for the status of "
                               f"{wanted.to or repr(wanted.id)} as if it had been accepted")  # fmt: skip
    return None


def _found_nothing(seen: LintContext) -> bool:
    match seen.outcome:
        case Found(entries=entries):
            return not entries
        case FoundMany(entries=entries):
            return None in entries
        case Refused(reason=reason):
            return reason in (Reason.MESSAGE_UNKNOWN, Reason.PARAMETER_INVALID)
    return False


def _is_about(wanted: QueriedMessage, refusal: EarlierRefusal) -> bool:
    if wanted.id is None:
        return wanted.to in refusal.to and (wanted.reference or None) == (refusal.reference or None)
    return wanted.id.strip().lower() in _NO_ID and (wanted.to is None or wanted.to in refusal.to)


def key_in_url(seen: LintContext) -> Noticed | None:
    """The secret stands in the URL of a plain http request."""
    request, credential = seen.request, seen.command.credential
    if not isinstance(request, HttpRequest) or request.method != "GET" or request.scheme != "http" or not credential:
        return None
    secret = credential.secret or credential.name
    if len(secret) < 4 or secret not in request.query:
        return None
    return Noticed(f"{seen.id}: the {credential.kind} stands in a URL, where logs and proxies keep it; a POST over "
                   "https would hide it", "mild")  # fmt: skip


def plain_http(seen: LintContext) -> Noticed | None:
    """A secret goes to the provider's own name without TLS, which that name speaks."""
    request, credential = seen.request, seen.command.credential
    if not isinstance(request, HttpRequest) or request.scheme != "http" or not credential:
        return None
    host = hosts.of_header(request.header("Host")) or ""
    if not hosts.is_below((one.name for one in seen.provider.hosts if 443 in one.ports), host):
        return None
    return Noticed(f"{seen.id}: the {credential.kind} went to http://{host} unencrypted; https://{host} is served too")


def ucs2_by_few(seen: LintContext) -> Noticed | None:
    """A text that only few characters keep from GSM-7."""
    command, outcome = seen.command, seen.outcome
    if not isinstance(command, Submit) or not isinstance(outcome, Accepted) or outcome.encoding != "ucs2":
        return None
    for text in command.texts or (command.text or "",):
        found = text_quality.turned_ucs2(text)
        if found is None:
            continue
        odd, parts, without = found
        which = ", ".join(f"{character!r} (U+{ord(character):04X})" for character in odd)
        costs = f"{counted(parts, 'part')} in the place of {without}" if parts > without else "no more parts, yet"
        return Noticed(f"{seen.id}: {which} made the text UCS-2: {costs}", "warning" if parts > without else "mild")
    return None


def encoded_twice(seen: LintContext) -> Noticed | None:
    """A text that still is encoded when it reaches the phone."""
    command = seen.command
    if not isinstance(command, Submit):
        return None
    for text in command.texts or (command.text or "",):
        how = text_quality.encoded_twice(text)
        if how is not None:
            return Noticed(f"{seen.id}: the phone would show {text[:60]!r}: {how}")
    return None


def partly_rejected(seen: LintContext) -> Noticed | None:
    """Remembers a send of which some numbers were dropped, until somebody asks about them; never notices anything by
    itself: those that are left when findings are asked for are findings (linter.py)."""
    command, outcome, memory = seen.command, seen.outcome, seen.memory
    if isinstance(outcome, Accepted):
        dropped = (*outcome.stop_listed, *outcome.invalid, *(number for number, _ in outcome.barred))
        if dropped and outcome.count:
            detail = (f"{seen.id} was accepted for {outcome.count} of {outcome.count + len(dropped)} numbers; nothing "
                      f"went to {some(dropped)}, and nobody asked about them")  # fmt: skip
            memory.accepted_in_part(
                Partial(int(seen.id[1:]), seen.at, seen.provider.name, outcome.provider_id, dropped, detail)
            )
        return None
    for wanted in asked(command):
        for number, partial in tuple(memory.partials.items()):
            if partial.provider == seen.provider.name and (
                (wanted.id is not None and wanted.id == partial.id) or wanted.to in partial.numbers
            ):
                del memory.partials[number]
    return None


def polling(seen: LintContext) -> Noticed | None:
    """More queries about one message than the provider allows in its window."""
    limit = seen.provider.profile.limits.get("status-of-one")
    if limit is None:
        return None
    most = 0
    for wanted in asked(seen.command):
        most = max(most, seen.memory.queried(seen.provider.name, wanted, seen.at, seconds(limit.window)))
    if most <= limit.count:
        return None
    told = f"{limit.count} may be within {limit.window:g} s"
    return Noticed(f"{seen.id} is query number {most} about one message; {told}")


def unread_parameter(seen: LintContext) -> Noticed | None:
    """A parameter that was not read, with a name close to one that is."""
    known = seen.provider.parameters.get(seen.command.operation)
    if known is None or not isinstance(seen.request, HttpRequest):
        return None
    near = parameter_names.nearly(parameter_names.given(seen.request), known, seen.provider.parameter_case)
    if not near:
        return None
    said = "; ".join(f"{name!r} was not read: did you mean {meant!r}?" for name, meant in near)
    return Noticed(f"{seen.id}: {said}")


CHECKS: Mapping[str, Check] = {
    "no-callback": no_callback,
    "asked-after-refusal": asked_after_refusal,
    "key-in-url": key_in_url,
    "plain-http": plain_http,
    "ucs2-by-few": ucs2_by_few,
    "encoded-twice": encoded_twice,
    "partly-rejected": partly_rejected,
    "polling": polling,
    "unread-parameter": unread_parameter,
}
