"""A fourth provider, made up: Pigeon Post. GET /pigeon/send?key=&to=&text= says `sent N`, or `no: CODE`."""

from emulator.core.commands import BalanceQuery, Credential, Submit
from emulator.core.engine import checks, recipients
from emulator.core.outcomes import Accepted, BalanceTold, Refused
from emulator.core.profile import ErrorRow, ErrorTable, Profile, StatusRow, Switch
from emulator.core.reasons import Reason
from emulator.core.statuses import STATUSES
from emulator.core.units import plain
from emulator.http.messages import HttpReply, HttpRequest, add_query, read_query, write_query
from emulator.providers.base import CallbackVerdict, Provider, Route, Row

ROWS = (
    Row("pigeon.send", "a pigeon carries a text", "https://pigeon.invalid/api", "none", "does so"),
    Row("pigeon.retry", "a lost pigeon is not sent again", "https://pigeon.invalid/api", "none", "a switch", "retry"),
)
TABLE = ErrorTable(
    ErrorRow(Reason.KEY_UNKNOWN, 1, "who are you", "pigeon.send", "no account has this key"),
    ErrorRow(Reason.DESTINATION_INVALID, 2, "no such loft", "pigeon.send", "not a loft: {invalid}"),
    ErrorRow(Reason.STOP_LISTED, 3, "unwelcome", "pigeon.send", "unwelcome at {stop_listed}"),
    ErrorRow(Reason.NO_CREDIT, 4, "no corn", "pigeon.send", "costs {cost} of {balance}"),
)
PROFILE = Profile(
    provider="pigeon",
    switches={"retry": Switch([], "seconds", "nobody knows", "pigeon.retry")},
    checks={
        "Submit": (checks.account_open, recipients.numbers, checks.enough_credit),
        "BalanceQuery": (checks.account_open,),
    },
    errors={"send": TABLE, "balance": TABLE},
    statuses=tuple(StatusRow(status, status.upper(), status != "pending") for status in STATUSES),
    normal_number=lambda written, switches: written if written.isdigit() else None,
)


def _read(request, _, kind=Submit):
    given = dict(read_query(request.query))
    who = Credential("key", given["key"]) if "key" in given else None
    if kind is BalanceQuery:
        return BalanceQuery(provider="pigeon", credential=who)
    to = (given["to"],) if "to" in given else ()
    return Submit(provider="pigeon", credential=who, destinations=to, text=given.get("text"), sender=None, report=True)


def _write(command, outcome, account):
    match outcome:
        case Accepted():
            return HttpReply(body=f"sent {outcome.count}".encode())
        case BalanceTold():
            return HttpReply(body=str(plain(outcome.balance)).encode())
        case Refused():
            row = TABLE.of_reason(outcome.reason) if outcome.code is None else TABLE.of_code(outcome.code)
            return HttpReply(body=f"no: {row.code}".encode())
    raise TypeError(outcome)


def _report(account, batch, message, due, url):
    word = PROFILE.status(due.status).word
    return HttpRequest(method="GET", target=add_query(url, [("loft", message.to), ("state", word)]))


PROVIDER = Provider(
    name="pigeon",
    title="Pigeon Post",
    home="https://pigeon.invalid",
    routes=(
        Route(("GET",), "/pigeon/send", "send", _read, _write),
        Route(("GET",), "/pigeon/corn", "balance", lambda r, v: _read(r, v, BalanceQuery), _write),
    ),
    profile=PROFILE,
    contract=lambda: ROWS,
    success={"send": "pigeon.send", "balance": "pigeon.send"},
    default_credentials={"key": "emulator-pigeon"},
    credential_lengths={"key": 16},
    identities=(("key", "key"),),
    shown=lambda account: {"key": account.credentials["key"]},
    report=_report,
    judge_answer=lambda status, body: CallbackVerdict(status == 204, f"HTTP {status}; 204 is wanted"),
    sink_answer=HttpReply(status=204),
    example=lambda credentials, to, text, reference: HttpRequest(
        method="GET", target="/pigeon/send?" + write_query([("key", credentials["key"]), ("to", to), ("text", text)])
    ),
    tries=lambda credentials: (f"/pigeon/send?key={credentials['key']}&to=995577123456&text=Hello",),
)
