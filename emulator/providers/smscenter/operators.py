"""info.php?get_operator=1 (facts, 5.1): whose a number is, by the table of ranges (providers/number_ranges.py)."""

from collections.abc import Mapping

from emulator.core.accounts import Account
from emulator.core.commands import AnyCommand, QueryNumbers
from emulator.core.engine.checks import CheckContext
from emulator.core.outcomes import AnyOutcome, NumbersTold, Refused
from emulator.core.reasons import Reason
from emulator.http.messages import HttpReply, HttpRequest
from emulator.providers.base import Route
from emulator.providers.number_ranges import TIME_ZONES
from emulator.providers.smscenter import left_out, reply_formats, requests
from emulator.providers.smscenter.parameters import read
from emulator.providers.smscenter.phone_numbers import normal_number, place_of
from emulator.providers.smscenter.reply_fields import Members


def read_info(request: HttpRequest, _: Mapping[str, str]) -> AnyCommand:
    parameters = read(request)
    style = requests.style(parameters)
    if not parameters.on("get_operator"):
        return left_out.not_served("info.php serves get_operator alone", request, parameters, style)
    if requests.is_list(parameters):
        style["many"] = "1"
    numbers = tuple(filter(None, map(str.strip, parameters.get("phone").split(","))))
    command = QueryNumbers(provider="smscenter", destinations=numbers or None)
    return requests.common(command, request, parameters, style)


def operator_known(case: CheckContext) -> Refused | None:
    """The table knows the operator of one of them at least."""
    switches = case.switches
    if any(place_of(normal_number(one, switches) or "").operator for one in case.command.destinations):
        return None
    return Refused(reason=Reason.UNROUTABLE, details={"barred": ", ".join(case.command.destinations[:5])})


def write(command: AnyCommand, outcome: AnyOutcome, account: Account | None) -> HttpReply:
    if not isinstance(outcome, NumbersTold):
        return left_out.write(command, outcome, account)
    members = [_told(number) for number in outcome.numbers]
    if "many" in command.style:
        return reply_formats.listed(command, members, "operator")
    text = command.style.get("fmt") in ("2", "3")
    alone = {name: value for name, value in members[0].items() if not (text and name == "phone")}
    return reply_formats.alone(command, alone, "operator")


def _told(number: str) -> Members:
    """country, operator, region, mcc, mnc stand at the places 1 to 5 of fmt 0."""
    place = place_of(number)
    return {
        "phone": number, "country": place.country, "operator": place.operator, "region": place.region,
        "mcc": place.mccmnc[:3], "mnc": place.mccmnc[3:], "tz": str(TIME_ZONES.get(place.country, "")),
    }  # fmt: skip


ROUTES = (Route(("GET", "POST"), "/sys/info.php", "number", read_info, write),)
