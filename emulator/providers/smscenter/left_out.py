"""Pages of SMS Center that are left out: who asks is looked at as everywhere, then comes the provider's own error 1 by
fmt; the journal's explanation says that it is the emulator that does not have the page."""

from collections.abc import Mapping

from emulator.core.accounts import Account
from emulator.core.commands import AnyCommand, Describe, Fault
from emulator.core.outcomes import AnyOutcome, Refused
from emulator.core.reasons import Reason
from emulator.http.messages import HttpReply, HttpRequest
from emulator.providers.base import Route
from emulator.providers.smscenter import reply_formats, requests
from emulator.providers.smscenter.errors import ERRORS, SOMETHING
from emulator.providers.smscenter.parameters import DEFAULT_CHARSET, Parameters, read

PAGES = {
    "jobs": "mailings", "phones": "contacts", "templates": "templates", "op_templates": "operators' templates",
    "users": "subclients", "documents": "documents", "tinyurls": "short links",
    "receive_phones": "numbers for incoming messages", "ping": "monitoring of servers",
    "get_mnp": "ported numbers",
}  # fmt: skip
"""By name, what they are about."""


def not_served(problem: str, request: HttpRequest, parameters: Parameters, style: dict[str, str]) -> Describe:
    """What becomes of a request for something that is left out, said as a problem."""
    command = requests.common(Describe(provider="smscenter"), request, parameters, style)
    command.fault = Fault(Reason.PARAMETER_INVALID, {"problem": problem})
    return command


def _route(page: str, about: str) -> Route:
    problem = f"{page}.php ({about}) is a page of SMS Center that the emulator leaves out"

    def read_page(request: HttpRequest, _: Mapping[str, str]) -> AnyCommand:
        parameters = read(request)
        style = {word: parameters.values[word] for word in ("fmt",) if parameters.on(word)}
        return not_served(problem, request, parameters, style)

    return Route(("GET", "POST"), f"/sys/{page}.php", "describe", read_page, write)


def write(command: AnyCommand, outcome: AnyOutcome, account: Account | None) -> HttpReply:
    """An error, HTTP 200."""
    code, text, fmt = SOMETHING, "", command.style.get("fmt", "0")
    if isinstance(outcome, Refused):
        table = ERRORS["describe/http" if command.operation == "describe" else command.operation]
        row = table.of_reason(outcome.reason) if outcome.code is None else table.of_code(outcome.code)
        code, text = (row.code, row.text) if row else (outcome.code or SOMETHING, outcome.reason.value)
    return reply_formats.reply(reply_formats.refused(fmt, code, text, None), fmt, DEFAULT_CHARSET)


ROUTES = tuple(_route(page, about) for page, about in PAGES.items())
