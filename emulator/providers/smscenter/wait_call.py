"""wait_call.php (facts, 5.5): the subscriber shall call. The answer has the number to be dialled; when the call comes,
the account's handler is told by `waitcall` (callbacks.py)."""

from collections.abc import Mapping

from emulator.core.accounts import Account
from emulator.core.commands import AnyCommand, AwaitCall
from emulator.core.engine.checks import CheckContext
from emulator.core.outcomes import AnyOutcome, CallAwaited, Refused
from emulator.core.reasons import Reason
from emulator.http.messages import HttpReply, HttpRequest
from emulator.providers.base import Route
from emulator.providers.smscenter import left_out, reply_formats, requests
from emulator.providers.smscenter.parameters import read
from emulator.providers.smscenter.phone_numbers import normal_number
from emulator.providers.smscenter.reply_fields import Members


def read_wait(request: HttpRequest, _: Mapping[str, str]) -> AnyCommand:
    parameters = read(request)
    command = AwaitCall(provider="smscenter", destination=parameters.get("phone").strip() or None)
    return requests.common(command, request, parameters, requests.style(parameters))


def number_to_wait_for(case: CheckContext) -> Refused | None:
    """One number, an international one. The numbers to be dialled go into the command: they are the account's."""
    written, switches = case.command.destination, case.switches
    if normal_number(written, switches) is None:
        return Refused(reason=Reason.PARAMETER_INVALID, details={"problem": f"phone `{written}` is not a number"})
    case.command.dialled = tuple(switches["wait-call-numbers"].replace(",", " ").split())
    case.command.within = float(switches["wait-call-seconds"])
    return None


def write(command: AnyCommand, outcome: AnyOutcome, account: Account | None) -> HttpReply:
    """fmt 0 and 1 are not known: the number to be dialled alone in fmt 1."""
    if not isinstance(outcome, CallAwaited):
        return left_out.write(command, outcome, account)
    phone = outcome.dialled[0] if outcome.dialled else ""
    members: Members = {"phone": phone}
    if command.style.get("fmt") in ("2", "3"):
        members["all_phones"] = list(outcome.dialled)
    return reply_formats.alone(command, members, "result")


ROUTES = (Route(("GET", "POST"), "/sys/wait_call.php", "wait-call", read_wait, write),)
