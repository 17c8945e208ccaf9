"""senders.php?get=1 (facts, 5.4): the account's senders' names."""

from collections.abc import Mapping

from emulator.core.accounts import Account
from emulator.core.commands import AnyCommand, ListSenders
from emulator.core.outcomes import AnyOutcome, SendersTold
from emulator.http.messages import HttpReply, HttpRequest
from emulator.providers.base import Route
from emulator.providers.smscenter import left_out, reply_formats, requests
from emulator.providers.smscenter.parameters import read


def read_senders(request: HttpRequest, _: Mapping[str, str]) -> AnyCommand:
    parameters = read(request)
    style = requests.style(parameters)
    if parameters.on("get"):
        return requests.common(ListSenders(provider="smscenter"), request, parameters, style)
    problem = "senders.php serves get alone; what it answers to anything else is not known"
    return left_out.not_served(problem, request, parameters, style)


def write(command: AnyCommand, outcome: AnyOutcome, account: Account | None) -> HttpReply:
    """Those that may be used: of one that waits for approval nothing is known."""
    if not isinstance(outcome, SendersTold):
        return left_out.write(command, outcome, account)
    members = [{"id": one.id, "sender": one.name} for one in outcome.senders if one.state == "active"]
    return reply_formats.listed(command, members, "sender")


ROUTES = (Route(("GET", "POST"), "/sys/senders.php", "brands", read_senders, write),)
